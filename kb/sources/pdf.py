"""PDF: text by page in reading order, outline and large print as headings, remarks and highlights as quotes."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import pypdfium2

from kb.notes.extract import Extract
from kb.sources.markdown import MarkdownText, plain
from kb.sources.pdf_blocks import (
    Printed,
    blocks_of,
    heading_number,
    joined,
    rows_of,
    usual_white,
    without_bullet,
    words_in,
)
from kb.sources.pdf_lines import Line, lines_of
from kb.sources.pdf_remarks import remarks_of
from kb.sources.pdf_scans import recognised
from kb.sources.reading_order import in_reading_order
from kb.sources.running_heads import PrintedPage, without_running_heads
from kb.sources.source import Asked, Unreadable

_MOST_PAGES = 20_000
_MOST_CHARACTERS = 40_000_000
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?")
_NO_TITLE = re.compile(
    r"\W*+(?:untitled|title|document\d*|microsoft word|\(?unspecified\)?|none|\(?anonymous\)?|slide \d+|.*\.(?:docx?|pdf|tex|indd|qxd|pptx?|rtf)$)",
    re.IGNORECASE,
)
_RECOGNISING = 240.0  # seconds, for all scanned pages of a file
_ADVICE = ' If tesseract is installed, pdf.ocr = "on" in kb.toml has it read.'
_LARGE = 1.35  # times the usual height: the print of a title
_SPACES = re.compile(r"[\W_]+")


def read(file: BinaryIO, asked: Asked, /) -> Extract:
    """The pages of the PDF in `file`. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise Unreadable("is locked with a password") from error
        raise Unreadable("is damaged, or not a PDF") from error
    if len(document) > _MOST_PAGES:
        raise Unreadable(f"has more than {_MOST_PAGES:,} pages")
    return _Reading(document, asked).extract()


class _Reading:
    """One document while it is read."""

    def __init__(self, document: Any, asked: Asked) -> None:
        self._document = document
        self._asked = asked
        self._remarks: dict[int, list[str]] = {}
        self._damaged: list[int] = []
        self._text = MarkdownText()
        self._items: list[str] = []  # of the list at hand
        self._titles = _outline(document)
        self._end = time.monotonic() + _RECOGNISING

    def extract(self) -> Extract:
        """What stands in it."""
        pages = without_running_heads(list(self._pages()))
        heights: Counter[float] = Counter()
        for page in pages:
            for line in page.lines:
                heights[round(line.height, 1)] += len(line.text)
        usual = heights.most_common(1)[0][0] if heights else 10.0
        sizes = _heading_sizes(heights, usual)
        words = words_in(line.text for page in pages for line in page.lines)
        ordered = [in_reading_order(page.lines) for page in pages]
        white = usual_white(ordered)
        first: list[Printed] = []
        for page, lines in zip(pages, ordered, strict=True):
            self._text.place("page", page.number)
            blocks = blocks_of(lines, usual, white, numbered=not self._titles)
            first = first or blocks
            for block in blocks:
                self._write(block, page.number, sizes, words)
            self._end_list()
            for remark in self._remarks.get(page.number, ()):
                self._text.quote(remark)
        about = self._document.get_metadata_dict()
        title = _title(about.get("Title", "")) or _printed_title(first, usual)
        empty = [page.number for page in pages if not page.lines]
        return self._text.extract(
            title=title,
            properties=_properties(about),
            created=_moment(about.get("CreationDate", "")),
            modified=_moment(about.get("ModDate", "")),
            problems=tuple(self._problems(len(pages), empty)),
        )

    def _pages(self) -> Iterator[PrintedPage]:
        characters = 0
        for number in range(1, len(self._document) + 1):
            try:
                page = self._document[number - 1]
                textpage = page.get_textpage()
                lines = lines_of(textpage) or self._recognised(page)
                if remarks := remarks_of(page, textpage):
                    self._remarks[number] = remarks
                height = page.get_height()
                textpage.close()
                page.close()
            except (pypdfium2.PdfiumError, ValueError, UnicodeError):
                self._damaged.append(number)
                continue
            characters += sum(len(line.text) for line in lines)
            if characters > _MOST_CHARACTERS:
                raise Unreadable("holds more text than kb reads from one file")
            yield PrintedPage(number, height, lines)

    def _recognised(self, page: Any) -> list[Line]:
        """The lines of a scanned page, where a program may read them and there is time."""
        program = self._asked.options.get("ocr")
        if not program or not _has_picture(page) or time.monotonic() > self._end:
            return []
        return recognised(page, program, self._asked.options.get("languages", "eng"))

    def _write(self, block: Printed, page: int, sizes: Mapping[float, int], words: frozenset[str]) -> None:
        text = joined(block.lines, words)
        level = self._titles.get((page, _folded(text)), 0) if len(block.lines) < 4 else 0
        if block.kind == "item" and not level:
            bare = without_bullet(text)
            self._items.append(plain(text) if bare == text and text[0].isdigit() else f"- {plain(bare)}")
            return
        self._end_list()
        if level:
            self._text.heading(level, text)
        elif block.kind == "heading":
            deepest = max(self._titles.values(), default=0)
            below = deepest + 1 if self._titles else sizes.get(round(block.lines[0].height, 1), 3)
            self._text.heading(heading_number(text) or below, text)
        elif block.kind == "table":
            self._text.table(rows_of(block.lines))
        else:
            self._text.paragraph(text)

    def _end_list(self) -> None:
        self._text.markdown("\n".join(self._items))
        self._items = []

    def _problems(self, count: int, empty: list[int]) -> Iterator[str]:
        if self._damaged:
            yield f"{_listed(self._damaged)} cannot be read."
        if empty and len(empty) == count:
            yield f"It is scanned: none of its pages has text.{_ADVICE if not self._asked.options else ''}"
        elif len(empty) > 1 or (empty and count > 1 and _has_picture(self._document[empty[0] - 1])):
            yield f"{_listed(empty)} hold no text; they may be scanned."


