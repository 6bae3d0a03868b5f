"""The block structure of a note: headings, top-level blocks and where code stands.

markdown-it-py reads it with inline parsing off. Ranges come from its line numbers and the note's own line
starts, because markdown-it normalises line ends and so its offsets are not the file's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from operator import sub
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from kb.notes.grammar.comment_block import comment_block
from kb.notes.grammar.definition import definition_lines
from kb.notes.grammar.math_block import math_block
from kb.notes.grammar.org_block import org_block
from kb.notes.grammar.outline_block import code_or_outline
from kb.notes.grammar.stretches import Stretches, find_stretches
from kb.notes.note import BlockKind, Span
from kb.notes.source import Lines

# markdown-it takes 10 to 45 µs a line; a log of a million lines is read by a simpler rule instead.
MAX_LINES = 20_000
# And about 10 µs a table cell.
MAX_CELLS = 80_000
# The kind of a block shows at the ends of its lines; markdown-it reads a line once per level of nesting.
LINE_END = 1_000
# Beyond this no indent opens a level that is still told apart.
DEEPEST_INDENT = 160
# A list level counts twice. Each reads its lines again, and costs two frames of Python's stack; what lies
# deeper than 30 levels is part of its block all the same.
MAX_NESTING = 60

_KINDS: dict[str, BlockKind] = {
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
    "blockquote_open": "quote",
    "math_block": "math",
    "html_block": "html",
    "footnote_reference_open": "footnote",
    "dl_open": "definition",
}
_CALLOUT = re.compile(r"[ \t]*>[ \t]*\[![^\[\]\r\n]+\]")
_ATX = re.compile(r"[ ]{0,3}(#{1,6})(?:[ \t]+(.*))?$")
_DEEP_INDENT = re.compile(r"^[ \t]{160,}+", re.MULTILINE)
_LINE_END = re.compile(r"\r\n?|\n")
_LONG_LINE = re.compile(r"(?<![^\r\n])[^\r\n]{2000,}+")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_RULE = re.compile(r"[ ]{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as found, before sections are nested."""

    level: int
    raw: str  # its text with inline markup
    span: Span
    first_line: int  # 0-based
    end_line: int


@dataclass(frozen=True, slots=True)
class RawBlock:
    """A top-level block before its heading path is known."""

    kind: BlockKind
    span: Span
    line: int  # 0-based


@dataclass(frozen=True, slots=True)
class Structure:
    """Headings, blocks, code ranges and inline text of one note, each in the order of the text."""

    headings: list[Heading]
    blocks: list[RawBlock]
    code: list[Span]
    stretches: Stretches = field(default_factory=Stretches)
    shortened: bool = False  # True when the simpler rule for very long notes was used


@cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    parser.use(footnote_plugin).use(deflist_plugin)
    rules = parser.block.ruler
    rules.at("code", code_or_outline)
    rules.at("reference", definition_lines)
    rules.before(
        "fence", "comment_block", comment_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    rules.before("fence", "math_block", math_block)
    rules.before("fence", "org_block", org_block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return parser.disable(["inline", "footnote_tail", "text_join"])


def read_structure(lines: Lines, body_start: int) -> Structure:
    """The structure of the text from offset `body_start` on."""
    if body_start >= len(lines.text):
        return Structure([], [], [])
    first = lines.line_at(body_start)
    if len(lines) - first > MAX_LINES or lines.text.count("|", body_start) > MAX_CELLS:
        return _read_simply(lines, first)
    environment: dict[str, Any] = {}
    body = lines.text[body_start:]
    shown = _shortened(lines, body)
    tokens = _markdown().parse(shown, environment)
    cut = _LINE_END.split(shown) if shown is not body else None
    stretches = find_stretches(lines, first, tokens, environment, cut)
    return _from_tokens(lines, first, tokens, stretches)


def _shortened(lines: Lines, body: str) -> str:
    """The body with very long lines and indents cut, each in its place, so that line numbers still hold."""
    if max(map(sub, lines.ends, lines.starts)) <= DEEPEST_INDENT:
        return body
    body = _DEEP_INDENT.sub(" " * DEEPEST_INDENT, body)
    return _LONG_LINE.sub(lambda match: match[0][:LINE_END] + match[0][-LINE_END:], body)


def _from_tokens(lines: Lines, first: int, tokens: list[Token], stretches: Stretches) -> Structure:
    structure = Structure([], [], [], stretches)
    silent = {
        number
        for span in stretches.definitions
        for number in range(lines.line_at(span.start), lines.line_at(span.end) + 1)
    }
    covered = first
    last = len(lines)
    for index, token in enumerate(tokens):
        if token.map is None or token.nesting < 0:
            continue
        start, end = first + token.map[0], min(first + token.map[1], last)
        if token.type in ("fence", "code_block"):
            structure.code.append(lines.span(start, end))
        if token.level > 0:
            continue
        # Whatever markdown-it passes over in silence is still text someone wrote.
        _add_missed(lines, structure, covered, start, silent)
        covered = max(covered, end)
        if token.type == "heading_open":
            raw = tokens[index + 1].content[: 2 * LINE_END]
            structure.headings.append(Heading(int(token.tag[1]), raw, lines.span(start, end), start, end))
        elif token.type in _KINDS:
            _add_block(lines, structure, _KINDS[token.type], start, end)
    _add_missed(lines, structure, covered, last, silent)
    return structure


def _add_missed(lines: Lines, structure: Structure, start: int, end: int, silent: set[int]) -> None:
    run = start
    for number in range(start, end + 1):
        if number == end or number in silent or lines.is_blank(number):
            if number > run:
                _add_block(lines, structure, "paragraph", run, number)
            run = number + 1


def _add_block(lines: Lines, structure: Structure, kind: BlockKind, start: int, end: int) -> None:
    span = lines.span(start, end)
    if span.start == span.end:
        return
    if kind == "quote" and _CALLOUT.match(lines.text, span.start):
        kind = "callout"
    structure.blocks.append(RawBlock(kind, span, lines.line_at(span.start)))


def _read_simply(lines: Lines, first: int) -> Structure:
    """Headings, fenced code and paragraphs only; for notes too long for the full grammar."""
    structure = Structure([], [], [], shortened=True)
    inline = structure.stretches.inline
    run, fence = first, ""
    for number in range(first, len(lines)):
        line = lines.line(number)
        mark = line[:1]
        if fence:
            if line.strip() == fence:
                _close_run(lines, structure, run, number + 1, "code")
                run, fence = number + 1, ""
            continue
        if not line or line.isspace():
            _close_run(lines, structure, run, number, "paragraph")
            run = number + 1
        elif mark in "#`~ \t-*_" and (special := _FENCE.match(line) or _ATX.match(line) or _RULE.match(line)):
            _close_run(lines, structure, run, number, "paragraph")
            run = number + 1
            if special.re is _FENCE:
                run, fence = number, special[1]
            elif special.re is _ATX:
                raw = (special[2] or "").rstrip("# \t")
                span = Span(lines.starts[number], lines.ends[number])
                structure.headings.append(Heading(len(special[1]), raw, span, number, number + 1))
                inline.append(span)
    _close_run(lines, structure, run, len(lines), "code" if fence else "paragraph")
    return structure


def _close_run(lines: Lines, structure: Structure, start: int, end: int, kind: BlockKind) -> None:
    if end > start:
        span = lines.span(start, end)
        if span.start < span.end:
            structure.blocks.append(RawBlock(kind, span, lines.line_at(span.start)))
            if kind == "code":
                structure.code.append(span)
            else:
                structure.stretches.inline.append(span)
