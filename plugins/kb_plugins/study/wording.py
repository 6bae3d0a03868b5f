"""The few words that a question about a fact needs, in the language of its note; elsewhere signs do.

One table a language in `data`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kb.plugin_api import Note, language_told

_DATA = Path(__file__).with_name("data")
_SIGNS = {
    "what_is": "{}: ?",
    "why": "{} — ?",
    "says_of": "{}: …?",
    "true_or_false": "✓ / ✗? {}",
    "gap": "{}?",
}
_MOST_WORDS = 4  # of a plural
_PLURAL = re.compile(r"(?<!s)(?<!u)(?<!i)s$")


class Wording:
    """How a note's questions are put."""

    def __init__(self, note: Note) -> None:
        self.language = language_told(note.text[note.body.start :])
        self._sentences = sentences_in(self.language)

    def what_is(self, name: str) -> str:
        """Asks what `name` is."""
        bare = name.partition(" (")[0]
        is_named = bare[:1].isupper() and len(bare.split()) <= _MOST_WORDS
        is_plural = "what_are" in self._sentences and is_named and _PLURAL.search(bare)
        return self._sentences["what_are" if is_plural else "what_is"].format(name)

    def says_of(self, name: str) -> str:
        """Asks what the note says of `name`."""
        return self._sentences["says_of"].format(name)

    def why(self, statement: str) -> str:
        """Asks why `statement` holds."""
        return self._sentences["why"].format(statement)


@cache
def sentences_in(language: str) -> Mapping[str, str]:
    """The table of `language`; English where the language cannot be told, signs where it has no table."""
    file = _DATA / f"{'en' if language == 'und' else language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else _SIGNS


def without_asking(stem: str) -> str:
    """A statement that is asked for its truth, without the question before it."""
    for file in _DATA.glob("*.toml"):
        stem = stem.removeprefix(sentences_in(file.stem)["true_or_false"].partition("{")[0])
    return stem
