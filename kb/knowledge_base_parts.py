"""The parts that a knowledge base is made of, each made from the settings when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from kb.settings import RetrievalSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from kb.answering.answerer import Answerer
    from kb.answering.feedback import FeedbackLog
    from kb.answering.kept_conversations import ConversationLog
    from kb.capture import Capture
    from kb.importing.moving import Moving
    from kb.indexing.catalog import Catalog
    from kb.indexing.embedder import Embedder
    from kb.indexing.index import Index
    from kb.linking.advisor import LinkAdvisor
    from kb.linking.decisions import DecisionLog
    from kb.machine_log import MachineLog
    from kb.models.language_model import LanguageModel
    from kb.notes.edit_journal import EditJournal
    from kb.notes.extract import Extract
    from kb.notes.vault import Vault
    from kb.reading.reader import Reader
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
        self._advisor: tuple[object, LinkAdvisor] | None = None  # as of that version of the index

    @cached_property
    def edits(self) -> EditJournal:
        """What kb changed in notes, step by step."""
        from kb.notes.edit_journal import EditJournal

        return EditJournal(self._vault, self.settings.state)

    @property
    def link_advisor(self) -> LinkAdvisor:
        """What suggests links, learned anew when the index has changed."""
        from kb.indexing.catalog import VECTORS_VERSION
        from kb.linking.advisor import LinkAdvisor

        version = (self.last_sync(), self.catalog.meta(VECTORS_VERSION))
        if self._advisor is None or self._advisor[0] != version:
            advisor = LinkAdvisor(self.catalog, self._vault, self.embedder, self.link_decisions)
            self._advisor = (version, advisor)
        return self._advisor[1]

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
    def link_decisions(self) -> DecisionLog:
        """What was said to suggestions; `add` to it what is said now."""
        from kb.linking.decisions import DecisionLog

        return DecisionLog(self.log("links"))

    @cached_property
    def feedback(self) -> FeedbackLog:
        """What was said of answers; `add` to it what is said now."""
        from kb.answering.feedback import FeedbackLog

        return FeedbackLog(self.log("feedback"))

    @cached_property
    def conversations(self) -> ConversationLog:
        """What was asked and answered in conversations."""
        from kb.answering.kept_conversations import ConversationLog

        return ConversationLog(self.log("conversations"))

    def log(self, name: str) -> MachineLog:
        """A log that belongs to the vault: `.kb/NAME` in it, a file for each machine."""
        from kb.machine_log import MachineLog
        from kb.machine_name import machine_name

        name = f"{self.study_folder.name}/{name}"
        own = self.settings.leaves_out(name)
        return MachineLog(self.settings.vault, name, lambda: machine_name(self.settings.state), only_own=own)

    @property
    def study_folder(self) -> Path:
        """Where plugins keep plain text that belongs to the vault and is no note: `.kb` in it."""
        return self.settings.vault / ".kb"

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

    def attachments(self) -> list[str]:
        """Vault-relative paths of the files that are no notes, such as pictures."""
        return self._vault.attachments()

    def attachment(self, path: str, most: int) -> bytes:
        """The bytes of such a file, at most `most`. Raises NoteUnreadable for one outside the vault, OSError as reading does."""
        from kb.files.small import read_small

        return read_small(self._vault.locate(path), most)

    def close(self) -> None:
        """Let go of files and memory."""
        for name in ("_answerer", "model", "_index", "sources"):
            part = self.__dict__.pop(name, None)
            if part is not None:
                part.close()

    def _forget_readers(self) -> None:
        """The catalog is another file now."""
        self._advisor = None
        self._index.forget_reader()
        self.__dict__.pop("retriever", None)

    def notes_behind(self) -> int:
        """How many notes differ from what is indexed, by the look of their files."""
        from kb.indexing.staleness import count_stale_notes

        return count_stale_notes(self.catalog, self._vault)

    @property
    def embedder(self) -> Embedder:
        """What turns texts into vectors as the index has them."""
        return self._index.embedder

    @cached_property
    def comparer(self) -> Embedder:
        """What compares texts in any languages: the multilingual model, whatever the notes are embedded with."""
        from kb.indexing.embedder import Embedder

        own = self.embedder
        return own if own.is_multilingual else Embedder("multilingual-e5-small")

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
        return Retriever(catalog, self._index, self.embedder, settings, CatalogQueries(catalog), reranker)

    @cached_property
    def model(self) -> LanguageModel:
        """The language model in force; loaded when it is first asked."""
        from kb.models.open import open_model
        from kb.models.remote_notice import remote_data_notice

        if self.settings.models.plugin and self._extensions:
            return self._extensions().open_model(self.settings)
        model = open_model(self.settings.models, self.settings.state)
        if sentence := remote_data_notice(model, self.settings.state):
            self.notice(sentence)
        return model

    @cached_property
    def reader(self) -> Reader:
        """What finds the answer to a question in passages; loaded when it is first asked."""
        from kb.reading.reader import Reader
        from kb.settings import cache_folder

        return Reader(cache_folder())

    @cached_property
    def _answerer(self) -> Answerer:
        from kb.answering.answerer import Answerer

        return Answerer(self)

    def last_sync(self) -> str | None:
        """When the index was last brought in step: ISO 8601, in UTC."""
        return self._index.last_sync()

    def writer(self) -> str:
        """Which other process is writing the index, as a phrase; empty for none."""
        return self._index.writer()
