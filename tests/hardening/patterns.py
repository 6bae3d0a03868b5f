"""Every regular expression of the product, and texts that make one of it slow if anything does.

    python -m tests.hardening.patterns

A pattern is linear when the time that it takes grows as its text does. Each is run on texts that repeat what it repeats
itself, and on texts that repeat what notes are full of, first on short ones: what takes long on one is run on one four
times as long.
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

_LENGTHS = (
    24,
    48,
    96,
    192,
    384,
    768,
    1_500,
    3_000,
)  # characters; an exponential pattern never ends on the last
_SOON = 0.002  # seconds in which a linear pattern is done with it, on a slow machine
_TOO_LONG = 0.2  # seconds for a text of at most the last length; no linear pattern comes near it
_SLOW = 0.02  # seconds for the longest text below which nothing is worse than linear to speak of
# How many times as long a text is, and how many times the seconds are too many. The first tells an exponential pattern
# before the others would never end; of the last, 8 is linear and 64 quadratic.
_GROWTHS = ((1.25, 6.0), (2.0, 7.0), (8.0, 20.0))
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
    """A regular expression, where it stands, and how it is asked."""

    place: str
    pattern: re.Pattern[str]
    ways: frozenset[
        str
    ]  # of `match`, `fullmatch` and `search`; the last stands for all that looks for it everywhere

    def seconds(self, text: str) -> float:
        """The least time that it takes to read `text`."""
        best = 9e9
        for _ in range(3):
            begun = time.process_time()
            for way in self.ways:
                if way == "search":
                    for _found in self.pattern.finditer(text):
                        pass
                else:
                    getattr(self.pattern, way)(text)
            best = min(best, time.process_time() - begun)
            if best < _SOON or best > 1:
                break
        return best


def patterns() -> list[Found]:
    """All of them, each once."""
    read = [
        (module, ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))) for module in modules()
    ]
    public: dict[str, set[str]] = {}
    for _, tree in read:
        for name, ways in _asked(tree).items():
            public.setdefault(name, set()).update(ways)
    found: dict[tuple[str, int], Found] = {}
    for module, tree in read:
        own = _asked(tree)
        made: list[tuple[str, re.Pattern[str], set[str]]] = []
        for name, value in vars(module).items():
            ways = (own if name.startswith("_") else public).get(name, set())
            made += [(f"{module.__name__}.{name}", pattern, ways) for pattern in _held(value, 0)]
        made += [(f"{module.__name__}:{line}", pattern, set()) for line, pattern in _called(tree, module)]
        for place, pattern, ways in made:
            known = ways and ways <= {"match", "fullmatch", "pattern"}
            asked = frozenset(ways - {"pattern"} if known else {"search"})
            found.setdefault((pattern.pattern, pattern.flags), Found(place, pattern, asked))
    return [one for one in found.values() if not one.place.startswith(_NOT_ON_TEXT)]


_OPTIONAL = (
    "langchain_core",
)  # libraries of others for which a module is there, but which kb does not bring


def modules() -> Iterator[ModuleType]:
    """Every module of kb and of its plugins."""
    for package in (kb, kb_plugins):
        for entry in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if entry.name.endswith("__main__"):
                continue
            try:
                yield importlib.import_module(entry.name)
            except ModuleNotFoundError as error:
                if error.name not in _OPTIONAL:
                    raise


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


def _asked(tree: ast.AST) -> dict[str, set[str]]:
    """What is asked of every name."""
    asked: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            asked.setdefault(node.value.id, set()).add(node.attr)
    return asked


@dataclass(frozen=True, slots=True)
class Attack:
    """A text that repeats `piece` between `lead` and `tail`."""

    lead: str
    piece: str
    tail: str

    def text(self, length: int) -> str:
        """About `length` characters of it."""
        return self.lead + self.piece * (length // len(self.piece)) + self.tail


def attacks(pattern: re.Pattern[str]) -> Iterator[Attack]:
    """Texts that it may be slow on."""
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    own = list(dict.fromkeys(piece for piece in _repeated(parsed) if piece))[:24]
    lead = _sample(parsed)[:40]
    for piece in dict.fromkeys([*own, lead, lead[:-1], *_COMMON]):
        if not piece:
            continue
        for tail in _TAILS:
            yield Attack("", piece, tail)
        if piece in own:
            yield Attack(lead, piece, "\x00")
    for first in own[:6]:  # what is opened often and never closed
        for second in own[:6]:
            if first != second:
                yield Attack("", first + second, "\x00")


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
    for attack in attacks(found.pattern):
        for length in _LENGTHS:
            once = found.seconds(attack.text(length))
            if once < _SOON:
                continue
            # Once more, for a busy machine may have lied.
            if _grows(found, attack, length, once) and _grows(found, attack, length, once):
                text = attack.text(length)
                return f"{text[:12]!r} … {text[-12:]!r}: {once * 1000:.0f} ms for {length} characters"
            break
    return ""


def _grows(found: Found, attack: Attack, length: int, once: float) -> bool:
    """Whether longer texts take far more than `once` seconds."""
    return once > _TOO_LONG or any(
        (more := found.seconds(attack.text(int(length * factor)))) > growth * once and more > _SLOW
        for factor, growth in _GROWTHS
    )


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
