"""What an import will write: a path for every new note and file, and which note every link of the export means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from kb.errors import ExportUnreadable, NoteUnwritable
from kb.files.small import open_regular
from kb.importing.imported_note import Attachment, ImportedNote, Ref, short_hash
from kb.importing.importer import Left, reason_of
from kb.importing.names import attachment_name, file_name, folder_name, free_path
from kb.importing.target_vault import TargetVault
from kb.importing.write import Texts, block_name
from kb.notes.edit import fingerprint
from kb.notes.link_names import name_key
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, NoteNames, names_of
from kb.notes.suffixes import stem


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note to be written."""

    path: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class NewFile:
    """An attachment to be written."""

    path: str
    attachment: Attachment


@dataclass(frozen=True)
class Plan:
    """All that an import will do; nothing of it is done yet."""

    label: str  # of the program that the notes come from
    folder: str  # of the vault; empty for its top
    notes: tuple[NewNote, ...] = ()
    files: tuple[NewFile, ...] = ()
    known: tuple[str, ...] = ()  # paths of notes that were imported before
    changed: tuple[str, ...] = ()  # those of them of which the export says something else now
    left: tuple[Left, ...] = ()
    unlinked: tuple[str, ...] = ()  # "path: text" of links whose targets are not in the export


def plan_import(
    found: Iterable[ImportedNote],
    home: TargetVault,
    name: str,
    label: str,
    folder: str,
    left: Sequence[Left] = (),
) -> Plan:
    """Where each of `found`, of the format `name`, goes below `folder`."""
    planner = _Planner(home, name, label, folder)
    for one in found:
        planner.add(one)
    return planner.plan(left)


