"""What an answer is made of, step by step, over a real index; with quotes alone, so that no model is loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kb.answering.answer import Answer, Style, abstention
from kb.answering.conversation import Turn
from kb.answering.events import AnswerEvent, Finished, QuotesFound, Step
from kb.ask_mode import AskSession
from kb.errors import QuestionEmpty, UsageError
from kb.knowledge_base import KnowledgeBase
from kb.plugin_api import Cancellation, Done, Event, Said, Saved, Sources
from kb.settings import Settings
from tests.support import write_notes

NOTES = {
    "Oolong.md": "---\nmodified: 2026-02-03\n---\n# Oolong\n\nOolong is a tea that is half oxidised. "
    "It was first made in Fujian in 1725. Its leaves are rolled by hand.\n\nSee [[Fujian]].\n",
    "Old book.md": "---\nmodified: 2019-07-01\n---\n# Old book\n\nOolong was first made in Fujian in 1690, says the book.\n",
    "Green tea.md": "# Green tea\n\nGreen tea is a tea that is not oxidised at all; its leaves are steamed.\n",
    "Fujian.md": "# Fujian\n\nFujian is a province on the coast. The harvest there begins in April.\n",
    "Standards.md": "# Tea standards\n\n1. **Grading board:**\n   - **Purpose:** Judges the leaves of every harvest by their "
    "look, their smell and their taste, so that buyers know beforehand what they pay for at the market.\n"
    "   - **Method:** Seven people taste each tea without knowing where it is from, and write down what they find "
    "before they speak to each other.\n   - **Scale:** Uses points from 1 to 100.\n",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("agent")
    write_notes(folder / "vault", NOTES)
    base = KnowledgeBase(Settings(folder / "vault", folder / "index"))
    base.index()
    yield base
    base.close()


def told(
    base: KnowledgeBase, question: str, style: Style = "quotes", history: Sequence[Turn] = ()
) -> list[AnswerEvent]:
    return list(base.ask(question, style=style, history=history))


def ask(base: KnowledgeBase, question: str, history: Sequence[Turn] = ()) -> Answer:
    last = told(base, question, history=history)[-1]
    assert isinstance(last, Finished)
    return last.answer


def test_every_step_is_told_with_its_reason(base: KnowledgeBase) -> None:
    events = told(base, "Where is Fujian?")
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.name for step in steps] == ["Searching the notes", "Judging the evidence"]
    assert all(step.reason for step in steps)
    assert any(isinstance(event, QuotesFound) for event in events)


def test_the_search_goes_on_in_other_ways_when_the_evidence_is_thin(base: KnowledgeBase) -> None:
    events = told(base, "At which hour of the morning does the harvest of oolong begin?")
    ways = [
        event.reason for event in events if isinstance(event, Step) and event.name == "Searching the notes"
    ]
    assert ways[0] == "by words and meaning"
    assert ways == ["by words and meaning", "along links"][: len(ways)]


def test_an_item_far_below_its_heading_item_is_found_and_says_what_it_is_of(base: KnowledgeBase) -> None:
    answer = ask(base, "Which scale does the grading board use?")
    assert "1 to 100" in answer.text
    assert "Grading board" in f"{answer.cited[0].heading_path} {answer.text}"


def test_a_comparison_has_two_sides(base: KnowledgeBase) -> None:
    answer = ask(base, "What is the difference between oolong and green tea?")
    assert [sentence.text.partition(":")[0] for sentence in answer.sentences] == ["oolong", "green tea"]
    assert {quote.path for quote in answer.cited} == {"Oolong.md", "Green tea.md"}


def test_of_two_things_the_one_that_is_not_there_is_named(base: KnowledgeBase) -> None:
    answer = ask(base, "How are the leaves of oolong rolled? What does a submarine cost?")
    assert "by hand" in answer.text
    assert answer.missing == ("What does a submarine cost?",)


def test_what_no_quote_speaks_of_is_said(base: KnowledgeBase) -> None:
    answer = ask(base, "When was oolong first made in Japan?")
    assert "japan" in answer.missing or answer.abstained


def test_notes_that_disagree_are_both_shown_with_their_days(base: KnowledgeBase) -> None:
    answer = ask(base, "When was oolong first made in Fujian?")
    assert answer.disagreement
    assert {quote.date for quote in answer.sources if quote.date} == {"2026-02-03", "2019-07-01"}
    assert "1725" in answer.text
    assert "1690" in answer.text


def test_a_follow_up_is_answered_from_its_own_search(base: KnowledgeBase) -> None:
    history = [Turn("How are the leaves of green tea treated?", "They are steamed [1].")]
    answer = ask(base, "and oolong?", history)
    assert answer.understood == "How are the leaves of oolong treated?"
    assert all(quote.path != "Green tea.md" for quote in answer.cited) or "Oolong.md" in answer.cited[0].path
    gone = ask(base, "And who sells it in Lisbon?", history)
    assert gone.abstained or "steamed" not in gone.text


def test_the_three_ways_of_not_knowing(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    base = KnowledgeBase(Settings(tmp_path / "vault", tmp_path / "index"))
    base.index()
    assert ask(base, "How much does a submarine cost?").reason == "not covered"
    write_notes(tmp_path / "vault", {"New.md": "# New\n\nA submarine costs two billion.\n"})
    behind = ask(base, "How much does a submarine cost?")
    assert (behind.reason, behind.waiting) == ("out of step", 1)
    assert "kb index" in abstention(behind)
    (tmp_path / "vault" / "New.md").unlink()
    base.close()


def test_an_empty_question_is_refused(base: KnowledgeBase) -> None:
    with pytest.raises(QuestionEmpty):
        told(base, " ?! ")


def test_an_answer_can_be_had_where_a_loop_is_running(base: KnowledgeBase) -> None:
    async def notebook() -> Answer:
        return ask(base, "Where is Fujian?")

    assert not asyncio.run(notebook()).abstained


def test_who_stops_listening_leaves_nothing_running(base: KnowledgeBase) -> None:
    events = base.ask("Where is Fujian?", style="quotes")
    next(iter(events))
    events.close()  # type: ignore[attr-defined]
    assert not ask(base, "Where is Fujian?").abstained


def reply(session: AskSession, line: str) -> list[Event]:
    events = list(session.reply(line, Cancellation()))
    assert isinstance(events[-1], Done)
    return events


def test_a_conversation_has_commands(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    settings = Settings(tmp_path / "vault", tmp_path / "index")
    base = KnowledgeBase(settings)
    base.index()
    session = AskSession(base)
    with pytest.raises(UsageError, match="No answer yet"):
        reply(session, "/why")
    with pytest.raises(UsageError, match="/help"):
        reply(session, "/dance")
    asked = reply(session, "How are the leaves of green tea treated?")
    assert any(isinstance(event, Said) and "steamed" in event.markdown for event in asked)
    [sources] = [event for event in reply(session, "/sources") if isinstance(event, Sources)]
    assert sources.quotes[0].path == "Green tea.md"
    [why] = [event.markdown for event in reply(session, "/why") if isinstance(event, Said)]
    assert "Judging the evidence: confidence" in why
    assert any(isinstance(event, Said) for event in reply(session, "/retry"))
    reply(session, "/good")
    reply(session, "/bad too short")
    [feedback] = base.logs.feedback.latest()
    assert (feedback.verdict, feedback.reason, feedback.notes) == ("bad", "too short", ("Green tea.md",))
    [saved] = [event for event in reply(session, "/save Talks/Tea") if isinstance(event, Saved)]
    text = saved.path.read_text(encoding="utf-8")
    assert saved.path == tmp_path / "vault" / "Talks" / "Tea.md"
    assert "[[Green tea]], line " in text
    assert "made-by: kb" in text
    kept = {folder.name for folder in (tmp_path / "vault" / ".kb").iterdir()}
    assert kept == {"conversations", "feedback"}
    base.close()
