"""What notes and passages are about, as vectors of their passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
# (offset in the note's text, unit vector) of each passage
PassageVectors = Sequence[tuple[int, Vector]]


class Context:
    """How alike notes are; knows nothing (all alike) where there are no vectors."""

    def __init__(self, passages: Mapping[str, PassageVectors]) -> None:
        self.paths = sorted(path for path, rows in passages.items() if len(rows))
        self._place = {path: index for index, path in enumerate(self.paths)}
        means = [_unit(np.mean([row for _, row in passages[path]], axis=0)) for path in self.paths]
        self._means = np.stack(means) if means else np.empty((0, 0), dtype=np.float32)
        self._passages = passages
        self._known: dict[str, NoteContext] = {}

    def of(self, path: str, own: PassageVectors | None = None) -> NoteContext:
        """The likeness of other notes to one note, by the passages `own` or those known of it."""
        if own is not None:
            return NoteContext(self, path, own)
        if path not in self._known:
            if len(self._known) > 64:
                self._known.clear()
            self._known[path] = NoteContext(self, path, self._passages.get(path, ()))
        return self._known[path]

    def likeness(self, rows: Vector) -> Vector:
        """Of each row to each note, shape (rows, notes): 0 for what is usual, 1 per standard deviation."""
        scores = rows @ self._means.T
        spread = scores.std(axis=1, keepdims=True)
        result: Vector = (scores - scores.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-6)
        return result

    def place(self, path: str) -> int | None:
        return self._place.get(path)


class NoteContext:
    """One note among the others."""

    def __init__(self, context: Context, path: str, own: PassageVectors) -> None:
        self._context = context
        self.starts = [start for start, _ in own]
        self._rows: Vector | None = None
        self._local: Vector | None = None
        self._whole: Vector | None = None
        self.nearest: list[str] = []
        if not own or not context.paths:
            return
        self._rows = rows = np.stack([row for _, row in own])
        self._local = context.likeness(rows)
        self._whole = context.likeness(_unit(rows.mean(axis=0))[None, :])[0]
        order = np.argsort(-self._whole, kind="stable")[:11]
        self.nearest = [context.paths[index] for index in order if context.paths[index] != path][:10]

    def to(self, target: str) -> float:
        """Likeness of the whole note to `target`."""
        place = self._context.place(target)
        return float(self._whole[place]) if self._whole is not None and place is not None else 0.0

    def at(self, passage: int, target: str) -> float:
        """Likeness of the note's passage of that number to `target`."""
        place = self._context.place(target)
        if self._local is None or place is None:
            return 0.0
        return float(self._local[passage, place])

    def closest(self, passages: PassageVectors) -> int | None:
        """Which of another note's passages is most like one of this note's."""
        if self._rows is None or not passages:
            return None
        likeness = self._rows @ np.stack([row for _, row in passages]).T
        return int(likeness.max(axis=0).argmax())


def _unit(row: Vector) -> Vector:
    result: Vector = (row / max(float(np.linalg.norm(row)), 1e-9)).astype(np.float32)
    return result