@dataclass
class _Planner:
    home: TargetVault
    name: str
    label: str
    folder: str
    known: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    new: list[tuple[str, ImportedNote, str]] = field(default_factory=list)  # path, note, mark
    files: dict[str, NewFile | str] = field(
        default_factory=dict
    )  # by key; a path alone where it is there already

    def __post_init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._taken = {name_key(path) for path in (*self.home.paths, *self.home.files)}
        self._stems = {name_key(stem(path)) for path in self.home.paths}
        self._stems |= {name_key(alias) for one in self.home.names for alias in one.aliases}
        self._by_key: dict[str, str] = {}
        self._by_name: dict[str, set[str]] = {}
        self._blocks: dict[str, str] = {}
        self._named: set[str] = set()
        self._planned: dict[str, Attachment] = {}  # by path as it is compared
        self._contents: dict[
            str, str
        ] = {}  # of those whose name was taken: path and content -> the path they got

    def add(self, found: ImportedNote) -> None:
        """Take one note in."""
        number = self._seen[found.key]
        self._seen[found.key] += 1
        key = "\x00".join((found.key, str(number))) if number else found.key
        mark = f"{self.name}-{short_hash(key)}"
        if before := self.home.known.get(mark):
            path = before.path
            self.known.append(path)
            if before.fingerprint != found.fingerprint:
                self.changed.append(path)
        else:
            path, said = self._path(found), found.fingerprint
            if found.day is not None:  # which is called as the vault calls days
                aliases = () if self.home.is_logseq else (*found.aliases, found.title)
                found = replace(found, title=stem(path), aliases=aliases, names=(*found.names, found.title))
            self._taken.add(name_key(path))
            self.new.append((path, found, f"{mark}-{said}"))
        self._by_key.setdefault(found.key, path)
        for called in {name_key(called) for called in (found.title, *found.names, *found.aliases)}:
            self._by_name.setdefault(called, set()).add(path)
        for ref in found.refs:
            if ref.kind == "id":
                self._blocks.setdefault(ref.target, path)

    def plan(self, left: Sequence[Left]) -> Plan:
        """The whole, once every note is taken in."""
        left = list(left)
        for path, found, _ in self.new:
            for attachment in found.files.values():
                self._place(attachment, path, left)
            self._named |= {ref.block for ref in found.refs if ref.kind == "note" and ref.block}
        resolver = LinkResolver(
            [*self.home.names, *map(self._names, self.new)],
            [*self.home.files, *(one.path for one in self.files.values() if isinstance(one, NewFile))],
        )
        texts = Texts(self.home, resolver, self)
        notes = tuple(
            NewNote(path, found.title, texts.of(found, path, mark)) for path, found, mark in self.new
        )
        files = tuple(one for one in self.files.values() if isinstance(one, NewFile))
        return Plan(
            self.label,
            self.folder,
            notes,
            files,
            tuple(self.known),
            tuple(self.changed),
            tuple(left),
            tuple(texts.unlinked),
        )

    def note(self, ref: Ref) -> str | None:
        """See kb.importing.write.Targets."""
        if not ref.target:
            return self._blocks.get(ref.block)
        if path := self._by_key.get(ref.target):
            return path
        paths = self._by_name.get(name_key(ref.target), set())
        return next(iter(paths)) if len(paths) == 1 else None

    def file(self, key: str) -> str | None:
        """See kb.importing.write.Targets."""
        one = self.files.get(key)
        return one.path if isinstance(one, NewFile) else one

    def is_named(self, block: str) -> bool:
        """See kb.importing.write.Targets."""
        return block in self._named

    def _path(self, found: ImportedNote) -> str:
        name = file_name(found.stem, coded=True) if found.stem else file_name(found.title)
        by = f" ({self.label})"
        if found.day is not None:
            path = self.home.day_path(found.day)
            if name_key(path) not in self._taken:
                return path
            name = found.day.isoformat()
        if self.home.is_logseq:  # whose pages have one name each, and no folders
            if not found.stem:
                parts = [file_name(part) for part in found.title.split("/") if part.strip()]
                name = "___".join(parts) or name
            is_taken = name_key(name) in self._stems
            path = free_path(self.folder, name, ".md", self._taken, by if is_taken else "")
            self._stems.add(name_key(stem(path)))
            return path
        folder = "/".join(filter(None, (self.folder, folder_name(found.folder))))
        # Links to a note of the vault must not come to mean one of these.
        return free_path(folder, name, ".md", self._taken, by if name_key(name) in self._stems else "")

    def _names(self, new: tuple[str, ImportedNote, str]) -> NoteNames:
        path, found, _ = new
        blocks = tuple(
            block_name(ref.target, logseq=self.home.is_logseq)
            for ref in found.refs
            if ref.kind == "id" and ref.target in self._named
        )
        text = f"# {found.title}\n\n{found.text}" if found.headed else found.text
        names = names_of(parse_note(path, text)) if "#" in found.text else NoteNames(path, found.title)
        return replace(names, aliases=found.aliases, block_ids=(*names.block_ids, *blocks))

    def _place(self, attachment: Attachment, note: str, left: list[Left]) -> None:
        if attachment.key in self.files:
            return
        name, suffix = attachment_name(attachment.name)
        folder = self._folder_beside(note)
        path = f"{folder}/{name}{suffix}" if folder else f"{name}{suffix}"
        if name_key(path) in self._taken:
            try:
                there, digest = self._same(path, attachment)
            except ExportUnreadable as error:
                left.append(Left(attachment.name, reason_of(error, attachment.key)))
                return
            if there:
                self.files[attachment.key] = there
                return
            path = free_path(folder, name, suffix, self._taken)
            self._contents[digest] = path
        self._taken.add(name_key(path))
        self._planned[name_key(path)] = attachment
        self.files[attachment.key] = NewFile(path, attachment)

    def _folder_beside(self, note: str) -> str:
        kept = self.home.attachments
        if not kept:
            return f"{self.folder}/attachments" if self.folder else "attachments"
        if kept in ("/", "."):
            return ""
        if kept.startswith("./"):
            above = PurePosixPath(note).parent.as_posix()
            return "/".join(part for part in (above, folder_name(kept)) if part and part != ".")
        return folder_name(kept)

    def _same(self, path: str, attachment: Attachment) -> tuple[str, str]:
        """A file there, or planned, that is the very attachment, else nothing; and what its content is known by."""
        data = attachment.read()
        digest = f"{name_key(path)} {fingerprint(data)}"
        if known := self._contents.get(digest):
            return known, digest
        if planned := self._planned.get(name_key(path)):
            return (path if planned.read() == data else ""), digest
        try:
            stream, status = open_regular(self.home.vault.root / path)
            with stream:
                is_same = status.st_size == len(data) and stream.read(len(data) + 1) == data
        except OSError:
            is_same = False
        return (path if is_same else ""), digest


def checked_folder(folder: str) -> str:
    """A folder of the vault as `--to` names it. Raises NoteUnwritable."""
    plain = "/".join(part for part in folder.replace("\\", "/").split("/") if part not in ("", "."))
    if folder.startswith("/") or plain != folder_name(plain) or ".." in plain.split("/"):
        raise NoteUnwritable(f"{folder!r} can't be a folder of the vault. Name one such as: Archive/Evernote")
    return plain
