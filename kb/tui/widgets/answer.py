"""An answer as a card: its own words, the block they stand in, and the sources; not certain and nothing look their own way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from kb.safe_text import safe_line, safe_text
from kb.tui.messages import OpenNote
from kb.tui.widgets.source import Place, Source, is_of_properties

if TYPE_CHECKING:
    from kb.plugin_api import Answer

_SHORT = 60  # characters that are worth a line of their own


class AnswerCard(Vertical):
    """Shows one answer; its class `-answered`, `-unsure` or `-nothing` says which of the three it is."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(classes=f"answer -{answer.outcome}")
        self._answer = answer

    def compose(self) -> ComposeResult:
        answer = self._answer
        if answer.understood and answer.understood != answer.question:
            yield Static(Content(f"Understood as: {safe_line(answer.understood)}"), classes="remark")
        yield from self._nothing() if answer.abstained else self._answered()

    def _answered(self) -> Iterator[Widget]:
        from kb.plugin_api import cite
        from kb.tui.widgets.markdown import CitedMarkdown

        answer = self._answer
        said = [sentence for sentence in answer.sentences if sentence.supported]
        short = safe_line(answer.short)
        if short and len(short) <= _SHORT and short != safe_line(" ".join(one.text for one in said)):
            yield Static(Content(short), classes="short")
        for sentence in said:
            lines = "  \n".join(safe_text(cite(sentence)).splitlines())
            yield CitedMarkdown(lines, words=answer.short, classes="block")
        if answer.missing:
            missing = safe_line(", ".join(answer.missing))
            yield Static(Content(f"Your notes don't mention: {missing}."), classes="remark")
        if answer.disagreement:
            yield Static(Content("Your notes say different things."), classes="remark")
        quoted = {number for one in said if one.verdict in ("quoted", "exact") for number in one.citations}
        for quote in answer.cited:
            yield Source(quote, with_text=quote.number not in quoted)
        also = [
            quote for quote in answer.sources if quote not in answer.cited and not is_of_properties(quote)
        ]
        if also:
            yield Static("Also in your notes", classes="label")
        for quote in also:
            yield Source(quote)

    def _nothing(self) -> Iterator[Widget]:
        from kb.answering.answer import abstention

        answer = self._answer
        head, _, remark = abstention(answer).partition(". ")
        yield Static(Content(safe_line(head.rstrip("."))), classes="head")
        if remark:
            yield Static(Content(safe_line(remark)), classes="remark")
        if answer.outcome == "unsure":
            for quote in answer.sources:
                yield Source(quote)
        elif answer.nearest:
            yield Static("Nearest notes", classes="label")
            for near in answer.nearest:
                shown = Content.assemble(
                    (safe_line(near.title), "bold"), (f"  {safe_line(near.where)}", "$text-muted")
                )
                yield Place(shown, OpenNote(near.path, near.line), classes="near")
