"""The prose of a note as a tree: paragraphs, items of lists with the items below them, and labelled lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from kb.plugin_api import Block, Span
from kb_plugins.study.page import Line, Page, fence_of

_PROSE = ("paragraph", "list", "quote", "callout", "definition")
_LABELLED = re.compile(r"[^\W_][^:：\n]{1,60}(?::\s+|：)\S")
_MOST_LABEL_WORDS = 6
_ORDERED = re.compile(r"\d{1,9}[.)]")


@dataclass(slots=True)
class Entry:
    """A paragraph, an item, or a labelled line of a paragraph."""

    span: Span  # its own text, without what stands below it
    line: int  # 1-based
    heading_path: tuple[str, ...]
    is_item: bool
    is_ordered: bool = False
    parent: Entry | None = None
    children: list[Entry] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Where the last entry below it ends."""
        return self.children[-1].end if self.children else self.span.end

    def walk(self) -> Iterator[Entry]:
        """It and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


def outline_of(page: Page) -> list[Entry]:
    """The top entries of a note, in order; a paragraph that ends with a colon holds the list that follows it."""
    tops: list[tuple[Block, list[Entry]]] = []
    index = 0
    for block in page.note.blocks:
        lines = []
        while index < len(page.lines) and page.lines[index].begin < block.span.end:
            if page.lines[index].end >= block.span.start:
                lines.append(page.lines[index])
            index += 1
        if block.kind in _PROSE:
            tops.append((block, _entries(page, block, [line for line in lines if not line.hidden])))
    for (_, leads), (block, items) in pairwise(tops):
        if leads and items and block.kind == "list" and _leads_in(page, leads[-1], items[0]):
            leads[-1].children += items
            for item in items:
                item.parent = leads[-1]
            items.clear()
    return [entry for _, entries in tops for entry in entries]


def _leads_in(page: Page, lead: Entry, item: Entry) -> bool:
    text = page.note.text[lead.span.start : lead.span.end].rstrip(" *_")
    same = lead.heading_path == item.heading_path
    return same and not lead.is_item and text.endswith((":", "：", "?", "？"))


def _entries(page: Page, block: Block, lines: list[Line]) -> list[Entry]:
    runs = _runs(page, lines)
    tops: list[Entry] = []
    open_items: list[tuple[int, Entry]] = []
    for first, end in runs:
        number = page.note.text[first.begin : first.start].strip(" \t>")
        entry = Entry(
            Span(first.start, end),
            first.number,
            block.heading_path,
            first.indent is not None,
            bool(_ORDERED.match(number)),
        )
        if first.indent is None:
            tops += _labelled_lines(page, entry)
            open_items = []
            continue
        while open_items and open_items[-1][0] >= first.indent:
            open_items.pop()
        if open_items:
            entry.parent = open_items[-1][1]
            entry.parent.children.append(entry)
        else:
            tops.append(entry)
        open_items.append((first.indent, entry))
    return tops


def _runs(page: Page, lines: list[Line]) -> list[tuple[Line, int]]:
    """First lines with the ends of what continues them; blocks of code within a list are passed over."""
    runs: list[tuple[Line, int]] = []
    fence, broken = "", True
    for line in lines:
        text = page.text(line)
        if fence:
            fence = "" if text.startswith(fence) else fence
            broken = True
        elif opened := fence_of(text):
            fence = opened
        elif not text:
            broken = True
        elif line.indent is not None or broken or not runs:
            runs.append((line, line.end))
            broken = False
        else:
            runs[-1] = (runs[-1][0], line.end)
    return runs


def _labelled_lines(page: Page, entry: Entry) -> list[Entry]:
    """A paragraph whose lines each begin with a label is a list without marks."""
    text = page.note.text[entry.span.start : entry.span.end]
    found, start = [], entry.span.start
    for number, line in enumerate(text.split("\n")):
        bare = line.strip()
        begin = start + (line.index(bare) if bare else 0)
        span = Span(begin, begin + len(bare))
        found.append(Entry(span, entry.line + number, entry.heading_path, is_item=False))
        start += len(line) + 1
    labels = [_LABELLED.match(page.note.text[one.span.start : one.span.end]) for one in found]
    labelled = [
        match is not None and len(re.split("[:：]", match[0])[0].split()) <= _MOST_LABEL_WORDS
        for match in labels
    ]
    return found if len(found) > 1 and sum(labelled) >= 0.6 * len(found) else [entry]
