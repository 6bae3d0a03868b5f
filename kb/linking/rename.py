"""Gives a note another path, and changes the links to it and in it so that each means what it meant."""

from __future__ import annotations

from dataclasses import dataclass

from kb.errors import NoteExists
from kb.indexing.catalog import Catalog, StoredLink
from kb.notes.create import path_of_new_note
from kb.notes.edit import apply_edits, check_writable, new_bytes
from kb.notes.edit_journal import EditJournal
from kb.notes.move import LinkChanges, Move, affected
from kb.notes.note import Link, Span
from kb.notes.parse import parse_note, stem
from kb.notes.resolve import names_of
from kb.notes.vault import RawNote, Vault


@dataclass(frozen=True, slots=True)
class Changed:
    """One note that a rename changes."""

    path: str
    before: str  # its text
    after: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """What a rename does, or would do."""

    old: str
    new: str
    notes: tuple[Changed, ...]
    left: tuple[str, ...]  # path:line of links that have to be changed by hand


def rename(
    catalog: Catalog, vault: Vault, journal: EditJournal, old: str, name: str, *, dry_run: bool = False
) -> Renamed:
    """Move the note at `old` to `name`: a path, or a folder that ends with a slash; the index must be in step.

    Everything is read and checked before the first note is changed; what is done is one step that can be undone.
    Raises NoteExists, NoteUnwritable, NoteChanged.
    """
    new = path_of_new_note(f"{name.strip()}{stem(old)}" if name.strip().endswith("/") else name)
    if new == old or (new.casefold() != old.casefold() and (vault.root / new).exists()):
        raise NoteExists(f"{new} exists already, so {old} stays where it is. Choose another name.")
    moved = names_of(parse_note(new, vault.read(old).text))
    move = Move(catalog.names(), moved, old, vault.attachments())
    links: dict[str, list[Link]] = {}
    for link in catalog.links():
        links.setdefault(link.source, []).append(_as_link(link))
    work: list[tuple[RawNote, LinkChanges]] = []
    left: list[str] = []
    for path in affected(move, links):
        raw = vault.read(path)
        changes = move.changes(parse_note(path, raw.text))
        left += [f"{path}:{line}" for line in changes.left]
        if changes.edits:
            check_writable(vault, path)
            new_bytes(raw, changes.edits)
            work.append((raw, changes))
    notes = tuple(Changed(raw.path, raw.text, apply_edits(raw.text, changes.edits)) for raw, changes in work)
    if not dry_run:
        with journal.step(f"{old} renamed to {new}") as step:
            for raw, changes in work:
                step.edit(raw, changes.edits)
            step.move(old, new)
    return Renamed(old, new, notes, tuple(left))


def _as_link(link: StoredLink) -> Link:
    return Link(link.kind, link.target, Span(0, 0), link.line, link.label)  # type: ignore[arg-type]
