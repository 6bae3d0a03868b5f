"""What `kb doctor` has to say of a shared index: whether it is there, lets this machine in, and holds what it should."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kb.errors import SharedIndexAway, SharedIndexRefused
from kb.indexing.catalog import Catalog
from kb.indexing.embedder import Embedder
from kb.indexing.shared.exchange import SharedVectors
from kb.indexing.shared.ledger import standing
from kb.indexing.shared.shelf import Shelf

_SAMPLE = 200  # vectors that are looked at
# Machines that reckon in bfloat16 and in float32 stay above 0.9995 (tests/bench/README.md).
_SAME_VECTOR = 0.999


def shared_troubles(shared: SharedVectors, catalog: Catalog, embedder: Embedder) -> Iterator[str]:
    """What is wrong, a sentence each; nothing where all is well. Asks the server."""
    if shared.place.is_open:
        yield (
            "The connection is not encrypted, so vectors and token can be read by others. Use an https:// address for index.url."
        )
    try:
        shelf = shared.open(embedder, patient=False)
        if others := len(shelf.signed_by_others()):
            yield (
                f"{others} {'collection' if others == 1 else 'collections'} of the same model there are signed with another "
                "team key. Check that KB_INDEX_TEAM_KEY is the same on all machines."
            )
        if left := standing(catalog, embedder.name).here_only:
            yield f"{left:,} vectors of this machine are not there yet. Run: kb index"
        yield from _of_sample(shelf, catalog, embedder)
        if abandoned := shelf.abandoned(_SAMPLE):
            yield (
                f"{abandoned}{' or more' if abandoned == _SAMPLE else ''} passages were claimed by a machine that then ended. "
                "Whoever has them in the notes embeds them with the next: kb index"
            )
    except (SharedIndexAway, SharedIndexRefused) as error:
        yield str(error)


def _of_sample(shelf: Shelf, catalog: Catalog, embedder: Embedder) -> Iterator[str]:
    """Whether the vectors that should be there are there, the team's, and the same as here."""
    known = next(catalog.rows("SELECT count(*) FROM sqlite_master WHERE name = 'shared'"))[0]
    on_shelf = {row[0] for row in catalog.rows("SELECT key FROM shared")} if known else set()
    keys, matrix = catalog.vectors(embedder.name)
    here = {shelf.rows.address(key): row for key, row in zip(keys, matrix, strict=True) if key in on_shelf}
    some = random.sample(sorted(here), min(_SAMPLE, len(here)))
    found = shelf.look(some)
    missing, strange, other = 0, 0, 0
    for address in some:
        row = found.get(address)
        if row is None:
            missing += 1
        elif not isinstance(row, np.ndarray):
            strange += 1
        elif not _is_same(row.astype(np.float32), here[address]):
            other += 1
    looked = f"of {len(some):,} vectors that were looked at"
    if missing:
        yield f"{missing:,} {looked} are gone from there. Hand them over again with: kb index"
    if strange:
        yield (
            f"{strange:,} {looked} do not carry your team's signature, and are not trusted. Find out who else may write there; "
            "kb index --purge rebuilds the collection."
        )
    if other:
        yield f"{other:,} {looked} differ between here and there. Check this machine with: kb index --verify"


def _is_same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return length > 0 and float(one @ other) / length >= _SAME_VECTOR
