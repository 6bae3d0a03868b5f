"""Search while typing; the newest query wins."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from kb.errors import KbError
from kb.notes.note import Span
from kb.retrieval.excerpt import as_read, excerpt, marks
from kb.retrieval.unknown_words import worth_showing
from kb.safe_text import safe_line, safe_text
from kb.tui.messages import OpenNote, SearchDone
from kb.tui.widgets.line import Line
from kb.tui.widgets.source import breadcrumb

if TYPE_CHECKING:
    from kb.retrieval.hit import SearchHit
    from kb.tui.reading import Reader

_MOMENT = 0.02  # seconds
_EXCERPT = 100  # characters shown in the list
_WIDE = 110  # columns from which the preview stands at the right


class SearchScreen(ModalScreen[None]):
    """Passages that match; choosing one shows its note."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", show=False),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, reader: Callable[[], Reader | None], query: str = "") -> None:
        """`reader` gives None while the knowledge base is being opened."""
        super().__init__()
        self._reader = reader
        self._query = query
        self._hits: Sequence[SearchHit] = ()

    def compose(self) -> ComposeResult:
        with Vertical(id="search", classes="dialog"):
            yield Line(
                self._query, placeholder='Search: words, "a phrase", -without, tag:, path:, before:2026-03'
            )
            yield Static(id="told", classes="hint", markup=False)
            with Horizontal(id="results"):
                yield OptionList()
                with VerticalScroll(id="preview", can_focus=False):
                    yield Static(id="preview-place", markup=False)
                    yield Static(id="passage", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """The preview stands at the right where there is room, else below."""
        self.set_class(event.size.width < _WIDE, "-narrow")

    def action_move(self, by: int) -> None:
        """Move in the list while the line keeps the focus."""
        rows = self.query_one(OptionList)
        if self._hits:
            rows.highlighted = ((rows.highlighted or 0) + by) % len(self._hits)

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        if event.value.strip():
            self._run(event.value)
        else:
            self._show(SearchDone("", ()))

    @work(thread=True, exclusive=True, group="search", exit_on_error=False)
    def _run(self, query: str) -> None:
        worker = get_current_worker()
        while (reader := self._reader()) is None and not worker.is_cancelled:
            time.sleep(_MOMENT)
        if worker.is_cancelled or reader is None:
            return
        try:
            hits = worth_showing(reader.search(query))
            unknown = reader.unknown_words(query) if not any(hit.lexical for hit in hits) else []
            found = SearchDone(query, hits, " ".join(map(str, unknown)))
        except KbError as error:
            found = SearchDone(query, (), str(error))
        if not worker.is_cancelled:
            self.post_message(found)

    @on(SearchDone)
    def _show(self, found: SearchDone) -> None:
        if found.query != self.query_one(Input).value and found.query:
            return
        self._hits = found.hits
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(Option(_prompt(hit, found.query)) for hit in found.hits)
        listed.highlighted = 0 if found.hits else None
        if not found.hits:
            self.query_one("#preview-place", Static).update("")
            self.query_one("#passage", Static).update("Nothing found." if found.query else "")
        message = self.query_one("#told", Static)
        message.display = bool(found.message)
        message.update(safe_line(found.message))

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._hits):
            passage = self._hits[event.option_index].passage
            text = safe_text(as_read(passage.text))
            place = Content.assemble(
                (breadcrumb(passage.note_path, passage.title, tuple(passage.heading_path)), "bold $text"),
                f"\n{safe_line(passage.where)}",
            )
            self.query_one("#preview-place", Static).update(place)
            self.query_one("#passage", Static).update(_marked(text, marks(text, self.query_one(Line).value)))
            self.query_one("#preview").scroll_home(animate=False)

    @on(Input.Submitted)
    def _take(self) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if self._hits and highlighted is not None:
            self._open(self._hits[highlighted])

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._open(self._hits[event.option_index])

    def _open(self, hit: SearchHit) -> None:
        self.app.post_message(OpenNote(hit.passage.note_path, hit.passage.line, hit.passage.text))


def _prompt(hit: SearchHit, query: str) -> Content:
    """Two lines: which note, and the words that match."""
    passage = hit.passage
    shown = excerpt(passage.text, query, _EXCERPT)
    return Content.assemble(
        (breadcrumb(passage.note_path, passage.title, tuple(passage.heading_path[-1:])), "bold"),
        (f"  {safe_line(passage.where)}", "$text-muted"),
        (f"  and in {len(hit.also_in)} more" if hit.also_in else "", "$text-muted"),
        "\n  ",
        _marked(shown.text, shown.marks),
    )


def _marked(text: str, spans: Sequence[Span]) -> Content:
    content = Content(text)
    for span in spans:
        content = content.stylize("bold $text-accent on $marked", span.start, span.end)
    return content
