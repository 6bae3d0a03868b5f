"""The tutor's sentences in the language of the note; one table a language in `data`."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_name("data")
_LANGUAGES = ("en", "de", "fr", "es", "zh")


class Tongue:
    """What is said in one language; of several wordings each in turn."""

    def __init__(self, language: str) -> None:
        self.language = language if language in _LANGUAGES else _LANGUAGES[0]
        self._said: Counter[str] = Counter()

    def says(self, name: str, **values: object) -> str:
        """A statement, without a question mark."""
        return self._of("says", name).format(**values)

    def asks(self, name: str, place: int | None = None, **values: object) -> str:
        """A question, with one question mark; the wording at `place`, or the next one."""
        return self._of("asks", name, place).format(**values)

    def category(self, name: str, count: int = 0) -> str:
        """What kind of thing is looked for."""
        return self._of("category", name).format(count=count)

    def hint(self, name: str, **values: object) -> str:
        """A hint, without a question mark."""
        return self._of("hint", name).format(**values)

    def _of(self, table: str, name: str, place: int | None = None) -> str:
        texts = _table(self.language)[table][name]
        if isinstance(texts, str):
            return texts
        if place is None:
            place = self._said[f"{table} {name}"]
            self._said[f"{table} {name}"] += 1
        return str(texts[place % len(texts)])


@cache
def _table(language: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((_DATA / f"{language}.toml").read_text(encoding="utf-8"))
