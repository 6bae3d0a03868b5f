"""Renames in a vault that is held in memory, and what must hold after each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from kb.indexing.catalog import StoredLink
from kb.linking.renaming.relinking import RenameContext
from kb.notes.edit import Edit, apply_edits
from kb.notes.edit_journal import EditJournal
from kb.notes.link_names import linked_names
from kb.notes.note import Link, Note
from kb.notes.parse import parse_note
from kb.notes.relink import Relinker
from kb.notes.renames import Renames
from kb.notes.resolve import LinkResolver, NoteNames, names_of
from kb.notes.vault import Vault

Texts = dict[str, str]
Own = dict[str, tuple[Edit, ...]]


def names(notes: Texts) -> list[NoteNames]:
    return [names_of(parse_note(path, text)) for path, text in notes.items()]


def moved_names(notes: Texts, renames: Renames, own: Own) -> list[NoteNames]:
    return [
        names_of(parse_note(renames.path(path), apply_edits(text, own.get(path, ()))))
        for path, text in notes.items()
    ]


def rename(
    notes: Texts, renames: Renames, files: tuple[str, ...] = (), own: Own | None = None
) -> tuple[Texts, list[str]]:
    """The notes afterwards, by their new paths, and `path:line` of what is left to do by hand."""
    own = own or {}
    anchored = {path for path, _ in (*renames.headings, *renames.aliases)}
    after_files = [renames.path(file) for file in files]
    before = LinkResolver(names(notes), files)
    relinker = Relinker(before, LinkResolver(moved_names(notes, renames, own), after_files), renames)
    after: Texts = {}
    left: list[str] = []
    for path, text in notes.items():
        note = parse_note(path, text)
        concerned = path in {*renames.paths, *own} or any(
            relinker.concerns(path, link) or before.resolve(link, path).path in anchored
            for link in (*note.links, *note.definitions)
        )
        if not concerned:
            after[path] = text
            continue
        changes = relinker.changes(note, own.get(path, ()))
        left += [f"{path}:{line}" for line in changes.left]
        after[renames.path(path)] = apply_edits(text, (*own.get(path, ()), *changes.edits))
    return after, left


def lost(
    notes: Texts, after: Texts, renames: Renames, left: list[str], files: tuple[str, ...] = ()
) -> list[str]:
    """Links that led somewhere and no longer lead there, told without the code that changed them."""
    was = LinkResolver(names(notes), files)
    now = LinkResolver(names(after), [renames.path(file) for file in files])
    found = []
    for path, text in notes.items():
        old, new = parse_note(path, text), parse_note(renames.path(path), after[renames.path(path)])
        if not _shaped_alike(old, new):
            found.append(f"{path}: its links are no longer the same")
            continue
        for one, other in zip(old.links, new.links, strict=True):
            meant, means = was.resolve(one, path), now.resolve(other, renames.path(path))
            if f"{path}:{one.line}" in left or meant.path is None:
                continue
            if means.path != renames.path(meant.path) or (meant.status == "resolved" != means.status):
                found.append(f"{path}:{one.line} {_written(old, one)} -> {_written(new, other)}")
    return found


def _shaped_alike(old: Note, new: Note) -> bool:
    """The same links in the same places, with the same labels; all else of the note as it was."""
    if [_shape(link) for link in old.links] != [_shape(link) for link in new.links]:
        return False
    return (old.aliases, _tags(old), list(old.properties)) == (new.aliases, _tags(new), list(new.properties))


def _tags(note: Note) -> list[str]:
    return [tag.name for tag in note.tags if not tag.span or note.text[tag.span.start + 1] != "["]


def _shape(link: Link) -> Link:
    return replace(
        link,
        target="",
        span=link.span.__class__(0, 0),
        written=None,
        definition=None,
        label=link.label and "x",
    )


def _written(note: Note, link: Link) -> str:
    return note.text[link.span.start : link.span.end]


class ReadCatalog:
    """What a rename asks of the catalog, read from the notes as they are; no index is made."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.read: dict[str, Note] = {}
        for file in vault.scan():
            self.read[file.path] = parse_note(file.path, vault.read(file.path).text)
        self._links: list[StoredLink] = []

    def names(self) -> list[NoteNames]:
        return [names_of(note) for note in self.read.values()]

    def notes(self) -> list[Note]:
        return list(self.read.values())

    def linking(self, names: Collection[str]) -> list[str]:
        return [path for path, note in self.read.items() if linked_names(note) & set(names)]

    def tags(self) -> list[tuple[str, str]]:
        return [(path, tag.name) for path, note in self.read.items() for tag in note.tags]

    def links_to(self, path: str) -> list[StoredLink]:
        return [one for one in self.links() if one.resolved == path != one.source]

    def links(self) -> list[StoredLink]:
        resolver = LinkResolver(self.names(), self.vault.attachments())
        for note in self.read.values() if not self._links else ():
            for link in note.links:
                found = resolver.resolve(link, note.path)
                self._links.append(
                    StoredLink(
                        note.path,
                        link.kind,
                        link.target,
                        link.label,
                        link.relation,
                        link.line,
                        found.status,
                        found.path,
                    )
                )
        return self._links


def context_of(vault: Path, state: Path, *, dry_run: bool = False) -> RenameContext:
    """How notes of a folder are renamed."""
    notes = Vault(vault)
    return RenameContext(ReadCatalog(notes), notes, EditJournal(notes, state), dry_run)  # type: ignore[arg-type]


def all_bytes(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}
