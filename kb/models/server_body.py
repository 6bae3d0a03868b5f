"""The body of a server's answer, in bounds of size and time."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx

from kb.models.server_events import Endless

_BODY_PATIENCE = 30.0  # seconds for a list of models, or a reason
_LONGEST_BODY = 1_000_000  # bytes of a list of models, or of a reason
_LARGEST_PIECE = 65_536  # bytes that are unpacked at once
_GZIP_OR_ZLIB = 47  # as `wbits`: whichever of the two the data's head names


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
    for piece in _unpacked(response):
        size += len(piece)
        if size > most:
            raise Endless
        if clock.has_run_out:
            raise httpx.ReadTimeout("nothing useful came")
        yield piece


def _unpacked(response: httpx.Response) -> Iterator[bytes]:
    """The body as it was before it was compressed, a little at a time, so that what unfolds without end is seen early.

    kb asks for none that is compressed. httpx unpacks one layer after another, each whole: a few kilobytes that were
    packed twice take gigabytes. Raises DecodingError for more than one layer, or another kind.
    """
    packing = response.headers.get("content-encoding", "").strip().casefold()
    if packing in ("", "identity"):
        yield from response.iter_raw()
        return
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise httpx.DecodingError("the answer is compressed, which was not asked for")
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for piece in response.iter_raw():
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, _LARGEST_PIECE)
                piece = unpacker.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError(f"the answer cannot be unpacked: {error}") from error


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
