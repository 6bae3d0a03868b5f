"""Other names and places for notes and their parts, through the knowledge base: the index is in step before and after."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kb.knowledge_base_parts import Parts

if TYPE_CHECKING:
    from kb.indexing.connections import Connections
    from kb.indexing.sync import SyncReport
    from kb.linking.renaming.relinking import RenameContext, Renamed


class Renaming(Parts, ABC):
    """Renames, merges and extractions; each can be undone, and a dry run only tells what it would change."""

    @abstractmethod
    def index(self, *, brief: bool = False) -> SyncReport:
        """Bring the index in step with the notes."""

    @abstractmethod
    def links(self, note: str) -> Connections:
        """The links of the note called `note`."""

    def rename_note(
        self, note: str, name: str, *, dry_run: bool = False, tell: Callable[[Renamed], None] = lambda _: None
    ) -> Renamed:
        """Give a note, a folder, or with `Note#Heading` and `Note#^block` a part of a note, another name.

        Every link keeps its meaning; see kb.linking.renaming.note. `tell` is called before anything is written.
        """
        from kb.linking.renaming.note import rename, rename_folder
        from kb.linking.renaming.part import rename_part

        def work(context: RenameContext) -> Renamed:
            if "#" in note:
                whole, _, part = note.partition("#")
                return rename_part(context, self.links(whole).path, part, name)
            if self._is_folder(note):
                return rename_folder(context, note, name)
            return rename(context, self.links(note).path, name)

        return self._rename(work, dry_run, tell)

    def move_files(
        self,
        places: Mapping[str, str],
        *,
        dry_run: bool = False,
        tell: Callable[[Renamed], None] = lambda _: None,
    ) -> Renamed:
        """Move notes, other files and folders, old vault-relative path to new one, all at once; links follow."""
        from kb.linking.renaming.note import move

        return self._rename(lambda context: move(context, places), dry_run, tell)

    def rename_tag(
        self, old: str, new: str, *, dry_run: bool = False, tell: Callable[[Renamed], None] = lambda _: None
    ) -> Renamed:
        """Write the tag `new` wherever notes have the tag `old`, those below it included."""
        from kb.linking.renaming.tag import rename_tag

        return self._rename(lambda context: rename_tag(context, old, new), dry_run, tell)

    def rename_alias(
        self,
        old: str,
        new: str,
        note: str = "",
        *,
        dry_run: bool = False,
        tell: Callable[[Renamed], None] = lambda _: None,
    ) -> Renamed:
        """Write another alias in place of `old`, in the front matter and in links; of `note` where several have it."""
        from kb.linking.renaming.alias import rename_alias

        path = self.links(note).path if note else ""
        return self._rename(lambda context: rename_alias(context, old, new, path), dry_run, tell)

    def merge_notes(
        self,
        note: str,
        into: str,
        *,
        dry_run: bool = False,
        tell: Callable[[Renamed], None] = lambda _: None,
    ) -> Renamed:
        """Put all of `note` at the end of `into`; links to the one lead to the other, and the file goes."""
        from kb.linking.renaming.merge import merge

        def work(context: RenameContext) -> Renamed:
            return merge(context, self.links(note).path, self.links(into).path)

        return self._rename(work, dry_run, tell)

    def extract_section(
        self,
        section: str,
        name: str = "",
        *,
        dry_run: bool = False,
        tell: Callable[[Renamed], None] = lambda _: None,
    ) -> Renamed:
        """Make the section `Note#Heading` a note called `name`, else as its heading; a link stays behind."""
        from kb.linking.renaming.extract import extract

        whole, _, part = section.partition("#")
        return self._rename(
            lambda context: extract(context, self.links(whole).path, part, name), dry_run, tell
        )

    def _rename(
        self, work: Callable[[RenameContext], Renamed], dry_run: bool, tell: Callable[[Renamed], None]
    ) -> Renamed:
        from kb.indexing.staleness import unindexed_notes
        from kb.linking.renaming.relinking import RenameContext

        if not dry_run:
            self.index(brief=True)
        unindexed = unindexed_notes(self.catalog, self._vault) if dry_run else frozenset()
        done = work(RenameContext(self.catalog, self._vault, self.edits, dry_run, tell, unindexed=unindexed))
        if not dry_run:
            self.index(brief=True)
            if self._extensions:
                for old, new in done.moved:
                    self._extensions().notify("kb_note_moved", base=self, old=old, new=new)
        return done

    def _is_folder(self, name: str) -> bool:
        """Whether `name` is a folder of notes, and no note."""
        folder = name.strip("/")
        paths = [note.path for note in self.catalog.notes()]
        if f"{folder}.md" in paths and not name.endswith("/"):
            return False
        return bool(folder) and any(path.startswith(f"{folder}/") for path in paths)
