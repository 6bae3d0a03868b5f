"""Asking as a mode, so that front ends treat asking and studying alike; a conversation with follow-ups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from kb.plugin_api import (
    Answered,
    Cancellation,
    Done,
    Event,
    KnowledgeBase,
    Mode,
    Said,
    Saved,
    Sources,
    Status,
    UsageError,
    safe_line,
)

if TYPE_CHECKING:
    from kb.answering.answer import Answer
    from kb.answering.conversation import Turn
    from kb.answering.events import Step
    from kb.answering.kept_conversations import Conversation

_REMEMBERED = 8  # turns that a follow-up may go on from; their passages are forgotten at once
_NOTHING_YET = "No answer yet. Ask a question first."


class AskSession:
    """Each reply is a question, which may go on from the one before, or a command about the latest answer."""

    def __init__(self, base: KnowledgeBase, earlier: Conversation | None = None) -> None:
        """`earlier` is a conversation that is gone on with."""
        self._base = base
        self._name = earlier.id if earlier else uuid4().hex
        self._turns: list[Turn] = earlier.turns[-_REMEMBERED:] if earlier else []
        self._answers: list[Answer] = []
        self._steps: list[Step] = []  # of the latest answer

    def open(self, argument: str, cancellation: Cancellation) -> Iterator[Event]:
        """Answer `argument`, if there is one."""
        if argument.strip():
            yield from self.reply(argument, cancellation)
        else:
            yield Done()

    def reply(self, text: str, cancellation: Cancellation) -> Iterator[Event]:
        """Answer the question `text`, or do as the command says."""
        command, _, rest = text.strip().partition(" ")
        match command:
            case "":
                pass
            case "/quit":
                yield Done(ended=True)
                return
            case "/retry":
                yield from self._retry(cancellation)
            case "/sources":
                yield Sources(self._latest.sources)
            case "/why":
                yield Said(self._why())
            case "/save":
                yield Saved(self._base.files.create_note(*self._as_note(rest.strip())))
            case "/good" | "/bad":
                yield Said(self._judge(command, rest.strip()))
            case _ if command.startswith("/"):
                raise UsageError(f"Unknown command {command}. Type /help for a list.")
            case _:
                yield from self._ask(text.strip(), cancellation)
        yield Done()

    def close(self) -> None:
        """Nothing to let go of."""

    def _ask(self, question: str, cancellation: Cancellation) -> Iterator[Event]:
        from kb.answering.answer import abstention, cite
        from kb.answering.conversation import Turn
        from kb.answering.events import Finished, SentenceChecked, Step

        self._steps = []
        for event in self._base.ask(question, cancellation, history=self._turns):
            if isinstance(event, Step):
                self._steps.append(event)
                yield Status(event.name)
            elif isinstance(event, SentenceChecked) and event.sentence.supported:
                yield Said("  \n".join(cite(event.sentence).splitlines()))
            elif isinstance(event, Finished):
                answer = event.answer
                self._answers.append(answer)
                said = abstention(answer) if answer.abstained else answer.text
                self._turns = [*self._turns, Turn(answer.understood or question, said)][-_REMEMBERED:]
                with suppress(OSError):  # a vault that cannot be written is asked all the same
                    self._base.logs.conversations.add(self._name, answer, said)
                yield from _reply_of(answer, said)
                yield Answered(answer)

    def _retry(self, cancellation: Cancellation) -> Iterator[Event]:
        """Ask the latest question again, as if nothing had been asked before it: the notes may have changed."""
        question = self._latest.understood or self._latest.question
        self._turns = self._turns[:-1]
        yield from self._ask(question, cancellation)

    @property
    def _latest(self) -> Answer:
        if not self._answers:
            raise UsageError(_NOTHING_YET)
        return self._answers[-1]

    def _why(self) -> str:
        """How the latest answer came about, as a list."""
        answer = self._latest
        lines = [f"- {step.message}" for step in self._steps]
        lines += [f"- {sentence.message}" for sentence in answer.sentences]
        lines.append(f"- {answer.model}, {answer.seconds:.1f} s")
        return "\n".join(map(safe_line, lines))

    def _as_note(self, name: str) -> tuple[str, str]:
        """Name and text of a note that holds this conversation."""
        from kb.answering.kept_conversations import Conversation, as_markdown, exchange_of

        title = self._latest.question.rstrip("?？ ")
        safe = "".join(
            character if character.isalnum() or character in " -_,." else " " for character in title
        )
        exchanges = [
            exchange_of(answer, "Not in the notes." if answer.abstained else answer.text)
            for answer in self._answers
        ]
        text = as_markdown(Conversation("", tuple(exchanges)))
        return name or f"Answers/{' '.join(safe.split())[:80]}", text

    def _judge(self, command: str, reason: str) -> str:
        from kb.answering.feedback import feedback_on

        self._base.logs.feedback.add(
            feedback_on(self._latest, "good" if command == "/good" else "bad", reason)
        )
        return "Feedback saved. `kb eval --from-feedback` re-runs rated questions."


def _reply_of(answer: Answer, said: str) -> Iterator[Event]:
    """What of `answer` was not said sentence by sentence: why there is none, what is missing, and the sources."""
    if answer.outcome == "unsure":
        yield Said(said)
        yield Sources(answer.sources)
    elif answer.abstained:
        near = "".join(f"\n- {safe_line(note.where)}" for note in answer.nearest)
        yield Said(said + (f" Nearest notes:\n{near}" if near else ""))
    else:
        if answer.missing:
            yield Said(f"Your notes don't mention: {safe_line(', '.join(answer.missing))}.")
        if answer.sources:
            yield Sources(answer.sources)


ASK = Mode(
    name="ask",
    title="Ask",
    summary="Answers from your notes, with citations",
    argument="question",
    start=AskSession,
    commands={
        "/sources": "show sources for the last answer",
        "/why": "explain how the last answer was produced",
        "/retry": "retry the last question",
        "/save [NAME]": "save this conversation as a note",
        "/good": "mark the last answer as correct",
        "/bad [REASON]": "mark the last answer as wrong",
        "/quit": "leave",
    },
)


def going_on(earlier: Conversation) -> Mode:
    """Asking, as a mode that goes on with a conversation held before."""
    return replace(ASK, start=partial(AskSession, earlier=earlier))
