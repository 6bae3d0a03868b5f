"""Carries out renames: reads every file that refers to what is renamed, proves the changes, and writes them as one step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from kb.errors import NoteUnreadable
from kb.indexing.catalog import Catalog
from kb.linking.renaming.canvas import canvas_changes
from kb.notes.edit import Edit, apply_edits, check_writable, new_bytes
from kb.notes.edit_journal import EditJournal
from kb.notes.link_names import changed_names, last_part
from kb.notes.note import Note
from kb.notes.parse import parse_note
from kb.notes.relink import Relinker
from kb.notes.renames import Renames
from kb.notes.resolve import ROOT, LinkResolver, NoteNames, names_of
from kb.notes.suffixes import is_markdown, stem
from kb.notes.vault import RawNote, Vault

_CANVAS = ".canvas"
# Files that name notes and that kb does not change.
_BY_HAND = (".base",)
_BOOKMARKS = ".obsidian/bookmarks.json"
_ROUNDS = 3  # a heading that holds a link changes with it, and so do links to that heading

Work = list[tuple[RawNote, tuple[Edit, ...]]]


@dataclass(frozen=True, slots=True)
class Changed:
    """One file that a rename changes."""

    path: str
    before: str  # its text; empty for a new note
    after: str  # empty for one that goes


@dataclass(frozen=True, slots=True)
class Renamed:
    """What a rename does, or would do."""

    old: str
    new: str
    notes: tuple[Changed, ...]
    left: tuple[str, ...]  # path:line of links that have to be changed by hand
    moved: tuple[tuple[str, str], ...] = ()  # (old path, new path) of each note


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What becomes of the notes that a plan takes apart or puts together."""

    edits: dict[str, tuple[Edit, ...]] = field(default_factory=dict)  # by path
    made: dict[str, str] = field(default_factory=dict)  # path -> text
    gone: tuple[str, ...] = ()  # paths
    left: tuple[str, ...] = ()  # path:line


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen, besides the changes of links that follow from it."""

    old: str
    new: str
    what: str  # for the journal
    renames: Renames
    names: Sequence[NoteNames]  # afterwards, of the notes that are called otherwise or are new
    gone: Sequence[str] = ()  # paths at which there is no note afterwards
    moves: Sequence[tuple[str, str]] = ()  # files and folders
    own: dict[str, tuple[Edit, ...]] = field(default_factory=dict)  # changes besides links, by old path
    rewrite: Callable[[Relinker], Rewritten] | None = None


@dataclass(frozen=True)
class RenameContext:
    """How renames are carried out."""

    catalog: Catalog  # in step with the vault
    vault: Vault
    journal: EditJournal
    dry_run: bool = False
    tell: Callable[[Renamed], None] = lambda _: (
        None
    )  # called with all that is planned before anything is written
    unsaved: frozenset[str] = (
        frozenset()
    )  # paths of notes that another program holds open, and will change itself
    resolver: LinkResolver | None = None  # of the notes as they are, where that is known already
    unindexed: frozenset[str] = frozenset()  # paths of notes that differ from what the catalog says

    @cached_property
    def before(self) -> LinkResolver:
        """What links mean as the notes are."""
        return self.resolver or LinkResolver(self.catalog.names(), self.vault.attachments())


def carry_out(context: RenameContext, plan: Plan, also_left: Sequence[str] = ()) -> Renamed:
    """Do what is planned as one step that can be undone; in a dry run only tell it. Raises NoteUnwritable, NoteChanged."""
    notes = _Notes(context)
    files = context.vault.attachments()
    for _ in range(_ROUNDS):
        relinker = notes.relinker(plan, files)
        work, left = _links_of_notes(context, notes, plan, relinker)
        settled = _with_changed_headings(plan, relinker, work)
        if settled is plan:
            break
        plan = settled
    rewritten = plan.rewrite(relinker) if plan.rewrite else Rewritten()
    work += [
        pair for path, edits in rewritten.edits.items() for pair in _writable(context, notes.raw(path), edits)
    ]
    left += rewritten.left
    for path in files:
        if path.endswith(_CANVAS) and (canvas := _read(context.vault, path)):
            edits, lines = canvas_changes(canvas.text, path, relinker)
            left += [f"{path}:{line}" for line in lines]
            work += _writable(context, canvas, edits)
    left += [*_by_hand(context.vault, files, plan), *also_left]
    gone = [notes.raw(path) for path in rewritten.gone]
    changed = [
        *(Changed(raw.path, raw.text, apply_edits(raw.text, edits)) for raw, edits in work),
        *(Changed(path, "", text) for path, text in rewritten.made.items()),
        *(Changed(raw.path, raw.text, "") for raw in gone),
    ]
    done = Renamed(plan.old, plan.new, tuple(changed), tuple(left), tuple(plan.renames.paths.items()))
    context.tell(done)
    if not context.dry_run:
        with context.journal.step(plan.what) as step:
            for path, text in rewritten.made.items():
                step.create(path, text)
            for raw, edits in work:
                step.edit(raw, edits)
            for raw in gone:
                step.remove(raw)
            for old, new in plan.moves:
                step.move(old, new)
    return done


class _Notes:
    """The notes that a rename looks into, each read once."""

    def __init__(self, context: RenameContext) -> None:
        self.vault, self.before = context.vault, context.before
        self._read: dict[str, RawNote] = {}
        self._parsed: dict[str, Note] = {}

    def raw(self, path: str) -> RawNote:
        """The note as it was when it was first asked for."""
        if path not in self._read:
            self._read[path] = self.vault.read(path)
        return self._read[path]

    def note(self, path: str) -> Note:
        """The same, parsed."""
        if path not in self._parsed:
            self._parsed[path] = parse_note(path, self.raw(path).text)
        return self._parsed[path]

    def relinker(self, plan: Plan, files: Sequence[str]) -> Relinker:
        """Between the vault as it is and as it is planned."""
        moved = [plan.renames.files.get(file, file) for file in files]
        return Relinker(self.before, self.before.changed(plan.gone, plan.names, moved), plan.renames)


def _links_of_notes(
    context: RenameContext, notes: _Notes, plan: Plan, relinker: Relinker
) -> tuple[Work, list[str]]:
    work: Work = []
    left: list[str] = []
    taken = {plan.renames.moved.source, plan.renames.moved.target} if plan.renames.moved else set()
    for path in _sources(context, notes, relinker, plan):
        if path in taken:
            continue
        raw = notes.raw(path)
        own = plan.own.get(path, ())
        changes = relinker.changes(notes.note(path), own)
        left += [f"{path}:{line}" for line in changes.left]
        work += _writable(context, raw, (*own, *changes.edits))
    return work, left


def _with_changed_headings(plan: Plan, relinker: Relinker, work: Work) -> Plan:
    """The plan with the headings that changed because a link in them did; the very plan when there are none."""
    names = {one.path: one for one in plan.names}
    headings = dict(plan.renames.headings)
    for raw, edits in work:
        place = plan.renames.path(raw.path)
        now, planned = names_of(parse_note(place, apply_edits(raw.text, edits))), relinker.after.names(place)
        if planned is None or now == planned:
            continue
        names[place] = now
        if len(now.headings) == len(planned.headings):
            pairs = zip(planned.headings, now.headings, strict=True)
            headings |= {(raw.path, old[-1]): new[-1] for old, new in pairs if old[-1] != new[-1]}
    if headings == plan.renames.headings:
        return plan
    return replace(plan, renames=replace(plan.renames, headings=headings), names=list(names.values()))


def _writable(
    context: RenameContext, raw: RawNote, edits: tuple[Edit, ...]
) -> Iterator[tuple[RawNote, tuple[Edit, ...]]]:
    if edits:
        if raw.path not in context.unsaved:
            check_writable(context.vault, raw.path)
        new_bytes(raw, edits)
        yield raw, edits


def _sources(context: RenameContext, notes: _Notes, relinker: Relinker, plan: Plan) -> list[str]:
    """Paths of the notes to change, as far as the catalog can tell; each is read, and proves it."""
    renames, catalog = plan.renames, context.catalog
    found = {*renames.paths, *plan.own}
    for path in renames.anchored:
        found |= {path, *(link.source for link in catalog.links_to(path))}
    named = _changed_names(plan, relinker)
    every = ROOT in named  # whether there is a note of that name tells what a label may mean
    likely = [one.path for one in catalog.notes()] if every else catalog.linking(named)
    for path in {*likely, *context.unindexed} - found:
        if is_markdown(path) and _reads(notes, path):
            note = notes.note(path)
            if any(relinker.concerns(path, link) for link in (*note.links, *note.definitions)):
                found.add(path)
    return sorted(path for path in found if is_markdown(path) and _reads(notes, path))


def _reads(notes: _Notes, path: str) -> bool:
    try:
        notes.raw(path)
    except NoteUnreadable:
        return False
    return True


def _changed_names(plan: Plan, relinker: Relinker) -> set[str]:
    """The last parts of all names by which another note, or none, is found afterwards."""
    paths = {*plan.gone, *(one.path for one in plan.names)}
    before, after = (
        [one for path in paths if (one := by.names(path))] for by in (relinker.before, relinker.after)
    )
    files = plan.renames.files
    return changed_names(before, after) | {last_part(path) for path in (*files, *files.values())}


def _by_hand(vault: Vault, files: Sequence[str], plan: Plan) -> Iterator[str]:
    """Files that may name a renamed note and are another program's own."""
    names = {name for path in plan.renames.paths for name in (path, stem(path))}
    others = [_BOOKMARKS] if (vault.root / _BOOKMARKS).is_file() else []
    for path in (*(file for file in files if file.endswith(_BY_HAND)), *others):
        raw = _read(vault, path) if names else None
        for number, line in enumerate(raw.text.splitlines() if raw else (), start=1):
            if any(f"{mark}{name}{end}" in line for name in names for mark in '"[(/' for end in '"])|#.'):
                yield f"{path}:{number}"


def _read(vault: Vault, path: str) -> RawNote | None:
    try:
        return vault.read(path)
    except NoteUnreadable:
        return None
