"""What gets which name, and which sections go into another note: what a rename, a merge or an extraction means for links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Moved:
    """Sections that go from one note into another, with the blocks in them."""

    source: str
    target: str
    sections: range  # their numbers in the source, from 0
    at: int  # the number that the first of them has in the target
    blocks: frozenset[str]  # ids, folded
    opens: bool = False  # whether the target begins with the first of them

    def section(self, number: int) -> tuple[str, int]:
        """Where the section `number` of the source is afterwards."""
        if number in self.sections:
            return self.target, self.at + number - self.sections.start
        return self.source, number - (len(self.sections) if number >= self.sections.stop else 0)


@dataclass(frozen=True, slots=True)
class Renames:
    """What gets which name."""

    paths: Mapping[str, str] = field(default_factory=dict)  # of notes
    files: Mapping[str, str] = field(default_factory=dict)  # of files that are no notes
    headings: Mapping[tuple[str, str], str] = field(
        default_factory=dict
    )  # (note's old path, old title) -> title
    blocks: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (note's old path, old id) -> id
    aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (note's path, old alias) -> alias
    moved: Moved | None = None

    def path(self, path: str) -> str:
        """Where a note or file is afterwards."""
        return self.paths.get(path) or self.files.get(path, path)

    def section(self, path: str, number: int) -> tuple[str, int]:
        """Where the section `number` of a note is afterwards."""
        if self.moved and path == self.moved.source and number >= 0:
            return self.moved.section(number)
        return self.path(path), number

    @property
    def anchored(self) -> set[str]:
        """Old paths of the notes in which links to a part of them change."""
        named = {path for path, _ in (*self.headings, *self.blocks, *self.aliases)}
        return named | ({self.moved.source} if self.moved else set())
