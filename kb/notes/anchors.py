"""Which heading of a note an anchor means: by Obsidian's headings, and by the slugs of the web."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from kb.notes.headings import heading_key

WHOLE = -1  # the anchor names no heading: the note from its beginning
_NUMBER = re.compile(r"(?<!\d)\d++$")


@dataclass(frozen=True, slots=True)
class Anchors:
    """The headings of one note, as anchors name them."""

    paths: Sequence[tuple[str, ...]]  # keys of each heading and those above it, in the order of the note
    others: Mapping[str, str]  # key of another name of a heading -> key of its title

    def number(self, written: str) -> int | None:
        """The number, from 0, of the first heading that `written` means; None when there is none, WHOLE for no name."""
        wanted = [heading_key(part) for part in unquote(written, errors="replace").split("#") if part.strip()]
        wanted = [self.others.get(part, part) for part in wanted if part]
        if not wanted:
            return WHOLE
        for number, path in enumerate(self.paths):
            if _contains(path, wanted):
                return number
        # A heading may hold a "#". A web anchor numbers repeated headings: intro-1 is the second "Intro".
        joined = "".join(wanted)
        if named := self._named(joined):
            return named[0]
        digits = _NUMBER.search(joined)
        repeated = self._named(joined[: digits.start()]) if digits else []
        if not digits or not repeated:
            return None
        return repeated[int(digits[0][:6]) % len(repeated)]

    def _named(self, key: str) -> list[int]:
        return [number for number, path in enumerate(self.paths) if path and path[-1] == key]


def anchors(headings: Iterable[tuple[str, ...]], others: Iterable[tuple[str, str]]) -> Anchors:
    """Of heading paths, outermost first, and pairs of (another name, title)."""
    return Anchors(
        [tuple(map(heading_key, path)) for path in headings],
        {heading_key(name): heading_key(title) for name, title in others},
    )


def _contains(path: tuple[str, ...], wanted: Sequence[str]) -> bool:
    """The last wanted heading ends the path, and the others stand above it in order."""
    if not path or path[-1] != wanted[-1]:
        return False
    above = iter(path[:-1])
    return all(part in above for part in wanted[:-1])
