"""Names that are nearly another: for "did you mean"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher

# difflib's ratio; below it, suggestions in the vaults we tried were no help.
CLOSE = 0.75
# Names compared letter by letter at most; comparing all takes seconds in a vault of ten thousand notes.
COMPARED = 40


class NearNames:
    """Looks names up by the pairs of letters they share."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(dict.fromkeys(name for name in names if name))
        self._holders: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            for pair in _pairs(name):
                self._holders.setdefault(pair, []).append(number)

    def like(self, wanted: str, count: int) -> list[str]:
        """The names closest to `wanted`, best first; none that are not close."""
        shared: Counter[int] = Counter()
        pairs = _pairs(wanted)
        for pair in pairs:
            shared.update(self._holders.get(pair, ()))
        # Many shared pairs count little in a long name.
        likely = sorted(
            shared, key=lambda number: (-shared[number] / (len(pairs) + len(self._names[number])), number)
        )
        scored = []
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(wanted)
        for number in likely[:COMPARED]:
            matcher.set_seq1(self._names[number])
            if matcher.real_quick_ratio() >= CLOSE and matcher.quick_ratio() >= CLOSE:
                ratio = matcher.ratio()
                if ratio >= CLOSE:
                    scored.append((-ratio, self._names[number]))
        return [name for _, name in sorted(scored)[:count]]


def _pairs(name: str) -> set[str]:
    text = f" {name[:100]} "
    return {text[index : index + 2] for index in range(len(text) - 1)}
