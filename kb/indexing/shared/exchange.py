"""What a sync does with the shelf: hand over, fetch, claim and embed; and how it goes on without the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from kb.errors import SharedIndexAway, SharedIndexRefused
from kb.indexing.catalog_writer import CatalogWriter
from kb.indexing.embedder import Embedder
from kb.indexing.shared.ledger import Ledger
from kb.indexing.shared.place import SharedPlace
from kb.indexing.shared.rows import CLAIM_SECONDS, Rows, Vector16
from kb.indexing.shared.shelf import Shelf

_FIRST, _LEAST, _MOST = (
    32,
    8,
    256,
)  # passages claimed at once: before the speed is known, and at least and most then
_SHARE = 6  # a batch is to take one part in so many of the time that a claim holds
_SAMPLE = 32  # vectors that are looked for where they should be, whenever the server is asked
_POLL_SECONDS = 1.0
_TIRED_SECONDS = (
    3 * CLAIM_SECONDS
)  # of waiting in vain: claims end after one part of it, and may be lost once or twice
_LONG_SECONDS = 3600.0  # after the server was away, it is taken to be so still, and not waited for
_REST_SECONDS = 60.0  # after the server was away, a hasty sync does not ask it for so long

Embed = Callable[[Sequence[str]], np.ndarray]  # of texts
Progress = Callable[[str, int, int, float | None], None]  # step, done, total, passages a second


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sync goes about it."""

    hasty: bool  # somebody waits: a server that does not answer is left alone for a while
    strict: bool  # raise where the shelf cannot be used as it is set
    interrupted: Callable[[], bool]


@dataclass(slots=True)
class Exchanged:
    """What became of it."""

    embedded: int = 0
    fetched: int = 0
    handed_over: int = 0
    trouble: str = ""  # why the shelf was not used, or not to the end
    refused: bool = False  # it cannot be used until somebody mends what `trouble` tells
    strange: int = 0  # rows that were there and not the team's


class SharedVectors:
    """The way from an index to its shelf. Nothing is connected before a sync needs it."""

    def __init__(self, place: SharedPlace) -> None:
        self.place = place
        self._shelf: tuple[str, Shelf] | None = None

    def open(self, embedder: Embedder, *, patient: bool = True) -> Shelf:
        """The shelf of a model. Raises SharedIndexAway, SharedIndexRefused."""
        if self._shelf is None or self._shelf[0] != embedder.name:
            self.close()
            self.place.check()
            rows = Rows(self.place.team_key, embedder.fingerprint, embedder.dimension)
            self._shelf = (embedder.name, Shelf(self.place, rows, embedder.name, patient=patient))
        return self._shelf[1]

    def close(self) -> None:
        """Let go of connections."""
        shelf, self._shelf = self._shelf, None
        if shelf is not None:
            shelf[1].close()

    def embed_pending(
        self, writer: CatalogWriter, embedder: Embedder, alone: Embed, progress: Progress, manner: Manner
    ) -> Exchanged:
        """Give every passage its vector: the team's where there is one, else a new one, which is handed over.

        Where the server is away, passages are embedded here, and handed over by a later sync. Raises SharedIndexRefused
        where `manner` is strict.
        """
        done = Exchanged()
        ledger = Ledger(writer, embedder.name)
        if not writer.vectors.pending_count() and not ledger.here_only():
            return done
        patient = not manner.hasty and not ledger.failed_within(_LONG_SECONDS)
        try:
            if manner.hasty and (trouble := ledger.failed_within(_REST_SECONDS)):
                raise SharedIndexAway(trouble)
            exchange = _Exchange(
                self.open(embedder, patient=patient), writer, ledger, alone, progress, manner, done
            )
            exchange.run()
        except (SharedIndexAway, SharedIndexRefused) as error:
            done.trouble, done.refused = str(error), isinstance(error, SharedIndexRefused)
            self.close()
            ledger.failed(done.trouble)
            if done.refused and manner.strict:
                raise
        return done

    def renew(self, writer: CatalogWriter, embedder: Embedder) -> int:
        """Throw away what lies on the shelf and put there what this machine holds; how many vectors.

        Raises SharedIndexAway, SharedIndexRefused.
        """
        shelf = self.open(embedder)
        shelf.renew()
        done = Exchanged()
        ledger = Ledger(writer, embedder.name)
        manner = Manner(hasty=False, strict=True, interrupted=lambda: False)
        _Exchange(shelf, writer, ledger, lambda _: np.empty(0), lambda *_: None, manner, done).hand_over()
        return done.handed_over


