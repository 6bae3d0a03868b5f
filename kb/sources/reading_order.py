"""The lines of a page in the order in which people read them: column by column, between what goes across."""

from __future__ import annotations

from collections.abc import Sequence

from kb.sources.pdf_lines import Line

_GUTTER = 6.0  # points of white that part two columns
_FEWEST = 4  # lines that make a column
_ACROSS = 0.35  # share of lines that may go across the gutter
_DEPTH = 3  # columns beside columns
_PROSE = 24  # characters from which a line is no cell
_STEP = 3.0  # points between the places where a gutter is looked for
_LEVEL = 0.4  # of a line's height, within which two lines stand beside each other


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """`lines` as they are read."""
    halves = [half for line in lines for half in _halves(line)]
    return _ordered(sorted(halves, key=lambda line: (-line.middle, line.left)), _DEPTH)


def _halves(line: Line) -> list[Line]:
    """The lines of two columns, where they were drawn as one; a row of a table stays."""
    if len(line.cells) != 2 or any(len(text) < _PROSE for _, _, text in line.cells):
        return [line]
    return [Line(text, left, line.bottom, right, line.top) for left, right, text in line.cells]


def _rows(lines: Sequence[Line]) -> list[Line]:
    """`lines` from the top down, with the cells of a row that were drawn each for itself put together."""
    found: list[Line] = []
    row: list[Line] = []
    for line in lines:
        if row and abs(row[0].middle - line.middle) > _LEVEL * min(row[0].height, line.height):
            found += _row(row)
            row = []
        row.append(line)
    return found + _row(row)


def _row(row: list[Line]) -> list[Line]:
    row.sort(key=lambda line: line.left)
    is_table = len(row) > 2 or (len(row) == 2 and min(len(line.text) for line in row) < _PROSE)
    if not is_table or any(len(line.text) > 2 * _PROSE for line in row):
        return row
    cells = [cell for line in row for cell in line.cells or ((line.left, line.right, line.text),)]
    text = " ".join(line.text for line in row)
    bottom, top = min(line.bottom for line in row), max(line.top for line in row)
    return [Line(text, row[0].left, bottom, max(line.right for line in row), top, tuple(cells))]


def _ordered(lines: list[Line], depth: int) -> list[Line]:
    gutter = _gutter(lines) if depth else None
    if gutter is None:
        return _rows(lines)
    found: list[Line] = []
    sides: tuple[list[Line], list[Line]] = ([], [])
    for line in lines:
        if line.right <= gutter:
            sides[0].append(line)
        elif line.left >= gutter:
            sides[1].append(line)
        else:
            found += [*_ordered(sides[0], depth - 1), *_ordered(sides[1], depth - 1), line]
            sides = ([], [])
    return [*found, *_ordered(sides[0], depth - 1), *_ordered(sides[1], depth - 1)]


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where between two columns nothing is printed but a few lines that go across; None for a single column."""
    prose = [line for line in lines if not line.cells]
    if len(prose) < 2 * _FEWEST:
        return None
    left, right = min(line.left for line in prose), max(line.right for line in prose)
    best: tuple[float, float] | None = None
    at = left + 0.15 * (right - left)
    while at < left + 0.85 * (right - left):
        before = [line for line in prose if line.right <= at]
        after = [line for line in prose if line.left >= at]
        across = len(prose) - len(before) - len(after)
        if len(before) >= _FEWEST and len(after) >= _FEWEST and across <= _ACROSS * len(prose):
            white = min(line.left for line in after) - max(line.right for line in before)
            if white >= _GUTTER and _beside(before, after):
                better = (-across, min(len(before), len(after)))
                if best is None or better > best[:2]:
                    best = (*better, at)  # type: ignore[assignment]
        at += _STEP
    return None if best is None else best[2]  # type: ignore[misc]


def _beside(one: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether two groups of lines stand beside each other for most of the lower one's height."""
    top = min(max(line.top for line in group) for group in (one, other))
    bottom = max(min(line.bottom for line in group) for group in (one, other))
    least = min(
        max(line.top for line in group) - min(line.bottom for line in group) for group in (one, other)
    )
    prose = sum(len(line.text) >= _PROSE for line in (*one, *other))
    return top - bottom >= 0.5 * least and prose >= 0.5 * (len(one) + len(other))
