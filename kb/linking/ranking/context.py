"""What notes and passages are about, as vectors of their passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
# (offset in the note's text, unit vector) of each passage
PassageVectors = Sequence[tuple[int, Vector]]
NEAREST = 10  # notes that count as being about the same


class NoteSimilarity:
    """How alike notes are; knows nothing (all alike) where there are no vectors.

    Likeness is a cosine in standard deviations from what is usual: 0 for any two notes, 2 for a close pair. The usual
    comes from mean and covariance of all notes, so that one pair costs no comparison with the others.
    """

    def __init__(self, passages: Mapping[str, PassageVectors]) -> None:
        self.paths = sorted(path for path, rows in passages.items() if len(rows))
        self._place = {path: index for index, path in enumerate(self.paths)}
        means = [_unit(np.mean([row for _, row in passages[path]], axis=0)) for path in self.paths]
        self.means = np.stack(means) if means else np.empty((0, 0), dtype=np.float32)
        if means:
            self._centre = self.means.mean(axis=0)
            apart = self.means - self._centre
            self._spread = apart.T @ apart / len(apart)
        self._passages = passages

    def of(self, path: str, own: PassageVectors | None = None) -> NoteContext:
        """The likeness of other notes to one note, by the passages `own` or those known of it."""
        return NoteContext(self, path, self._passages.get(path, ()) if own is None else own)

    def of_all(self, paths: Sequence[str]) -> dict[str, NoteContext]:
        """The same for many notes at once, which takes a tenth of the time; for those without vectors as well."""
        places = [self._place[path] for path in paths if path in self._place]
        cosines = iter(self.means[places] @ self.means.T if places else ())
        return {
            path: NoteContext(
                self, path, self._passages.get(path, ()), next(cosines) if path in self._place else None
            )
            for path in paths
        }

    def usual(self, row: Vector) -> tuple[float, float]:
        """Mean and standard deviation of the cosines of `row` with all notes."""
        variance = float(row @ self._spread @ row)
        return float(row @ self._centre), max(variance, 1e-12) ** 0.5

    def place(self, path: str) -> int | None:
        """The row of a note in `means`."""
        return self._place.get(path)


class NoteContext:
    """One note among the others."""

    def __init__(
        self, context: NoteSimilarity, path: str, own: PassageVectors, cosines: Vector | None = None
    ) -> None:
        self.starts = [start for start, _ in own]
        self.nearest: list[str] = []
        self._context = context
        self._rows: Vector | None = None
        self._whole: Vector | None = None
        self._local: dict[tuple[int, int], float] = {}
        self._usual: dict[int, tuple[float, float]] = {}
        if not own or not context.paths:
            return
        self._rows = np.stack([row for _, row in own])
        whole = _unit(self._rows.mean(axis=0))
        mean, spread = context.usual(whole)
        cosines = context.means @ whole if cosines is None else cosines
        self._whole = (cosines - mean) / spread
        few = min(NEAREST + 1, len(context.paths))
        near = np.argpartition(-self._whole, few - 1)[:few]
        order = sorted(near, key=lambda place: (-self._whole[place], place))  # type: ignore[index]
        self.nearest = [context.paths[place] for place in order if context.paths[place] != path][:NEAREST]

    def to(self, target: str) -> float:
        """Likeness of the whole note to `target`."""
        place = self._context.place(target)
        return float(self._whole[place]) if self._whole is not None and place is not None else 0.0

    def at(self, passage: int, target: str) -> float:
        """Likeness of the note's passage of that number to `target`."""
        place = self._context.place(target)
        if self._rows is None or place is None:
            return 0.0
        known = self._local.get((passage, place))
        if known is None:
            row = self._rows[passage]
            if passage not in self._usual:
                self._usual[passage] = self._context.usual(row)
            mean, spread = self._usual[passage]
            known = (float(row @ self._context.means[place]) - mean) / spread
            self._local[passage, place] = known
        return known

    def closest(self, passages: PassageVectors) -> int | None:
        """Which of another note's passages is most like one of this note's."""
        if self._rows is None or not passages:
            return None
        likeness = self._rows @ np.stack([row for _, row in passages]).T
        return int(likeness.max(axis=0).argmax())


def _unit(row: Vector) -> Vector:
    result: Vector = (row / max(float(np.linalg.norm(row)), 1e-9)).astype(np.float32)
    return result
