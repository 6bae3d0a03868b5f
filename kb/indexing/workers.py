"""Passages embedded by the workers of a Dask cluster: `kb index --workers tcp://HOST:8786`.

Dask hands the batches out, and again where a worker is lost. The machine that indexes keeps the catalog, reads the
notes and writes; workers hold nothing but the model. What they return is checked, since it may come from anywhere.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.errors import ModelUnusable, ProgramMissing, WorkersAway
from kb.indexing.embedder import Embedder

_PASSAGES = 128  # handed to a worker at once; two or three seconds of one processor
_ROUNDS = 4  # such batches a worker, before what they made is kept
_CONNECT_SECONDS = 10
_LENGTH_ERROR = 0.01  # of a unit vector in float16
_LEAST_COSINE = 0.999  # to the same passage embedded here, by another kind of processor
_ALWAYS_LOOKED_AT = 4  # batches of a run; of later ones one in so many
_LOOKED_AT = 16


@contextmanager
def embedding_on(address: str, embedder: Embedder) -> Iterator[Embedder]:
    """`embedder`, but passages in bulk are embedded by the workers of the scheduler at `address`.

    Raises ProgramMissing where Dask is not installed, WorkersAway, ModelUnusable for vectors that are not the model's.
    """
    try:
        import distributed
    except ImportError as error:
        raise ProgramMissing("--workers needs Dask. Run: pip install 'kb-notes[workers]'") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # kb tells what matters of it
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkersAway(
            f"No Dask scheduler answers at {address}. Start one with: dask scheduler"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except TimeoutError as error:
            raise WorkersAway(
                f"The Dask scheduler at {address} has no worker. Start some with: dask worker {address} --nthreads 1"
            ) from error
        yield _ClusterEmbedder(embedder, client, address)


class _ClusterEmbedder(Embedder):
    """An embedder that hands passages in bulk to a cluster."""

    def __init__(self, embedder: Embedder, client: Any, address: str) -> None:
        super().__init__(embedder.source)
        self._here, self._client, self._address = embedder, client, address
        self._batches = 0  # that came back
        self.passages_per_batch = _PASSAGES * _ROUNDS * max(1, sum(client.nthreads().values()))

    def embed_passages(self, texts: Sequence[str], *, many: bool | None = None) -> NDArray[np.float32]:
        """Shape (len(texts), dimension). Raises WorkersAway, ModelUnusable."""
        if not many or not texts:
            return self._here.embed_passages(texts, many=many)
        batches = [list(texts[start : start + _PASSAGES]) for start in range(0, len(texts), _PASSAGES)]
        futures = [
            self._client.submit(embed_there, self.source, self._here.name, batch, pure=False)
            for batch in batches
        ]
        try:
            made = self._client.gather(futures)
        except ModelUnusable:
            raise
        except (
            Exception
        ) as error:  # of many kinds: the scheduler is gone, workers ran out of memory, no kb there
            raise WorkersAway(
                f"The Dask workers of {self._address} failed: {error}. What they had embedded is kept; run kb index again."
            ) from error
        finally:
            self._client.cancel(futures)
        return np.concatenate(
            [self._believed(vectors, batch) for vectors, batch in zip(made, batches, strict=True)]
        )

    def _believed(self, vectors: object, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of a batch: of the right shape and length, and a passage drawn by chance as it is embedded here."""
        found = np.asarray(vectors)
        fits = found.shape == (len(texts), self.dimension) and found.dtype == np.float16
        lengths = np.linalg.norm(found.astype(np.float32), axis=1) if fits else np.zeros(1)
        if not fits or not np.all(np.abs(lengths - 1.0) < _LENGTH_ERROR):  # never true of what is no number
            raise self._stranger()
        self._batches += 1
        if self._batches <= _ALWAYS_LOOKED_AT or secrets.randbelow(_LOOKED_AT) == 0:
            one = secrets.randbelow(len(texts))
            own = self._here.embed_passages([texts[one]], many=False)[0]
            if float(own @ found[one].astype(np.float32)) < _LEAST_COSINE:
                raise self._stranger()
        return found.astype(np.float32)

    def _stranger(self) -> ModelUnusable:
        return ModelUnusable(
            f"The Dask workers of {self._address} returned vectors that are not of {self._here.name}; none of that batch was "
            "kept. Install the same kb and model there."
        )


def embed_there(source: str, name: str, texts: Sequence[str]) -> NDArray[np.float16]:
    """What a worker does: vectors of shape (len(texts), dimension), by the model called `name`."""
    embedder = _opened(source)
    if embedder.name != name:
        raise ModelUnusable(
            f"A Dask worker has {embedder.name} where this machine has {name}. Install the same model there."
        )
    return embedder.embed_passages(texts, many=True).astype(np.float16)


@cache
def _opened(source: str) -> Embedder:
    return Embedder(source)
