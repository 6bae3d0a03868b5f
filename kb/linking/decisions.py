"""What the person said to suggestions, remembered with the vault.

Every machine appends JSON lines to a file of its own in the vault's `.kb/links`, so that any file syncer brings them
together. The latest word on a name counts; one on a name in a given note counts before one on the name everywhere.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

from kb.errors import DecisionsUnwritable

Verdict = Literal["accept", "reject", "always", "never"]
_NOT_NAME = re.compile(r"[^\w-]+")


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
    """The lines of all machines below `folder`; new ones go to the file of the machine that `machine` names.

    It is asked for when the first decision is written, for a name may have to be made up.
    """

    def __init__(self, folder: Path, machine: Callable[[], str]) -> None:
        self._folder = folder
        self._machine = machine

    def add(self, decision: Decision) -> None:
        """Append one line, on the disk when this returns. Raises DecisionsUnwritable."""
        line = json.dumps(asdict(decision), ensure_ascii=False, sort_keys=True) + "\n"
        own = self._folder / f"{_NOT_NAME.sub('-', self._machine())}.jsonl"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with own.open("ab+") as file:
                end = file.tell()
                if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
                    line = "\n" + line  # a line that a power cut tore apart must not swallow this one
                file.write(line.encode("utf-8", "replace"))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise DecisionsUnwritable(
                f"{own} cannot be written: {error.strerror}. No note was changed; check the folder."
            ) from error
        self.__dict__.pop("decisions", None)

    @cached_property
    def decisions(self) -> Decisions:
        """The decisions of every machine; lines that are none are passed over."""
        lines: set[str] = set()
        for file in sorted(self._folder.glob("*.jsonl")) if self._folder.is_dir() else ():
            try:
                lines.update(file.read_text(encoding="utf-8", errors="replace").splitlines())
            except OSError:
                continue
        return Decisions(_parsed(lines))


def decided(
    verdict: Verdict,
    name: str,
    note: str | None = None,
    target: str | None = None,
    at: datetime | None = None,
) -> Decision:
    """A decision made now, or at a given moment."""
    return Decision(verdict, name, (at or datetime.now(UTC)).isoformat(), note, target)


def _parsed(lines: Iterable[str]) -> Iterator[Decision]:
    for line in lines:
        try:
            value = json.loads(line)
            one = Decision(**{name: value[name] for name in Decision.__dataclass_fields__ if name in value})
            texts = (one.name, *(text for text in (one.note, one.target) if text is not None))
            if (
                one.moment.tzinfo
                and one.verdict in get_args(Verdict)
                and all(isinstance(text, str) for text in texts)
            ):
                yield one
        except (ValueError, TypeError, KeyError):
            continue  # torn, or from a newer kb


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
