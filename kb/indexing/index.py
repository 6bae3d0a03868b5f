"""The index as the rest of kb sees it: bring it in step, read it, search its vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexDamaged, IndexOutdated, KbError
from kb.indexing.catalog import Catalog
from kb.indexing.embedder import Embedder
from kb.indexing.failures import not_ours, outdated
from kb.indexing.index_facts import IndexFacts
from kb.indexing.index_reader import IndexReader
from kb.indexing.lock import WriteLock
from kb.indexing.schema import FILE_NAME as CATALOG_FILE
from kb.indexing.schema import bound, holds_tables_only, remove_catalog, replace_catalog, set_aside
from kb.indexing.seal import Seal
from kb.indexing.vectors import ChromaIndex
from kb.notes.vault import Vault

if TYPE_CHECKING:
    from kb.indexing.catalog_writer import CatalogWriter
    from kb.indexing.shared.exchange import SharedVectors
    from kb.indexing.sync import Parts, Report, SyncOptions, SyncProgress, SyncReport
    from kb.indexing.verification import Difference

_ASIDE = "next"  # where an index with another embedding model is made


class Index(IndexFacts):
    """The index of a vault in a folder. Opening it costs nothing; parts are opened when they are used.

    Reading and writing may go on in two threads, each for itself. `heal` is called by the first reading of an index that
    is damaged or was made elsewhere, and is to `sync` it.
    """

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        heal: Callable[[Index], None] | None = None,
        shared: SharedVectors | None = None,
    ) -> None:
        self.folder = folder
        self._shared = shared
        self._embedder = embedder
        self._heal = heal
        self._lock = WriteLock(folder)
        self._seal = Seal(folder)
        self._chroma = ChromaIndex(folder, embedder.name, self._seal)
        self._is_ours = (
            False  # what is there may be sealed: it held its seal when it was opened, or was made since
        )
        self._repaired = ""
        self._rechecked = 0  # how many notes, of those in order
        self._writer: CatalogWriter | None = None
        self._reader = IndexReader(folder, embedder)

    @property
    def catalog(self) -> Catalog:
        """Read access.

        Raises IndexMissing before the first sync, IndexIncompatible when the model that made it is gone, IndexDamaged
        when it is not as this machine's kb left it and nothing heals it.
        """
        if not self._reader.is_open and not self._is_trusted():
            if self._heal is None:
                raise IndexDamaged(f"{not_ours(self.folder)} Run: kb index")
            self._heal(self)
        return self._reader.catalog

    @property
    def embedder(self) -> Embedder:
        """The model that queries are to be embedded with: until another one has embedded all notes, that before it."""
        with suppress(KbError):
            _ = self.catalog
        return self._reader.embedder

    def hold(self, purpose: str) -> None:
        """Keep the write lock and all files open between syncs, until `let_go`. Raises IndexLocked."""
        self._lock.acquire(purpose)

    def let_go(self) -> None:
        """Close what was written to, and let other processes write."""
        self._close_parts()
        if self._lock.held and self._is_ours:
            self._seal.write(thorough=True)
        self._is_ours = False
        self._lock.release()

    def beat(self) -> None:
        """Show other processes that this one, which holds the lock, is alive."""
        self._lock.beat()

    def sync(self, vault: Vault, report: Report, options: SyncOptions | None = None) -> SyncReport:
        """Bring the index in step with `vault`; a damaged catalog is set aside and made anew.

        Raises IndexLocked when another process is writing, VaultEmpty, DiskFull.
        """
        from kb.indexing.sync import SyncOptions, sync

        options = options or SyncOptions()

        def alive(progress: SyncProgress) -> None:
            self._lock.beat()
            report(progress)

        with self._writing("indexing"):
            try:
                done = self._move(vault, alive, options) or sync(vault, self._parts(), alive, options)
            except (IndexDamaged, IndexOutdated) as error:
                reason = outdated if isinstance(error, IndexOutdated) else not_ours
                self._begin_anew(reason(self.folder))
                done = sync(vault, self._parts(), alive, options)
            self._seal.write(thorough=False)
            repaired, self._repaired = self._repaired or done.repaired, ""
            return replace(done, repaired=repaired)

    def _move(self, vault: Vault, report: Report, options: SyncOptions) -> SyncReport | None:
        """Where another embedding model is set, make an index with it aside, and take it when it is whole.

        Until then searches go on with the model before. An interrupted move is gone on with by the next sync.
        """
        from kb.indexing.sync import sync

        made_by = self._parts().catalog.meta("embedding_model")
        if made_by in (None, self._embedder.name):
            return None
        aside = Index(self.folder / _ASIDE, self._embedder, shared=self._shared)
        try:
            done = aside.sync(vault, report, options)
        finally:
            aside.close()
        if done.pending:
            return done
        self._close_parts()
        self.forget_reader()
        self._chroma.discard()
        replace_catalog(self.folder, aside.folder)
        sync(vault, self._parts(), report, options)
        return replace(done, repaired=f"All notes are embedded by {self._embedder.name} now.")

    def tidy(self) -> None:
        """Do what a sync with `tidy=False` left undone."""
        from kb.indexing.sync import tidy_up

        with self._writing("indexing"):
            tidy_up(self._parts())

    def recheck(self, vault: Vault, count: int) -> int:
        """Compare the content of the next `count` notes with what is indexed; how many the next `sync` will read anew.

        This finds what no date tells of, as of a disk that was restored or a clock that was set back.
        """
        from kb.indexing.reading import differs_from

        with self._writing("indexing"):
            parts = self._parts()
            notes = parts.catalog.notes()
            start = self._rechecked if self._rechecked < len(notes) else 0
            some = notes[start : start + count]
            self._rechecked = start + len(some)
            doubtful = [note.path for note in some if differs_from(vault, note)]
            if doubtful:
                with parts.writer.batch():
                    parts.writer.doubt(doubtful)
            return len(doubtful)

    def rebuild(self, vault: Vault, report: Report) -> SyncReport:
        """Throw the index away and make it anew. Raises what `sync` raises, but only VaultEmpty before it throws."""
        with self._writing("rebuilding"):
            if not vault.scan():
                return self.sync(vault, report)  # raises, with the reason
            self._close_parts()
            self.forget_reader()
            self._chroma.discard()
            remove_catalog(self.folder)
            self._is_ours = True
            return self.sync(vault, report)

    def purge(self) -> int:
        """Drop the vectors of deleted passages and all free space, make Chroma anew; returns the bytes won.

        A shared index is made anew, too: raises SharedIndexAway, SharedIndexRefused where it cannot be.
        """
        from kb.indexing.sync import tidy_up

        before = self.size_in_bytes()
        with self._writing("purging"):
            parts = self._parts()
            parts.writer.purge()
            self._chroma.discard()
            tidy_up(parts)
            if self._shared is not None:
                self._shared.renew(parts.writer, self._embedder)
        return before - self.size_in_bytes()

    def verify(self, vault: Vault) -> list[Difference]:
        """Where the index and the notes differ; empty when it holds just what a new one would.

        Raises IndexLocked when another process is writing, for then they differ anyway.
        """
        from kb.indexing.verification import Difference, compare_chroma, compare_notes

        with self._writing("verifying"):
            held = self._writer is not None or self._seal.holds("catalog")
            strange = [] if held else [Difference("index", "its files are not as kb left them.")]
            file = self.folder / CATALOG_FILE
            if strange and file.exists() and not holds_tables_only(file):
                return strange
            parts = self._parts(as_it_is=True)
            if strange:
                bound(parts.writer.connection, file)
            return [
                *strange,
                *compare_notes(vault, parts.catalog, self._embedder, self.folder),
                *compare_chroma(self._chroma, parts.writer, parts.catalog, self._embedder.name),
            ]

    def close(self) -> None:
        """Let go of all files."""
        self.forget_reader()
        if self._shared is not None:
            self._shared.close()
        self.let_go()

    def forget_reader(self) -> None:
        """Close the read access, for the file may have been replaced; the next use opens it again."""
        self._reader.close()

    @contextmanager
    def _writing(self, purpose: str) -> Iterator[None]:
        """Hold the lock at least this long; the outermost use closes what was opened."""
        if self._lock.held:
            yield
            return
        self._lock.acquire(purpose)
        try:
            yield
        finally:
            self.let_go()

    def _parts(self, *, as_it_is: bool = False) -> Parts:
        from kb.indexing.catalog_writer import CatalogWriter
        from kb.indexing.sync import Parts

        if self._writer is None:
            has_catalog = (self.folder / CATALOG_FILE).exists()
            if not has_catalog:
                remove_catalog(self.folder)  # SQLite would take a log that is left for a new catalog's
            self._is_ours = not has_catalog or self._is_ours or self._seal.holds("catalog")
            if not self._is_ours and not as_it_is:
                self._begin_anew(not_ours(self.folder))
            self._writer = CatalogWriter(self.folder, self._seal.key)
        catalog = Catalog(self.folder, self._writer.connection)
        return Parts(self._writer, catalog, self._chroma, self._embedder, self._shared)

    def _begin_anew(self, reason: str) -> None:
        """Set the catalog aside and begin another, with those of its vectors that prove to be unharmed."""
        from kb.indexing.catalog_writer import CatalogWriter
        from kb.indexing.pending_work import mark_pending

        self._close_parts()
        self.forget_reader()
        aside = set_aside(self.folder)
        self._chroma.discard()
        self._is_ours = True
        self._writer = CatalogWriter(self.folder, self._seal.key)
        with self._writer.batch():
            self._writer.vectors.save_from(aside, self._embedder.name)
            mark_pending(self._writer)  # so that what was set aside is deleted in the end
        self._repaired = f"{reason} It was rebuilt from the notes."

    def _is_trusted(self) -> bool:
        """Whether what is there can be believed; while a process writes, it has looked before."""
        if not (self.folder / CATALOG_FILE).exists() and not self._seal.exists:
            return True  # and missing
        if self._lock.held or self._lock.owner():
            return True
        # Another process may have begun, or ended, between the two looks.
        return self._seal.holds("catalog") or bool(self._lock.owner()) or self._seal.holds("catalog")

    def _close_parts(self) -> None:
        self._chroma.close()
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
