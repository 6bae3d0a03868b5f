"""The few words that a question about a fact needs, in the language of its note; elsewhere signs do.

One table a language in `data`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kb.plugin_api import Note, content_words, language_told

_DATA = Path(__file__).with_name("data")
_SIGNS = {
    "what_is": "{}: ?",
    "why": "{} — ?",
    "says_of": "{}: …?",
    "true_or_false": "✓ / ✗? {}",
    "gap": "{}?",
}
_ARTICLES = r"(?:an?|the|der|die|das|eine?|les?|la|une?|el|los|las) "
_IS = re.compile(
    r"(?:is|are|means|refers? to|ist|sind|bedeutet|bezeichnet|est|sont|es|son)\b(?! (?:used|possible|not|only|also)\b)",
    re.IGNORECASE,
)
_DOES = re.compile(r"[a-z]+[^s\W]s")
_NO_VERB = re.compile(r"(?:ed|ing|ly)$|^[A-Z]|\d")
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

    def about(self, name: str, first: str) -> str:
        """Asks for what stands under the heading `name`, by how its `first` sentence speaks of it."""
        begins = re.match(
            rf"(?:{_ARTICLES})?{re.escape(name.removesuffix('s'))}s?(?: ?[(（][^)）]*[)）])?(?:\s+(?P<verb>\w+)|(?P<is>是))",
            first,
            re.IGNORECASE,
        )
        if begins and (begins["is"] or _IS.match(first, begins.start("verb"))):
            return self.what_is(name)
        if begins and "does" in self._sentences:
            if _DOES.fullmatch(begins["verb"]):
                return self._sentences["does"].format(name)
            if name.endswith("s") and content_words(begins["verb"]) and not _NO_VERB.search(begins["verb"]):
                return self._sentences["do"].format(name)
        quoted = f"“{name}”" if len(name.split()) > 1 else name
        return self._sentences["says_of"].format(quoted)

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
