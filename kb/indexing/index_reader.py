"""Read access to an index: its catalog, the model that queries are embedded with, and its vectors in memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexIncompatible, KbError
from kb.indexing.catalog import VECTORS_VERSION, Catalog
from kb.indexing.embedder import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

_BLOCK = 64  # similarities whose largest is looked at first


class IndexReader:
    """Opens the catalog in `folder` when it is first used; `embedder` is the model that the settings name."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._wanted = embedder
        self._catalog: Catalog | None = None
        self._vectors: tuple[str | None, list[str], Vector] | None = None
        self.embedder = embedder  # the one that made the index that is open

    @property
    def is_open(self) -> bool:
        """Whether the catalog is open."""
        return self._catalog is not None

    @property
    def catalog(self) -> Catalog:
        """The catalog. Raises IndexMissing, IndexDamaged, IndexOutdated, or IndexIncompatible when its model is gone."""
        if self._catalog is None:
            self._catalog = self._open()
        return self._catalog

    def _open(self) -> Catalog:
        catalog = Catalog(self._folder)
        made_by = catalog.meta("embedding_model")
        if made_by == self._wanted.name:
            self.embedder = self._wanted
            return catalog
        before = _opened(catalog.meta("embedding_source"))
        if before is None or before.name != made_by:
            catalog.close()
            raise IndexIncompatible(
                f"The index at {self._folder} was made with the embedding model {made_by}, but {self._wanted.name} is "
                "set. Run kb index to embed the notes again, or restore embedding.model in kb.toml."
            )
        self.embedder = before
        return catalog

    def nearest(self, vector: Vector, n: int) -> list[tuple[str, float]]:
        """The `n` passages nearest to `vector`, by comparison with every vector: (key, cosine similarity), best first."""
        import numpy as np

        keys, matrix = self._all_vectors()
        if not keys:
            return []
        # As quick as a product by BLAS, whose threads would go on to keep the cores from whoever comes next.
        similarities = np.einsum("nd,d->n", matrix, vector)
        best = _largest(similarities, min(n, len(keys)))
        return [(keys[row], float(similarities[row])) for row in best]

    def close(self) -> None:
        """Let go of the file and the vectors; the next use opens them again."""
        self._vectors = None
        self.embedder = self._wanted
        catalog, self._catalog = self._catalog, None
        if catalog is not None:
            catalog.close()

    def _all_vectors(self) -> tuple[list[str], Vector]:
        version = self.catalog.meta(VECTORS_VERSION)
        if self._vectors is None or self._vectors[0] != version:
            self._vectors = (version, *self.catalog.vectors(self.embedder.name))
        return self._vectors[1:]


def _opened(source: str | None) -> Embedder | None:
    """The model that `source` opens, if its files are still there."""
    if not source:
        return None
    before = Embedder(source)
    try:
        _ = before.name
    except KbError:
        return None
    return before


def _largest(values: Vector, n: int) -> NDArray[np.intp]:
    """Where the `n` largest of `values` stand, largest first."""
    import numpy as np

    blocks = len(values) // _BLOCK
    rows = np.arange(len(values))
    if n < blocks:
        # The n-th largest of the blocks' maxima is at most the n-th largest value: few are left to be sorted.
        maxima = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        rows = np.flatnonzero(values >= np.partition(maxima, blocks - n)[blocks - n])
    return rows[np.argsort(-values[rows], kind="stable")][:n]
