"""Every regular expression of the product, and texts that make one of it slow if anything does.

    python -m tests.hardening.patterns

A pattern is linear when the time that it takes grows as its text does. Each is run on texts that repeat what it repeats
itself, and on texts that repeat what notes are full of; where one takes long, its text is doubled twice.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import kb_plugins

import kb

_LENGTH = 3_000  # characters of the first text
_SOON = 0.002  # seconds in which a linear pattern is done with it, on a slow machine
_SLOW = 0.02  # seconds for the longest text below which nothing is worse than linear to speak of
_GROWTH = 8.0  # of time, where the text is four times as long: 4 is linear, 16 quadratic
_COMMON = [
    " ", "\t", "\n", "a", "1", "[", "]", "(", "<", ">", "*", "_", "`", "#", "|", "-", ".", ":", "/", "\\", "'", '"', "=", "~", "%", "$", "!", "^",
    "a ", "1,", "1 ", "[[", "![", "](", "- ", "> ", "| ", "a.", "A ", "\n\n", "\n- ", "“", "，", "。", "月", "é", "a-", "::", "{{", "<a", "a@",
]  # fmt: skip
# What these read was not written by a user: grammars that kb and its plugins make, and names of files, which the system
# keeps to 255 bytes.
_NOT_ON_TEXT = ("kb.models.grammar", "kb.models.llama_log", "kb.notes.left_out")
_TAILS = ["", "\x00", "!\n", "\na"]


@dataclass(frozen=True, slots=True)
class Found:
    """A regular expression, and where it stands."""

    place: str
    pattern: re.Pattern[str]
    whole: bool  # it is only asked whether a text begins with it, not where it stands

    def seconds(self, text: str) -> float:
        """The least time that it takes to read `text`."""
        best = 9e9
        for _ in range(3):
            begun = time.process_time()
            if self.whole:
                self.pattern.match(text)
                self.pattern.fullmatch(text)
            else:
                for _found in self.pattern.finditer(text):
                    pass
            best = min(best, time.process_time() - begun)
            if best < _SOON or best > 1:
                break
        return best


def patterns() -> list[Found]:
    """All of them, each once."""
    found: dict[tuple[str, int, bool], Found] = {}
    for module in modules():
        source = Path(str(module.__file__))
        tree = ast.parse(source.read_text(encoding="utf-8"))
        anchored = _anchored(tree)
        place = f"{module.__name__}"
        made = [(f"{place}:{line}", pattern, False) for line, pattern in _called(tree, module)]
        for name, value in vars(module).items():
            made += [(f"{place}.{name}", pattern, name in anchored) for pattern in _held(value, 0)]
        by_text = {(pattern.pattern, pattern.flags) for where, pattern, whole in made if whole}
        for where, pattern, whole in made:
            whole = whole or (pattern.pattern, pattern.flags) in by_text
            found.setdefault((pattern.pattern, pattern.flags, whole), Found(where, pattern, whole))
    return [one for one in found.values() if not one.place.startswith(_NOT_ON_TEXT)]


def modules() -> Iterator[ModuleType]:
    """Every module of kb and of its plugins."""
    for package in (kb, kb_plugins):
        for entry in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not entry.name.endswith("__main__"):
                yield importlib.import_module(entry.name)


def _held(value: Any, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth < 4 and isinstance(value, dict):
        for item in value.items():
            yield from _held(item, depth + 1)
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _held(item, depth + 1)
    elif depth < 4 and hasattr(type(value), "__dataclass_fields__"):
        for name in type(value).__dataclass_fields__:
            yield from _held(getattr(value, name, None), depth + 1)


def _called(tree: ast.AST, module: ModuleType) -> Iterator[tuple[int, re.Pattern[str]]]:
    """The patterns that are written where they are used; names that are only known there are taken for a word."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
            continue
        text = _text(node.args[0], vars(module))
        flags = next((word.value for word in node.keywords if word.arg == "flags"), None)
        if node.func.attr == "compile" and len(node.args) > 1:
            flags = node.args[1]
        try:
            chosen = eval(ast.unparse(flags), vars(module)) if flags else 0
            if text:
                yield node.lineno, re.compile(text, chosen)
        except (re.error, NameError):
            continue


def _text(node: ast.expr, names: dict[str, Any]) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text(part, names) if isinstance(part, ast.Constant) else _of(part.value, names)
            for part in node.values
            if isinstance(part, ast.Constant | ast.FormattedValue)
        )
    if isinstance(node, ast.BinOp):
        left, right = _text(node.left, names), _text(node.right, names)
        return left + right if left and right else ""
    return ""


def _of(node: ast.expr, names: dict[str, Any]) -> str:
    try:
        return str(eval(ast.unparse(node), dict(names)))
    except Exception:  # noqa: BLE001 - whatever it needs is not there
        return "word"


