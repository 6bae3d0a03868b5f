"""The first page, the line to write in, and answers as cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Markdown, OptionList

from kb.plugin_api import Mode
from kb.tui.app import KbApp
from kb.tui.keymap import read_keymap
from kb.tui.messages import OpenNote
from kb.tui.offers import offers
from kb.tui.reading import NoteEntry
from kb.tui.screens.note import NoteScreen
from kb.tui.screens.search import SearchScreen
from kb.tui.widgets.activity import heat_map, level
from kb.tui.widgets.answer import AnswerCard
from kb.tui.widgets.choices import Choices
from kb.tui.widgets.conversation import Transcript
from kb.tui.widgets.markdown import NoteMarkdown
from kb.tui.widgets.note_side import NoteSide
from kb.tui.widgets.prompt import Prompt
from kb.tui.widgets.source import Source
from tests.tui.answers import ANSWERED, NOTHING, UNSURE
from tests.tui.interface import drive, ready, said, send, settings_of, until

ASK = Mode("ask", "Ask", "Answers", "question", lambda _: None, {"/save [NAME]": "save it", "/quit": "leave"})  # type: ignore[arg-type, return-value]
QUIZ = Mode("quiz", "Quiz", "Cards", "note", lambda _: None)  # type: ignore[arg-type, return-value]
ENTRIES = [NoteEntry(f"{title}.md", title, 0, ()) for title in ("Oolong", "Tea plant", "Green tea")]


@pytest.mark.parametrize(
    ("begun", "texts"),
    [
        ("/s", ["/save"]),
        ("/mo", ["/mode ask", "/mode quiz"]),
        ("/mode q", ["/mode quiz"]),
        ("/quit", []),
        ("What is [[ool", ["What is [[Oolong]]"]),
        ("[[tea pl", ["[[Tea plant]]"]),
        ("[[Oolong]] and", []),
        ("What is", []),
    ],
)
def test_commands_and_names_of_notes_are_completed(begun: str, texts: Sequence[str]) -> None:
    found = [text for text, _ in offers(begun, ASK, {"ask": ASK, "quiz": QUIZ}, ENTRIES)]
    assert found[: max(1, len(texts))] == list(texts)


@pytest.mark.slow
def test_the_line_completes_and_remembers(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        line = app.main.query_one("#line", Prompt)
        await pilot.press(*"Is [[ool", "tab")
        assert line.value == "Is [[Oolong]]"
        line.clear()
        await pilot.press(*"/mode q")
        await until(pilot, lambda: line.completions.display)
        await pilot.press("down", "enter")
        assert line.value == "/mode quiz"
        await pilot.press("enter")
        await until(pilot, lambda: app.main.status.mode == "quiz")
        await pilot.press(*"/help", "enter")
        await pilot.press(*"half", "up")
        assert line.value == "/help"
        await pilot.press("up", "up")
        assert line.value == "/mode quiz"
        await pilot.press("down", "down")
        assert line.value == "half"

    drive(app, steps)


@pytest.mark.slow
def test_the_first_page_shows_what_there_is_to_do(app: KbApp, folder: Path) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        listed = app.main.query_one(Choices)

        def rows() -> list[str]:
            return [
                " ".join(str(listed.get_option_at_index(number).prompt).split())
                for number in range(listed.option_count)
            ]

        await until(pilot, lambda: any("begin today's note" in row for row in rows()))
        await until(pilot, lambda: any(row.startswith("Suggested links") for row in rows()))
        assert "Recent" in rows()
        assert any(row.startswith("Not linked yet 1 note") for row in rows())
        assert any(row.startswith("Diary no links") for row in rows())
        await pilot.press("down")
        assert listed.has_focus
        number = next(place for place, row in enumerate(rows()) if "begin today's note" in row)
        listed.highlighted = number
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        await until(pilot, lambda: app.screen._note is not None)
        assert (folder / "vault" / app.screen.path).is_file()
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("x")  # a letter goes to the line
        await until(pilot, lambda: app.main.query_one("#line", Input).value == "x")

    drive(app, steps)


@pytest.mark.slow
def test_an_answer_is_a_card_of_its_kind(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        conversation = app.main.conversation
        conversation.user_said("When was it made?")
        conversation.kb_said("It was first made in Fujian in 1725. [1]")
        for answer in (ANSWERED, UNSURE, NOTHING):
            conversation.show_answer(answer)
        await pilot.pause()
        cards = list(conversation.query(AnswerCard))
        assert [card.has_class("-answered", "answer") for card in cards] == [True, False, False]
        assert cards[1].has_class("-unsure")
        assert cards[2].has_class("-nothing")
        assert str(cards[0].query_one(".short").visual) == "1725"
        sources = list(cards[0].query(Source))
        assert [source.has_class("cite-1") for source in sources] == [True, False]
        assert sources[1].has_class("cite-2")
        assert "Oolong › Making it" in str(sources[0].visual)
        assert "first made" not in str(sources[0].visual)  # it was just read above
        assert "hot water" in str(sources[1].visual)
        assert str(cards[1].query_one(".head").visual) == "Not certain"
        assert "Kettle" in str(cards[2].query_one(".near").visual)
        assert not conversation.query(".reply")  # the card took the place of the pieces
        sources[1].focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        assert app.screen.path == "Tea/Oolong.md"

    drive(app, steps)


@pytest.mark.slow
def test_a_question_is_answered_with_a_card(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await send(pilot, "When was oolong first made?")
        card = app.main.query_one(AnswerCard)
        assert card.has_class("-answered")
        assert card.query(Source)
        told = app.main.query_one(Transcript)
        asked = app.main.query_one(".user")
        assert asked.region.y - told.region.y <= 2  # what is said begins at the top
        await send(pilot, "Who composed the opera Fidelio?")
        assert app.main.query(AnswerCard).last().has_class("-nothing")
        assert "1725" in said(app)

    drive(app, steps)


@pytest.mark.slow
def test_links_of_a_note_are_followed_with_enter(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        app.post_message(OpenNote("Tea/Green tea.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._links is not None)
        note = app.screen
        side = note.query_one(NoteSide)
        links = note.query_one("#note-links", OptionList)
        shown = "\n".join(str(links.get_option_at_index(row).prompt) for row in range(links.option_count))
        assert "Linked from" in shown
        await until(pilot, lambda: any("boils water" in str(option.prompt) for option in links.options))
        assert not note.query_one("#outline").display  # one heading is no outline
        await pilot.press("tab", "tab")
        assert note.query_one(NoteMarkdown).chosen_link() is not None
        await pilot.press("enter")
        await until(pilot, lambda: note.path == "Tea/Tea plant.md")
        await pilot.press("alt+left")
        await until(pilot, lambda: note.path == "Tea/Green tea.md" and note._links is not None)
        back = next(place for place, one in enumerate(side.targets) if one and one.path == "Kettle.md")
        links.focus()
        links.highlighted = back
        await pilot.press("enter")
        await until(pilot, lambda: note.path == "Kettle.md" and note._note is not None)
        assert note.query_one("#written").display  # at the line that links
        app.post_message(OpenNote("Tea/Oolong.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen is not note)
        await until(pilot, lambda: app.screen._note is not None)
        assert app.screen.query_one("#outline").display

    drive(app, steps)


@pytest.mark.slow
def test_the_preview_of_a_search_stands_at_the_right_where_there_is_room(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("ctrl+f", *"evergreen")
        await until(pilot, lambda: bool(app.screen._hits))
        screen = app.screen
        assert isinstance(screen, SearchScreen)
        rows, preview = screen.query_one(OptionList), screen.query_one("#preview")
        await pilot.pause()
        assert preview.region.x >= rows.region.right
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert preview.region.y >= rows.region.bottom
        assert preview.region.height > 2
        assert rows.region.height > 4

    drive(app, steps, size=(140, 40))


def test_the_map_of_activity_holds_every_day_to_today() -> None:
    today = date(2026, 11, 27)  # a Friday
    shown = heat_map({today: 9, today - timedelta(days=7): 1}, today, 10).plain
    assert shown.splitlines()[0] == "Activity  10 notes changed in 10 weeks"
    assert shown.count("■") == 9 * 7 + 5
    assert [level(count) for count in (0, 1, 2, 3, 4, 8, 99)] == [0, 1, 2, 2, 3, 4, 4]
    assert "Nov" in shown


KEYS = """
vim = true

