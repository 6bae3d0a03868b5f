"""A card belongs to its learner: it is known again, put away, changed, and taken back."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kb_plugins.quiz import kb_note_moved
from kb_plugins.quiz.anki import write_package
from kb_plugins.quiz.anki_html import cloze_html, to_html
from kb_plugins.quiz.deck import Deck
from kb_plugins.quiz.item import Item
from kb_plugins.quiz.logging_cards import open_log, review_of
from kb_plugins.quiz.reviews import UTC, Review, ReviewLog, now
from kb_plugins.quiz.session import QuizSession
from kb_plugins.study.card import CLOSES, HINTS, OPENS

from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Cancellation, Card, Done, Event, MachineLog, NothingToStudy, Said
from kb.settings import Settings
from tests.support import write_notes

NOTES = {
    "Norway.md": "What is the capital of Norway?::Oslo\n",
    "Sea/Fjord.md": "# Fjord\n\n## Length\n\nWhich fjord of Norway is the longest?::Sognefjord\n",
    "Words.md": "#flashcards/words\n\nHund::dog\nKatze::cat\n\nFront\n?\n\n## End\n",
}


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    folder = tmp_path_factory.mktemp("learner")
    write_notes(folder / "vault", NOTES)
    base = KnowledgeBase(Settings(vault=folder / "vault", index=folder / "index"))
    base.index()
    base.close()
    return folder


@pytest.fixture
def base(indexed: Path, tmp_path: Path) -> Iterator[KnowledgeBase]:
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    base = KnowledgeBase(Settings(vault=tmp_path / "vault", index=tmp_path / "index"))
    yield base
    base.close()


def card(base: KnowledgeBase, path: str) -> Item:
    return Deck(base, open_log(base)).of_note(path)[0]


def review(base: KnowledgeBase, path: str) -> str:
    item = card(base, path)
    open_log(base).add(review_of(item, 4, now()))
    return item.id


@pytest.mark.parametrize(
    ("path", "new_path", "new_text"),
    [
        ("Norway.md", "Norge.md", NOTES["Norway.md"]),
        ("Norway.md", "Old/Norge.md", "What is the capital town of Norway?::Oslo\n"),
        ("Norway.md", "Norway.md", "What is the **capital** of [Norway](n.md)?::Oslo\n"),
        ("Norway.md", "Norway.md", "What is the capitol of Norway?::Oslo\n"),
        ("Norway.md", "Norway.md", "What is the capital of Norway?::Oslo, the city\n"),
        ("Norway.md", "Norway.md", "# Land\n\n## Towns\n\nWhat is the capital of Norway?::Oslo ^b1\n"),
        ("Sea/Fjord.md", "Sea/Fjord.md", NOTES["Sea/Fjord.md"].replace("Length", "How long")),
        ("Sea/Fjord.md", "Sea/Fjord.md", NOTES["Sea/Fjord.md"].replace("# Fjord", "# Fjords")),
    ],
)
def test_a_card_is_known_again(base: KnowledgeBase, path: str, new_path: str, new_text: str) -> None:
    name = review(base, path)
    (base.settings.vault / path).unlink()
    write_notes(base.settings.vault, {new_path: new_text})
    base.index()
    assert card(base, new_path).id == name
    later = now() + timedelta(days=400)
    assert [item.path for item in Deck(base, open_log(base)).due(later)] == [new_path]


def test_the_same_card_in_two_notes_is_two_cards(base: KnowledgeBase, tmp_path: Path) -> None:
    write_notes(base.settings.vault, {"Old/Norway.md": NOTES["Norway.md"]})
    base.index()
    name = review(base, "Norway.md")
    assert card(base, "Norway.md").id == name
    assert card(base, "Old/Norway.md").id != name
    write_package(base, list(Deck(base, open_log(base)).items(base.select(""))), tmp_path / "a.apkg")
    guids = [row[0] for row in in_package(tmp_path / "a.apkg", "SELECT guid FROM notes")]
    assert len(guids) == len(set(guids)) == 5


def test_kb_mv_takes_the_reviews_along(base: KnowledgeBase) -> None:
    write_notes(base.settings.vault, {"Old/Norway.md": NOTES["Norway.md"]})
    name = review(base, "Norway.md")
    base.renaming.note("Norway.md", "Norge")
    kb_note_moved(base, "Norway.md", "Norge.md")
    assert card(base, "Norge.md").id == name
    assert card(base, "Old/Norway.md").id != name


def test_a_card_that_was_cut_and_comes_back_is_as_well_known_as_before(base: KnowledgeBase) -> None:
    name = review(base, "Norway.md")
    later = now() + timedelta(days=400)
    file = base.settings.vault / "Norway.md"
    file.write_text("Nothing here.\n", encoding="utf-8")
    assert Deck(base, open_log(base)).due(later) == []
    assert open_log(base).schedule() == {}
    file.write_text(NOTES["Norway.md"], encoding="utf-8")
    Deck(base, open_log(base)).new(base.select("Norway.md"), 5, 1)
    assert open_log(base).schedule()[name].reviews == 1


def line(at: str, **more: object) -> str:
    row = {
        "act": "review",
        "at": at,
        "card": "c",
        "concept": "",
        "key": "",
        "mode": "quiz",
        "path": "N.md",
        "rating": 3,
    }
    return json.dumps({**row, **more})


@pytest.mark.parametrize(
    "row",
    [
        line((datetime.now(UTC) + timedelta(days=900)).isoformat()),
        line("1970-01-01T00:00:12+00:00"),
        line("9999-12-31T23:59:59-14:00"),
        line("0001-01-01T00:00:00+14:00"),
        line("2026-01-01T00:00:00"),
        line("2026-01-01T00:00:00+00:00", rating=True),
        line("2026-01-01T00:00:00+00:00", rating=7),
        line("2026-01-01T00:00:00+00:00", path=None),
        line("2026-01-01T00:00:00+00:00", card=["c"]),
        line("2026-01-01T00:00:00+00:00", act="dance"),
        "[" * 100_000,
        "null",
    ],
)
def test_odd_lines_and_wrong_clocks_do_no_harm(tmp_path: Path, row: str) -> None:
    good = line("2026-02-01T08:00:00+00:00")
    (tmp_path / "desk.jsonl").write_text(f"{row}\n{good}\n", encoding="utf-8")
    log = ReviewLog(MachineLog(tmp_path, ".", lambda: "here"))
    assert [review.at for review in log.reviews] == ["2026-02-01T08:00:00+00:00"]
    assert list(log.schedule()) == ["c"]


def test_a_wrong_clock_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "desk.jsonl").write_text(line("2199-01-01T00:00:00+00:00") + "\n", encoding="utf-8")
    log = ReviewLog(MachineLog(tmp_path, ".", lambda: "here"))
    assert "desk.jsonl (1)" in log.odd_clocks_notice()
    assert not ReviewLog(MachineLog(tmp_path, "none", lambda: "here")).odd_clocks_notice()


def session(base: KnowledgeBase, topic: str, **options: int) -> tuple[QuizSession, list[Event]]:
    quiz = QuizSession(base, **options)  # type: ignore[arg-type]
    return quiz, list(quiz.open(topic, Cancellation()))


def say(quiz: QuizSession, *texts: str) -> list[Event]:
    return [event for text in texts for event in quiz.reply(text, Cancellation())]


def asked(events: list[Event]) -> list[str]:
    return [event.stem for event in events if isinstance(event, Card)]


def test_again_comes_back_in_the_same_session(base: KnowledgeBase) -> None:
    quiz, opened = session(base, "Norway.md")
    assert asked(opened) == asked(say(quiz, "no idea", "1"))
    assert say(quiz, "Oslo", "3")[-1].ended


def test_a_rating_is_taken_back(base: KnowledgeBase) -> None:
    quiz, opened = session(base, "Norway.md")
    say(quiz, "no idea", "1")
    assert asked(say(quiz, "/undo")) == asked(opened)
    assert open_log(base).reviews == []
    assert say(quiz, "Oslo", "3")[-1].ended
    assert [review.rating for review in open_log(base).reviews] == [3]


@pytest.mark.parametrize("command", ["/suspend", "/delete"])
def test_a_card_is_put_away_and_resumed(base: KnowledgeBase, command: str) -> None:
    quiz, _ = session(base, "Norway.md")
    item = card(base, "Norway.md")
    say(quiz, "no idea", "1", command)
    assert Deck(base, open_log(base)).of_note("Norway.md") == []
    assert open_log(base).due(now() + timedelta(days=900)) == []
    open_log(base).add(Review(item.id, now().isoformat(), 0, item.path, act="resume"))
    assert card(base, "Norway.md").id == item.id
    assert (base.settings.vault / "Norway.md").read_text() == NOTES["Norway.md"]


def test_a_card_is_asked_in_the_learners_words(base: KnowledgeBase) -> None:
    quiz, _ = session(base, "Norway.md")
    assert asked(say(quiz, "/edit Norway's seat of government::Oslo, since 1814")) == [
        "Norway's seat of government"
    ]
    say(quiz, "Oslo, since 1814", "3")
    again = card(base, "Norway.md")
    assert (again.stem, again.key) == ("Norway's seat of government", "Oslo, since 1814")
    assert (base.settings.vault / "Norway.md").read_text() == NOTES["Norway.md"]


def test_only_so_many_new_cards_are_begun_on_a_day(base: KnowledgeBase) -> None:
    quiz, _ = session(base, "Words.md", fresh=1)
    assert say(quiz, "dog", "4")[-1].ended
    _, events = session(base, "Words.md", fresh=1)
    assert not asked(events)
    assert asked(session(base, "Words.md", fresh=2)[1])


def test_a_quiz_without_questions_says_so_and_counts_none(base: KnowledgeBase) -> None:
    write_notes(base.settings.vault, {"Bare.md": "Nothing.\n"})
    base.index()
    quiz = QuizSession(base)
    with pytest.raises(NothingToStudy):
        list(quiz.open("Bare.md", Cancellation()))
    told, ended = say(quiz, "Oslo")
    assert isinstance(told, Said)
    assert told.markdown.startswith("There is nothing to ask about.")
    assert isinstance(ended, Done)
    assert ended.ended


def test_a_quiz_that_is_left_at_once_names_no_score(base: KnowledgeBase) -> None:
    quiz, _ = session(base, "Norway.md")
    assert say(quiz, "/quit")[0] == Said("No question was answered, 1 left for later.")


def test_a_flashcard_tag_names_a_deck(base: KnowledgeBase) -> None:
    write_notes(base.settings.vault, {"More.md": "#flashcards/words\n\na::b\n\n#flashcards/other\n\nc::d\n"})
    base.index()
    items = Deck(base, open_log(base)).items(base.select("#flashcards/words"))
    assert {item.key for item in items} == {"dog", "cat", "b"}


def test_an_unusable_card_is_told_at_the_start(base: KnowledgeBase) -> None:
    _, events = session(base, "Words.md")
    assert any(isinstance(event, Said) and "Words.md:6 " in event.markdown for event in events)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("$a^2$ is", "\\(a^2\\) is"),
        ("$$n^2$$", "\\[n^2\\]"),
        ("**a** *b* ==c==", "<strong>a</strong> <em>b</em> <mark>c</mark>"),
        ("a\nb", "a<br />\nb"),
        ("[[Tea|green]] ![[red.png|200]]", 'green <img src="red.png">'),
        ("![x](img/red.png)", '<img src="red.png">'),
        ("![[sea.mp3]]", "[sound:sea.mp3]"),
        ("![[gone.png]] ![far](https://h/x.png)", "gone.png far"),
        ("`a < $b$`", "<code>a &lt; $b$</code>"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        (
            "```py\ndef f():\n    return 1\n```",
            '<pre><code class="language-py">def f():\n    return 1\n</code></pre>',
        ),
        ("a ^id1", "a"),
    ],
)
def test_markdown_arrives_in_anki_as_such(markdown: str, expected: str) -> None:
    def media(name: str) -> str:
        return "" if "gone" in name else name.rsplit("/", 1)[-1]

    assert to_html(markdown, media) == expected


def test_a_gap_of_math_or_code_cannot_break_the_cloze() -> None:
    front = f"It is {OPENS}$\\frac{{a}}{{{{b}}}}${HINTS}ratio{CLOSES} and {OPENS}`a::b`{HINTS}{CLOSES}"
    made = cloze_html(front, lambda name: name)
    assert made == "It is {{c1::\\(\\frac{a}{{b}&#125;\\)::ratio}} and {{c1::<code>a:&#58;b</code>}}"


def in_package(file: Path, query: str) -> list[tuple[str, ...]]:
    with zipfile.ZipFile(file) as package:
        (file.parent / "collection.anki2").write_bytes(package.read("collection.anki2"))
    connection = sqlite3.connect(file.parent / "collection.anki2")
    rows = list(connection.execute(query))
    connection.close()
    return rows


def test_a_package_has_decks_tags_pictures_and_links_back(base: KnowledgeBase, tmp_path: Path) -> None:
    vault = base.settings.vault
    write_notes(
        vault, {"Sea/Flag.md": "Which flag is red and white?::![[flag.png]]\n\nIt is ==red==^[hue] there.\n"}
    )
    (vault / "flag.png").write_bytes(b"one")
    write_notes(vault, {"Other.md": "Which flag is blue?::![](flag.png)\n"})
    (vault / "Sea" / "flag.png").write_bytes(b"two")
    base.index()
    write_package(base, list(Deck(base, open_log(base)).items(base.select(""))), tmp_path / "a.apkg")
    rows = in_package(tmp_path / "a.apkg", "SELECT flds, tags FROM notes")
    fields = [row[0] for row in rows]
    assert any("{{c1::red::hue}}" in text for text in fields)
    assert any("obsidian://open?vault=vault&amp;file=Sea%2FFlag.md" in text for text in fields)
    assert {row[1].strip() for row in rows} == {"", "flashcards::words"}
    [(decks,)] = in_package(tmp_path / "a.apkg", "SELECT decks FROM col")
    assert {"kb", "kb::Sea", "kb::words"} <= {deck["name"] for deck in json.loads(decks).values()}
    with zipfile.ZipFile(tmp_path / "a.apkg") as package:
        media = json.loads(package.read("media"))
        assert sorted(package.read(name) for name in media) == [b"one", b"two"]
