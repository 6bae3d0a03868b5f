"""A baseline: files ranked by how many of the question's words they hold, as a careful person greps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kb.text.words import unspaced_bigrams

_WORD = re.compile(r"\w{3,}")  # nobody greps for "of"


class GrepBaseline:
    """Holds the notes of a folder in memory, so that its times are flattering."""

    def __init__(self, folder: Path) -> None:
        self._notes = {
            file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8", errors="replace").casefold()
            for file in sorted(folder.rglob("*.md"))
        }

    def rank(self, question: str) -> Sequence[str]:
        """Paths by distinct words found, then by how often."""
        text = question.casefold()
        words = {*_WORD.findall(text), *unspaced_bigrams(text)}
        scores = {}
        for path, note in self._notes.items():
            counts = [note.count(word) for word in words]
            if any(counts):
                scores[path] = (sum(map(bool, counts)), sum(counts))
        return sorted(scores, key=lambda path: scores[path], reverse=True)
