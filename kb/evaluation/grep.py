"""A baseline: files ranked by how many of the question's words they hold, as a careful person greps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from kb.files.small import read_small
from kb.notes.vault import MAX_BYTES
from kb.text.words import unspaced_bigrams

_WORD = re.compile(r"\w{3,}")  # nobody greps for "of"


class GrepBaseline:
    """Holds the notes of a folder in memory, so that its times are flattering."""

    def __init__(self, folder: Path) -> None:
        self._notes: dict[str, str] = {}
        for file in sorted(folder.rglob("*.md")):
            with suppress(OSError):
                text = read_small(file, MAX_BYTES).decode("utf-8", "replace")
                self._notes[file.relative_to(folder).as_posix()] = text.casefold()

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
