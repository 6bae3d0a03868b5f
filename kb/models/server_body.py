"""The body of a server's answer, in bounds of size and time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx

from kb.models.server_events import Endless

_BODY_PATIENCE = 30.0  # seconds for a list of models, or a reason
_LONGEST_BODY = 1_000_000  # bytes of a list of models, or of a reason


class Clock:
    """Runs out after some seconds, unless it is wound."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.wind()

    def wind(self) -> None:
        self._end = time.monotonic() + self._seconds

    @property
    def has_run_out(self) -> bool:
        return time.monotonic() > self._end


def pieces(response: httpx.Response, most: int, clock: Clock) -> Iterator[bytes]:
    """The body of `response`, piece by piece. Raises Endless beyond `most` bytes, ReadTimeout when `clock` runs out."""
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > most:
            raise Endless
        if clock.has_run_out:
            raise httpx.ReadTimeout("nothing of use came")
        yield piece


def first_part(response: httpx.Response) -> bytes:
    """The first part of a short body; what follows is left."""
    parts = list[bytes]()
    with suppress(Endless):
        for piece in pieces(response, _LONGEST_BODY, Clock(_BODY_PATIENCE)):
            parts.append(piece)  # one after another, for an exception would lose all
    return b"".join(parts)


def asked_wait(response: httpx.Response) -> float | None:
    """How many seconds the server asks to be left alone, in either form that HTTP knows; None where it does not."""
    asked = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(asked)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(asked).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(seconds, 0.0) if not math.isnan(seconds) else None
