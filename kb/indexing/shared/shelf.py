"""The team's vectors of one embedding model on the server, and the claims by which each is made by one machine alone.

Chroma knows no lock, but `add` keeps what is there: of several that add a row of one id, the first stays, and all read
so. A claim is such a row. It ends by the server's clock, which is one for all. One that its holder gave up, as a killed
one does, is succeeded by a row with the next number behind its address; whoever holds the highest makes the vector.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from kb.errors import SharedIndexAway
from kb.indexing.shared.place import SharedPlace
from kb.indexing.shared.rows import CLAIM_SECONDS, Claim, Row, Rows, Strange, Vector16
from kb.silence import no_env_file, report_nothing

if TYPE_CHECKING:
    from kb.indexing.shared.chroma_api import Api, Collection

_REQUEST_BYTES = 700_000  # proxies take bodies of 1 MB
_MOST_ROWS = 400
_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)  # seconds between attempts, where the server was there a moment ago
_FIRST_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)  # where it was there the last time, and may just be starting again
_MOST_BROKEN = 2  # answers in a row that the collection cannot be read
_MOST_CLAIMS = 1000  # one after another for one passage

T = TypeVar("T")


class Shelf:
    """The collection of one model. Every method raises SharedIndexAway or SharedIndexRefused."""

    def __init__(self, place: SharedPlace, rows: Rows, model: str, *, patient: bool = True) -> None:
        """Connects. `patient` asks again where the server does not answer at first."""
        place.check()
        report_nothing()
        with no_env_file():
            from kb.indexing.shared.chroma_api import Api

        self.rows = rows
        self.holder = place.holder
        self.strange = 0  # rows so far that are not the team's
        self._name = name_of(model, rows)
        self._api: Api = Api(place)
        self._collection: Collection | None = None
        try:
            self._tried(self._open, _FIRST_WAITS if patient else ())
        except BaseException:
            self._api.close()
            raise

    @property
    def id(self) -> str:
        """Of the collection: another one, when the server lost it or somebody made it anew."""
        return str(self._held.id)

    @property
    def per_request(self) -> int:
        """How many rows go into one request."""
        return max(1, min(_MOST_ROWS, _REQUEST_BYTES // (self.rows.dimension * 6)))

    def now(self) -> float:
        """The server's clock, in seconds."""
        return self._tried(lambda: self._api.heartbeat() / 1e9)

    def count(self) -> int:
        """How many rows there are, claims among them."""
        return self._tried(lambda: int(self._held.count()))

    def abandoned(self, limit: int) -> int:
        """How many claims ended without a vector, at most `limit`."""
        where: Any = {"$and": [{"state": "claimed"}, {"until": {"$lt": self.now()}}]}
        return len(self._tried(lambda: self._held.get(where=where, limit=limit, include=[]))["ids"])

    def look(self, addresses: Sequence[str]) -> dict[str, Row]:
        """What lies at those of `addresses` that hold something: a vector, the latest claim, or what is neither."""
        found = self._read(addresses, self.now())
        self.strange += sum(isinstance(row, Strange) for row in found.values())
        return found

    def holds(self, addresses: Sequence[str]) -> set[str]:
        """Which of `addresses` are said to hold a vector. Cheap, for nothing is checked."""
        got = self._get(addresses, vectors=False)
        return {address for address, (metadata, _) in got.items() if self.rows.is_kept(metadata)}

    def claim(self, addresses: Sequence[str]) -> tuple[dict[str, Vector16], dict[str, int]]:
        """Of `addresses`: the vectors that are there, and what is for this machine to make, with the number of its claim.

        What is in neither, another machine is making.
        """
        now = self.now()
        before = self._read(addresses, now)
        numbers = {}
        for address in addresses:
            row = before.get(address)
            if row is None:
                numbers[address] = 0
            elif isinstance(row, Claim):
                if row.holder == self.holder or row.until < now:
                    numbers[address] = row.number + 1
            elif isinstance(row, Strange):
                self.strange += 1
                numbers[address] = 1
        vectors = {address: row for address, row in before.items() if isinstance(row, np.ndarray)}
        if not numbers:
            return vectors, {}
        self._add({_claim_id(address, number): address for address, number in numbers.items()}, now)
        # Whoever claimed between the look and the claim came first; and a vector that came in between makes it void.
        after = self._get([_claim_id(address, number) for address, number in numbers.items()])
        behind = [address for address, number in numbers.items() if number]
        after |= self._get(behind) if behind else {}
        won = {}
        for address, number in numbers.items():
            metadata, embedding = after.get(address, (None, None))
            vector = (
                self.rows.vector_in(address, metadata or {}, embedding)
                if self.rows.is_kept(metadata)
                else None
            )
            if vector is not None and not isinstance(vector, Strange):
                vectors[address] = vector
            elif (after.get(_claim_id(address, number), ({}, None))[0] or {}).get("holder") == self.holder:
                won[address] = number
        return vectors, won

    def keep(self, vectors: Mapping[str, Vector16], claims: Mapping[str, int] | None = None) -> None:
        """Put vectors on the shelf, and take back the numbered claims that led to them."""
        self._put(
            "upsert",
            {address: (vector, self.rows.kept(address, vector)) for address, vector in vectors.items()},
        )
        done = [
            _claim_id(address, number)
            for address, last in (claims or {}).items()
            for number in range(1, last + 1)
        ]
        for ids in _batches(done, self.per_request):
            self._tried(lambda ids=ids: self._held.delete(ids=ids))  # type: ignore[misc]

    def signed_by_others(self) -> list[str]:
        """Names of collections of the very same model that are signed with another key."""
        begin = self._name.rpartition("-")[0]
        return [
            name
            for name in self._tried(self._api.names)
            if name.startswith(f"{begin}-") and name != self._name
        ]

    def renew(self) -> None:
        """Throw the collection away and begin another; every machine hands over what it holds when it next comes."""
        self._tried(lambda: self._api.drop(self._name))
        self._tried(self._open)

    def close(self) -> None:
        """Let go of connections."""
        self._api.close()

    def _read(self, addresses: Sequence[str], now: float) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for address, (metadata, embedding) in self._get(addresses).items():
            if self.rows.is_kept(metadata):
                found[address] = self.rows.vector_in(address, metadata or {}, embedding)
            else:
                found[address] = self.rows.claim_in(metadata, 0, now)
        # Of claims that ended, the latest counts.
        asked = {address: 1 for address, row in found.items() if _is_over(row, now)}
        while asked:
            got = self._get([_claim_id(address, number) for address, number in asked.items()], vectors=False)
            further = {}
            for address, number in asked.items():
                metadata, _ = got.get(_claim_id(address, number), (None, None))
                if metadata is None or number >= _MOST_CLAIMS:
                    continue
                row = self.rows.claim_in(metadata, number, now)
                found[address] = row if isinstance(row, Claim) else Claim("", 0.0, number)
                if _is_over(found[address], now):
                    further[address] = number + 1
            asked = further
        return found

    def _add(self, claims: Mapping[str, str], now: float) -> None:
        metadata = self.rows.claimed(self.holder, now + CLAIM_SECONDS)
        placeholder = self.rows.placeholder
        self._put("add", dict.fromkeys(claims, (placeholder, metadata)))

    def _put(self, verb: str, rows: Mapping[str, tuple[Any, dict[str, Any]]]) -> None:
        for ids in _batches(rows, self.per_request):
            values = {
                "ids": list(ids),
                "embeddings": np.stack([rows[id][0] for id in ids]).astype(np.float32),
                "metadatas": [rows[id][1] for id in ids],
            }
            self._tried(lambda values=values: getattr(self._held, verb)(**values))  # type: ignore[misc]

    def _get(
        self, ids: Sequence[str], *, vectors: bool = True
    ) -> dict[str, tuple[dict[str, Any] | None, Any]]:
        """What lies under `ids`, by id: metadata and embedding. What was not asked for is passed over."""
        include: Any = ["metadatas", "embeddings"] if vectors else ["metadatas"]
        found: dict[str, tuple[dict[str, Any] | None, Any]] = {}

        def ask(batch: list[str]) -> None:
            got = self._held.get(ids=batch, include=include)
            wanted, embeddings, metadatas = set(batch), got["embeddings"], got["metadatas"] or []
            for row, id in enumerate(got["ids"]):
                if id in wanted:
                    held = dict(metadatas[row]) if metadatas[row] is not None else None
                    found[id] = (held, embeddings[row] if vectors and embeddings is not None else None)

        for batch in _batches(ids, self.per_request):
            self._tried(partial(ask, batch))
        return found

    @property
    def _held(self) -> Collection:
        if self._collection is None:
            self._open()
        assert self._collection is not None
        return self._collection

    def _open(self) -> None:
        self._api.database()
        self._collection = self._api.collection(self._name)

    def _tried(self, ask: Callable[[], T], waits: Sequence[float] = _WAITS) -> T:
        """Ask, and again while the server is away for a moment. All that is asked here may be asked twice."""
        from kb.indexing.shared.chroma_api import AlreadyThere, Broken, NotThere

        broken = 0
        for wait in (*waits, None):
            try:
                with self._api.checked():
                    return ask()
            except SharedIndexAway:
                if wait is None:
                    raise
                time.sleep(wait)
            except (NotThere, AlreadyThere):  # somebody made the collection anew, or the server lost it
                if wait is None:
                    raise self._api.refused("loses its collection again and again", "See its log.") from None
                self._collection = None
            except Broken as error:
                broken += 1
                if wait is None or broken > _MOST_BROKEN:
                    raise error.refusal from error
                time.sleep(wait)
                if broken == _MOST_BROKEN:
                    self._replace()
        raise AssertionError("the last attempt returns or raises")

    def _replace(self) -> None:
        """Begin another collection in the place of one that the server cannot read: the machines hold all that was in it.

        Unless another machine did so meanwhile.
        """
        known, self._collection = self._collection, None
        self._open()
        if known is not None and self._held.id == known.id:
            self._api.drop(self._name)
            self._open()


def name_of(model: str, rows: Rows) -> str:
    """The name of the collection of a model and a key. Chroma takes letters, digits, dots, hyphens and underscores."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in model)
    return f"kb-{plain[:80].strip('-')}-{rows.fingerprint[:8]}-{rows.address('')[:8]}"


def _claim_id(address: str, number: int) -> str:
    return f"{address}~{number}" if number else address


def _is_over(row: Row, now: float) -> bool:
    """Whether a claim ended, or what is there is none; then one with a higher number may be there."""
    return isinstance(row, Strange) or (isinstance(row, Claim) and row.until < now)


def _batches(values: Sequence[str] | Mapping[str, object], size: int) -> Iterator[list[str]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
