"""What a plugin sees of a knowledge base: protocols, and nothing else of it.

They hold what the services of kb.knowledge_base say that the same names do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kb.answering.answer import Answer, Style
    from kb.answering.conversation import Turn
    from kb.answering.events import AnswerEvent
    from kb.answering.feedback import FeedbackLog
    from kb.answering.kept_conversations import ConversationLog
    from kb.capture import Capture
    from kb.indexing.connections import Connections, NoteGraph
    from kb.indexing.stored import Statistics, StoredLink, StoredNote, StoredPassage
    from kb.indexing.sync import Report, SyncReport
    from kb.linking.decisions import DecisionLog
    from kb.linking.related import Proposal, RelatedNote, Wanted
    from kb.linking.suggestions import LinkSuggestion
    from kb.machine_log import MachineLog
    from kb.models.language_model import Cancellation, LanguageModel
    from kb.notes.edit import Edit
    from kb.notes.edit_journal import EditJournal
    from kb.notes.note import Note
    from kb.notes.resolve import NoteNames
    from kb.reading.reading import Reading, Support
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.listing import ListedNote
    from kb.retrieval.selection import Selection
    from kb.settings import Settings


class Catalog(Protocol):
    """What is indexed. Paths are relative to the vault."""

    def notes(self) -> list[StoredNote]:
        """Every note."""

    def names(self) -> list[NoteNames]:
        """Titles and aliases of every note, and what links may name in it."""

    def passages_of(self, path: str) -> list[StoredPassage]:
        """The passages of a note, in their order."""

    def links_from(self, path: str) -> list[StoredLink]:
        """The links in a note."""

    def links_to(self, path: str) -> list[StoredLink]:
        """The links of other notes to a note."""

    def tags(self) -> list[tuple[str, str]]:
        """Every (path, tag)."""

    def statistics(self) -> Statistics:
        """How many of what is indexed."""


class Retriever(Protocol):
    """The search, for those who need more than `KnowledgeBase.search`."""

    def search(self, text: str, limit: int = 10, per_note: int | None = 3) -> list[SearchHit]:
        """The `limit` best passages for `text`, at most `per_note` of one note (None for any number)."""


class Links(Protocol):
    """The links between notes. Notes are named as in a link: by title, alias or path."""

    def of(self, note: str) -> Connections:
        """The links of the note called `note`, in both directions. Raises UsageError where none is called so."""

    def graph(self) -> NoteGraph:
        """All notes and the links between them."""

    def suggestions(
        self, note: str, min_confidence: float | None = None, text: str | None = None
    ) -> list[LinkSuggestion]:
        """The links that a note may want, in the order of its text; with `text`, not saved yet, `note` is its path."""

    def related(self, note: str, count: int = 5, text: str | None = None) -> list[RelatedNote]:
        """Notes that belong with one and that it neither links nor mentions; with `text`, `note` is its path."""

    def related_edits(self, path: str, text: str) -> list[Edit]:
        """What puts a section of related notes into the note at `path`, whose text is `text`; nothing without any."""

    def proposals(self, note: str) -> tuple[list[Proposal], list[Proposal]]:
        """Tags, and properties with a link, that notes like `note` have and it lacks."""

    def wanted(self) -> list[Wanted]:
        """Notes that are linked to and not written yet, the most wanted first."""

    def apply(
        self,
        what: str,
        suggestions: Sequence[LinkSuggestion],
        *,
        settled_for: float = 0.0,
        related_for: str = "",
    ) -> tuple[list[str], list[str]]:
        """Make links of `suggestions`, as one step that can be undone and is called `what`."""

    @property
    def decisions(self) -> DecisionLog:
        """What was said to suggestions; `add` to it what is said now."""


class ReadsPassages(Protocol):
    """The trained reader."""

    def problem(self) -> str:
        """Why it cannot be used, as one sentence; empty when it can."""


class Models(Protocol):
    """The models of a knowledge base, each loaded when it is first asked."""

    @property
    def language(self) -> LanguageModel:
        """The language model in force."""

    @property
    def reader(self) -> ReadsPassages:
        """What `read` and `supports` ask."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A unit vector for each text, shape (n, dimension), to compare them with each other."""

    def alike(self, one: str, other: str) -> float:
        """The cosine of two texts, in any two languages."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Where each of `passages` holds the answer to `question`, and how likely. Raises ModelError without a reader."""

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[Support]:
        """For each (statement, premise): whether the premise entails or contradicts it. Raises ModelError without a reader."""