class _Exchange:
    """One run."""

    def __init__(
        self,
        shelf: Shelf,
        writer: CatalogWriter,
        ledger: Ledger,
        embed: Embed,
        progress: Progress,
        manner: Manner,
        done: Exchanged,
    ) -> None:
        self._shelf, self._writer, self._ledger = shelf, writer, ledger
        self._embed, self._progress, self._manner, self._done = embed, progress, manner, done
        self._seconds = 0.0  # spent embedding so far

    def run(self) -> None:
        strange = self._shelf.strange
        try:
            shelf = self.hand_over()
            self._fetch()
            self._make()
            if self._shelf.id != shelf:  # begun anew meanwhile
                self.hand_over()
        finally:
            self._done.strange = self._shelf.strange - strange

    def hand_over(self) -> str:
        """Put there what is here alone, so that nobody makes it again; on which shelf, by its id."""
        shelf = self._shelf.id
        self._ledger.adopt(shelf)
        some = self._ledger.some(_SAMPLE)
        if some and len(self._shelf.holds(self._addresses(some))) < len(some):
            self._ledger.void()  # as after a backup was restored
        keys = self._ledger.here_only()
        size = self._shelf.per_request
        for first in range(0, len(keys), size):
            if first and self._manner.interrupted():
                break
            self._progress("Handing vectors over", first, len(keys), None)
            batch = self._by_address(keys[first : first + size])
            held = self._shelf.holds(list(batch))
            blobs = self._ledger.vectors([key for address, key in batch.items() if address not in held])
            vectors = {
                address: np.frombuffer(blobs[key], dtype=np.float16)
                for address, key in batch.items()
                if key in blobs
            }
            self._shelf.keep(vectors)
            with self._writer.batch():
                self._ledger.add(list(batch.values()))
            self._done.handed_over += len(vectors)
        return shelf

    def _fetch(self) -> None:
        """Take what the team has already."""
        keys = self._writer.vectors.pending_keys()
        size = self._shelf.per_request
        for first in range(0, len(keys), size):
            if first and self._manner.interrupted():
                return
            self._progress("Fetching vectors", first, len(keys), None)
            batch = self._by_address(keys[first : first + size])
            found = self._shelf.look(list(batch))
            self._take({batch[address]: row for address, row in found.items() if isinstance(row, np.ndarray)})

    def _make(self) -> None:
        """Embed what nobody has, each passage by whoever claims it first; wait for what others are making."""
        keys = self._writer.vectors.pending_keys()
        # Machines with the same notes begin at different places of the same list.
        start = int(self._shelf.holder, 16) % max(1, len(keys))
        todo, others = [*keys[start:], *keys[:start]], list[str]()
        total, size = len(keys), _FIRST
        least, since = total, time.monotonic()
        while todo or others:
            if len(todo) + len(others) < least:
                least, since = len(todo) + len(others), time.monotonic()
            elif time.monotonic() - since > _TIRED_SECONDS and not todo:
                raise SharedIndexAway(
                    "Other machines claimed passages in the shared index but did not embed them, so they were embedded here."
                )
            begun = total > len(todo) + len(others)
            if (begun or not todo) and self._manner.interrupted():
                return
            rate = self._done.embedded / self._seconds if self._seconds and self._done.embedded else None
            if todo:
                self._progress("Embedding passages", total - len(todo) - len(others), total, rate)
                batch, todo = todo[:size], todo[size:]
                others += self._make_some(batch)
            elif self._manner.hasty:
                return
            else:
                self._progress("Waiting for another machine to embed", total - len(others), total, None)
                time.sleep(_POLL_SECONDS)
                batch, others = others[:_MOST], others[_MOST:]
                others += self._make_some(batch)
            if rate:
                size = int(min(_MOST, max(_LEAST, rate * CLAIM_SECONDS / _SHARE)))

    def _make_some(self, keys: Sequence[str]) -> list[str]:
        """Embed those of `keys` that are free; which of them others are making."""
        batch = self._by_address(keys)
        vectors, claims = self._shelf.claim(list(batch))
        self._take({batch[address]: vector for address, vector in vectors.items()})
        texts = self._writer.vectors.pending([batch[address] for address in claims])
        if texts:
            start = time.monotonic()
            made = self._embed([text for _, text in texts])
            self._seconds += time.monotonic() - start
            with self._writer.batch():
                self._writer.vectors.put([key for key, _ in texts], made, self._model)
            self._done.embedded += len(texts)
            rows = dict(zip((key for key, _ in texts), made.astype(np.float16), strict=True))
            kept = {address: rows[batch[address]] for address in claims if batch[address] in rows}
            self._shelf.keep(kept, {address: claims[address] for address in kept})
            with self._writer.batch():
                self._ledger.add(list(rows))
        return [key for address, key in batch.items() if address not in vectors and address not in claims]

    def _take(self, vectors: dict[str, Vector16]) -> None:
        if not vectors:
            return
        keys = list(vectors)
        with self._writer.batch():
            stacked = np.stack([vectors[key] for key in keys]).astype(np.float32)
            self._writer.vectors.put(keys, stacked, self._model)
            self._ledger.add(keys)
        self._done.fetched += len(keys)

    @property
    def _model(self) -> str:
        return self._ledger.model

    def _addresses(self, keys: Sequence[str]) -> list[str]:
        return [self._shelf.rows.address(key) for key in keys]

    def _by_address(self, keys: Sequence[str]) -> dict[str, str]:
        return dict(zip(self._addresses(keys), keys, strict=True))
