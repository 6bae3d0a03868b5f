"""A note being read: its text, its links and backlinks, and the way from one note to another."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Markdown, Static, TextArea
from textual.widgets.text_area import Selection

from kb.errors import KbError, UsageError
from kb.indexing.connections import Connections
from kb.notes.places import span_of
from kb.safe_text import safe_line, safe_text
from kb.tui.finding import quoted
from kb.tui.messages import Failed, LinksRead, NoteRead, OpenNote
from kb.tui.widgets.line import Line
from kb.tui.widgets.markdown import NoteMarkdown, followed, readable
from kb.tui.widgets.note_side import Follow, GoToLine, NoteSide

if TYPE_CHECKING:
    from kb.notes.note import Note
    from kb.tui.app import KbApp
    from kb.tui.reading import Reader

_LOOK_SECONDS = 1.0  # between looks at the file
_NARROW, _THIN = 120, 84  # columns below which what stands beside the note is narrower, and left out
_CONTEXTS = 200  # lines with links that are read


class NoteView(Screen[None]):
    """Shows one note after another, as links are followed. Note text is data: nothing in it can be clicked."""

    AUTO_FOCUS = ""  # what is to be read gets it, once it is there

    app: KbApp

    def __init__(self, reader: Reader, vault: Path, first: OpenNote) -> None:
        super().__init__()
        self._reader = reader
        self._vault = vault
        self._history = [first]
        self._at = 0
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
            yield NoteSide()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Show the first note, and what becomes of its file."""
        self._show()
        self.set_interval(_LOOK_SECONDS, self._look)

    def on_resize(self, event: events.Resize) -> None:
        """What stands beside the note gives way to it."""
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.set_class(event.size.width < _THIN, "-thin")

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look(self) -> None:
        """Read the note anew when another program has changed it."""
        place = self._place
        stamp = self._stamp(place.path)
        if stamp is None or stamp == self._shown or self._shown is None:
            return
        with suppress(KbError):  # half written; the next look finds it whole
            self.app.post_from_worker(self, NoteRead(place, self._reader.note(place.path), stamp))

    def _stamp(self, path: str) -> tuple[int, int] | None:
        """When a note's file was written and its size; None while there is none."""
        try:
            status = (self._vault / path).stat()
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
        """Read the note that is to be shown."""
        self._note, self._links, self._shown = None, None, None
        self._open(self._place)

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _open(self, place: OpenNote) -> None:
        stamp = self._stamp(place.path)  # before the reading, so that no change falls between
        try:
            found = NoteRead(place, self._reader.note(place.path), stamp)
        except KbError as error:
            found = NoteRead(place, None, None, str(error))
        self.app.post_from_worker(self, found)

    @on(NoteRead)
    async def _read(self, found: NoteRead) -> None:
        if found.place is not self._place:
            return
        if found.note is None:
            self.app.post_message(Failed(found.problem))
            if len(self._history) == 1:
                self.dismiss()
            else:
                self.action_back()
            return
        anew, place = self._shown is not None, found.place
        self._shown = found.stamp
        side = "read" if self.query_one("#read").display else "written"
        at = self.query_one(f"#{side}").scroll_offset
        await self._fill(found.note)
        if anew:  # what is read stays in sight
            self.call_after_refresh(self.query_one(f"#{side}").scroll_to, y=at.y, animate=False, force=True)
        else:
            self._mark(place)
            if not self.query_one("#find").has_focus:  # whoever is quick writes on
                self._turn_to("written" if place.quote or place.line > 1 else "read")
        self._note = found.note
        self._find_links(place.path)

    async def _fill(self, note: Note) -> None:
        title = Content.assemble(
            (safe_line(note.title), "bold"), (f"   {safe_line(note.path)}", "$text-muted")
        )
        self.query_one("#note-title", Static).update(title)
        # Every line stays a line, so that numbers hold.
        text = "\n".join(safe_text(line) for line in note.text.splitlines())
        self.query_one("#written", TextArea).load_text(text)
        self.query_one(NoteSide).show_outline(note.sections)
        shown = self.query_one(NoteMarkdown)
        shown.forget_link()
        await shown.update(safe_text(readable(note)))

    def _mark(self, place: OpenNote) -> None:
        """Go to a place of the written note, and select what is quoted there."""
        written = self.query_one("#written", TextArea)
        lines = written.text.split("\n")
        selected = quoted(lines, place.line, place.quote)
        written.selection = Selection(*selected) if selected else Selection.cursor((0, 0))
        self.call_after_refresh(written.scroll_cursor_visible, center=True)

    def index_changed(self) -> None:
        """Other notes may link here now."""
        self._find_links(self.path)

    @work(thread=True, exclusive=True, group="links", exit_on_error=False)
    def _find_links(self, path: str) -> None:
        try:
            links = self._reader.links(path)
        except UsageError:
            links = Connections(path, (), (), (), {}, {})  # it was just written, and is not indexed yet
        except KbError as error:
            self.app.post_from_worker(self.app, Failed(str(error)))
            return
        self.app.post_from_worker(self, LinksRead(path, links, {}))
        places = dict.fromkeys((link.source, link.line) for link in links.back[:_CONTEXTS])
        contexts = {place: self._reader.context(*place) for place in places}
        self.app.post_from_worker(self, LinksRead(path, links, contexts))

    @on(LinksRead)
    def _list_links(self, found: LinksRead) -> None:
        if found.path == self.path:
            self._links = found.links
            self.query_one(NoteSide).show_links(found.links, found.contexts)

    @on(Follow)
    def _follow(self, event: Follow) -> None:
        event.stop()
        self._go(event.path, event.line)

    @on(GoToLine)
    def _go_to_heading(self, event: GoToLine) -> None:
        event.stop()
        self._to_line(event.line)

    def _to_line(self, line: int) -> None:
        self._mark(OpenNote(self.path, line))
        self._turn_to("written")

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
        elif link.heading:
            self._go_to_section(path or self.path, link.heading)
        else:
            self._go(path or self.path)

    @work(thread=True, exclusive=True, group="heading", exit_on_error=False)
    def _go_to_section(self, path: str, heading: str) -> None:
        wanted = heading.split("#")[-1].strip().casefold()
        line = 1
        with suppress(KbError):
            note = self._reader.note(path)
            place = span_of(note, heading)
            named = (one.line for one in note.sections if one.title.casefold() == wanted)
            line = note.text.count("\n", 0, place.start) + 1 if place is not None else next(named, 1)
        self.app.post_from_worker(self, Follow(path, line))

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

    def _turn_to(self, side: str) -> None:
        for name in ("written", "read"):
            self.query_one(f"#{name}").display = name == side
        self.query_one(f"#{side}").focus()

    def _go(self, path: str, line: int = 1) -> None:
        self._history = [*self._history[: self._at + 1], OpenNote(path, line)]
        self._at += 1
        self._show()
