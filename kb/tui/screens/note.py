"""A note: its text, its links and backlinks, and the ways out to an editor and to Obsidian."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote as percent_encoded

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, Markdown, OptionList, Static, TextArea
from textual.widgets.option_list import Option
from textual.widgets.text_area import Selection

from kb.errors import KbError
from kb.safe_text import safe_line, safe_text
from kb.tui.editor import edit
from kb.tui.messages import Failed, OpenNote
from kb.tui.widgets.line import Line
from kb.tui.widgets.markdown import NoteMarkdown, followed, readable

if TYPE_CHECKING:
    from kb.indexing.connections import Connections
    from kb.notes.note import Note
    from kb.tui.app import KbApp
    from kb.tui.work import Reader

_LOOK_SECONDS = 1.0  # between looks at the file


class NoteScreen(Screen[None]):
    """Shows one note after another, as links are followed. Note text is data: nothing in it can be clicked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("slash", "find", "Find"),
        Binding("n", "find_next", "Next", show=False),
        Binding("l", "outline", "Outline"),
        Binding("alt+left", "back", "Back"),
        Binding("alt+right", "forward", "Forward"),
        Binding("m", "turn", "Preview/Source"),
        Binding("g", "graph", "Graph"),
        Binding("e", "edit", "Edit"),
        Binding("o", "obsidian", "Obsidian"),
        Binding("y", "copy", "Copy path"),
    ]

    app: KbApp

    def __init__(self, reader: Reader, vault: Path, first: OpenNote) -> None:
        super().__init__()
        self._reader = reader
        self._vault = vault
        self._history = [first]
        self._at = 0
        self._targets: list[str] = []
        self._note: Note | None = None
        self._links: Connections | None = None
        self._shown: tuple[int, int] | None = None  # see _stamp

    def compose(self) -> ComposeResult:
        yield Static(id="note-title", markup=False)
        with Horizontal():
            with Vertical(id="note-text"):
                yield Line(placeholder="Find in this note", id="find")
                yield TextArea(read_only=True, show_line_numbers=True, soft_wrap=True, id="written")
                with VerticalScroll(id="read"):
                    yield NoteMarkdown()
            with Vertical(id="note-links"):
                yield Static("Links", classes="title")
                yield OptionList()
        yield Footer()

    def on_mount(self) -> None:
        """Show the first note, and what becomes of its file."""
        self._show()
        self.set_interval(_LOOK_SECONDS, self._follow_file)

    def _follow_file(self) -> None:
        """Show the note anew when another program has changed it; what is read stays in sight."""
        stamp = self._stamp()
        if stamp is None or stamp == self._shown:
            return
        side = "read" if self.query_one("#read").display else "written"
        at = self.query_one(f"#{side}").scroll_offset
        try:
            self._fill(self._read())
        except KbError:
            return  # half written; the next look finds it whole
        self._find_links(self.path)
        self.call_after_refresh(self.query_one(f"#{side}").scroll_to, y=at.y, animate=False, force=True)

    def _stamp(self) -> tuple[int, int] | None:
        """When the note's file was written and its size; None while there is none."""
        try:
            status = (self._vault / self.path).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    @property
    def path(self) -> str:
        """Of the note that is shown."""
        return self._place.path

    @property
    def _place(self) -> OpenNote:
        return self._history[self._at]

    def _show(self) -> None:
        place = self._place
        try:
            note = self._read()
        except KbError as error:
            self.app.post_message(Failed(str(error)))
            if len(self._history) == 1:
                self.dismiss()
            else:
                self.action_back()
            return
        self._fill(note)
        self._mark(self.query_one("#written", TextArea), place)
        self._turn_to("written" if place.quote or place.line > 1 else "read")
        self._find_links(place.path)

    def _read(self) -> Note:
        self._shown = self._stamp()  # before the reading, so that no change falls between
        return self._reader.note(self.path)

    def _fill(self, note: Note) -> None:
        self.query_one("#note-title", Static).update(f"{safe_line(note.title)}   {safe_line(note.path)}")
        # Every line stays a line, so that numbers hold.
        text = "\n".join(safe_text(line) for line in note.text.splitlines())
        self.query_one("#written", TextArea).load_text(text)
        self._note = note
        self.query_one(NoteMarkdown).update(safe_text(readable(note)))

    def _mark(self, written: TextArea, place: OpenNote) -> None:
        row = max(0, min(place.line - 1, written.document.line_count - 1))
        lines = [line for line in place.quote.splitlines() if line.strip()]
        end = (row, len(written.document.get_line(row)))
        start = (row, 0)
        if lines:
            first, last = safe_text(lines[0]), safe_text(lines[-1])
            start = (row, max(0, written.document.get_line(row).find(first)))
            for number in range(row, min(row + place.quote.count("\n") + 2, written.document.line_count)):
                column = written.document.get_line(number).find(last)
                if column >= 0:
                    end = (number, column + len(last))
        written.selection = (
            Selection(start, end) if place.quote or place.line > 1 else Selection.cursor((0, 0))
        )
        self.call_after_refresh(written.scroll_cursor_visible, center=True)

    def index_changed(self) -> None:
        """Other notes may link here now."""
        self._find_links(self.path)

    @work(thread=True, exclusive=True, group="links", exit_on_error=False)
    def _find_links(self, path: str) -> None:
        try:
            links = self._reader.links(path)
        except KbError as error:
            self.app.post_message(Failed(str(error)))
            return
        if self.app.is_running:
            self.app.call_from_thread(self._list_links, path, links)

    def _list_links(self, path: str, links: Connections) -> None:
        if path != self._place.path:
            return
        self._links = links
        listed = self.query_one(OptionList)
        listed.clear_options()
        self._targets = []
        groups = (
            ("Links to", {link.resolved: link for link in links.out if link.resolved}),
            ("Linked from", {link.source: link for link in links.back}),
        )
        for heading, found in groups:
            if found:
                listed.add_option(Option(Content.styled(heading, "bold"), disabled=True))
                self._targets.append("")
            for target, link in found.items():
                name = Path(target).stem
                relation = f"  ({safe_line(link.relation)})" if link.relation else ""
                listed.add_option(Option(Content(safe_line(name) + relation)))
                self._targets.append(target)
        for target in dict.fromkeys(link.target for link in links.unresolved):
            listed.add_option(
                Option(Content.styled(f"{safe_line(target)}  not written", "$text-muted"), disabled=True)
            )
            self._targets.append("")
        if not self._targets:
            listed.add_option(Option(Content.styled("None", "$text-muted"), disabled=True))

    @on(OptionList.OptionSelected)
    def _follow(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._go(self._targets[event.option_index])

    @on(Markdown.LinkClicked)
    def _follow_text(self, event: Markdown.LinkClicked) -> None:
        """Follow a link of the text; the catalog says where it leads, never the link itself."""
        event.stop()
        link = followed(self._note, event.href) if self._note is not None else None
        if link is None or link.kind == "url":
            self.app.copy_to_clipboard(event.href)
            self.app.notify(f"Copied {safe_line(event.href)}", markup=False)
            return
        found = self._links.out if self._links is not None else ()
        path = next(
            (one.resolved for one in found if (one.target, one.line) == (link.target, link.line)), None
        )
        if path is None and link.target:
            self.app.notify(
                f"[[{safe_line(link.target)}]] doesn't match any note.", severity="warning", markup=False
            )
        else:
            self._go(path or self.path, self._line_of(path or self.path, link.heading))

    def _line_of(self, path: str, heading: str | None) -> int:
        """The line of a heading in the note at `path`; 1 for none."""
        if not heading:
            return 1
        try:
            sections = self._reader.note(path).sections
        except KbError:
            return 1
        wanted = heading.split("#")[-1].strip().casefold()
        return next((section.line for section in sections if section.title.casefold() == wanted), 1)

    def _go(self, path: str, line: int = 1) -> None:
        self._history = [*self._history[: self._at + 1], OpenNote(path, line)]
        self._at += 1
        self._show()

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
                self._turn_to("written")
                self._mark(self.query_one("#written", TextArea), OpenNote(self.path, int(line)))

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
        lines = [line.casefold() for line in written.text.split("\n")]
        row, column = written.selection.end
        order = [(row, lines[row].find(wanted, column))]
        order += [
            (at % len(lines), lines[at % len(lines)].find(wanted))
            for at in range(row + 1, row + len(lines) + 1)
        ]
        place = next(((at, start) for at, start in order if start >= 0), None)
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

    def action_back(self) -> None:
        """The note before."""
        if self._at:
            self._at -= 1
            self._show()

    def action_forward(self) -> None:
        """The note after."""
        if self._at + 1 < len(self._history):
            self._at += 1
            self._show()

    def action_turn(self) -> None:
        """As it reads, or as it is written."""
        self._turn_to("written" if self.query_one("#read").display else "read")

    def _turn_to(self, side: str) -> None:
        for name in ("written", "read"):
            self.query_one(f"#{name}").display = name == side
        self.query_one(f"#{side}").focus()

    def action_graph(self) -> None:
        """What hangs together with this note."""
        from kb.tui.screens.graph import GraphScreen

        def chosen(path: str | None) -> None:
            if path is not None and path != self.path:
                self._go(path)

        self.app.push_screen(GraphScreen(self._reader, self.path), chosen)

    def action_edit(self) -> None:
        """Open the user's editor at this line."""
        if edit(self.app, self._vault / self._place.path, self._line()):
            self._show()

    def action_obsidian(self) -> None:
        """Open the note in Obsidian."""
        self.app.open_url(
            f"obsidian://open?path={percent_encoded(str(self._vault / self._place.path), safe='')}"
        )

    def action_copy(self) -> None:
        """Copy the place, as path:line."""
        place = f"{self._place.path}:{self._line()}"
        self.app.copy_to_clipboard(place)
        self.app.notify(f"Copied {safe_line(place)}", markup=False)

    def _line(self) -> int:
        row, _ = self.query_one("#written", TextArea).selection.start
        return row + 1
