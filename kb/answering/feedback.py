"""What a person said of answers, kept in the vault's `.kb/feedback`; `kb eval --from-feedback` asks it all again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from kb.answering.answer import Answer
from kb.errors import FeedbackUnwritable
from kb.machine_log import MachineLog

Verdict = Literal["good", "bad"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict on one answer."""

    verdict: Verdict
    question: str  # as it was understood
    at: str  # ISO 8601, UTC
    reason: str = ""  # in the person's words
    abstained: bool = False
    answer: str = ""
    quotes: tuple[str, ...] = ()  # those that were cited
    notes: tuple[str, ...] = ()  # paths of their notes


class FeedbackLog:
    """The feedback that all machines wrote into `log`."""

    def __init__(self, log: MachineLog) -> None:
        self._log = log

    def add(self, feedback: Feedback) -> None:
        """Append one line, on the disk when this returns. Raises FeedbackUnwritable."""
        try:
            self._log.add(asdict(feedback))
        except OSError as error:
            raise FeedbackUnwritable(
                f"{self._log.folder} cannot be written: {error.strerror}. Check the folder."
            ) from error

    def latest(self) -> list[Feedback]:
        """The last word on each question, oldest first."""
        last: dict[str, Feedback] = {}
        for one in sorted(self._all(), key=lambda one: one.at):
            last[" ".join(one.question.casefold().split())] = one
        return list(last.values())

    def _all(self) -> Iterator[Feedback]:
        for row in self._log.rows():
            try:
                known = {name: row[name] for name in Feedback.__dataclass_fields__ if name in row}
                one = Feedback(**{**known, "quotes": tuple(row["quotes"]), "notes": tuple(row["notes"])})
                if (
                    one.verdict in get_args(Verdict)
                    and isinstance(one.question, str)
                    and isinstance(one.at, str)
                ):
                    yield one
            except (TypeError, KeyError):
                continue  # from a newer kb


def feedback_on(answer: Answer, verdict: Verdict, reason: str = "") -> Feedback:
    """What is said now of `answer`."""
    return Feedback(
        verdict=verdict,
        question=answer.understood or answer.question,
        at=datetime.now(UTC).isoformat(),
        reason=reason,
        abstained=answer.abstained,
        answer=answer.text,
        quotes=tuple(quote.quote for quote in answer.cited),
        notes=tuple(dict.fromkeys(quote.path for quote in answer.cited)),
    )
