"""What the person said to suggestions, remembered with the vault.

Every machine appends JSON lines to a file of its own in the vault's `.kb/links`, so that any file syncer brings them
together. The latest word on a name counts; one on a name in a given note counts before one on the name everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, get_args

from kb.errors import DecisionsUnwritable
from kb.machine_log import MachineLog

Verdict = Literal["accept", "reject", "always", "never"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the log."""

    verdict: Verdict
    name: str  # the words of the mention
    at: str  # ISO 8601, UTC
    note: str | None = None  # path; None for every note
    target: str | None = None  # path of the note it was to link to; None for whatever it may mean

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


class Decisions:
    """What counts now."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._latest: dict[tuple[str, str | None, str | None], Verdict] = {}
        for one in sorted(decisions, key=lambda one: (one.moment, repr(asdict(one)))):
            self._latest[_folded(one.name), one.note, one.target] = one.verdict

    def on(self, name: str, note: str, target: str) -> Verdict | None:
        """What was said of linking `name` in `note` to `target`; the most particular word counts."""
        if not self._latest:
            return None
        folded = _folded(name)
        for place in ((note, target), (note, None), (None, target), (None, None)):
            if verdict := self._latest.get((folded, *place)):
                return verdict
        return None


class DecisionLog:
    """The decisions that all machines wrote into `log`."""

    def __init__(self, log: MachineLog) -> None:
        self._log = log

    def add(self, decision: Decision) -> None:
        """Append one line, on the disk when this returns. Raises DecisionsUnwritable."""
        try:
            self._log.add(asdict(decision))
        except OSError as error:
            raise DecisionsUnwritable(
                f"{self._log.folder} cannot be written: {error.strerror}. No note was changed; check the folder."
            ) from error
        self.__dict__.pop("decisions", None)

    @cached_property
    def decisions(self) -> Decisions:
        """The decisions of every machine."""
        return Decisions(_parsed(self._log.rows()))


def decided(
    verdict: Verdict,
    name: str,
    note: str | None = None,
    target: str | None = None,
    at: datetime | None = None,
) -> Decision:
    """A decision made now, or at a given moment."""
    return Decision(verdict, name, (at or datetime.now(UTC)).isoformat(), note, target)


def _parsed(rows: Iterable[Mapping[str, Any]]) -> Iterator[Decision]:
    for value in rows:
        try:
            one = Decision(**{name: value[name] for name in Decision.__dataclass_fields__ if name in value})
            texts = (one.name, *(text for text in (one.note, one.target) if text is not None))
            if (
                one.moment.tzinfo
                and one.verdict in get_args(Verdict)
                and all(isinstance(text, str) for text in texts)
            ):
                yield one
        except (ValueError, TypeError, KeyError):
            continue  # from a newer kb


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
