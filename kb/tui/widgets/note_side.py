"""Beside a note: its outline, what it links to, and what links to it, each with the line it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.indexing.connections import Connections
    from kb.notes.note import Section

_CONTEXT = 72  # characters


@dataclass
class GoToLine(Message):
    """A heading was chosen."""

    line: int


@dataclass
class Follow(Message):
    """A note was chosen; `line` is where it links to this one, 1 for its beginning."""

    path: str
    line: int = 1


class NoteSide(Vertical):
    """Choosing a heading posts GoToLine, choosing a note Follow."""

    def __init__(self) -> None:
        super().__init__(id="note-side")
        self.targets: list[Follow | None] = []  # by row of the list of links
        self._headings: list[int] = []  # lines, by row of the outline

    def compose(self) -> ComposeResult:
        yield Static("Outline", classes="title", id="outline-title")
        yield OptionList(id="outline")
        yield OptionList(id="note-links")

    def show_outline(self, sections: Sequence[Section]) -> None:
        """List the headings; a note without any has no outline."""
        self._headings = [section.line for section in sections]
        least = min((section.level for section in sections), default=1)
        listed = self.query_one("#outline", OptionList)
        listed.clear_options()
        listed.add_options(
            Option(Content("  " * (section.level - least) + safe_line(section.title))) for section in sections
        )
        for part in (listed, self.query_one("#outline-title")):
            part.display = len(sections) > 1

    def show_links(self, links: Connections, contexts: Mapping[tuple[str, int], str]) -> None:
        """List the links; `contexts` holds the lines that lead here, by path and line."""
        rows: list[tuple[Content, Follow | None]] = []
        out = {link.resolved: link for link in links.out if link.resolved}
        if out:
            rows.append((_heading("Links to"), None))
        for path, link in out.items():
            relation = f"  ({safe_line(link.relation)})" if link.relation else ""
            rows.append((Content.assemble(_name(path), (relation, "$text-muted")), Follow(path)))
        back = {link.source: link for link in reversed(links.back)}
        if back:
            rows.append((Content(" "), None))
            rows.append((_heading("Linked from"), None))
        for path, link in sorted(back.items()):
            context = contexts.get((path, link.line), "")
            shown = (f"\n{_cut(context, PurePosixPath(links.path).stem)}", "$text-muted") if context else ""
            rows.append((Content.assemble((_name(path), "bold"), shown), Follow(path, link.line)))
        unwritten = dict.fromkeys(link.target for link in links.unresolved)
        if unwritten:
            rows.append((Content(" "), None))
            rows.append((_heading("Not written yet"), None))
        rows += [(Content.styled(safe_line(target), "$text-muted"), None) for target in unwritten]
        if not rows:
            rows.append((Content.styled("No links in or out.", "$text-muted"), None))
        listed = self.query_one("#note-links", OptionList)
        chosen = self.targets[listed.highlighted] if listed.highlighted is not None else None
        self.targets = [target for _, target in rows]
        listed.clear_options()
        listed.add_options(Option(shown, disabled=target is None) for shown, target in rows)
        if chosen in self.targets:  # the lines they stand in come later than the links
            listed.highlighted = self.targets.index(chosen)

    @on(OptionList.OptionSelected, "#outline")
    def _go(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(GoToLine(self._headings[event.option_index]))

    @on(OptionList.OptionSelected, "#note-links")
    def _follow(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if target := self.targets[event.option_index]:
            self.post_message(target)


def _heading(name: str) -> Content:
    return Content.styled(name, "bold $text-accent")


def _name(path: str) -> str:
    return safe_line(PurePosixPath(path).stem)


def _cut(context: str, name: str) -> str:
    """A stretch of the line round the name that it links."""
    line = safe_line(context)
    at = max(0, line.casefold().find(name.casefold()))
    start = max(0, at - _CONTEXT // 2)
    start = line.find(" ", start) + 1 if start else 0
    cut = line[start : start + _CONTEXT]
    if start + _CONTEXT < len(line):
        cut = (cut.rpartition(" ")[0] or cut) + "…"  # on the line of the last word, however narrow
    return f"{'… ' if start else ''}{cut}"
