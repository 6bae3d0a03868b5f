"""Grammars for answers, checked before llama.cpp sees them.

llama.cpp complains about a bad grammar on the process's stderr, recurses without bound into a deep one, and
llama-cpp-python then hands the missing result on and crashes. So a grammar is read here first, by the same rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

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
    """The grammar the options ask for, from either form; raises GrammarInvalid if it cannot work."""
    if options.grammar is not None and options.schema is not None:
        raise GrammarInvalid("An answer can follow a grammar or a JSON schema, not both. Give one of them.")
    if options.schema is not None:
        return from_schema(options.schema)
    if options.grammar is not None:
        check(options.grammar)
    return options.grammar


def from_schema(schema: Mapping[str, Any]) -> str:
    """The grammar of all JSON texts that satisfy `schema`."""
    try:
        text = json.dumps(schema, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise GrammarInvalid(f"The JSON schema is not JSON: {error}.") from error
    _refuse_unusable_parts(json.loads(text))
    return _from_schema_text(text)


def _refuse_unusable_parts(schema: Any) -> None:
    """The converter would fetch references to other documents, and take a broken pattern for a text."""
    if isinstance(schema, list):
        for part in schema:
            _refuse_unusable_parts(part)
    if not isinstance(schema, dict):
        return
    reference, pattern = schema.get("$ref"), schema.get("pattern")
    if isinstance(reference, str) and not reference.startswith("#/"):
        raise GrammarInvalid(
            "The JSON schema refers to another document. Put the definition into the schema."
        )
    if isinstance(pattern, str):
        try:
            re.compile(pattern)
        except re.error as error:
            raise GrammarInvalid(f"The JSON schema's pattern {pattern!r} is malformed: {error}.") from error
    for part in schema.values():
        _refuse_unusable_parts(part)


@lru_cache(maxsize=64)
def _from_schema_text(text: str) -> str:
    from kb.models.llama_library import json_schema_to_gbnf

    try:
        grammar: str = json_schema_to_gbnf(text)
    # The converter states no errors of its own; these are what it was seen to raise.
    except (
        AssertionError,
        AttributeError,
        IndexError,
        KeyError,
        NotImplementedError,
        RecursionError,
    ) as error:
        raise GrammarInvalid(f"The JSON schema cannot be made a grammar: {error!r}.") from error
    except (TypeError, ValueError) as error:
        raise GrammarInvalid(f"The JSON schema cannot be made a grammar: {error}.") from error
    check(grammar)
    return grammar


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
