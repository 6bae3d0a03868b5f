"""Reading the marks within paragraphs, headings, items and cells: one pass, each mark by its own rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kb.notes.grammar.definition import Definitions
from kb.notes.note import Link, Span, Tag
from kb.notes.source import Lines

Rule = Callable[["Scan", "re.Match[str]"], "int | None"]


@dataclass(slots=True)
class Opening:
    """A `[` that may become a link."""

    start: int  # of the bracket, or of the `!` before it
    bracket: int
    is_image: bool
    links: int  # found before it
    tags: int


@dataclass(slots=True)
class Scan:
    """What was found so far, and the stretch that is being read."""

    text: str  # the note; what is no inline text is blanked out
    source: str  # the note as it is
    lines: Lines
    definitions: Definitions
    links: list[Link] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    masks: list[Span] = field(default_factory=list)  # code, formulas, comments, HTML
    start: int = 0
    end: int = 0
    openings: list[Opening] = field(default_factory=list)
    inactive: int = 0  # openings below this one are within no link any more: links hold no links
    ticks: dict[int, list[int]] | None = None  # where runs of backticks begin, by their length
    missing: set[str] = field(default_factory=set)  # closing marks known not to follow

    def find(self, mark: str, position: int) -> int:
        """Where `mark` stands next within the stretch, or -1; each is looked for in vain once only."""
        if mark in self.missing:
            return -1
        found = self.text.find(mark, position, self.end)
        if found < 0:
            self.missing.add(mark)
        return found

    def mask(self, start: int, end: int) -> int:
        """Nothing between `start` and `end` is prose; reading goes on at the end."""
        self.masks.append(Span(start, end))
        return end

    def no_links_around(self) -> None:
        """A link was found: what is open around it can be no link any more."""
        self.inactive = len(self.openings)


def read_stretches(
    scan: Scan, stretches: Iterable[Span], opening: re.Pattern[str], rules: Mapping[str, tuple[Rule, ...]]
) -> None:
    """Read each stretch on its own: where `opening` matches, the `rules` for its first character are tried."""
    text = scan.text
    search = opening.search
    for stretch in stretches:
        match = search(text, stretch.start, stretch.end)
        if match is None:
            continue
        scan.start, scan.end = stretch.start, stretch.end
        scan.openings.clear()
        scan.missing.clear()
        scan.inactive, scan.ticks = 0, None
        while match is not None:
            position = match.end()
            for rule in rules.get(match[0][0], ()):
                end = rule(scan, match)
                if end is not None:
                    position = end
                    break
            match = search(text, position, stretch.end)
