"""Questions from tables: a row's cell by the row's name, or the name by a cell that describes it."""

from __future__ import annotations

from collections.abc import Iterator

from kb.plugin_api import Block, Note, Span, words_of
from kb_plugins.quiz.item import NO_TERMS, Item, make_item, normal_form
from kb_plugins.study.card import GAP
from kb_plugins.study.tables import rows_of

_MAX_ROWS = 40  # asked of one table
_TELLING = 4  # words from which on a cell describes its row
_MAX_WORDS = 14  # of a key
_MAX_GIVEN = 200  # characters of the cell that is shown


def table_items(note: Note) -> Iterator[Item]:
    """One item for each row of each table, asking for one of its cells."""
    for block in note.blocks:
        if block.kind == "table":
            yield from _of_table(note, block)


def _of_table(note: Note, block: Block) -> Iterator[Item]:
    rows = rows_of(note.text, block.span)
    if len(rows) < 3 or len(rows[0]) < 2:
        return
    head, body = rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]
    if not all(cell.text for cell in head[1:2]):
        return
    names = [normal_form(row[0].text) for row in body]
    for row in body[:_MAX_ROWS]:
        column = 1
        name, cell = row[0], row[column]
        others = [normal_form(other[column].text) for other in body]
        if not words_of(name.text) or not words_of(cell.text) or others.count(normal_form(cell.text)) > 1:
            continue
        if names.count(normal_form(name.text)) > 1:
            continue
        telling = len(cell.text.split()) >= _TELLING
        asked, given = (name, cell) if telling else (cell, name)
        asked_head, given_head = (head[0], head[column]) if telling else (head[column], head[0])
        raw = note.text[row[0].span.start : row[column].span.end]
        # A cell of several lines is a text of its own, and one with a web address leads elsewhere.
        if normal_form(asked.text) in NO_TERMS or "://" in raw or "<br" in raw:
            continue
        if len(asked.text.split()) > _MAX_WORDS or asked.text.endswith(":") or given.text.endswith(":"):
            continue
        if len(given.text) > _MAX_GIVEN:
            continue
        question = f"{_labelled(given_head.text, given.text)} — {_labelled(asked_head.text, GAP)}"
        family = f"table {note.path} {block.line} {0 if telling else column}"
        source = Span(row[0].span.start, row[-1].span.end)
        item = make_item(note, "table", "short", question, asked.span, source, block.heading_path, family)
        if item:
            yield item


def _labelled(head: str, text: str) -> str:
    return f"{head}: {text}" if head else text