[keys]
search = "ctrl+k, f4"
links = 7
fly = "f"
"""


def test_keys_are_read_and_what_is_wrong_in_them_is_named(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    assert read_keymap(file).keys == {}
    file.write_text(KEYS, encoding="utf-8")
    keymap = read_keymap(file)
    assert keymap.keys == {"search": "ctrl+k,f4"}
    assert keymap.vim
    assert "links must be a key" in keymap.problems[0]
    assert "no key 'fly'" in keymap.problems[1]
    file.write_text("vim = maybe", encoding="utf-8")
    assert "cannot be read" in read_keymap(file).problems[0]


@pytest.mark.slow
def test_own_keys_and_those_of_vim_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    (folder / "config" / "kb").mkdir(parents=True)
    (folder / "config" / "kb" / "keys.toml").write_text(
        'vim = true\n[keys]\nsearch = "ctrl+k"\n', encoding="utf-8"
    )
    app = KbApp(lambda: settings_of(folder), watch=False)

    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("j")  # where something is written, a letter is a letter
        assert app.main.query_one("#line", Input).value == "j"
        await pilot.press("ctrl+k")
        await until(pilot, lambda: isinstance(app.screen, SearchScreen))
        await pilot.press("escape")
        app.post_message(OpenNote("Kettle.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._links is not None)
        links = app.screen.query_one("#note-links", OptionList)
        links.focus()
        await until(pilot, lambda: links.option_count > 1)
        await pilot.pause(0.5)  # what is read of the note a moment later makes the list anew
        await pilot.press("j")
        first = links.highlighted
        await pilot.press("j")
        assert links.highlighted != first
        await pilot.press("k")
        assert links.highlighted == first

    drive(app, steps)


@pytest.mark.slow
def test_sixty_columns_by_twenty_rows_are_enough(app: KbApp) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await send(pilot, "When was oolong first made?")
        card = app.main.query_one(AnswerCard)
        assert card.region.width > 40
        assert app.main.query_one("#line").region.height == 3
        told = app.main.query_one(Transcript)
        await send(pilot, "What is the tea plant?")
        await until(pilot, lambda: told.virtual_size.height > 2 * told.size.height)
        asked = app.main.query(".user").last()
        # A long answer is read from its beginning.
        await until(pilot, lambda: 0 <= asked.region.y - told.region.y <= 2)
        app.post_message(OpenNote("Tea/Oolong.md"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen) and app.screen._note is not None)
        await pilot.pause()
        assert app.screen.query_one(Markdown).region.width > 40
        assert not app.screen.query_one(NoteSide).display

    drive(app, steps, size=(60, 20))
