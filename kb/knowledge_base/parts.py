"""The parts that a knowledge base is made of, each made from the settings when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from kb.settings import RetrievalSettings, Settings

if TYPE_CHECKING:
    from kb.answering.answerer import Answerer
    from kb.capture import Capture
    from kb.importing.moving import Moving
    from kb.indexing.catalog import Catalog
    from kb.indexing.index import Index
    from kb.knowledge_base.files import Files
    from kb.knowledge_base.links import Links
    from kb.knowledge_base.logs import Logs
    from kb.knowledge_base.models import Models
    from kb.knowledge_base.upkeep import Upkeep
    from kb.models.language_model import LanguageModel
    from kb.notes.edit_journal import EditJournal
    from kb.notes.extract import Extract
    from kb.notes.vault import Vault
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.retriever import Retriever
    from kb.sources.file_sources import FileSources
    from kb.sources.source import Source


class Extensions(Protocol):
    """What plugins add to a knowledge base; see kb.plugin_host."""

    def notify(self, hook: str, **values: Any) -> None:
        """Tell every plugin of an event."""

    def rerank(self, base: Any, query: str, hits: Sequence[SearchHit]) -> list[SearchHit]:
        """`hits` as the searcher of the settings wants them."""

    def open_model(self, settings: Settings) -> LanguageModel:
        """The model of the kind that the settings name."""

    @property
    def sources(self) -> Mapping[str, Source]:
        """What plugins read besides the formats of kb, by name."""


class Parts:
    """Opens index, notes, models and what is built on them, and closes them."""

    def __init__(
        self,
        settings: Settings,
        extensions: Callable[[], Extensions] | None = None,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.settings = settings
        self._extensions = extensions
        self.notice = notice

    @cached_property
    def edits(self) -> EditJournal:
        """What kb changed in notes, step by step."""
        from kb.notes.edit_journal import EditJournal

        return EditJournal(self._vault, self.settings.state)

    @cached_property
    def links(self) -> Links:
        """Which notes are linked, and which may want to be."""
        from kb.knowledge_base.links import Links

        return Links(self, self._vault)

    @cached_property
    def models(self) -> Models:
        """The language model, the trained reader and what embeds."""
        from kb.knowledge_base.models import Models

        return Models(self._open_model, lambda: self._index.embedder)

    @cached_property
    def logs(self) -> Logs:
        """What is written down beside the notes: conversations, feedback, and what plugins keep."""
        from kb.knowledge_base.logs import Logs

        return Logs(self.settings)

    @property
    def files(self) -> Files:
        """The files of the vault, notes and others."""
        from kb.knowledge_base.files import Files

        return Files(self._vault)

    @property
    def upkeep(self) -> Upkeep:
        """In what state the index is, and what keeps it small and whole."""
        from kb.knowledge_base.upkeep import Upkeep

        return Upkeep(self._index, self._vault, lambda: self.catalog)

    @property
    def capture(self) -> Capture:
        """What writes new notes, the note of a day, and thoughts put down in a hurry."""
        from kb.capture import Capture

        return Capture(self._vault, self.edits, self.settings.notes)

    @property
    def moving(self) -> Moving:
        """What imports the notes of other programs."""
        from kb.importing.moving import Moving

        return Moving(self._vault, self.edits, self.settings.notes)

    @cached_property
    def _vault(self) -> Vault:
        from kb.notes.vault import Vault

        return Vault(self.settings.vault, self.sources)

    @cached_property
    def sources(self) -> FileSources:
        """What reads the files that are no Markdown."""
        from kb.sources.file_sources import FileSources, chosen_sources, is_bundled, options_of

        names = self.settings.sources
        also = (
            () if all(map(is_bundled, names)) or not self._extensions else self._extensions().sources.values()
        )
        chosen = chosen_sources(names, also, lenient=self._extensions is None)
        return FileSources(chosen, options_of(self.settings), self._known_extract)

    def _known_extract(self, fingerprint: str, stamp: str) -> Extract | None:
        """What the index, where it is open, holds of a file that was read before."""
        from kb.errors import KbError
        from kb.indexing.file_table import known_extract
        from kb.sources.form import unpack

        index: Index | None = self.__dict__.get("_index")
        with suppress(KbError):
            content = known_extract(index.catalog, fingerprint, stamp) if index is not None else None
            return unpack(content) if content is not None else None
        return None

    @property
    def catalog(self) -> Catalog:
        """Read access to all that is indexed. Raises IndexMissing before the first `index`."""
        return self._index.catalog

    def close(self) -> None:
        """Let go of files and memory."""
        for name in ("_answerer", "models", "_index", "sources"):
            part = self.__dict__.pop(name, None)
            if part is not None:
                part.close()

    def _forget_readers(self) -> None:
        """The catalog is another file now."""
        self.links.forget()
        self._index.forget_reader()
        self.__dict__.pop("retriever", None)

    def look_again(self, *, index: bool) -> None:
        """Forget what was seen of the notes and, with `index`, what was read of the index; models stay loaded."""
        for name in ("_vault", "edits", "links", "files", "upkeep", "capture", "moving"):
            self.__dict__.pop(name, None)
        if index and "_index" in self.__dict__:
            self._forget_readers()

    @cached_property
    def _index(self) -> Index:
        from kb.indexing.model_choice import open_index
        from kb.indexing.shared.opening import shared_vectors

        shared = shared_vectors(self.settings, self.notice)
        return open_index(self.settings, self._vault, self.notice, shared=shared)

    @cached_property
    def retriever(self) -> Retriever:
        """What finds passages, for those who need more than `search`."""
        return self.retriever_with(self.settings.retrieval)

    def retriever_with(self, settings: RetrievalSettings) -> Retriever:
        """One that searches in another way, for measuring."""
        from kb.indexing.catalog_queries import CatalogQueries
        from kb.retrieval.reranker import Reranker
        from kb.retrieval.retriever import Retriever

        catalog = self._index.catalog
        reranker = Reranker(settings.reranker) if settings.reranker else None
        return Retriever(
            catalog, self._index, self._index.embedder, settings, CatalogQueries(catalog), reranker
        )

    def _open_model(self) -> LanguageModel:
        from kb.models.open import open_model
        from kb.models.remote_notice import remote_data_notice

        if self.settings.models.plugin and self._extensions:
            return self._extensions().open_model(self.settings)
        model = open_model(self.settings.models, self.settings.state)
        if sentence := remote_data_notice(model, self.settings.state):
            self.notice(sentence)
        return model

    @cached_property
    def _answerer(self) -> Answerer:
        from kb.answering.answerer import Answerer

        return Answerer(self)
