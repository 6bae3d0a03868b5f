"""Grammars for answers, checked before llama.cpp sees them.

llama.cpp complains about a bad grammar on the process's stderr, recurses without bound into a deep one, and
llama-cpp-python then hands the missing result on and crashes. So a grammar is read here first, by the same rules.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NoReturn

from kb.errors import GrammarInvalid
from kb.models.language_model import Options

_LONGEST = 65_536  # characters
_DEEPEST = 64  # brackets within brackets
_MOST_REPEATS = 2_000  # llama.cpp writes each repetition out
_MOST_ELEMENTS = 100_000  # after writing out

_NAME = re.compile(r"[a-zA-Z0-9-]+")
_SPACE = re.compile(r"(?:[ \t]|#[^\r\n]*)*")
_SPACE_AND_LINES = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_CHARACTER = r"(?:\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\[tnr\\\"\[\]]|[^\\%s\n\r])"
_LITERAL = re.compile(f'"((?:{_CHARACTER % chr(34)})+)"')
_SET = re.compile(rf"\[\^?(?:{_CHARACTER % (chr(92) + ']')})+\]")
_REPEAT = re.compile(r"\{[ \t]*(\d{1,9})[ \t]*(,?)[ \t]*(\d{0,9})[ \t]*\}")


def checked_grammar(options: Options) -> str | None:
    """The grammar that the options ask for; raises GrammarInvalid if it cannot work."""
    if options.grammar is not None:
        check(options.grammar)
    return options.grammar


@lru_cache(maxsize=64)
def check(grammar: str) -> None:
    """Raise GrammarInvalid unless `grammar` is well-formed GBNF of bounded size with a rule `root`."""
    if len(grammar) > _LONGEST:
        raise GrammarInvalid(f"The grammar is longer than {_LONGEST} characters. Ask for a simpler form.")
    if "\0" in grammar:
        raise GrammarInvalid("The grammar contains a zero character. Remove it.")
    reader = _Reader(grammar)
    reader.rules()
    if "root" not in reader.defined:
        raise GrammarInvalid("The grammar has no rule named root. Add one: it describes the whole answer.")
    for name in reader.used:
        if name not in reader.defined:
            raise GrammarInvalid(f"The grammar uses a rule {name!r} that it does not define. Define it.")


class _Reader:
    """Reads GBNF as llama.cpp does: rules of alternatives of sequences of repeatable items."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._elements = 0
        self.defined: set[str] = set()
        self.used: dict[str, None] = {}

    def rules(self) -> None:
        self._skip(_SPACE_AND_LINES)
        while self._at < len(self._text):
            name = self._take(_NAME, "a rule's name").group()
            self._skip(_SPACE)
            self._expect("::=")
            self._skip(_SPACE_AND_LINES)
            self.defined.add(name)
            self._alternatives(0, nested=False)
            if self._at < len(self._text) and self._text[self._at] not in "\r\n":
                self._fail("the end of the line")
            self._skip(_SPACE_AND_LINES)

    def _alternatives(self, depth: int, *, nested: bool) -> None:
        if depth > _DEEPEST:
            raise GrammarInvalid(f"The grammar nests brackets over {_DEEPEST} deep. Ask for a simpler form.")
        self._sequence(depth, nested=nested)
        while self._peek() == "|":
            self._at += 1
            self._skip(_SPACE_AND_LINES)
            self._sequence(depth, nested=nested)

    def _sequence(self, depth: int, *, nested: bool) -> None:
        while True:
            before = self._elements
            if not self._item(depth, nested=nested):
                return
            self._elements = before + (self._elements - before) * self._repetition(nested=nested)
            if self._elements > _MOST_ELEMENTS:
                raise GrammarInvalid(
                    "The grammar becomes too large once repetitions are written out. Repeat less."
                )

    def _item(self, depth: int, *, nested: bool) -> bool:
        """Read one item, if there is one."""
        self._elements += 1
        sign = self._peek()
        if sign == '"':
            self._elements += len(self._take(_LITERAL, "text in closed quotes").group())
        elif sign == "[":
            self._elements += len(self._take(_SET, "characters in closed brackets").group())
        elif sign == ".":
            self._at += 1
        elif sign == "(":
            self._at += 1
            self._skip(_SPACE_AND_LINES)
            self._alternatives(depth + 1, nested=True)
            self._expect(")")
        elif found := _NAME.match(self._text, self._at):
            self._at = found.end()
            self.used[found.group()] = None
        else:
            return False
        self._skip(_SPACE_AND_LINES if nested else _SPACE)
        return True

    def _repetition(self, *, nested: bool) -> int:
        """How often the last item is written out."""
        times = 1
        sign = self._peek()
        if sign == "{":
            found = self._take(_REPEAT, "a repetition such as {1,3}")
            least = int(found[1])
            most = int(found[3]) if found[3] else least
            if max(least, most) > _MOST_REPEATS or most < least:
                raise GrammarInvalid(
                    f"The grammar's repetition {found.group()} is out of range 0 to {_MOST_REPEATS}."
                )
            times = max(1, most)
        elif sign and sign in "*+?":
            self._at += 1
        else:
            return times
        self._skip(_SPACE_AND_LINES if nested else _SPACE)
        if (again := self._peek()) and again in "*+?{":
            self._fail("one repetition only")
        return times

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self._text, self._at):
            self._at = found.end()

    def _take(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            self._fail(what)
        self._at = found.end()
        return found

    def _expect(self, text: str) -> None:
        if not self._text.startswith(text, self._at):
            self._fail(text)
        self._at += len(text)

    def _fail(self, expected: str) -> NoReturn:
        line = self._text.count("\n", 0, self._at) + 1
        raise GrammarInvalid(f"The grammar is malformed in line {line}: expected {expected}. Correct it.")
