"""The last thing that is done to a line before it reaches the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

from kb.safe_text import safe_segments

Result = TypeVar("Result")


class _Safe(LineFilter):
    """Takes from every line of every widget what a terminal would obey, wherever it came from."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """The same segments, safe ones only."""
        return list(safe_segments(segments))


_SAFE = _Safe()


class SafeApp(App[Result]):
    """An interface whose screens are safe to look at."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, then ours."""
        return [*super().get_line_filters(), _SAFE]
