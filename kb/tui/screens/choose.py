"""Choose one of many by typing parts of its name: modes, notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from kb.safe_text import safe_line
from kb.tui.screens.dialog import Dialog
from kb.tui.widgets.line import Line

_SHOWN = 50
_LEAST = 55  # of rapidfuzz' 0 to 100
_LEAST_PART = 75  # where a part of the title is compared


class ChooseScreen(Dialog[str | None]):
    """Returns the key of the row that was chosen, or None. Rows are (key, title, remark)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, what: str, rows: Sequence[tuple[str, str, str]], *, indented: bool = False) -> None:
        """`indented` keeps the blanks that a title begins with."""
        super().__init__()
        self._indented = indented
        self._what = what
        self._rows = rows
        self._shown: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="choose", classes="dialog"):
            yield Line(placeholder=self._what)
            yield OptionList()

    def fill(self) -> None:
        """List all at first."""
        self._list(self._rows[:_SHOWN])

    def action_move(self, by: int) -> None:
        """Move in the list while the line keeps the focus."""
        rows = self.query_one(OptionList)
        if self._shown:
            rows.highlighted = ((rows.highlighted or 0) + by) % len(self._shown)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._list(matching(self._rows, event.value))

    @on(Input.Submitted)
    def _take(self) -> None:
        highlighted = self.query_one(OptionList).highlighted
        self.dismiss(self._shown[highlighted] if self._shown and highlighted is not None else None)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index])

    def _indent(self, title: str) -> str:
        return " " * (len(title) - len(title.lstrip())) if self._indented else ""

    def _list(self, rows: Sequence[tuple[str, str, str]]) -> None:
        self._shown = [key for key, _, _ in rows]
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(
            Option(
                Content.assemble(
                    (self._indent(title) + safe_line(title), "bold"), "  ", (safe_line(remark), "$text-muted")
                )
            )
            for _, title, remark in rows
        )
        listed.highlighted = 0 if rows else None


def matching(rows: Sequence[tuple[str, str, str]], typed: str) -> list[tuple[str, str, str]]:
    """The rows most like what was typed; those that hold all its words come first."""
    words = typed.casefold().split()
    if not words:
        return list(rows[:_SHOWN])
    names = [f"{title} {remark}".casefold() for _, title, remark in rows]
    titles = [title.casefold() for _, title, _ in rows]
    exact = [number for number, name in enumerate(names) if all(word in name for word in words)]
    exact.sort(
        key=lambda number: (
            words[0] not in titles[number],
            not names[number].startswith(words[0]),
            len(names[number]),
        )
    )
    if len(exact) < _SHOWN:
        exact += [number for number in _alike(" ".join(words), names, titles) if number not in exact]
    return [rows[number] for number in exact[:_SHOWN]]


def _alike(typed: str, names: Sequence[str], titles: Sequence[str]) -> list[int]:
    """Which rows are like what was typed in spite of a typo, or hold its letters in this order; the likest first."""
    from rapidfuzz import fuzz, process

    scores: dict[int, float] = {}
    for scorer, texts, least in ((fuzz.WRatio, names, _LEAST), (fuzz.partial_ratio, titles, _LEAST_PART)):
        for _, score, number in process.extract(
            typed, texts, scorer=scorer, limit=_SHOWN, score_cutoff=least
        ):
            scores[number] = max(scores.get(number, 0.0), score)
    for number, title in enumerate(titles):
        if score := _in_order(typed.replace(" ", ""), title):
            scores[number] = max(scores.get(number, 0.0), score)
    return sorted(scores, key=lambda number: (-scores[number], len(titles[number])))


def _in_order(letters: str, title: str) -> float:
    """0 where `title` does not hold all `letters` in this order, else up to 100 the closer together they stand."""
    first = at = title.find(letters[0]) if len(letters) > 1 else -1
    for letter in letters[1:]:
        if at < 0:
            break
        at = title.find(letter, at + 1)
    return 60 + 40 * len(letters) / (at - first + 1) if at >= 0 else 0.0
