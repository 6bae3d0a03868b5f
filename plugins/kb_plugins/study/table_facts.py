"""What the cells of a table state: of each row by its name, in each of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.plugin_api import Block, Note, Span, content_words, words_of
from kb_plugins.study.card import GAP
from kb_plugins.study.fact import Fact
from kb_plugins.study.tables import Cell, rows_of

_MAX_ROWS = 40  # asked of one table, taken from all of it
_TELLING = 4  # words from which on a cell describes its row
_MAX_WORDS = 16  # of an answer
_MOST_TITLE = 4  # words of a column's name
_CODE = re.compile(r"[._(){}<>/\\=]|--|^.{1,2}$|[a-z][A-Z]")
_MAX_GIVEN = 200  # characters of the cell that is shown
# What heads rows that name points of comparison, and not things.
_COMPARES = re.compile(
    r"(?:aspects?|features?|criteri\w+|propert\w+|parameters?|attributes?|dimension|characteristic|kriteri\w+|merkmale?|eigenschaft\w*|critère)?$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:notes?|description|examples?|default|optional|required|todo|links?|url|source|total|sum|average|yes|no|n/?a|non|oui|ja|nein|s[ií]|是|否|有|无|(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|janv|févr|mars|avr|juin|juil|août|"
    r"ene|abr|ago|dic|mon|tue|wed|thu|fri|sat|sun|lun|mer|jeu|ven|sam|dim)\w*\.?(?: \d+)?|-+|[\d.,:/% -]+)$",
    re.IGNORECASE,
)
_KEY_COLUMN = re.compile(
    r"(?:values?|commands?|fields?|options?|flags?|keys?|settings?|parameters?|arguments?|shortcuts?|placeholders?|variables?|property|"
    r"query elements?|instructions?|events?|syntax|befehle?|optionen|einstellung\w*)$",
    re.IGNORECASE,
)
# Columns that say where or how something is reached, and not what it is.
_NO_COLUMN = re.compile(
    r"(?:notes?|links?|url|source|examples?(?: \d+)?|image|icon|#|no\.?|nr\.?|id|comments?|remarks?|phones?|tel\w*|e-?mails?|address|see|status|location|command|shortcut|key(?:s|binding)?|"
    r"default|when .*|types?(?: \d+)?|version|since|beispiel\w*|bemerkung\w*)$",
    re.IGNORECASE,
)


def table_facts(note: Note) -> Iterator[Fact]:
    """Facts of every table."""
    for block in note.blocks:
        if block.kind == "table":
            yield from _of_table(note, block)


def _of_table(note: Note, block: Block) -> Iterator[Fact]:
    rows = rows_of(note.text, block.span)
    if len(rows) < 3 or len(rows[0]) < 2:
        return
    head, body = rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]
    names = [row[0].text.casefold() for row in body]
    step = max(1, -(-len(body) // _MAX_ROWS))
    for row in body[::step]:
        name = row[0].text
        if (
            not words_of(name)
            or _NO_NAME.match(name)
            or names.count(name.casefold()) > 1
            or name.endswith(":")
            or name.startswith("-")
        ):
            continue
        if note.text.startswith("`", row[0].span.start) and any(map(str.isalpha, name)):
            continue  # so are those in code
        source = Span(row[0].span.start, row[-1].span.end)
        raw = note.text[source.start : source.end]
        if "://" in raw or "<br" in raw:
            continue  # a cell of several lines is a text of its own, and one with an address leads elsewhere
        if _KEY_COLUMN.match(head[0].text):
            continue  # names of a program are looked up
        if len(head) == 2 and len(row[1].text.split()) >= _TELLING and not _COMPARES.match(head[0].text):
            if len(row[1].text) <= _MAX_GIVEN and len(name.split()) <= _MAX_WORDS // 2:
                question = f"{_labelled(head[1].text, row[1].text)} — {_labelled(head[0].text, GAP)}"
                family = f"table {note.path} {block.line} 0"
                yield Fact(
                    "cell", question, row[0].span, source, block.heading_path, family=family, is_name=True
                )
            continue
        yield from _cells(note, block, head, body, row, source)


def _cells(
    note: Note,
    block: Block,
    head: Sequence[Cell],
    body: Sequence[Sequence[Cell]],
    row: Sequence[Cell],
    source: Span,
) -> Iterator[Fact]:
    for column in range(1, len(head)):
        cell, title = row[column], head[column].text
        values = [other[column].text.casefold() for other in body]
        if len(title.split()) > _MOST_TITLE or (
            _CODE.search(row[0].text) and len(content_words(cell.text)) < _TELLING
        ):
            continue
        if (
            not words_of(cell.text)
            or not any(map(str.isalpha, title))
            or _NO_COLUMN.match(title)
            or (_NO_NAME.fullmatch(cell.text) and not any(map(str.isdigit, cell.text)))
        ):
            continue
        # A value that most rows share tells nothing of this one.
        if (
            values.count(cell.text.casefold()) > max(1, len(body) // 3)
            or len(cell.text.split()) > 2 * _MAX_WORDS
        ):
            continue
        family = f"table {note.path} {block.line} {column}"
        yield Fact("cell", f"{row[0].text} — {title}?", cell.span, source, block.heading_path, family=family)


def _labelled(head: str, text: str) -> str:
    return f"{head}: {text}" if head else text
