"""A few notes, and which of them a query finds by its words alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from tests.support import write_notes


@contextmanager
def indexed(folder: Path, notes: Mapping[str, str]) -> Iterator[KnowledgeBase]:
    """A knowledge base over `notes`, texts by name."""
    write_notes(folder / "vault", {f"{name}.md": text for name, text in notes.items()})
    with closing(KnowledgeBase(Settings(folder / "vault", folder / "index"))) as opened:
        opened.index()
        yield opened


def found(base: KnowledgeBase, query: str) -> list[str]:
    """The names of the notes that `query` finds, the best first."""
    hits = base.retriever.search(query, operators=True, retrievers=("lexical",))
    return [hit.passage.note_path.removesuffix(".md") for hit in hits]
