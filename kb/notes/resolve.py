"""From a link as written to the note it means, as the tools that wrote it would resolve it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from posixpath import normpath
from typing import Literal
from urllib.parse import unquote

from kb.notes.anchors import Anchors, anchors
from kb.notes.closeness import nearest
from kb.notes.link_names import (
    BY_ALIAS,
    BY_BLOCK,
    BY_NAME,
    BY_PATH,
    BY_TITLE,
    keys_of,
    name_key,
    plain_target,
)
from kb.notes.linked_files import Folders, LinkedFiles, names_a_file
from kb.notes.near import NearNames
from kb.notes.note import Link, Note
from kb.notes.places import counts_of, is_place
from kb.notes.suffixes import SUFFIX

Status = Literal[
    "resolved", "unresolved", "ambiguous", "external", "attachment", "heading_missing", "block_missing"
]

_SCHEME = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]{1,31}:|//)(?!:)")
_ADDRESS = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]{1,31}://|mailto:"
)  # in a wiki link a colon alone is part of a name

ROOT = "root"  # the name of the one note that every vault of Dendron has


@dataclass(frozen=True, slots=True)
class NoteNames:
    """All that a link can call a note by."""

    path: str
    title: str
    aliases: tuple[str, ...] = ()
    headings: tuple[tuple[str, ...], ...] = ()  # heading paths, outermost first
    block_ids: tuple[str, ...] = ()
    anchors: tuple[tuple[str, str], ...] = ()  # (another name of a heading, its title)
    places: tuple[tuple[str, int], ...] = ()  # ("page", how many there are), of a file that is no Markdown


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a link means: `path` is the note, None when there is none; `candidates` all that were possible.

    For an attachment the candidates are the files or the folder that it may be; none means that it is missing.
    """

    path: str | None
    status: Status
    candidates: tuple[str, ...] = ()


def names_of(note: Note) -> NoteNames:
    """The names a parsed note answers to."""
    headings = tuple(section.path for section in note.sections)
    anchors = tuple((name, section.title) for section in note.sections for name in section.names)
    places = counts_of(note.places)
    return NoteNames(note.path, note.title, note.aliases, headings, tuple(note.block_ids), anchors, places)


