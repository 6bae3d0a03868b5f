"""Places in a text that is shown line by line."""

from __future__ import annotations

from collections.abc import Sequence

from kb.safe_text import safe_text

Place = tuple[int, int]  # row and column, from 0


def found_from(lines: Sequence[str], wanted: str, start: Place) -> Place | None:
    """Where `wanted`, case ignored, stands next after `start`; at the end it goes on from the top."""
    folded = [line.casefold() for line in lines]
    wanted = wanted.casefold()
    row, column = start
    order = [(row, folded[row].find(wanted, column))]
    order += [
        (at % len(folded), folded[at % len(folded)].find(wanted))
        for at in range(row + 1, row + len(folded) + 1)
    ]
    return next(((at, place) for at, place in order if place >= 0), None)


def quoted(lines: Sequence[str], line: int, quote: str) -> tuple[Place, Place] | None:
    """From where to where `quote`, which begins on `line` (from 1), goes; the line where it is not found.

    None where neither a quote nor another line than the first is asked for.
    """
    if not quote and line <= 1:
        return None
    row = max(0, min(line - 1, len(lines) - 1))
    start, end = (row, 0), (row, len(lines[row]))
    parts = [safe_text(part) for part in quote.splitlines() if part.strip()]
    if parts:
        start = (row, max(0, lines[row].find(parts[0])))
        for number in range(row, min(row + quote.count("\n") + 2, len(lines))):
            column = lines[number].find(parts[-1])
            if column >= 0:
                end = (number, column + len(parts[-1]))
    return start, end
