"""Reading a note, beginning a conversation, and changing a setting in the interface."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Markdown, TextArea

from kb.notes.parse import parse_note
from kb.settings import load_settings
from kb.tui.app import KbApp
from kb.tui.messages import OpenNote
from kb.tui.screens.choose import ChooseScreen
from kb.tui.screens.note import NoteScreen
from kb.tui.screens.setting import SettingScreen
from kb.tui.widgets.choices import Choices
from kb.tui.widgets.markdown import NoteMarkdown, followed, readable
from tests.tui.interface import drive, ready, said, until

LINKED = (
    "---\nof: '[[Front]]'\n---\n# Linked\n\nSee [[Tea plant|the *plant*]], ![[Oolong#Making it]], [a](Green%20tea.md#x), "
    "[out](https://example.org) and `[[code]]`.\n"
)


def test_links_read_as_their_labels_and_are_found_again() -> None:
    note = parse_note("Linked.md", LINKED)
    text = readable(note)
    assert "[[Tea" not in text
    assert "[the \\*plant\\*](kb:" in text
    assert "`[[code]]`" in text
    hrefs = [part.partition(")")[0] for part in text.split("](")[1:]]
    targets = [link.target if (link := followed(note, href)) else None for href in hrefs]
    assert targets == ["Tea plant", "Oolong", "Green%20tea.md", "https://example.org"]
    for href in ("kb:99", "kb:x", "kb:-1", "file:///etc/passwd", ""):
        assert followed(note, href) is None


@pytest.mark.slow
def test_links_in_the_text_are_followed_by_the_catalog(app: KbApp, folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app.post_message(OpenNote("Kettle.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._links is not None)
        note = app.screen
        shown = note.query_one(NoteMarkdown)
        assert "[[" not in shown.source
        href = shown.source.partition("[Oolong](")[2].partition(")")[0]
        note.post_message(Markdown.LinkClicked(shown, href))
        await until(pilot, lambda: note.path == "Tea/Oolong.md")
        note.post_message(Markdown.LinkClicked(shown, "https://example.org"))
        await pilot.pause()
        assert note.path == "Tea/Oolong.md"
        await until(pilot, lambda: note._note is not None)
        await pilot.press("slash", *"leaves", "enter")
        written = note.query_one("#written", TextArea)
        assert written.selected_text == "leaves"
        first = written.selection.start
        await pilot.press("n")
        assert written.selection.start > first
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, ChooseScreen))
        await pilot.press(*"making", "enter")
        await until(pilot, lambda: app.screen is note)
        assert "Making it" in written.document.get_line(written.selection.start[0])

    drive(app, steps)


@pytest.mark.slow
def test_the_first_screen_offers_questions_of_the_vault(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        offered = app.main.query_one(Choices)
        await until(pilot, lambda: offered.option_count > 3)
        questions = [str(offered.get_option_at_index(number).prompt).strip() for number in range(3)]
        assert app.focused is app.main.query_one("#line", Input)
        await pilot.press("1", "7", "backspace", "backspace")  # a digit is written, not chosen
        assert not app.main.is_busy
        await pilot.press("down", "enter")
        await until(pilot, lambda: questions[0] in said(app))
        await until(pilot, lambda: not app.main.is_busy)
        assert not app.main.conversation.home.display

    drive(app, steps)


@pytest.mark.slow
def test_a_setting_is_changed_where_it_is_shown(folder: Path) -> None:
    file = folder / "kb.toml"
    file.write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    app = KbApp(lambda: load_settings(start=folder), watch=False)

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("f2")
        await until(pilot, lambda: any(table.row_count for table in app.screen.query(DataTable)))
        table = app.screen.query_one("#values", DataTable)
        names = [str(table.get_row_at(number)[0]) for number in range(table.row_count)]
        table.focus()
        table.move_cursor(row=names.index("answers.quotes"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SettingScreen))
        app.screen.query_one(Input).value = "500"
        await pilot.press("enter")
        assert isinstance(app.screen, SettingScreen)
        app.screen.query_one(Input).value = "5"
        await pilot.press("enter")
        await until(pilot, lambda: app.settings.answers.quotes == 5)

    drive(app, steps)
    assert "quotes = 5" in file.read_text(encoding="utf-8")
