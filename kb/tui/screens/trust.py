"""What a folder from elsewhere asks for, and the user's word on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from kb.errors import KbError
from kb.safe_text import safe_line
from kb.tui.screens.dialog import Dialog
from kb.workspace import Workspace, workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kb.tui.app import KbApp


class TrustScreen(Dialog[bool]):
    """Asks once whether what the folder asks for is granted; its result is whether it was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "refuse", "Continue without it")]

    app: KbApp

    def __init__(self, here: Workspace) -> None:
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        with Vertical(id="trust", classes="dialog"):
            yield Static(
                Content("You have not confirmed what this folder asks for, so it is left out."),
                classes="title",
            )
            yield Static(Content(safe_line(str(self._here.folder))))
            with VerticalScroll():
                for request in self._here.open_requests:
                    yield Static(Content(safe_line(request.message)), classes="asked")
                    yield Static(Content(f"    kb {request.allows}"))
            with Horizontal(id="trust-buttons"):
                yield Button("Continue without it", id="refuse")
                yield Button("Trust this folder", id="grant", variant="warning")

    def fill(self) -> None:
        """Enter alone must not grant anything."""
        self.query_one("#refuse", Button).focus()

    @on(Button.Pressed, "#grant")
    def _grant(self) -> None:
        try:
            self._here.grant()
        except KbError as error:
            self.app.tell(str(error))
            self.dismiss(False)
            return
        self.dismiss(True)

    @on(Button.Pressed, "#refuse")
    def action_refuse(self) -> None:
        """Leave it out; the next start asks again."""
        self.dismiss(False)


def ask_for_trust(app: KbApp, root: Path | None, then: Callable[[], None]) -> None:
    """Ask about what the kb.toml in `root`, or above the current folder, asks for; `then` is called once it is granted."""
    try:
        here = workspace(root)
    except KbError as error:
        app.tell(str(error))
        return
    if here.open_requests:
        app.push_screen(TrustScreen(here), lambda granted: then() if granted else None)
