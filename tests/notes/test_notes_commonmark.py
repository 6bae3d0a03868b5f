"""Every example of the CommonMark specification: links, pictures, headings and code are those of its own HTML."""

from __future__ import annotations

import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it.common.normalize_url import normalizeLink

from kb.notes.headings import heading_key
from kb.notes.parse import parse_note

EXAMPLES = {
    number: (markdown, html)
    for number, _, markdown, html in map(
        json.loads,
        Path(__file__).with_name("data").joinpath("commonmark.jsonl").read_text("utf-8").splitlines(),
    )
}

# Where kb differs, by reason; the examples of a reason do differ, and all others do not.
DIFFERENCES: dict[str, tuple[int, ...]] = {
    "HTML stays what it is, as in Obsidian: its attributes are no links of the note, its <pre> is no block of code": (
        21, 31, 148, 159, 162, 169, 187, 344, 475, 476, 477, 630, 631, 642, 643,
    ),
    "Obsidian: double brackets are a wiki link": (548, 559, 590),
    "the text of a picture may hold links, which a rename must find": (520, 574, 575),
    "Obsidian, GitHub: bare addresses are links": (602, 608, 611),
}  # fmt: skip


class Reader(HTMLParser):
    """What an example's HTML has: (links and pictures, headings outside of quotes and lists, pieces of block code)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: Counter[tuple[str, str]] = Counter()
        self.headings: list[tuple[int, str]] = []
        self.code = 0
        self._inside = 0
        self._heading: list[str] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links["link", given["href"] or ""] += 1
        elif tag == "img" and given.get("src"):
            self.links["picture", given["src"] or ""] += 1
        elif tag == "pre":
            self.code += 1
        elif tag in ("blockquote", "li"):
            self._inside += 1
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() and not self._inside:
            self.headings.append((int(tag[1]), ""))
            self._heading = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("blockquote", "li"):
            self._inside -= 1
        elif self._heading is not None and len(tag) == 2 and tag[0] == "h":
            self.headings[-1] = (self.headings[-1][0], heading_key("".join(self._heading)))
            self._heading = None

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.append(data)


def read_by_kb(text: str) -> tuple[Counter[tuple[str, str]], list[tuple[int, str]], int]:
    note = parse_note("a.md", text)
    links: Counter[tuple[str, str]] = Counter()
    for link in note.links:
        anchor = f"#{link.heading}" if link.heading else f"#^{link.block}" if link.block else ""
        is_picture = text[link.span.start] == "!"
        links["picture" if is_picture else "link", normalizeLink(link.target + anchor)] += 1
    return links, [(one.level, heading_key(one.title)) for one in note.sections], len(note.code)


def is_read_alike(number: int) -> bool:
    markdown, html = EXAMPLES[number]
    standard = Reader(html)
    return read_by_kb(markdown) == (standard.links, standard.headings, standard.code)


def test_every_example_is_read_as_the_specification_says() -> None:
    assert len(EXAMPLES) == 652
    differing = {number for numbers in DIFFERENCES.values() for number in numbers}
    assert [number for number in EXAMPLES if number not in differing and not is_read_alike(number)] == []


@pytest.mark.parametrize("reason", DIFFERENCES)
def test_each_difference_is_one(reason: str) -> None:
    assert [number for number in DIFFERENCES[reason] if is_read_alike(number)] == []
