"""Carries out renames: reads every file that refers to what is renamed, proves the changes, and writes them as one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kb.errors import NoteUnreadable
from kb.indexing.catalog import Catalog
from kb.indexing.stored import StoredLink
from kb.linking.canvas import canvas_changes
from kb.notes.edit import Edit, apply_edits, check_writable, new_bytes
from kb.notes.edit_journal import EditJournal
from kb.notes.note import Link, Span
from kb.notes.parse import parse_note, stem
from kb.notes.relink import Relinker, Renames
from kb.notes.resolve import LinkResolver, NoteNames
from kb.notes.vault import RawNote, Vault

_CANVAS = ".canvas"
# Files that name notes and that kb does not change.
_BY_HAND = (".base",)
_BOOKMARKS = ".obsidian/bookmarks.json"


@dataclass(frozen=True, slots=True)
class Changed:
    """One file that a rename changes."""

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
    moved: tuple[tuple[str, str], ...] = ()  # (old path, new path) of each note


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen, besides the changes of links that follow from it."""

    old: str
    new: str
    what: str  # for the journal
    renames: Renames
    names: Sequence[NoteNames]  # of all notes afterwards
    moves: Sequence[tuple[str, str]] = ()  # files and folders
    own: dict[str, tuple[Edit, ...]] = field(default_factory=dict)  # changes besides links, by old path


def planned(
    catalog: Catalog, vault: Vault, plan: Plan
) -> tuple[Renamed, list[tuple[RawNote, tuple[Edit, ...]]]]:
    """All that the plan changes, nothing written yet. Raises NoteUnwritable, NoteChanged."""
    files = vault.attachments()
    moved = [plan.renames.files.get(file, file) for file in files]
    relinker = Relinker(LinkResolver(catalog.names(), files), LinkResolver(plan.names, moved), plan.renames)
    work: list[tuple[RawNote, tuple[Edit, ...]]] = []
    left: list[str] = []
    for path in _sources(catalog, vault, relinker, plan):
        raw = vault.read(path)
        own = plan.own.get(path, ())
        changes = relinker.changes(parse_note(path, raw.text), own)
        left += [f"{path}:{line}" for line in changes.left]
        work += _writable(vault, raw, (*own, *changes.edits))
    for path in files:
        if path.endswith(_CANVAS) and (canvas := _read(vault, path)):
            edits, lines = canvas_changes(canvas.text, path, relinker)
            left += [f"{path}:{line}" for line in lines]
            work += _writable(vault, canvas, edits)
    left += _by_hand(vault, files, plan)
    notes = tuple(Changed(raw.path, raw.text, apply_edits(raw.text, edits)) for raw, edits in work)
    return Renamed(plan.old, plan.new, notes, tuple(left), tuple(plan.renames.paths.items())), work


@dataclass(frozen=True, slots=True)
class Way:
    """How renames are carried out."""

    catalog: Catalog  # in step with the vault
    vault: Vault
    journal: EditJournal
    dry_run: bool = False
    tell: Callable[[Renamed], None] = lambda _: (
        None
    )  # called with all that is planned before anything is written


def carry_out(way: Way, plan: Plan, also_left: Sequence[str] = ()) -> Renamed:
    """Do what is planned as one step that can be undone; in a dry run only tell it."""
    done, work = planned(way.catalog, way.vault, plan)
    done = replace(done, left=(*done.left, *also_left))
    way.tell(done)
    if not way.dry_run:
        with way.journal.step(plan.what) as step:
            for raw, edits in work:
                step.edit(raw, edits)
            for old, new in plan.moves:
                step.move(old, new)
    return done


def _writable(
    vault: Vault, raw: RawNote, edits: tuple[Edit, ...]
) -> Iterator[tuple[RawNote, tuple[Edit, ...]]]:
    if edits:
        check_writable(vault, raw.path)
        new_bytes(raw, edits)
        yield raw, edits


def _sources(catalog: Catalog, vault: Vault, relinker: Relinker, plan: Plan) -> list[str]:
    """Paths of the notes to look into."""
    renames = plan.renames
    anchored = {path for path, _ in (*renames.headings, *renames.blocks, *renames.aliases)}
    found = {*renames.paths, *plan.own}
    for link in catalog.links():
        if link.source not in found and (
            link.resolved in anchored or relinker.concerns(link.source, _as_link(link))
        ):
            found.add(link.source)
    # A definition that no link uses is in no index.
    names = {stem(path).casefold() for path in renames.paths}
    for note in catalog.notes() if names else ():
        if note.path not in found and (raw := _read(vault, note.path)) and "]:" in raw.text:
            definitions = parse_note(note.path, raw.text).definitions
            if any(relinker.concerns(note.path, link) for link in definitions):
                found.add(note.path)
    return sorted(found)


def _by_hand(vault: Vault, files: Sequence[str], plan: Plan) -> Iterator[str]:
    """Files that may name a renamed note and are another program's own."""
    names = {name for path in plan.renames.paths for name in (path, stem(path))}
    for path in (*(file for file in files if file.endswith(_BY_HAND)), _BOOKMARKS):
        raw = _read(vault, path) if names else None
        for number, line in enumerate(raw.text.splitlines() if raw else (), start=1):
            if any(f"{mark}{name}{end}" in line for name in names for mark in '"[(/' for end in '"])|#.'):
                yield f"{path}:{number}"


def _read(vault: Vault, path: str) -> RawNote | None:
    try:
        return vault.read(path)
    except NoteUnreadable:
        return None


def _as_link(link: StoredLink) -> Link:
    return Link(link.kind, link.target, Span(0, 0), link.line, link.label)  # type: ignore[arg-type]