def _anchored(tree: ast.AST) -> set[str]:
    """Names that are only ever asked for `match` or `fullmatch` in their module."""
    asked: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            asked.setdefault(node.value.id, set()).add(node.attr)
        elif isinstance(node, ast.Name):
            asked.setdefault(node.id, set())
    return {name for name, ways in asked.items() if ways and ways <= {"match", "fullmatch", "pattern"}}


def attacks(pattern: re.Pattern[str]) -> Iterator[str]:
    """Texts of some length that it may be slow on, each with what to repeat and how it ends."""
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    own = list(dict.fromkeys(piece for piece in _repeated(parsed) if piece))[:24]
    lead = _sample(parsed)[:40]
    for piece in dict.fromkeys([*own, lead, lead[:-1], *_COMMON]):
        if not piece:
            continue
        body = piece * (_LENGTH // len(piece))
        for tail in _TAILS:
            yield body + tail
        if piece in own:
            yield lead + body + "\x00"
    for first in own[:6]:  # what is opened often and never closed
        for second in own[:6]:
            if first != second:
                yield (first + second) * (_LENGTH // len(first + second)) + "\x00"


def _repeated(parsed: Any) -> Iterator[str]:
    """Samples of all that the pattern repeats."""
    for op, value in parsed:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            if value[1] > 8:
                yield _sample(value[2])
                yield _sample(value[2], 1)
            yield from _repeated(value[2])
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from _repeated(branch)
        elif op in (sre.SUBPATTERN, sre.ATOMIC_GROUP, sre.ASSERT, sre.ASSERT_NOT):
            yield from _repeated(value[-1] if isinstance(value, tuple) else value)


def _sample(parsed: Any, which: int = 0) -> str:
    """A text that the pattern may match; another with `which`."""
    text = ""
    for op, value in parsed:
        if op is sre.LITERAL:
            text += chr(value)
        elif op is sre.NOT_LITERAL:
            text += "a" if value != ord("a") else "b"
        elif op is sre.ANY:
            text += "a"
        elif op is sre.IN:
            text += _member(value, which)
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            text += _sample(value[2], which) * max(1, min(value[0], 3))
        elif op is sre.BRANCH:
            text += _sample(value[1][which % len(value[1])], which)
        elif op in (sre.SUBPATTERN, sre.ATOMIC_GROUP):
            text += _sample(value[-1] if isinstance(value, tuple) else value, which)
    return text


def _member(items: Any, which: int) -> str:
    literal = [chr(value) for op, value in items if op is sre.LITERAL] + [
        chr(value[0]) for op, value in items if op is sre.RANGE
    ]
    kinds = {sre.CATEGORY_SPACE: " \t\n", sre.CATEGORY_DIGIT: "17", sre.CATEGORY_WORD: "a1_", sre.CATEGORY_NOT_SPACE: "a-",
             sre.CATEGORY_NOT_WORD: " -", sre.CATEGORY_NOT_DIGIT: "a "}  # fmt: skip
    if items and items[0][0] is sre.NEGATE:
        test = re.compile("".join(("[^", *(re.escape(one) for one in literal), "\x01]")))
        barred = {kind for op, kind in items[1:] if op is sre.CATEGORY}
        for one in (*("a", " ", "-", "1", "\n", "é")[which:], "b"):
            if test.match(one) and not any(one in kinds.get(kind, "") for kind in barred):
                return one
        return "a"
    choices = literal + [one for op, kind in items if op is sre.CATEGORY for one in kinds.get(kind, "")]
    return choices[which % len(choices)] if choices else "a"


def worse_than_linear(found: Found) -> str:
    """A text on which the time of `found` grows faster than its length, shown by its two ends; empty for none."""
    for text in attacks(found.pattern):
        if found.seconds(text) < _SOON:
            continue
        body, tail = (text, "") if text[-1:] not in "\x00\na" else (text[:-2], text[-2:])
        once = found.seconds(body + tail)
        more = found.seconds(body * 4 + tail) if once < 1 else 9e9
        if more > _SLOW and more > _GROWTH * once:
            # a busy machine may have lied once
            again = (
                found.seconds(body * 4 + tail) / max(found.seconds(body + tail), 1e-6) if once < 1 else 9e9
            )
            if again > _GROWTH:
                return f"{text[:12]!r} … {text[-12:]!r}: {once * 1000:.0f} ms, {more * 1000:.0f} ms"
    return ""


def main() -> int:
    begun, slow = time.process_time(), 0
    every = patterns()
    for found in every:
        if told := worse_than_linear(found):
            slow += 1
            print(f"{found.place}: {found.pattern.pattern[:120]!r}\n    {told}", flush=True)
    print(f"{len(every)} patterns, {slow} worse than linear, {time.process_time() - begun:.0f} s")
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
