"""Scanned pages: what tesseract, an installed program, reads on the picture of a page."""

from __future__ import annotations

from typing import Any

from kb.child_process import run_program
from kb.sources.pdf_lines import Line

_DOTS = 200  # an inch; fewer lose small print, more take longer
_POINTS = 72 / _DOTS
_SECONDS = 60.0  # for a page
_MOST_DOTS = 40_000_000  # of a page
_LEAST_SURE = 30.0  # of 100; less is dirt on the glass
_COLUMNS = 12  # of the table that tesseract writes


def recognised(page: Any, program: str, languages: str) -> list[Line]:
    """The lines on the picture of `page`; none where the program fails."""
    width, height = page.get_size()
    if width * height / _POINTS**2 > _MOST_DOTS:
        return []
    picture = page.render(scale=_DOTS / 72, grayscale=True).to_numpy()
    rows, across = picture.shape[:2]
    data = b"P5 %d %d 255\n" % (across, rows) + picture.tobytes()
    done = run_program([program, "stdin", "stdout", "-l", languages, "tsv"], data, seconds=_SECONDS)
    return lines_of_table(done.output.decode("utf-8", "replace"), height) if done.status == 0 else []


def lines_of_table(table: str, height: float) -> list[Line]:
    """The lines of a page of `height` points, from the words that tesseract lists."""
    words: dict[tuple[str, ...], list[tuple[float, float, float, float, str]]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != _COLUMNS or not cells[11].strip():
            continue
        try:
            left, top, width, tall = (float(cell) * _POINTS for cell in cells[6:10])
            is_sure = float(cells[10]) >= _LEAST_SURE
        except ValueError:
            continue
        if is_sure:
            words.setdefault(tuple(cells[1:5]), []).append(
                (left, top, left + width, top + tall, cells[11].strip())
            )
    return [
        Line(
            " ".join(word[4] for word in line),
            min(word[0] for word in line),
            height - max(word[3] for word in line),
            max(word[2] for word in line),
            height - min(word[1] for word in line),
        )
        for line in words.values()
    ]
