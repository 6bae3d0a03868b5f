"""What a search returns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kb.indexing.stored import StoredPassage
from kb.safe_text import notebook_line


@dataclass(frozen=True, slots=True)
class Retrievers:
    """Which ways of searching ran; the reason where one did not, None where it did."""

    lexical: str | None = None
    dense: str | None = None


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A passage with how well it matches, and which leg found it."""

    passage: StoredPassage
    score: float  # 0 to 1, fused; 1 when both retrievers rank it first and the cosines tell passages apart
    lexical: float  # 0 to 1, of the best BM25 score; 0 when no word matched
    dense: float  # 0 to 1, above the worst candidate's cosine; 0 when not among the candidates
    retrievers: Retrievers = field(default=Retrievers())
    also_in: tuple[str, ...] = ()  # paths of other notes with this passage

    def seen_in(self, path: str) -> SearchHit:
        """The same, when the passage was found in the note of this `path` too."""
        if path == self.passage.note_path or path in self.also_in:
            return self
        return replace(self, also_in=(*self.also_in, path))

    def _repr_markdown_(self) -> str:
        """For notebooks: its place, and the passage as a quote."""
        lines = [f"> {notebook_line(row)}" for row in self.passage.text.splitlines()]
        return "\n".join([f"{notebook_line(self.passage.note_path)}:{self.passage.line}", "", *lines]) + "\n"
