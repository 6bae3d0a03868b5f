"""Files in the interface: read as text, gone to by page, opened where the system opens them."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Markdown, TextArea

from kb.knowledge_base import KnowledgeBase
from kb.tui.app import KbApp
from kb.tui.messages import OpenNote
from kb.tui.screens.note import NoteScreen
from kb.tui.widgets.markdown import NoteMarkdown
from tests.sources.pdfs import make_pdf
from tests.support import write_notes
from tests.tui.interface import drive, ready, settings_of, until


@pytest.mark.slow
def test_a_link_to_a_page_leads_to_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write_notes(tmp_path / "vault", {"Hive.md": "# Hive\n\nSee [[bees.pdf#page=2|the queen]].\n"})
    make_pdf(tmp_path / "vault" / "bees.pdf", [["Bees gather nectar."], ["The queen lays eggs."]])
    base = KnowledgeBase(settings_of(tmp_path))
    base.index()
    base.close()
    app = KbApp(lambda: settings_of(tmp_path), watch=False)
    opened: list[str] = []
    monkeypatch.setattr(KbApp, "open_url", lambda _, url, **more: opened.append(url))
    copied: list[str] = []
    monkeypatch.setattr(KbApp, "copy_to_clipboard", lambda _, text: copied.append(text))

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app.post_message(OpenNote("Hive.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._links is not None)
        note = app.screen
        shown = note.query_one(NoteMarkdown)
        href = shown.source.partition("[the queen](")[2].partition(")")[0]
        note.post_message(Markdown.LinkClicked(shown, href))
        await until(pilot, lambda: note.path == "bees.pdf" and note._note is not None)
        written = note.query_one("#written", TextArea)
        await until(pilot, lambda: "queen" in written.document.get_line(written.selection.start[0]))
        await pilot.press("y", "e")
        assert copied == ["bees.pdf, p. 2"]
        assert opened == [f"{(tmp_path / 'vault' / 'bees.pdf').as_uri()}#page=2"]

    drive(app, steps)
