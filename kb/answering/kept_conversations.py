"""Conversations as they were held, kept in the vault's `.kb/conversations`: to be read again, gone on with, and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kb.answering.answer import Answer
from kb.answering.conversation import Turn
from kb.machine_log import MachineLog
from kb.notes.places import link_target

_LONGEST = 20_000  # characters of one answer that are kept


@dataclass(frozen=True, slots=True)
class Place:
    """Where something that an answer cites stands."""

    number: int
    path: str
    line: int  # 1-based
    title: str
    place: str = ""  # of a file that is no Markdown
    quote: str = ""  # what stands there; not kept in a log, for notes change

    @property
    def link(self) -> str:
        """A link to it, and the line where that is a note's."""
        target = link_target(self.path, self.place)
        link = f"[[{target}]]" if target == self.title else f"[[{target}|{self.title}]]"
        return link if self.place else f"{link}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what was answered."""

    at: str  # ISO 8601, UTC
    question: str  # as it was asked
    understood: str  # as it was searched for
    answer: str  # as it was said, with its citations
    outcome: str
    sources: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that were asked one after another."""

    id: str
    exchanges: tuple[Exchange, ...]  # at least one, in their order

    @property
    def title(self) -> str:
        """Its first question."""
        return self.exchanges[0].question

    @property
    def at(self) -> str:
        """When it was last gone on with: ISO 8601, UTC."""
        return self.exchanges[-1].at

    @property
    def turns(self) -> list[Turn]:
        """What a follow-up goes on from."""
        return [Turn(one.understood or one.question, one.answer) for one in self.exchanges]


class ConversationLog:
    """The conversations that all machines wrote into `log`."""

    def __init__(self, log: MachineLog) -> None:
        self._log = log

    def add(self, conversation: str, answer: Answer, said: str) -> None:
        """Append an answer to the conversation of that id, on the disk when this returns. Raises OSError."""
        cited = answer.cited or (answer.sources if answer.outcome == "unsure" else ())
        self._log.add(
            {
                "conversation": conversation,
                "at": datetime.now(UTC).isoformat(),
                "question": answer.question,
                "understood": answer.understood,
                "answer": said[:_LONGEST],
                "outcome": answer.outcome,
                "sources": [
                    {
                        "number": one.number,
                        "path": one.path,
                        "line": one.line,
                        "title": one.title,
                        "place": one.place,
                    }
                    for one in cited
                ],
            }
        )

    def all(self) -> list[Conversation]:
        """All conversations, the latest first; lines of a newer kb are passed over."""
        found: dict[str, list[Exchange]] = {}
        for row in self._log.rows():
            if (one := _exchange(row)) is not None:
                found.setdefault(str(row["conversation"]), []).append(one)
        held = [
            Conversation(name, tuple(sorted(exchanges, key=lambda one: one.at)))
            for name, exchanges in found.items()
        ]
        return sorted(held, key=lambda one: (one.at, one.id), reverse=True)


def _exchange(row: Mapping[str, Any]) -> Exchange | None:
    texts = {name: row.get(name) for name in ("at", "question", "understood", "answer", "outcome")}
    if (
        not all(isinstance(text, str) for text in (row.get("conversation"), *texts.values()))
        or not row["question"]
    ):
        return None
    try:
        sources = tuple(
            Place(
                int(one["number"]),
                str(one["path"]),
                int(one["line"]),
                str(one["title"]),
                str(one.get("place", "")),
            )
            for one in row["sources"]
        )
    except (KeyError, TypeError, ValueError):
        return None
    return Exchange(**{name: str(text) for name, text in texts.items()}, sources=sources)


def exchange_of(answer: Answer, said: str) -> Exchange:
    """What was asked and answered just now, with what the quotes say."""
    return Exchange(
        at=datetime.now(UTC).isoformat(),
        question=answer.question,
        understood=answer.understood,
        answer=said,
        outcome=answer.outcome,
        sources=tuple(
            Place(one.number, one.path, one.line, one.title, one.place, one.text) for one in answer.cited
        ),
    )


def as_markdown(conversation: Conversation, *, with_front: bool = True) -> str:
    """A conversation as a note: each question a heading, its answer below, and links to what it cites."""
    front = (
        ["---", "made-by: kb", f"created: {conversation.exchanges[0].at[:19]}", "---"] if with_front else []
    )
    lines = [line for one in conversation.exchanges for line in _as_lines(one)]
    return "\n".join([*front, f"# {conversation.title}", *lines, ""])


def _as_lines(one: Exchange) -> Sequence[str]:
    links = [
        f"{place.number}. {place.link}" + (f": {place.quote}" if place.quote else "") for place in one.sources
    ]
    return ["", f"## {one.question}", "", one.answer, *(["", *links] if links else [])]
