"""The evening as a mode: it holds a quiz or a lesson, and proposes the next one when that is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kb.plugin_api import (
    Cancellation,
    Choices,
    Done,
    Event,
    KnowledgeBase,
    NothingToStudy,
    Said,
    Selection,
    Session,
    Status,
)
from kb_plugins.evening.overview import Overview, overview
from kb_plugins.quiz.logging_cards import checked_now, open_log
from kb_plugins.quiz.reviews import ReviewLog, now
from kb_plugins.quiz.session import QuizSession
from kb_plugins.socratic.session import TutorSession

_DUE_AT_ONCE, _NEW_AT_ONCE = 20, 10  # cards of one round
_FINISHED = "That is all for tonight."
_UNKNOWN = "Choose by number, or press Enter for the first."


@dataclass(frozen=True, slots=True)
class _Proposal:
    """Something to do next."""

    label: str
    start: Callable[[], Session]
    argument: str
    once: str = ""  # what is not proposed again when it was done


class EveningSession:
    """What is due, what is new, a lesson on what sits least; each reply goes to what is being held."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._argument = ""
        self._held: Session | None = None
        self._proposals: list[_Proposal] = []
        self._done: set[str] = set()

    @property
    def _log(self) -> ReviewLog:
        # Anew each time: the sessions that are held write into it.
        return open_log(self._base)

    @cached_property
    def _selection(self) -> Selection:
        return self._base.select(self._argument)

    def open(self, argument: str, _cancellation: Cancellation, /) -> Iterator[Event]:
        """Tell how things stand, and propose what to do."""
        checked_now()
        self._argument = argument
        yield Status("Looking at your reviews")
        standing = self._standing()
        yield Said(standing.as_text(now().astimezone().date()))
        yield from self._propose(standing)

    def reply(self, text: str, cancellation: Cancellation, /) -> Iterator[Event]:
        """Begin what was proposed, or hand the reply to what is being held."""
        if self._held is not None:
            yield from self._through(self._held.reply(text, cancellation))
            return
        if text.strip() == "/quit" or not self._proposals:
            yield Said(_FINISHED)
            yield Done(ended=True)
            return
        chosen = text.strip() or "1"
        if not chosen.isdecimal() or not 1 <= int(chosen) <= len(self._proposals):
            yield Said(_UNKNOWN)
            yield self._choices()
            yield Done()
            return
        proposal = self._proposals[int(chosen) - 1]
        self._done.add(proposal.once)
        self._held = proposal.start()
        yield from self._through(self._held.open(proposal.argument, cancellation))

    def close(self) -> None:
        """Let go of what is being held; what was answered is written down already."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def _through(self, events: Iterator[Event]) -> Iterator[Event]:
        """Pass on what the held session tells; when it is over, propose the next."""
        try:
            for event in events:
                if isinstance(event, Done):
                    if not event.ended:
                        yield event
                        return
                    break
                yield event
        except NothingToStudy as error:
            yield Said(str(error))
        self.close()
        yield from self._propose(self._standing())

    def _standing(self) -> Overview:
        everything = self._selection.kind == "all"
        return overview(self._base, self._log, None if everything else self._selection.paths)

    def _propose(self, standing: Overview) -> Iterator[Event]:
        self._proposals = list(self._possible(standing))
        if not self._proposals:
            yield Said(_FINISHED)
            yield Done(ended=True)
            return
        yield self._choices()
        yield Done()

    def _possible(self, standing: Overview) -> Iterator[_Proposal]:
        base, argument = self._base, self._argument
        if standing.due and "due" not in self._done:
            count = min(standing.due, _DUE_AT_ONCE)
            rest = standing.due > _DUE_AT_ONCE
            start: Callable[[], Session] = lambda: QuizSession(base, _DUE_AT_ONCE, due_only=True)  # noqa: E731
            yield _Proposal(f"review {count} due", start, argument, "" if rest else "due")
        if standing.new and "new" not in self._done:
            count = min(standing.new, _NEW_AT_ONCE)
            yield _Proposal(
                f"{count} new",
                lambda: QuizSession(base, count, new_only=True),
                argument,
                "new",
            )
        weak = next((one for one in standing.weak if one.path not in self._done), None)
        if weak:
            yield _Proposal(f"a lesson on {weak.title}", lambda: TutorSession(base), weak.path, weak.path)
        elif argument and "lesson" not in self._done:
            yield _Proposal(
                f"a lesson on {self._selection.label}", lambda: TutorSession(base), argument, "lesson"
            )

    def _choices(self) -> Choices:
        labels = [
            (str(number), proposal.label + (" (Enter)" if number == 1 else ""))
            for number, proposal in enumerate(self._proposals, start=1)
        ]
        return Choices((*labels, ("/quit", "enough for tonight")))
