"""What goes wrong on an ordinary evening, and must not."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import DirectoryTree, Input, Static, TextArea, Tree

from kb.errors import VaultMissing
from kb.safe_text import pasted_line
from kb.settings import Settings
from kb.tui.app import KbApp
from kb.tui.messages import NotesRead, OpenNote
from kb.tui.screens.choose import matching
from kb.tui.screens.note import NoteScreen
from kb.tui.screens.welcome import WelcomeScreen
from kb.tui.widgets.conversation import Conversation
from kb.tui.widgets.folder_line import completion
from kb.tui.widgets.markdown import NoteMarkdown
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


@pytest.mark.parametrize(
    ("pasted", "line"),
    [
        ("What plays Otto,\r\nand where was he born?\r\n", "What plays Otto, and where was he born?"),
        ("one\n\n\n  two\t\n", "one two"),
        ("one\rtwo\rthree", "one two three"),
        ("a\tb", "a b"),
        (" ", " "),
        ("\x1b[31mred\x1b[0m and \x1b]0;title\x07bell\x07", "red and bell"),
        ("a\x00b\u202ec\u2028d", "abc d"),
        ("\n".join(map(str, range(300))), " ".join(map(str, range(300)))),
    ],
)
def test_a_paste_is_one_line_that_holds_all(pasted: str, line: str) -> None:
    assert pasted_line(pasted) == line


@pytest.mark.slow
def test_pasted_lines_arrive_whole_in_every_field(app: KbApp) -> None:
    def paste() -> None:
        app.post_message(events.Paste("oolong\nand the\ttea plant"))

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        for keys, field in (((), "#line"), (("ctrl+f",), "Input"), (("escape", "ctrl+o"), "Input")):
            await pilot.press(*keys)
            await pilot.pause()
            paste()
            await until(
                pilot,
                lambda field=field: app.screen.query_one(field, Input).value == "oolong and the tea plant",
            )
        await pilot.press("escape")
        app.main.query_one("#filter", Input).focus()
        paste()
        await until(pilot, lambda: app.main.query_one("#filter", Input).value == "oolong and the tea plant")
        app.main.query_one("#line", Input).clear()
        conversation = app.main.query_one(Conversation)
        conversation.offer([("a", "the first"), ("b", "the second")])
        await until(pilot, lambda: isinstance(app.focused, QuickReplies))
        paste()
        await until(pilot, lambda: app.main.query_one("#line", Input).value == "oolong and the tea plant")

    drive(app, steps)


@pytest.mark.slow
def test_help_is_there_in_every_mode(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        for mode in app.modes:
            await pilot.press(*f"/mode {mode}", "enter")
            await pilot.press(*"/help", "enter")
            await pilot.pause()
            told = str(app.main.query("#said .hint").last(Static).render())
            assert "/quit" in told
            assert "/mode NAME" in told
        await pilot.press(*"/nosuch", "enter")
        await pilot.pause()
        assert "Unknown command /nosuch" in str(app.main.query(".notice").last(Static).render())
        assert not app.main.is_busy

    drive(app, steps)


@pytest.mark.slow
def test_a_mode_begins_with_the_topic_that_follows_its_name(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press(*"/mode tutor Oolong", "enter")
        await until(pilot, lambda: "?" in said(app) and not app.main.is_busy)
        assert app.main.status.mode == "tutor"

    drive(app, steps)


@pytest.mark.slow
def test_sources_of_the_answer_before_are_gone(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await send(pilot, "When was oolong first made?")
        assert app.main.query_one(SourcesPane).quotes, said(app)
        await send(pilot, "/why")
        assert app.main.query_one(SourcesPane).quotes
        await send(pilot, "Who composed the opera Fidelio?")
        assert not app.main.query_one(SourcesPane).quotes

    drive(app, steps)


@pytest.mark.slow
def test_names_of_files_are_no_addresses(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app.main.query_one(Conversation).kb_said("See Tea/Oolong.md and [this](Kettle.md).")
        await pilot.pause()
        block = app.main.query_one(NoteMarkdown).query("MarkdownBlock").first()
        linked = [span for span in block.content.spans if "link" in str(span.style)]
        assert len(linked) == 1

    drive(app, steps)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("calou", "Callouts"),
        ("cllts", "Callouts"),
        ("calouts", "Callouts"),
        ("mkdn", "Markdown syntax"),
        ("md syn", "Markdown syntax"),
        ("repetion", "Spaced repetition"),
        ("te plnat", "Tea plant"),
    ],
)
def test_a_title_is_found_by_some_of_its_letters(typed: str, title: str) -> None:
    titles = [
        "Callouts",
        "Markdown syntax",
        "Spaced repetition",
        "Tea plant",
        "Daily log",
        "Calendar",
        "Planting",
    ]
    rows = [(title, title, f"Notes about this and that/{title}.md") for title in titles]
    assert matching(rows, typed)[0][0] == title


@pytest.mark.slow
def test_notes_are_listed_as_they_are_read_and_folders_stay_open(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        from kb.indexing.sync import SyncProgress
        from kb.tui.messages import Progress

        await ready(pilot)
        tree = app.main.query_one(NotesPane).query_one(Tree)
        every = list(app.notes)
        app.post_message(NotesRead(every[:2], {}))
        await until(pilot, lambda: len(app.notes) == 2)
        tree.root.children[0].expand() if tree.root.children[0].allow_expand else None
        app.post_message(Progress(SyncProgress("Embedding", 1, 9, 3.0)))
        await until(pilot, lambda: len(app.notes) == len(every))
        tea = next(node for node in tree.root.children if str(node.label) == "Tea")
        tea.expand()
        app.post_message(NotesRead(every[1:], {}))
        await until(pilot, lambda: len(app.notes) == len(every) - 1)
        assert next(node for node in tree.root.children if str(node.label) == "Tea").is_expanded

    drive(app, steps)


@pytest.mark.slow
def test_an_open_note_follows_its_file(app: KbApp, folder: Path) -> None:
    kettle = folder / "vault" / "Kettle.md"

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app.post_message(OpenNote("Kettle.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._note is not None)
        kettle.write_text(kettle.read_text() + "\nIt whistles.\n", encoding="utf-8")
        written = app.screen.query_one("#written", TextArea)
        await until(pilot, lambda: "It whistles." in written.text)
        await until(pilot, lambda: "It whistles." in app.screen.query_one(NoteMarkdown).source)

    drive(app, steps)


@pytest.mark.slow
@pytest.mark.parametrize("mount_point_stays", [False, True])
@pytest.mark.parametrize("watched_by_another", [False, True])
def test_a_vault_that_is_unplugged_is_told_of(
    folder: Path, mount_point_stays: bool, watched_by_another: bool
) -> None:
    vault = folder / "vault"
    app = KbApp(lambda: settings_of(folder))

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        expected = "synced by another kb" if watched_by_another else "up to date"
        await until(pilot, lambda: app.main.status.index == expected)
        shutil.move(vault, folder / "unplugged")
        if mount_point_stays:
            vault.mkdir()
        await until(pilot, lambda: bool(app.problems))
        assert str(vault) in app.problems[0]
        assert app.main.status.index in ("paused", "vault not found")
        if mount_point_stays:
            vault.rmdir()
        shutil.move(folder / "unplugged", vault)
        await until(pilot, lambda: app.main.status.index not in ("paused", "vault not found"))
        assert len(app.problems) == 1

    with watched_by_another_process(folder) if watched_by_another else nullcontext():
        drive(app, steps)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("No", "Notes/"),
        ("no", "Notes/"),
        ("Pro", "Project A"),
        ("Project A", "Project A"),
        ("x", "x"),
        ("Notes/i", "Notes/inner/"),
    ],
)
def test_folders_are_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, completed: str
) -> None:
    for name in ("Notes/inner", "Project A", "Project Ab", ".hidden"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert completion(typed) == completed
    assert completion(f"~/{typed}") == f"~/{completed}"
    assert completion("nowhere/at/all") == "nowhere/at/all"


@pytest.mark.slow
def test_the_first_folder_is_picked_by_tab_and_the_tree_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notes(tmp_path / "My notes", {"Tea.md": NOTES["Kettle.md"]})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    def load() -> Settings:
        raise VaultMissing("No vault is chosen here.")

    app = KbApp(load)

    async def steps(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, WelcomeScreen))
        await pilot.press("M", "tab")
        assert app.screen.query_one("#folder", Input).value == f"{tmp_path}/My notes/"
        tree = app.screen.query_one(DirectoryTree)
        await until(pilot, lambda: Path(tree.path) == tmp_path / "My notes")
        await pilot.press("tab", "tab")
        assert tree.has_focus or app.focused is not app.screen.query_one("#folder", Input)
        await pilot.press("escape")
        assert app.focused is app.screen.query_one("#folder", Input)
        await pilot.press("escape")

    drive(app, steps)