def _outline(document: Any) -> dict[tuple[int, str], int]:
    """The level of each heading of the outline, by its page and its words."""
    found: dict[tuple[int, str], int] = {}
    try:
        for entry in document.get_toc(max_depth=6):
            target = entry.get_dest()
            index = target.get_index() if target is not None else None
            if index is not None:
                found.setdefault((index + 1, _folded(entry.get_title())), entry.level + 1)
    except (pypdfium2.PdfiumError, ValueError, RecursionError):
        return found
    return found


def _heading_sizes(heights: Counter[float], usual: float) -> dict[float, int]:
    """Levels of headings by the height of their print, the largest first."""
    large = sorted((height for height in heights if height >= 1.15 * usual), reverse=True)
    levels: dict[float, int] = {}
    level, last = 0, 0.0
    for height in large:
        if not last or height < 0.93 * last:
            level, last = min(level + 1, 4), height
        levels[height] = level
    return levels


def _printed_title(blocks: list[Printed], usual: float) -> str:
    """The largest print of the first page, where it is large enough for a title."""
    headings = [
        block for block in blocks if block.kind == "heading" and not heading_number(block.lines[0].text)
    ]
    large = [block for block in headings if block.height >= _LARGE * usual]
    if not large:
        return ""
    best = max(large, key=lambda block: round(block.height))
    text = joined(best.lines, ())
    return text if 4 <= len(text) <= 200 else ""


def _title(written: str) -> str:
    words = " ".join(written.split())
    return "" if len(words) < 4 or _NO_TITLE.match(words) else words


def _properties(about: Mapping[str, str]) -> dict[str, str]:
    named = {"author": "Author", "subject": "Subject", "keywords": "Keywords"}
    values = {key: " ".join(about.get(name, "").split()) for key, name in named.items()}
    return {key: value for key, value in values.items() if value and not _NO_TITLE.match(value)}


def _moment(written: str) -> datetime | None:
    found = _DATE.match(written)
    if found is None:
        return None
    year, month, day, hour, minute = (int(part) if part else None for part in found.groups())
    try:
        return datetime(year or 1, month or 1, day or 1, hour or 0, minute or 0)
    except ValueError:
        return None


def _has_picture(page: Any) -> bool:
    return any(one.type == 3 for one in page.get_objects(max_depth=2))  # FPDF_PAGEOBJ_IMAGE


def _folded(text: str) -> str:
    return _SPACES.sub("", text).casefold()


def _listed(numbers: list[int]) -> str:
    named = ", ".join(map(str, numbers[:8]))
    more = f" and {len(numbers) - 8} more" if len(numbers) > 8 else ""
    return f"Page {named}{more}" if len(numbers) == 1 else f"Pages {named}{more}"
