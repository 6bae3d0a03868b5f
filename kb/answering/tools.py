"""What an agent works with, and what it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kb.answering.answer import Style
from kb.answering.conversation import Turn
from kb.answering.evidence.sentences import Encoder
from kb.answering.verifier.verifier import Verifier
from kb.indexing.catalog import Catalog
from kb.models.language_model import Cancellation, LanguageModel
from kb.reading.reader import Reader
from kb.retrieval.retriever import Retriever
from kb.settings import AnswerSettings, ModelSettings


@dataclass(frozen=True, slots=True)
class IndexLag:
    """How far the index is behind the notes."""

    pending: int  # passages without an embedding
    changed: int  # notes that differ from what is indexed


@dataclass(frozen=True, slots=True)
class Tools:
    """What an agent works with."""

    retriever: Retriever
    catalog: Catalog
    encoder: Encoder
    model: LanguageModel
    verifier: Verifier | None
    reader: Reader | None  # None where it is missing or damaged
    settings: AnswerSettings
    generation: ModelSettings
    prose: bool  # whether the language model may phrase what the reader found
    today: date
    index_lag: Callable[[], IndexLag]  # asked only when no answer is found
    notice: Callable[[str], None]  # told what a person should know and did not ask for


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked, and how it is to be answered."""

    text: str
    style: Style = "full"
    history: tuple[Turn, ...] = ()
    cancellation: Cancellation | None = None