class LinkResolver:
    """Looks links up among the notes it was told of; notes can be added, replaced and removed one by one."""

    def __init__(self, notes: Iterable[NoteNames] = (), files: Iterable[str] = ()) -> None:
        self._notes: dict[str, NoteNames] = {}
        self._keys: dict[str, dict[str, list[str]]] = {
            way: {} for way in (BY_PATH, BY_NAME, BY_ALIAS, BY_TITLE, BY_BLOCK)
        }
        self._anchors: dict[str, Anchors] = {}
        self._near: NearNames | None = None  # made when first asked for, unmade by any change
        self._files = LinkedFiles()
        self._folders = Folders()
        for names in notes:
            self.add(names)
        for path in files:
            self.add_file(path)

    def __len__(self) -> int:
        return len(self._notes)

    def names(self, path: str) -> NoteNames | None:
        """What the note at `path` can be called by."""
        return self._notes.get(path)

    def add(self, names: NoteNames) -> None:
        """Tell of a note; one told of before under the same path is replaced."""
        if names.path in self._notes:
            self.remove(names.path)
        self._notes[names.path] = names
        self._near = None
        self._folders.add(names.path)
        for way, key in keys_of(names):
            self._keys[way].setdefault(key, []).append(names.path)

    def all_names(self) -> list[NoteNames]:
        """What every note can be called by, by path."""
        return [self._notes[path] for path in sorted(self._notes)]

    def replace_files(self, paths: Iterable[str]) -> None:
        """Let these be the files that are no notes."""
        for path in self._files.all():
            self._folders.add(path, -1)
        self._files = LinkedFiles()
        for path in paths:
            self.add_file(path)

    def add_file(self, path: str) -> None:
        """Tell of a file that is no note, such as an image; links to it are found by its name."""
        self._files.add(path)
        self._folders.add(path)

    def remove(self, path: str) -> None:
        """Forget a note; no harm when it was unknown."""
        names = self._notes.pop(path, None)
        self._anchors.pop(path, None)
        if names is None:
            return
        self._near = None
        self._folders.add(path, -1)
        for way, key in keys_of(names):
            paths = self._keys[way].get(key, [])
            if path in paths:
                paths.remove(path)
            if not paths:
                self._keys[way].pop(key, None)

    def resolve(self, link: Link, source_path: str) -> Resolution:
        """The note that `link`, standing in the note at `source_path`, means."""
        outside = _SCHEME if link.kind == "markdown" else _ADDRESS
        if link.kind == "url" or outside.match(link.target):
            return Resolution(None, "external")
        if link.kind == "block" or (not link.target and link.block and source_path not in self._notes):
            return self._resolve_block(link.block or "")
        if not link.target:
            return self._check_anchor(link, source_path, (source_path,))
        candidates = self._candidates(link, source_path)
        if not candidates:
            files = self._files.find(link, source_path) or self._folders.find(link, source_path)
            if files or names_a_file(link):
                return Resolution(None, "attachment", files)
            return Resolution(None, "unresolved")
        best, tied = nearest(candidates, link.target, source_path)
        if tied:
            return Resolution(best, "ambiguous", candidates)
        return self._check_anchor(link, best, candidates)

    def changed(self, gone: Collection[str], new: Iterable[NoteNames], files: Iterable[str]) -> LinkResolver:
        """Another resolver, with notes `new` and without those at `gone`; this one stays as it is."""
        made = LinkResolver()
        new = list(new)
        made._folders, made._files = self._folders.copy(), self._files
        made.replace_files(files)
        made._notes = dict(self._notes)
        made._anchors = {path: one for path, one in self._anchors.items() if path not in gone}
        made._keys = {way: dict(index) for way, index in self._keys.items()}
        touched = [*(self._notes[path] for path in gone if path in self._notes), *new]
        touched += [self._notes[one.path] for one in new if one.path in self._notes]
        for way, key in {found for one in touched for found in keys_of(one)}:
            if key in made._keys[way]:
                made._keys[way][key] = list(made._keys[way][key])
        for path in gone:
            made.remove(path)
        for names in new:
            made.add(names)
        return made

    def named(self, target: str) -> tuple[str, ...]:
        """Paths of all notes whose files have the name that `target` ends with."""
        return tuple(self._keys[BY_NAME].get(name_key(SUFFIX.sub("", target).rsplit("/", 1)[-1]), ()))

    def files(self) -> list[str]:
        """Paths of the files that are no notes."""
        return self._files.all()

    def titled(self, title: str) -> tuple[str, ...]:
        """Paths of all notes with this title, case ignored."""
        return tuple(self._keys[BY_TITLE].get(name_key(title), ()))

    def aliased(self, alias: str) -> tuple[str, ...]:
        """Paths of all notes that have this alias, case ignored."""
        return tuple(self._keys[BY_ALIAS].get(name_key(alias), ()))

    def section(self, path: str, heading: str) -> int | None:
        """The number, from 0, of the heading in the note at `path` that a link's `heading` means."""
        names = self._notes.get(path)
        if names is None:
            return None
        if path not in self._anchors:
            self._anchors[path] = anchors(names.headings, names.anchors)
        return self._anchors[path].number(heading)

    def suggestions(self, link: Link, count: int = 3) -> tuple[str, ...]:
        """Paths of notes whose names come close to an unresolved link's, best first."""
        wanted = name_key(plain_target(link).rsplit("/", 1)[-1])
        if not wanted:
            return ()
        if self._near is None:
            self._near = NearNames((*self._keys[BY_NAME], *self._keys[BY_ALIAS], *self._keys[BY_TITLE]))
        paths: list[str] = []
        for name in self._near.like(wanted, count):
            for index in (self._keys[BY_NAME], self._keys[BY_ALIAS], self._keys[BY_TITLE]):
                paths.extend(index.get(name, ()))
        return tuple(dict.fromkeys(paths))[:count]

    def _candidates(self, link: Link, source_path: str) -> tuple[str, ...]:
        target = plain_target(link)
        # An embed or a property tells by its suffix which kind of link it is.
        is_markdown = link.kind == "markdown" or (
            link.kind in ("embed", "property") and SUFFIX.search(target) is not None
        )
        found = self._look_up(target, source_path, is_markdown)
        if not found and link.kind in ("markdown", "embed", "property") and "%" in target:
            found = self._look_up(unquote(target, errors="replace"), source_path, True)
        if not found and link.definition:
            path = unquote(link.definition.partition("#")[0], errors="replace")
            found = self._look_up(path, source_path, True)
        if not found and link.label and link.kind in ("wiki", "embed"):
            # Dendron writes [[label|target]]; only a file's own name counts, for a label may say anything.
            found = (
                self._keys[BY_NAME].get(name_key(link.label.partition("#")[0]), [])
                if self._is_dendron
                else []
            )
        return tuple(sorted(found))

    @property
    def _is_dendron(self) -> bool:
        return ROOT in self._keys[BY_NAME]

    def _look_up(self, target: str, source_path: str, is_markdown: bool) -> list[str]:
        """Exact path, then file name, then alias, then title."""
        target = SUFFIX.sub("", target.replace("\\", "/").strip())
        if not target:
            return []
        if found := self._exact_path(target, source_path, is_markdown):
            return found
        key = name_key(target.strip("/"))
        name = key.rsplit("/", 1)[-1]
        if target.startswith(("./", "../")):
            key = re.sub(r"^(?:\.\.?/)+", "", key)
        suffix = f"/{key}"
        named = self._keys[BY_NAME].get(name, [])
        if "/" in key:
            within = [path for path in named if f"/{name_key(SUFFIX.sub('', path))}".endswith(suffix)]
            if within:
                return within
            named = self._keys[BY_NAME].get(key, [])
        return named or self._keys[BY_ALIAS].get(key) or self._keys[BY_TITLE].get(key) or []

    def _exact_path(self, target: str, source_path: str, from_here_first: bool) -> list[str]:
        """The note at the very path: a Markdown link is followed from its own folder, by RFC 3986; a wiki link from
        the vault's root and then from its own folder, as Obsidian does.
        """
        if target.startswith("/"):
            return self._keys[BY_PATH].get(name_key(target.lstrip("/")), [])
        folder = source_path.rpartition("/")[0]
        relative = normpath(f"{folder}/{target}" if folder else target)
        if target.startswith(("./", "../")):
            places = [relative]
        else:
            places = [relative, target] if from_here_first else [target, relative]
        for place in places:
            if found := self._keys[BY_PATH].get(name_key(place)):
                return found
        return []

    def _resolve_block(self, block: str) -> Resolution:
        found = tuple(sorted(self._keys[BY_BLOCK].get(block.casefold(), ())))
        if not found:
            return Resolution(None, "unresolved")
        return Resolution(found[0], "resolved" if len(found) == 1 else "ambiguous", found)

    def _check_anchor(self, link: Link, path: str, candidates: tuple[str, ...]) -> Resolution:
        names = self._notes.get(path)
        if names is None:
            return Resolution(None, "unresolved", candidates)
        if link.block and link.block.casefold() not in {block.casefold() for block in names.block_ids}:
            return Resolution(path, "block_missing", candidates)
        if (
            link.heading
            and not is_place(path, names.places, link.heading)
            and self.section(path, link.heading) is None
        ):
            return Resolution(path, "heading_missing", candidates)
        return Resolution(path, "resolved", candidates)
