"""A knowledge base over which the texts lie that somebody is writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb.drafts.overlay import DraftCatalog, DraftVault
from kb.drafts.usage import Usage
from kb.errors import IndexingError, NoteUnreadable
from kb.indexing.catalog import Catalog
from kb.indexing.catalog_queries import CatalogQueries
from kb.indexing.diagnosis import NoteFinding, note_findings
from kb.indexing.index import Index
from kb.indexing.model_choice import open_index
from kb.knowledge_base import KnowledgeBase, whole
from kb.linking.reading.style import Place, Style, Writer, style_of
from kb.linking.targets import LinkTarget, Targets
from kb.notes.link_forms import repeated_anchors
from kb.notes.note import Link, Note
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, NoteNames, Resolution, names_of
from kb.notes.suffixes import is_markdown
from kb.notes.written import in_table

if TYPE_CHECKING:
    from kb.linking.renaming.relinking import RenameContext, Renamed

_STYLED = 60  # notes whose links tell how the vault writes links
_PROSE = ("wiki", "markdown")
_KEPT = 64  # parsed notes


@dataclass(frozen=True, slots=True)
class Reference:
    """A link, in the note it stands in."""

    note: Note
    link: Link


class Drafts(KnowledgeBase):
    """The same knowledge base for a program in which notes are written: unsaved texts count as if they were saved.

    `put` and `drop` say what is being written. Renames, merges and extractions only tell what would change, and
    whoever holds the texts makes the changes. To be used from one thread.
    """

    @classmethod
    def over(cls, base: object) -> Drafts:
        """Drafts over the vault and index of the knowledge base `base`. Raises TypeError for anything else."""
        below = whole(base)
        made = cls(below.settings, below._extensions, below.notice)
        made._prepare()
        return made

    def _prepare(self) -> None:
        self.texts: dict[str, str] = {}
        self._dirty: set[str] = set()  # whose names may differ from what the resolver was told
        self._parsed: dict[str, Note] = {}
        self._stored: dict[str, tuple[str, NoteNames]] = {}  # fingerprint and names, as indexed
        self._version: object = None
        self._resolver = LinkResolver()
        self._targets = Targets()
        self._has_files = False
        self._likely: dict[str, Mapping[str, float]] = {}
        self._usage: tuple[object, Usage] | None = None
        self.__dict__["_vault"] = DraftVault(self.settings.vault, self.texts, self.sources)

    @cached_property
    def _index(self) -> Index:
        # Making a damaged one anew takes minutes, and whoever is writing must not wait for that: `kb index` does it.
        return open_index(self.settings, self._vault, self.notice, heals=False)

    @property
    def catalog(self) -> Catalog:
        """What is indexed and what is being written, as one."""
        return self._draft_catalog

    @cached_property
    def _draft_catalog(self) -> DraftCatalog:
        return DraftCatalog(lambda: self._index.catalog, self)

    def put(self, path: str, text: str) -> None:
        """Let `text` be that of the note at vault-relative `path`."""
        self.texts[path] = text
        self._dirty.add(path)

    def drop(self, path: str) -> None:
        """Let the file's own text count again."""
        if self.texts.pop(path, None) is not None:
            self._dirty.add(path)

    def refresh(self) -> bool:
        """Take in what the index has learned since; whether that was anything. No index yet counts as an empty one."""
        try:
            version = next(self._index.catalog.rows("PRAGMA data_version"))[0], id(self._index.catalog)
            if version == self._version:
                return False
            self._version = version
            prints = dict(self._index.catalog.rows("SELECT path, fingerprint FROM notes"))
            gone = [path for path in self._stored if path not in prints]
            new = [path for path, one in prints.items() if self._stored.get(path, ("",))[0] != one]
            found = self._index.catalog.names_of(new)
        except IndexingError:
            return False
        for path in gone:
            del self._stored[path]
            self._tell(path)
        for names in found:
            self._stored[names.path] = (prints[names.path], names)
            self._tell(names.path)
        return bool(gone or new)

    @property
    def resolver(self) -> LinkResolver:
        """Every note's names, those in unsaved texts included."""
        if self._version is None:
            self.refresh()
        while self._dirty:
            self._tell(self._dirty.pop())
        if not self._has_files:
            self.look_for_files()
        return self._resolver

    def look_for_files(self) -> None:
        """See which pictures and other files there are now."""
        self._vault.scan()
        self._resolver.replace_files(self._vault.attachments())
        self._has_files = True

    def _tell(self, path: str) -> None:
        """Have the resolver know what the note at `path` is called now."""
        names: NoteNames | None = self._stored[path][1] if path in self._stored else None
        if path in self.texts:
            names = names_of(self.note(path))
        if names is None:
            self._resolver.remove(path)
            self._targets.remove(path)
        elif self._resolver.names(path) != names:
            self._resolver.add(names)
            self._targets.add(names)

    def holds(self, path: str) -> bool:
        """Whether the file at vault-relative `path` is, or once saved would be, a note of this vault."""
        if not is_markdown(path):
            return False  # what is only read is not written in an editor either
        if self._version is None:
            self.refresh()
        if path in self._stored:
            return True
        file = self.settings.vault.joinpath(*path.split("/"))
        if not self._vault.concerns(file):
            return False
        return not file.exists() or any(one.path == path for one in self._vault.scan())

    def file_of(self, path: str) -> Path:
        """The file of the note at `path`, as the disk spells it; where it would be, for one that is not there."""
        try:
            return self._vault.locate(path)
        except NoteUnreadable:
            return self.settings.vault.joinpath(*path.split("/"))

    def all_names(self) -> list[NoteNames]:
        """What every note can be called by, by path."""
        return self.resolver.all_names()

    def note(self, path: str) -> Note:
        """The note at vault-relative `path` as it stands now. Raises NoteUnreadable."""
        known = self._parsed.pop(path, None)
        if not is_markdown(path):
            return self._vault.note(path)
        text = self.texts[path] if path in self.texts else self._vault.read(path).text
        if known is None or known.text != text:
            known = parse_note(path, text)
        self._parsed[path] = known  # the latest stand last
        if len(self._parsed) > _KEPT:
            del self._parsed[next(iter(self._parsed))]
        return known

    def resolve(self, link: Link, path: str) -> Resolution:
        """What `link`, standing in the note at `path`, means."""
        return self.resolver.resolve(link, path)

    def findings(self, path: str) -> list[NoteFinding]:
        """What `kb doctor` would say of the note at `path`, with the place. Raises NoteUnreadable."""
        return list(note_findings(self.note(path), self.resolver))

    def references(self, path: str) -> Iterator[Reference]:
        """Every link that means the note at `path`, those within it included; unreadable notes are passed over."""
        sources = dict.fromkeys([path, *(one.source for one in self.catalog.links_to(path))])
        for source in sources:
            try:
                note = self.note(source)
            except NoteUnreadable:
                continue
            for link in note.links:
                if self.resolver.resolve(link, source).path == path:
                    yield Reference(note, link)

    def count_references(self, path: str) -> int:
        """How many links of other notes mean the note at `path`."""
        return len(self.catalog.links_to(path))

    def targets(self, path: str, typed: str, count: int = 50) -> list[LinkTarget]:
        """Notes that a link in the note at `path` may be meant for after `typed`, the likeliest first."""
        _ = self.resolver
        return self._targets.matching(typed, path, self._likely.get(path, {}), count)

    def linked_from(self, path: str) -> set[str]:
        """Paths of the other notes that the note at `path` links now. Raises NoteUnreadable."""
        found = {self.resolver.resolve(one, path).path for one in self.note(path).links}
        return {one for one in found if one and one != path}

    def expect(self, path: str, likely: Mapping[str, float]) -> None:
        """Rank `targets` for the note at `path` by how likely it links each; see kb.drafts.foresight."""
        self._likely[path] = likely

    def written(
        self, path: str, shown: str, target: str, *, at: int | None = None, as_markdown: bool = False
    ) -> str | None:
        """A link to the note `target` as this vault writes links, for offset `at` of the note at `path`.

        It shows the words `shown`. None when no way of writing it would be sure to mean that note.
        """
        place = Place(path, shown, at is not None and in_table(self.note(path), at))
        names = {one: known for one in (target,) if (known := self.resolver.names(one))}
        style = replace(self.link_style, markdown=True) if as_markdown else self.link_style
        return Writer(style, self.resolver, names).write(place, target)

    def anchor(self, path: str, number: int) -> str | None:
        """What a wiki link writes after `#` to mean the heading `number` (from 0) of a note; None if none would be sure."""
        names = self.resolver.names(path)
        forms = repeated_anchors(names.headings, number, False) if names else ()
        return next((form for form in forms if form and self.resolver.section(path, form) == number), None)

    @property
    def usage(self) -> Usage:
        """The tags and properties of the vault, as of what is indexed."""
        if self._usage is None or self._usage[0] != self._version:
            self._usage = (self._version, Usage(self._index.catalog))
        return self._usage[1]

    def written_notes(self) -> list[Note]:
        """The notes that are being written."""
        return [self.note(path) for path in self.texts]

    @cached_property
    def link_style(self) -> Style:
        """How the vault writes links, by a sample of its notes."""
        from kb.linking.reading.prose import read_prose

        linking = CatalogQueries(self._index.catalog).sources_of_links(_PROSE)
        step = max(1, len(linking) // _STYLED)
        proses = []
        for path in filter(is_markdown, linking[::step]):
            try:
                proses.append(read_prose(parse_note(path, self._vault.read(path).text), self.resolver))
            except NoteUnreadable:
                continue
        return style_of(proses, {one.path: one for one in self.all_names()})

    def moved(self, old: str, new: str) -> None:
        """Tell plugins that a rename was carried out: the note at `old` lies at `new`."""
        if self._extensions:
            self._extensions().notify("kb_note_moved", base=self, old=old, new=new)

    def _carry_out(
        self,
        work: Callable[[RenameContext], Renamed],
        dry_run: bool,  # noqa: ARG002 - whoever holds the texts makes the changes
        tell: Callable[[Renamed], None],
    ) -> Renamed:
        from kb.indexing.staleness import unindexed_notes
        from kb.linking.renaming.relinking import RenameContext

        unindexed = unindexed_notes(self._index.catalog, self._vault)
        context = RenameContext(
            self.catalog, self._vault, self.edits, True, tell, frozenset(self.texts), self.resolver
        )
        return work(replace(context, unindexed=unindexed))