class Logs(Protocol):
    """Plain text that belongs to the vault and is no note, in `.kb` of it."""

    @property
    def folder(self) -> Path:
        """`.kb` in the vault."""

    def of(self, name: str) -> MachineLog:
        """The log `.kb/NAME`, a file for each machine."""

    @property
    def feedback(self) -> FeedbackLog:
        """What was said of answers."""

    @property
    def conversations(self) -> ConversationLog:
        """What was asked and answered in conversations."""


class Files(Protocol):
    """The files of the vault, by their path in it."""

    def create_note(self, name: str, text: str) -> Path:
        """Write a new note; raises NoteExists rather than touch one that is there."""

    def on_disk(self, path: str) -> str:
        """The path of a note as the disk spells it, whatever its bytes."""

    def attachments(self) -> list[str]:
        """Paths of the files that are no notes, such as pictures."""

    def attachment(self, path: str, most: int) -> bytes:
        """The bytes of such a file, at most `most`. Raises NoteUnreadable for one outside the vault, OSError as reading does."""


class Upkeep(Protocol):
    """In what state the index is."""

    def last_sync(self) -> str | None:
        """When the index was last brought in step: ISO 8601, in UTC."""

    def writer(self) -> str:
        """Which other process is writing the index, as a phrase; empty for none."""

    def notes_behind(self) -> int:
        """How many notes differ from what is indexed, by the look of their files."""


class KnowledgeBase(Protocol):
    """A vault, its index, and what answers from them. To be used from one thread at a time."""

    @property
    def settings(self) -> Settings:
        """Those in force."""

    @property
    def notice(self) -> Callable[[str], None]:
        """Tell a person what he should know and did not ask for."""

    @property
    def catalog(self) -> Catalog:
        """Read access to what is indexed. Raises IndexMissing before the first `index`."""

    @property
    def retriever(self) -> Retriever:
        """What finds passages."""

    @property
    def links(self) -> Links:
        """Which notes are linked, and which may want to be."""

    @property
    def models(self) -> Models:
        """The language model, the trained reader and what embeds."""

    @property
    def logs(self) -> Logs:
        """What is written down beside the notes."""

    @property
    def files(self) -> Files:
        """The files of the vault."""

    @property
    def upkeep(self) -> Upkeep:
        """In what state the index is."""

    @property
    def capture(self) -> Capture:
        """What writes new notes, the note of a day, and thoughts put down in a hurry."""

    @property
    def edits(self) -> EditJournal:
        """What kb changes in notes, step by step, each to be undone."""

    def index(self, report: Report | None = None, **options: Any) -> SyncReport:
        """Bring the index in step with the notes."""

    def search(self, query: str, limit: int = 10) -> list[SearchHit]:
        """The passages that match `query` best; operators in it have power."""

    def ask(
        self,
        question: str,
        cancellation: Cancellation | None = None,
        *,
        style: Style | None = None,
        history: Sequence[Turn] = (),
    ) -> Iterator[AnswerEvent]:
        """How `question` is answered, event by event; the last one holds the Answer."""

    def answer(
        self, question: str, *, style: Style | None = None, cancellation: Cancellation | None = None
    ) -> Answer:
        """How `question` is answered, when all of it is checked."""

    def select(self, target: str) -> Selection:
        """The notes that `target` names: a note, folder/, #tag, period or search words; nothing for all."""

    def list_notes(self, wanted: str = "") -> list[ListedNote]:
        """Every note that `wanted` names: a note, folder/, #tag, period, words, or operators such as `tag:tea`."""

    def note(self, path: str) -> Note:
        """The note at vault-relative `path`, as it stands on disk now."""

    def close(self) -> None:
        """Let go of files and memory."""
