"""A list or a table as one line of a summary: what its items and rows name or say, in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.plugin_api import Block, Span, content_words, plain_text, split_sentences
from kb_plugins.study.labels import label_of
from kb_plugins.study.page import Line, Page
from kb_plugins.study.shapes import STEERS

_FEWEST, _MOST = 2, 9  # items
_MOST_WORDS = 18  # of an item that has no label
_MOST_TOLD, _ROOM = (
    32,
    260,
)  # words of one that is told whole, where all of them need no more characters than that
_MOST_CHARACTERS = 340
_LONGEST_LEAD = 90  # characters
_IS_LINK = re.compile(r"!?(?:\[\[[^\]]*\]\]|\[[^\]]*\]\([^)]*\))(?:\s|$)")
_SHORT_CELL, _MOST_PAIRS = 4, 9  # words of a cell, and rows, of a table that is told whole
_TABLE_NAMES = 6  # rows of a larger table that are named
_TERM = re.compile(r"\*\*([^*\n]{2,40})\*\*")
_STEERED = 0.5  # share of items that say where to click


@dataclass(frozen=True, slots=True)
class ListLine:
    """The list at `span` in one line."""

    text: str
    lead: str  # what the paragraph before it announces, or empty
    span: Span


def list_line(page: Page, block: Block) -> ListLine | None:
    """The list of `block` as one line; None where its items are too many, too long, tasks, cards or links."""
    lines = [
        line for line in page.lines if block.span.start <= line.begin < block.span.end and not line.hidden
    ]
    depth = min((line.indent for line in lines if line.indent is not None), default=None)
    tops = [line for line in lines if line.indent is not None and line.indent == depth]
    if not _FEWEST <= len(tops) <= _MOST:
        return None
    ends = [*(line.begin for line in tops[1:]), block.span.end]
    if any(block.span.start <= task.span.start < block.span.end for task in page.note.tasks):
        return None  # tasks are told by themselves
    whole = [_name(page, line, end, _MOST_TOLD) for line, end in zip(tops, ends, strict=True)]
    has_room = all(whole) and len(" · ".join(whole)) <= _ROOM
    names = (
        whole
        if has_room
        else [_name(page, line, end, _MOST_WORDS) for line, end in zip(tops, ends, strict=True)]
    )
    if not all(names) or sum(bool(STEERS.search(name)) for name in names) >= _STEERED * len(names):
        return None
    text = " · ".join(names)
    if len(text) > _MOST_CHARACTERS or len(content_words(text)) < _FEWEST:
        return None
    return ListLine(text, _lead(page, block), Span(block.span.start, block.span.end))


def _name(page: Page, line: Line, end: int, most: int) -> str:
    """An item as its label with what that announces, or its first sentence, of `most` words; else its label or term.

    Empty where it has neither.
    """
    raw = page.note.text[line.start : end].strip()
    if _IS_LINK.match(raw) or "`[" in raw or "::" in raw or "://" in raw:
        return ""
    label = label_of(raw)
    if label:
        rest = plain_text(raw[label[1] :].split("\n")[0])
        short = f"{label[0]}: {_first_sentence(rest)}".rstrip(".")
        return short if len(short.split()) <= most else label[0]
    sentences = split_sentences(page.note.text, Span(line.start, end))
    first = " ".join(sentences[0].text.split()).rstrip(".:;,") if sentences else ""
    term = _TERM.match(raw)
    return first if len(first.split()) <= most else plain_text(term[1]) if term else ""


def _first_sentence(text: str) -> str:
    return " ".join(re.split(r"(?<=[.!?。])\s", text.strip(), maxsplit=1)[0].split())


def _lead(page: Page, block: Block) -> str:
    """The lead-in that ends with a colon right before the list."""
    before = page.note.text[max(0, block.span.start - 200) : block.span.start].rstrip()
    last = before.rsplit("\n", 1)[-1].strip(" *_")
    if not last.endswith((":", "：")) or last.startswith(("#", "-", "*", "|")):
        return ""
    plain = " ".join(plain_text(last.replace("**", "").replace("__", "")).split()).rstrip(":：")
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", plain) if part]
    lead = sentences[-1] if sentences else ""
    return lead if 0 < len(lead) <= _LONGEST_LEAD and len(content_words(lead)) >= _FEWEST else ""


def table_line(rows: Sequence[Sequence[str]]) -> str:
    """A table, its header first: all of a small one of two columns, else its columns and what its rows are about."""
    if len(rows) < 3 or not all(rows[0][:2]):
        return ""
    names = [row[0] for row in rows[1:] if row and row[0]]
    more = ", …" if len(names) > _TABLE_NAMES else ""
    columns = " · ".join(filter(None, rows[0]))
    shape = f"{columns} of {', '.join(names[:_TABLE_NAMES])}{more} ({len(rows) - 1} rows)"
    named = [name for name in names if name[0].isalpha()]
    return _pairs(rows) or (shape if len(named) > len(names) / 2 else "")


def _pairs(rows: Sequence[Sequence[str]]) -> str:
    """A small table of two columns as its pairs; empty for any other."""
    body = [row for row in rows[1:] if len(row) == 2]
    short = all(0 < len(cell.split()) <= _SHORT_CELL for row in body for cell in row)
    if len(rows[0]) != 2 or len(body) != len(rows) - 1 or not short or len(body) > _MOST_PAIRS:
        return ""
    return f"{rows[0][0]} / {rows[0][1]}: " + " · ".join(f"{name}: {value}" for name, value in body)
