"""The vector index in Chroma: made from the catalog's vectors, disposable, opened by one process at a time.

Chroma 1.5 can be left broken by a kill, and loses vectors silently when two processes open it. So only the holder of
the index's lock opens it, in a folder `chroma/gen-N`; one that was not closed properly is never opened again, but
made anew from the catalog under the next number.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import IndexingError
from kb.files.beneath import write_beneath
from kb.files.small import read_small
from kb.indexing import c_memory
from kb.indexing.failures import translated
from kb.indexing.seal import Seal
from kb.silence import no_env_file, report_nothing

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from kb.indexing.catalog_writer import CatalogWriter

_LITTLE = 256  # vectors that Chroma may be behind until somebody opens it anyway
_BATCH = 2000  # Chroma takes 5,461 rows at most
_BLOAT = 3  # a generation with this many vectors for each live one is made anew
_POINTER = "current"  # names the folder in use; replaced atomically
_GENERATION = re.compile(r"gen-([1-9][0-9]{0,8})", re.ASCII)
_OPEN = "open"  # exists while a process has the folder open


class ChromaIndex:
    """The passages' vectors in Chroma, in step with a catalog after `update`."""

    def __init__(self, folder: Path, model: str, seal: Seal) -> None:
        self._folder = folder / "chroma"
        self._seal = seal
        self._model = model
        # Chroma takes 3 to 512 letters, digits, dots, hyphens and underscores, a letter or digit at both ends.
        self._name = "passages-" + re.sub(r"[^A-Za-z0-9-]+", "-", model)[:200].strip("-")
        self._generation = 0
        self._client: Any = None
        self._collection: Any = None

    def update(self, writer: CatalogWriter, progress: Callable[[int, int], None] | None = None) -> None:
        """Bring Chroma in step with the catalog: what is missing comes, what is gone goes."""
        with no_env_file():
            from chromadb.errors import ChromaError

        # Chroma's graph is written with the unused parts of its memory, in which text of deleted notes was found.
        with translated(self._folder.parent), c_memory.zero_fresh_allocations():
            try:
                self._bring_in_step(writer, progress)
            except ChromaError:
                # Whatever is wrong with this generation, the catalog holds all that a new one needs.
                try:
                    self._start_generation()
                    self._bring_in_step(writer, progress)
                except ChromaError as error:
                    raise IndexingError(
                        f"Chroma cannot write to {self._folder}: {error}. Free space there, then run: kb index"
                    ) from error

    def _bring_in_step(self, writer: CatalogWriter, progress: Callable[[int, int], None] | None) -> None:
        import numpy as np

        self._open()
        # Chroma can lose its file and look like a new, empty database.
        if self._collection.count() != writer.vectors.listed_count(self._generation, self._model):
            self._start_generation()
        total = writer.vectors.count(self._model)
        # Its graph keeps deleted vectors: a search grew ten times slower with three dead for each live one.
        if self._collection.count() + writer.vectors.dropped(self._generation) > _BLOAT * total + _BATCH:
            self._start_generation()
        self._drop(writer.vectors.unlisted(), writer)
        while rows := writer.vectors.not_in_generation(self._generation, self._model, _BATCH):
            keys = [key for key, _ in rows]
            vectors = np.stack([np.frombuffer(blob, dtype=np.float16) for _, blob in rows])
            self._collection.upsert(ids=keys, embeddings=vectors.astype(np.float32))
            with writer.batch():
                writer.vectors.in_generation(keys, self._generation, self._model)
            if progress:
                progress(self._collection.count(), total)

    def is_current(self, writer: CatalogWriter) -> bool:
        """Whether nothing needs to be done; opens nothing."""
        current = self._current()
        return (
            current is not None
            and (self.is_open or not (current / _OPEN).exists())
            and not writer.vectors.unlisted()
            and not writer.vectors.not_in_generation(_number(current), self._model, 1)
        )

    def lags_little(self, writer: CatalogWriter) -> bool:
        """Whether it is whole, closed, and only short of a few changes that the catalog knows of; opens nothing.

        Searches that do not have it open compare with the catalog's vectors, and miss nothing.
        """
        current = self._current()
        return (
            current is not None
            and not self.is_open
            and not (current / _OPEN).exists()
            and len(writer.vectors.unlisted()) <= _LITTLE
            and len(writer.vectors.not_in_generation(_number(current), self._model, _LITTLE + 1)) <= _LITTLE
        )

    def listed(self, writer: CatalogWriter) -> set[str]:
        """The keys that the open generation should hold, as the catalog remembers."""
        return set(writer.vectors.listed(self._generation, self._model))

    def contents(self, writer: CatalogWriter) -> dict[str, NDArray[np.float32]]:
        """Every vector by key, as Chroma itself holds it, in the current generation."""
        with translated(self._folder.parent), c_memory.zero_fresh_allocations():
            self._open()
            found: dict[str, NDArray[np.float32]] = {}
            keys = writer.vectors.listed(self._generation, self._model)
            for start in range(0, len(keys), _BATCH):
                got = self._collection.get(ids=keys[start : start + _BATCH], include=["embeddings"])
                found.update(zip(got["ids"], got["embeddings"], strict=True))
            return found

    def query(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """(key, cosine similarity) of the nearest vectors, best first. Only after `update`."""
        limit = min(limit, self._collection.count())
        if limit == 0:
            return []
        with c_memory.zero_fresh_allocations():
            found = self._collection.query(
                query_embeddings=vector[None, :], n_results=limit, include=["distances"]
            )
        return [
            (key, 1.0 - distance)
            for key, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    @property
    def is_open(self) -> bool:
        """Whether it can be queried."""
        return self._collection is not None

    def close(self) -> None:
        """Close properly, so that the next process can go on with this generation."""
        if self._client is None:
            return
        with c_memory.zero_fresh_allocations():
            self._client.close()
        self._client = self._collection = None
        (self._folder / f"gen-{self._generation}" / _OPEN).unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete all that Chroma wrote; the next `update` makes it anew."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _open(self) -> None:
        if self._collection is not None:
            return
        current = self._current()
        if current is None or (current / _OPEN).exists():
            self._start_generation()
            return
        self._generation = _number(current)
        self._connect(current)

    def _start_generation(self) -> None:
        """Make an empty folder under the next number the one in use, and delete the others."""
        self.close()
        older = [path for path in self._folder.glob("gen-*") if path.name != _POINTER]
        self._generation = max(map(_number, older), default=0) + 1
        path = self._folder / f"gen-{self._generation}"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.mkdir(mode=0o700)
        self._connect(path)
        write_beneath(self._folder, _POINTER, path.name.encode(), mode=0o600)
        for one in older:
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one, ignore_errors=True)
            else:
                one.unlink(missing_ok=True)

    def _connect(self, path: Path) -> None:
        report_nothing()
        with no_env_file():
            import chromadb
            from chromadb.config import Settings

        (path / _OPEN).touch()
        self._client = chromadb.PersistentClient(
            path=str(path),
            # As it comes, Chroma reads settings from a file .env in the folder one stands in.
            settings=Settings(anonymized_telemetry=False, allow_reset=False, _env_file=None),  # type: ignore[call-arg]
        )
        # Vectors are always given; without an embedding function Chroma has none to download.
        self._collection = self._client.get_or_create_collection(
            self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def _drop(self, keys: Sequence[str], writer: CatalogWriter) -> None:
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            self._collection.delete(ids=list(batch))
            with writer.batch():
                writer.vectors.crossed_off(batch, self._generation)

    def _current(self) -> Path | None:
        """The folder in use; None without one whose files are as kb left them, for damaged ones can crash the process."""
        try:
            name = read_small(self._folder / _POINTER, follow=False).decode("ascii", "replace").strip()
        except OSError:
            return None
        path = self._folder / name
        if not _GENERATION.fullmatch(name) or path.is_symlink() or not path.is_dir():
            return None
        return path if self.is_open or self._seal.holds("chroma") else None


def _number(path: Path) -> int:
    found = _GENERATION.fullmatch(path.name)
    return int(found[1]) if found else 0
