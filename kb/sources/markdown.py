"""Text as Markdown, put together piece by piece; words of a file never become marks by accident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from kb.notes.extract import Extract

_LEADING = re.compile(r"(?:#{1,6}(?=\s|$)|>|```|~~~|---|___|\*\*\*|===|\+\s|\||:\s|\[\^)")
# What would be markup: links, HTML, and marks that stand in pairs.
_ALWAYS = re.compile(r"\[\[|\](?=\()|<(?=[A-Za-z/!?])")
_PAIRED = ("*", "%%", "==", "~~")
_UNDERSCORES = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")  # those within a word are no marks
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MOST_COLUMNS = 200
_LONGEST_FENCE = re.compile(r"`{3,}")


class MarkdownText:
    """Grows by blocks. `place` begins a new page, cell or row, which the blocks after it stand in."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._starts: list[tuple[str, int, int]] = []

    def __len__(self) -> int:
        return self._length

    def place(self, name: str, number: int) -> None:
        """Begin the place that links name `name=number`."""
        self._starts.append((name, number, self._length))

    def heading(self, level: int, words: str) -> None:
        """A heading; level 1 is the highest."""
        if line := plain(words):
            self.markdown(f"{'#' * max(1, min(level, 6))} {line}")

    def paragraph(self, words: str) -> None:
        """A paragraph of plain words."""
        if line := plain(words):
            self.markdown(line)

    def items(self, items: Iterable[tuple[int, str]], *, numbered: bool = False) -> None:
        """A list: the depth, from 0, and the words of each item."""
        mark = "1." if numbered else "-"
        rows = [f"{'   ' * min(depth, 20)}{mark} {line}" for depth, words in items if (line := plain(words))]
        self.markdown("\n".join(rows))

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """A table whose first row is its header."""
        width = min(max(map(len, rows), default=0), _MOST_COLUMNS)
        if not width:
            return
        lines = ["| " + " | ".join(_cells(row, width)) + " |" for row in rows]
        self.markdown("\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]))

    def quote(self, words: str) -> None:
        """Words of another hand, such as a remark in the margin."""
        if line := plain(words):
            self.markdown(f"> {line}")

    def code(self, text: str, language: str = "") -> None:
        """Code, as it stands."""
        body = _CONTROL.sub("", text).strip("\n")
        if body.strip():
            fence = "`" * max(3, 1 + max(map(len, _LONGEST_FENCE.findall(body)), default=0))
            self.markdown(f"{fence}{language if language.isalnum() else ''}\n{body}\n{fence}")

    def markdown(self, text: str) -> None:
        """A block that is Markdown already."""
        body = _CONTROL.sub("", text).strip("\n")
        if body.strip():
            self._parts.append(f"{body}\n\n")
            self._length += len(body) + 2

    def extract(self, **about: Any) -> Extract:
        """What was put together, as the extract of a file; `about` are further fields of it."""
        return Extract("".join(self._parts), tuple(self._starts), **about)


def plain(words: str) -> str:
    """`words` on one line, with what Markdown would take for marks escaped."""
    line = " ".join(_CONTROL.sub(" ", words).split())
    if not line:
        return ""
    line = _ALWAYS.sub(r"\\\g<0>", line)
    for mark in _PAIRED:
        if line.count(mark) > 1:
            line = line.replace(mark, f"\\{mark}")
    if line.count("_") > 1:
        line = _UNDERSCORES.sub(lambda found: "\\_" * len(found[0]), line)
    return f"\\{line}" if _LEADING.match(line) else line


def _cells(row: Sequence[str], width: int) -> list[str]:
    cells = [plain(cell).replace("|", "\\|") for cell in row[:width]]
    return [*cells, *[""] * (width - len(cells))]
