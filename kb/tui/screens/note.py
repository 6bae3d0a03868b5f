"""What can be done in a note: following links, finding, and the ways out to an editor and to Obsidian."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote as percent_encoded

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input, Markdown, TextArea
from textual.widgets.text_area import Selection

from kb.notes.places import place_at, where
from kb.notes.source import Lines
from kb.safe_text import safe_line
from kb.tui.editor import edit
from kb.tui.finding import found_from
from kb.tui.screens.note_view import NoteView
from kb.tui.widgets.line import Line
from kb.tui.widgets.markdown import NoteMarkdown
from kb.tui.widgets.note_side import NoteSide


class NoteScreen(NoteView):
    """A note with its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("slash", "find", "Find", id="find"),
        Binding("n", "find_next", "Next", show=False, id="find-next"),
        Binding("tab", "link(1)", "Next link", show=False),
        Binding("shift+tab", "link(-1)", "Previous link", show=False),
        Binding("enter", "follow", "Follow", show=False),
        Binding("s", "side", "Beside", show=False),
        Binding("l", "outline", "Outline", id="outline"),
        Binding("alt+left", "back", "Back", show=False, id="back"),
        Binding("alt+right", "forward", "Forward", show=False, id="forward"),
        Binding("m", "turn", "Source", id="source"),
        Binding("g", "graph", "Graph", id="graph"),
        Binding("e", "edit", "Edit", id="edit"),
        Binding("o", "obsidian", "Obsidian", show=False, id="obsidian"),
        Binding("y", "copy", "Copy path", show=False, id="copy-path"),
        # In 80 columns there is room for these of the keys that work everywhere.
        Binding("f1", "app.help", "Help", id="help"),
        Binding("ctrl+f", "app.search", show=False, priority=True, id="search"),
        Binding("ctrl+o", "app.switch_note", show=False, id="open-note"),
        Binding("f3", "app.links", show=False, id="links"),
    ]

    def action_link(self, by: int) -> None:
        """To the next link of the text, or the one before; where none can be marked, to the next part."""
        shown = self.query_one(NoteMarkdown)
        if not self.query_one("#read").display or shown.choose_link(by) is None:
            self.focus_next() if by > 0 else self.focus_previous()

    def action_follow(self) -> None:
        """Follow the link that is marked."""
        shown = self.query_one(NoteMarkdown)
        if href := shown.chosen_link():
            self.post_message(Markdown.LinkClicked(shown, href))

    def action_side(self) -> None:
        """Between the text and what stands beside it."""
        links = self.query_one("#note-links")
        side = self.query_one(NoteSide)
        if links.has_focus or self.query_one("#outline").has_focus:
            self._turn_to("read" if self.query_one("#read").display else "written")
        else:
            side.styles.display = "block"
            links.focus()

    def action_outline(self) -> None:
        """Let the user choose a heading to go to."""
        from kb.tui.screens.choose import ChooseScreen

        if self._note is None or not self._note.sections:
            self.app.notify("This note has no headings.")
            return
        rows = [
            (str(section.line), f"{'  ' * (section.level - 1)}{section.title}", f"line {section.line}")
            for section in self._note.sections
        ]

        def chosen(line: str | None) -> None:
            if line is not None:
                self._to_line(int(line))

        self.app.push_screen(ChooseScreen("Go to a heading", rows, indented=True), chosen)

    def action_find(self) -> None:
        """Ask what to find in this note."""
        line = self.query_one("#find", Line)
        line.display = True
        line.focus()

    @on(Input.Submitted, "#find")
    def _find(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#find").display = False
        self._turn_to("written")
        self.action_find_next()

    def action_find_next(self) -> None:
        """Go to the next place with what was searched for, from the cursor on; at the end, from the top again."""
        wanted = self.query_one("#find", Line).value.casefold()
        written = self.query_one("#written", TextArea)
        if not wanted:
            return
        place = found_from(written.text.split("\n"), wanted, written.selection.end)
        if place is None:
            self.app.notify(f"Not in this note: {safe_line(wanted)}", severity="warning", markup=False)
            return
        self._turn_to("written")
        written.selection = Selection(place, (place[0], place[1] + len(wanted)))
        written.scroll_cursor_visible(center=True)

    def action_close(self) -> None:
        """From the line of the search to the note, and from there back."""
        if self.query_one("#find").has_focus:
            self.query_one("#find").display = False
            self._turn_to("read" if self.query_one("#read").display else "written")
        else:
            self.dismiss()

    def action_turn(self) -> None:
        """As it reads, or as it is written."""
        self._turn_to("written" if self.query_one("#read").display else "read")

    def action_graph(self) -> None:
        """What hangs together with this note."""
        from kb.tui.screens.graph import GraphScreen

        def chosen(path: str | None) -> None:
            if path is not None and path != self.path:
                self._go(path)

        self.app.push_screen(GraphScreen(self._reader, self.path), chosen)

    def action_edit(self) -> None:
        """Open the user's editor at this line; what is no text in the program that the system has for it."""
        if at := self._named_place():
            self.app.open_url(f"{(self._vault / self._place.path).as_uri()}#{at}")
        elif edit(self.app, self._vault / self._place.path, self._line()):
            self._show()

    def action_obsidian(self) -> None:
        """Open the note in Obsidian."""
        self.app.open_url(
            f"obsidian://open?path={percent_encoded(str(self._vault / self._place.path), safe='')}"
        )

    def action_copy(self) -> None:
        """Copy the place, as path:line or as file and page."""
        place = where(self._place.path, self._line(), self._named_place())
        self.app.copy_to_clipboard(place)
        self.app.notify(f"Copied {safe_line(place)}", markup=False)

    def _named_place(self) -> str:
        """The page, or other place, at the cursor; empty in a note."""
        if self._note is None or not self._note.places:
            return ""
        return place_at(self._note, Lines(self._note.text).starts[self._line() - 1])

    def _line(self) -> int:
        row, _ = self.query_one("#written", TextArea).selection.start
        return row + 1
