"""What people do in the terminal interface, from key to screen."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Markdown, OptionList, Static, Tabs, TextArea, Tree

from kb.errors import SettingsError, VaultMissing
from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Panel
from kb.settings import ModelSettings, Settings, load_settings
from kb.tui.app import KbApp
from kb.tui.messages import OpenNote
from kb.tui.screens.choose import ChooseScreen, matching
from kb.tui.screens.graph import GraphScreen
from kb.tui.screens.help import HelpScreen, LogScreen
from kb.tui.screens.links import LinksScreen
from kb.tui.screens.note import NoteScreen
from kb.tui.screens.search import SearchScreen
from kb.tui.screens.welcome import WelcomeScreen
from kb.tui.widgets.notes import NotesPane
from kb.tui.widgets.replies import QuickReplies
from kb.tui.widgets.sources import SourcesPane
from tests.support import write_notes
from tests.tui.interface import (
    NOTES,
    drive,
    ready,
    said,
    send,
    settings_of,
    until,
    watched_by_another_process,
)

pytestmark = pytest.mark.slow  # together


def test_a_question_is_answered_and_its_source_shown(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await send(pilot, "When was oolong first made?")
        assert "1725" in said(app)
        assert not re.search(r"token|unsupported|elicit|probe", f"{app.main.status.doing} {said(app)}")
        quotes = app.main.query_one(SourcesPane).quotes
        assert quotes[0].path == "Tea/Oolong.md"
        await pilot.press("/", "1", "enter")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        written = app.screen.query_one("#written", TextArea)
        await until(pilot, lambda: quotes[0].quote in written.selected_text)
        await pilot.press("y", "escape")
        assert app.clipboard == f"Tea/Oolong.md:{quotes[0].line}"
        await pilot.press("ctrl+y")
        assert "[1] Tea/Oolong.md:" in app.clipboard

    drive(app, steps)


def test_what_the_notes_do_not_hold_is_said_to_be_missing(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await send(pilot, "Who composed the opera Fidelio?")
        assert "Your notes don't answer this" in said(app)
        await pilot.press("/", "7", "enter")
        assert app.screen is app.main

    drive(app, steps)


def test_a_quiz_is_answered_by_keys_and_by_writing(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("ctrl+t")
        await pilot.press(*"quiz", "enter")
        await pilot.pause()
        await send(pilot, "Tea/")
        for _ in range(12):
            if "Wrote" in said(app) or not app.main._begun:
                break
            offered = app.main.query(QuickReplies)
            if offered and not offered.last().disabled:
                await pilot.press("1")
                await until(pilot, lambda: not app.main.is_busy)
                await pilot.pause()
            else:
                await send(pilot, "oolong")
        assert "The note's answer" in said(app)
        assert "card" in app.main.status.standing
        assert (app.settings.vault / ".kb" / "reviews").is_dir()

    drive(app, steps)


def test_the_tutor_asks_and_shows_where_it_stands(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await send(pilot, "/mode tutor")
        told = str(app.main.query("#said .hint").last(Static).render())
        assert told.startswith("/hint  /reveal")  # names alone; /help tells the rest
        await send(pilot, "Oolong")
        assert "?" in said(app), app.problems
        await send(pilot, "no idea")
        assert re.fullmatch(r"hint \d/\d", app.main.status.standing)  # and no name of a state
        await send(pilot, "/reveal")
        assert "Here is what your note says." in said(app)
        if app.main._begun:
            await send(pilot, "/quit")
        assert "To revisit" in said(app)
        assert not app.main._begun
        await pilot.press(*"/quit", "enter")
        await pilot.pause()
        assert not app.main.is_busy  # it begins nothing

    drive(app, steps)


def test_links_are_reviewed_made_and_taken_back(app: KbApp, folder: Path) -> None:
    diary = folder / "vault" / "Diary.md"

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, LinksScreen) and bool(app.screen._queue))
        count = len(app.screen._queue)
        assert "→" not in str(app.screen.query_one("#detail", Static).render())
        await pilot.press("a")
        await until(pilot, lambda: diary.read_text() != NOTES["Diary.md"])
        assert "[[" in diary.read_text()
        assert len(app.screen._queue) == count - 1
        detail = app.screen.query_one("#detail", Static)  # the next link is shown in the line as it is by now
        await until(pilot, lambda: diary.read_text().splitlines()[2] in str(detail.render()))
        await pilot.press("u")
        await until(pilot, lambda: diary.read_text() == NOTES["Diary.md"])
        await until(pilot, lambda: len(app.screen._queue) == count)
        await pilot.press("n")
        await until(pilot, lambda: (folder / "vault" / ".kb" / "links").is_dir())
        assert diary.read_text() == NOTES["Diary.md"]

    drive(app, steps)


def test_search_shows_results_while_typing_and_opens_one(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("ctrl+f")
        await pilot.press(*"evergreen")
        await until(pilot, lambda: bool(app.screen._hits))
        assert isinstance(app.screen, SearchScreen)
        assert "evergreen bush" in str(app.screen.query_one("#passage", Static).render())
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        assert app.screen.path == "Tea/Tea plant.md"
        await pilot.press("escape")
        assert isinstance(app.screen, SearchScreen)
        app.screen.query_one(Input).value = "before:nonsense tea"
        await until(pilot, lambda: "a date" in str(app.screen.query_one("#told", Static).render()))

    drive(app, steps)


def test_links_are_followed_back_and_forward(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("ctrl+o", *"ketl", "enter")  # a typo
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        note = app.screen
        assert note.path == "Kettle.md"
        listed = note.query_one("#note-links", OptionList)
        await until(pilot, lambda: listed.option_count > 1)
        await pilot.press("s")
        assert listed.has_focus
        await pilot.press("home", "enter")
        await until(pilot, lambda: note.path != "Kettle.md")
        second = note.path
        await pilot.press("alt+left")
        assert note.path == "Kettle.md"
        await pilot.press("alt+right")
        assert note.path == second
        await until(pilot, lambda: note._note is not None and note._note.path == second)
        await pilot.press("m")
        assert note.query_one("#written").display

    drive(app, steps)


def test_notes_are_listed_filtered_and_opened(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.pause()
        tree = app.main.query_one(NotesPane).query_one(Tree)
        assert [str(node.label) for node in tree.root.children] == ["Tea", "Diary", "Kettle"]
        app.main.query_one("#filter", Input).value = "plants"
        await pilot.pause()
        assert [str(node.label) for node in tree.root.children] == ["Tea plant"]
        tree.focus()
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        assert app.screen.path == "Tea/Tea plant.md"

    drive(app, steps)


def test_narrow_terminals_show_one_pane_at_a_time(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        panes = [app.main.query_one(f"#{name}") for name in ("notes-pane", "sources-pane")]
        assert [pane.display for pane in panes] == [False, False]
        await pilot.press("ctrl+b")
        assert [pane.display for pane in panes] == [True, False]
        await pilot.press("ctrl+r")
        assert [pane.display for pane in panes] == [False, True]
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert [pane.display for pane in panes] == [True, False]
        await pilot.resize_terminal(160, 40)
        await pilot.pause()
        assert [pane.display for pane in panes] == [True, True]

    drive(app, steps, size=(80, 24))


def test_the_first_run_chooses_a_folder_and_indexes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notes(tmp_path / "notes", NOTES)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def load() -> Settings:
        raise VaultMissing("No vault is chosen here.")

    app = KbApp(load)

    async def steps(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, WelcomeScreen) and bool(app.screen.query("#holds")))
        folder, holds = app.screen.query_one("#folder", Input), app.screen.query_one("#holds", Static)
        for name, words in (
            ("nowhere", "does not exist"),
            ("empty", "No Markdown notes"),
            ("notes", "5 notes"),
        ):
            folder.value = str(tmp_path / name)
            await until(pilot, lambda words=words: words in str(holds.render()))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        await until(pilot, lambda: len(app.notes) == 5)
        await until(pilot, lambda: app.main.status.index == "up to date")
        (tmp_path / "notes" / "New.md").write_text("# New\n\nA note that was just written.\n")
        await until(pilot, lambda: len(app.notes) == 6)

    drive(app, steps)
    assert 'vault = "notes"' in (tmp_path / "kb.toml").read_text()


def test_settings_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    def load() -> Settings:
        raise SettingsError("kb.toml is not valid TOML. Correct it.")

    app = KbApp(load)

    async def steps(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: bool(app.problems))
        await pilot.press("ctrl+l")
        assert isinstance(app.screen, LogScreen)
        assert "not valid TOML" in str(app.screen.query_one(Static).render())

    drive(app, steps)


def test_a_model_that_is_missing_costs_a_sentence(folder: Path) -> None:
    plain = settings_of(folder)
    missing = Settings(
        plain.vault, plain.index, plain.root, models=ModelSettings(path=str(folder / "none.gguf"))
    )
    app = KbApp(lambda: missing, watch=False)

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await send(pilot, "When was oolong first made?")
        shown = " ".join(str(line.render()) for line in app.main.query(".problem").results(Static))
        assert "none.gguf" in shown
        await pilot.press("ctrl+f", *"oolong")
        await until(pilot, lambda: bool(app.screen._hits))

    drive(app, steps)


def test_a_note_that_is_gone_costs_a_sentence(app: KbApp, folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        (folder / "vault" / "Kettle.md").unlink()
        await pilot.press("ctrl+o", *"kettle", "enter")
        await until(pilot, lambda: bool(app.problems))
        assert "Kettle.md" in app.problems[0]
        await until(pilot, lambda: app.screen is app.main)

    drive(app, steps)


def test_another_kb_that_keeps_the_index_in_step_is_named(folder: Path) -> None:
    app = KbApp(lambda: settings_of(folder))

    async def steps(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.main.status.index == "synced by another kb")
        await ready(pilot)
        await send(pilot, "When was oolong first made?")
        assert "1725" in said(app)

    with watched_by_another_process(folder):
        drive(app, steps)


def test_escape_stops_a_reply(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press(*"/mode summarize", "enter")
        await pilot.press(*"Tea/", "enter")
        await pilot.pause()
        assert app.main.is_busy
        await pilot.press("escape")
        await until(pilot, lambda: not app.main.is_busy, seconds=5)

    drive(app, steps)


HOSTILE = (
    "# Trap\n\nThe trap word is xylograph. [bold]markup[/bold] [@click=app.quit]press me[/] "
    "[link](javascript:x) \x1b[31mred\x1b]0;title\x07 \u202ereversed ![i](http://example.org/x.png)\n"
)


def test_what_a_note_holds_takes_no_effect(folder: Path) -> None:
    (folder / "vault" / "Trap.md").write_text(HOSTILE)
    app = KbApp(lambda: settings_of(folder))

    async def steps(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: any(note.title == "Trap" for note in app.notes))
        await pilot.press("ctrl+f", *"xylograph")
        await until(pilot, lambda: bool(app.screen._hits))
        passage = str(app.screen.query_one("#passage", Static).render())
        assert "[@click=app.quit]press me[/]" in passage
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._note is not None)
        await pilot.pause()
        shown = app.screen.query_one("#written", TextArea).text + app.screen.query_one(Markdown).source
        assert not set(shown) & {"\x1b", "\x07", "\u202e"}
        picture = app.export_screenshot()
        assert "\x1b" not in picture

    drive(app, steps)


def test_settings_are_shown_changed_in_the_editor_and_taken_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "kb.toml"
    file.write_text('vault = "vault"\nindex = "index"\n')
    script = folder / "editor.py"
    script.write_text("import sys\nopen(sys.argv[-1], 'a').write('[answers]\\nquotes = 1\\n')\n")
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    app = KbApp(lambda: load_settings(start=folder))

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await until(pilot, lambda: app.main.status.index == "up to date")
        await pilot.press("f2")
        await until(pilot, lambda: any(table.row_count for table in app.screen.query(DataTable)))
        table = app.screen.query_one("#values", DataTable)
        values = {row[0]: row[1] for row in map(table.get_row_at, range(table.row_count))}
        assert values["answers.quotes"] == "3"
        await pilot.press("e")
        await until(pilot, lambda: app.settings.answers.quotes == 1)
        app.choose_theme("nord")
        await pilot.press("escape")
        await until(pilot, lambda: app.main.status.index == "up to date")
        await ready(pilot)
        await send(pilot, "When was oolong first made?")
        assert len(app.main.query_one(SourcesPane).quotes) == 1
        file.write_text("vault = 'vault'\n[answers]\nquotes = 'many'\n")
        app.reload()
        assert "must be a whole number from 1" in app.problems[-1]
        assert app.settings.answers.quotes == 1

    drive(app, steps)
    assert KbApp(lambda: load_settings(start=folder)).theme == "nord"


def test_a_tree_shows_what_hangs_together(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app.post_message(OpenNote("Kettle.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        note = app.screen
        await pilot.press("g")
        await until(pilot, lambda: isinstance(app.screen, GraphScreen))
        tree = app.screen.query_one(Tree)
        await until(pilot, lambda: bool(tree.root.children))
        assert [str(node.label) for node in tree.root.children] == ["→ Green tea", "→ Oolong"]
        await pilot.press("down", "space")
        await until(pilot, lambda: bool(tree.root.children[0].children))
        assert "Tea plant" in str(tree.root.children[0].children[-1].label)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is note)
        assert note.path == "Tea/Green tea.md"

    drive(app, steps)


def test_help_lists_the_keys_and_the_palette_the_modes(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        names = [command.title for command in app.get_system_commands(app.main)]  # type: ignore[arg-type]
        assert {"Mode: Ask", "Mode: Quiz", "Search", "Suggested links", "Light theme", "Leave"} <= set(names)
        assert not {"Quit", "Theme", "Maximize", "Screenshot"} & set(names)  # Textual's words
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("escape", "ctrl+t")
        assert isinstance(app.screen, ChooseScreen)

    drive(app, steps)


def test_a_conversation_becomes_a_note(app: KbApp, folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await send(pilot, "When was oolong first made?")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: (folder / "vault" / "Conversations").is_dir())
        await pilot.press("ctrl+n")
        assert said(app) == ""
        assert app.main.conversation.home.display

    drive(app, steps)
    [note] = (folder / "vault" / "Conversations").glob("*.md")
    assert "**When was oolong first made?**" in note.read_text()
    assert "[[Tea/Oolong|Oolong]]" in note.read_text()


@pytest.mark.parametrize(
    ("typed", "first"), [("kettle", "k"), ("gren tee", "g"), ("tea plant", "p"), ("", "k"), ("zzz qqq", None)]
)
def test_rows_are_found_by_parts_of_their_names(typed: str, first: str | None) -> None:
    rows = [
        ("k", "Kettle", "Kettle.md"),
        ("g", "Green tea", "Tea/Green tea.md"),
        ("p", "Tea plant", "Tea/Tea plant.md"),
    ]
    found = matching(rows, typed)
    assert (found[0][0] if found else None) == first


def test_notes_with_cards_due_are_listed(app: KbApp, folder: Path) -> None:
    day = "2025-01-02T08:00:00+00:00"
    row = {
        "act": "review",
        "at": day,
        "card": "0" * 16,
        "concept": "Oolong",
        "key": "",
        "path": "Tea/Oolong.md",
        "rating": 3,
    }
    log = folder / "vault" / ".kb" / "reviews" / "laptop.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps(row) + "\n", encoding="utf-8")

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        pane = app.main.query_one(NotesPane)
        pane.query_one(Tabs).active = "due"
        await until(
            pilot, lambda: [str(node.label) for node in pane.query_one(Tree).root.children] == ["Oolong (1)"]
        )

    drive(app, steps)


def test_a_plugins_panel_opens_from_the_palette(app: KbApp) -> None:
    def make(base: KnowledgeBase) -> Static:
        return Static(f"{len(base.catalog.notes())} notes", id="counted")

    def broken(_: KnowledgeBase) -> Static:
        raise ValueError("no clock here")

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app.panels = {"count": Panel("count", "How many", make), "clock": Panel("clock", "Clock", broken)}  # type: ignore[arg-type]
        commands = {command.title: command.callback for command in app.get_system_commands(app.screen)}
        commands["How many"]()
        await until(pilot, lambda: bool(app.screen.query("#counted")))
        assert str(app.screen.query_one("#counted", Static).visual) == "5 notes"
        await pilot.press("escape")
        commands["Clock"]()
        await until(pilot, lambda: bool(app.screen.query("#panel")))
        assert any("no clock here" in str(part.visual) for part in app.screen.query(Static))
        await pilot.press("escape")
        assert app.screen is app.main

    drive(app, steps)
