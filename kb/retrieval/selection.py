"""From what a person names to the notes that are meant: a note, a folder/, a #tag, a period, or search words."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from kb.errors import NothingToStudy, UsageError
from kb.indexing.stored import StoredNote, StoredPassage
from kb.notes.note import Link, Span
from kb.notes.places import read_anchor, where
from kb.notes.resolve import LinkResolver, NoteNames
from kb.notes.suffixes import answers_to_title
from kb.retrieval.filters import NoteFacts
from kb.retrieval.hit import SearchHit
from kb.text.periods import period_of

SelectionKind = Literal["all", "note", "folder", "tag", "period", "search"]
_SEARCHED = 24  # passages that search words select
_WEAKEST = 0.5  # share of the best hit's score that a passage must reach to be meant


@dataclass(frozen=True, slots=True)
class Selection:
    """The notes that were named."""

    kind: SelectionKind
    label: str  # as a heading would say it
    paths: tuple[str, ...]  # of the notes; best first for a search, else by path
    passages: tuple[StoredPassage, ...] = ()  # of a search: what in the notes is meant; empty for all of them


class NoteStore(Protocol):
    """What selecting needs of the catalog."""

    def notes(self) -> list[StoredNote]: ...
    def names(self) -> list[NoteNames]: ...
    def passages_of(self, path: str) -> list[StoredPassage]: ...


class Searching(Protocol):
    """What selecting needs of the retriever."""

    def search(
        self, text: str, limit: int = 10, per_note: int | None = 3, *, operators: bool = False
    ) -> list[SearchHit]: ...


def select(
    target: str, store: NoteStore, facts: NoteFacts, retriever: Searching, today: date | None = None
) -> Selection:
    """What `target` names; nothing named means every note.

    A note's name wins over a period, a period over search words. Raises NothingToStudy when no note is meant.
    """
    words = target.strip()
    notes = store.notes()
    if not words:
        # A paper or a book is studied when it is named.
        own = [note.path for note in notes if answers_to_title(note.path)]
        return _some("all", "All notes", own, "The vault has no notes.")
    if words.startswith("#"):
        wanted = words[1:].strip("/").casefold()
        tagged = {path for path, tag in facts.tags() if f"{tag.casefold()}/".startswith(f"{wanted}/")}
        return _some("tag", f"#{wanted}", sorted(tagged), f"No note has the tag {words}.")
    if words.endswith("/"):
        inside = [note.path for note in notes if note.path.casefold().startswith(words.casefold())]
        return _some("folder", words, inside, f"No note is in the folder {words}")
    if path := _named(store.names(), words):
        title = next(note.title for note in notes if note.path == path)
        return Selection("note", title, (path,))
    if found := _pages(store, notes, words):
        return found
    with contextlib.suppress(UsageError):
        first, last = period_of(words, today or date.today())
        dated = [
            note.path
            for note in notes
            if any(first <= day <= last for day in note.stated_days or (note.file_day,))
        ]
        return _some("period", words, dated, f"No note is from {words}.")
    hits = retriever.search(words, _SEARCHED, per_note=None, operators=True)
    best = hits[0].score if hits else 0.0
    passages = tuple(hit.passage for hit in hits if hit.score >= _WEAKEST * best)
    paths = tuple(dict.fromkeys(passage.note_path for passage in passages))
    if not paths:
        raise NothingToStudy(f"Nothing found for {words!r}. Name a note, #tag, folder/ or other words.")
    return Selection("search", words, paths, passages)


def _pages(store: NoteStore, notes: Sequence[StoredNote], words: str) -> Selection | None:
    """The pages that `x.pdf#page=12-20` names, or other places of a file. Raises NothingToStudy where it has none of them."""
    name, _, anchor = words.strip("[]").partition("#")
    wanted = read_anchor(anchor)
    path = _named(store.names(), name) if wanted and name else None
    if wanted is None or path is None:
        return None
    kind, first, last = wanted
    passages = []
    for passage in store.passages_of(path):
        at = read_anchor(passage.place)
        if at is not None and at[0] == kind and first <= at[1] <= last:
            passages.append(passage)
    if not passages:
        raise NothingToStudy(f"{path} has no text at {anchor}. Name other pages of it.")
    title = next(note.title for note in notes if note.path == path)
    places = [where("", 1, f"{kind}={first}").removeprefix(", "), *([str(last)] if last > first else [])]
    return Selection("note", f"{title}, {'–'.join(places)}", (path,), tuple(passages))


def _some(kind: SelectionKind, label: str, paths: Sequence[str], otherwise: str) -> Selection:
    if not paths:
        raise NothingToStudy(f"{otherwise.rstrip('.')}. Name another, or see what there is with: kb search")
    return Selection(kind, label, tuple(paths))


def _named(names: Sequence[NoteNames], words: str) -> str | None:
    resolver = LinkResolver(names)
    found = resolver.resolve(Link("wiki", words.strip("[]"), Span(0, len(words)), 1), "")
    if found.status == "ambiguous":
        raise UsageError(f"{words!r} may be {' or '.join(found.candidates[:5])}. Name the note by its path.")
    return found.path
