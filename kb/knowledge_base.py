"""The one way in: settings become parts, each when it is first used. No logic of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.settings import Settings

if TYPE_CHECKING:
    from kb.answering.answerer import Answerer
    from kb.answering.events import AnswerEvent
    from kb.indexing.catalog import Catalog
    from kb.indexing.connections import Connections, NoteGraph
    from kb.indexing.diagnosis import Finding
    from kb.indexing.embedder import Embedder
    from kb.indexing.index import Index
    from kb.indexing.sync import Report, SyncReport
    from kb.indexing.verification import Difference
    from kb.indexing.watch import Watcher, WatchEvent
    from kb.models.language_model import Cancellation, LanguageModel
    from kb.models.llama_index_llm import KnowledgeBaseLLM
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.retriever import Retriever


class KnowledgeBase:
    """A vault, its index, and what answers from them. Close it when done."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def index(self, report: Report | None = None, *, accept_removals: bool = False) -> SyncReport:
        """Bring the index in step with the notes."""
        from kb.indexing.sync import SyncOptions
        from kb.notes.vault import Vault

        options = SyncOptions(accept_removals=accept_removals)
        done = self._index.sync(Vault(self.settings.vault), report or (lambda _: None), options)
        if done.repaired:
            self._forget_readers()
        return done

    def watch(self, tell: Callable[[WatchEvent], None], report: Report | None = None) -> Watcher:
        """What keeps the index in step while it runs, in this thread or another; see kb.indexing.watch."""
        from kb.indexing.watch import Synced, Watcher

        def heard(event: WatchEvent) -> None:
            if isinstance(event, Synced) and event.report.repaired:
                self._forget_readers()
            tell(event)

        return Watcher(self._index, self.settings.vault, heard, report)

    def rebuild(self, report: Report | None = None) -> SyncReport:
        """Throw the index away and make it anew from the notes."""
        from kb.notes.vault import Vault

        done = self._index.rebuild(Vault(self.settings.vault), report or (lambda _: None))
        self._forget_readers()
        return done

    def purge(self) -> int:
        """Drop all that the index keeps of deleted passages; returns the bytes won."""
        return self._index.purge()

    def verify(self) -> list[Difference]:
        """Where the index differs from the notes; empty when it holds just what a new one would."""
        from kb.notes.vault import Vault

        return self._index.verify(Vault(self.settings.vault))

    def search(self, query: str, limit: int = 10) -> list[SearchHit]:
        """The passages that match `query` best; operators in it have power, see kb.retrieval.query."""
        return self.retriever.search(query, limit, operators=True)

    def rank_notes(self, question: str, legs: Sequence[str], depth: int) -> list[str]:
        """Paths of the notes with the `depth` best passages for `question`, for measuring each way of searching."""
        hits = self.retriever.search(question, depth, legs=legs)
        return list(dict.fromkeys(hit.passage.note_path for hit in hits))

    def ask(self, question: str, cancellation: Cancellation | None = None) -> Iterator[AnswerEvent]:
        """How `question` is answered, event by event; the last one holds the Answer."""
        return self._answerer.ask(question, cancellation)

    def links(self, note: str) -> Connections:
        """The links of the note called `note`, in both directions."""
        from kb.indexing.connections import connections

        return connections(self._index.catalog, note)

    def graph(self) -> NoteGraph:
        """All notes and the links between them."""
        from kb.indexing.connections import graph

        return graph(self._index.catalog)

    def diagnose(self) -> list[Finding]:
        """What in the vault may want mending."""
        from kb.indexing.diagnosis import diagnose
        from kb.notes.vault import Vault

        return diagnose(self._index.catalog, Vault(self.settings.vault))

    @property
    def catalog(self) -> Catalog:
        """Read access to all that is indexed. Raises IndexMissing before the first `index`."""
        return self._index.catalog

    def as_llm(self) -> KnowledgeBaseLLM:
        """The language model for any llama-index program."""
        from kb.models.llama_index_llm import KnowledgeBaseLLM

        return KnowledgeBaseLLM(self.model)

    def status(self) -> dict[str, Any]:
        """What is indexed, in the documented form of `kb status --json`."""
        counts = self._index.statistics()
        return {
            "notes": counts.notes,
            "passages": counts.passages,
            "links": counts.links,
            "links_resolved": counts.links_resolved,
            "pending": counts.pending,
            "embedding_model": self.embedder.name,
            "index_bytes": self._index.size_in_bytes(),
        }

    def last_sync(self) -> str | None:
        """When the index was last brought in step: ISO 8601, in UTC."""
        return self._index.last_sync()

    def writer(self) -> str:
        """Which other process is writing the index, as a phrase; empty for none."""
        return self._index.writer()

    def close(self) -> None:
        """Let go of files and memory."""
        for name in ("model", "_index"):
            part = self.__dict__.pop(name, None)
            if part is not None:
                part.close()

    def _forget_readers(self) -> None:
        """The catalog is another file now."""
        self._index.forget_reader()
        for name in ("retriever", "_answerer"):
            self.__dict__.pop(name, None)

    @cached_property
    def embedder(self) -> Embedder:
        """What turns texts into vectors."""
        from kb.indexing.embedder import Embedder

        return Embedder(self.settings.embedding.model)

    @cached_property
    def _index(self) -> Index:
        from kb.indexing.index import Index

        return Index(self.settings.index, self.embedder)

    @cached_property
    def retriever(self) -> Retriever:
        """What finds passages, for those who need more than `search`."""
        from kb.indexing.lookup import Lookup
        from kb.retrieval.retriever import Retriever

        catalog = self._index.catalog
        return Retriever(catalog, self._index, self.embedder, self.settings.retrieval, Lookup(catalog))

    @cached_property
    def model(self) -> LanguageModel:
        """The language model in force; loaded when it is first asked."""
        from kb.models.open import open_model

        return open_model(self.settings.models, self.settings.state)

    @cached_property
    def _answerer(self) -> Answerer:
        from kb.answering.answerer import Answerer

        return Answerer(
            self.retriever, self.embedder, self.model, self.settings.answers, self.settings.models
        )
