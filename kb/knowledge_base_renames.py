"""Other names and places for notes and their parts, through the knowledge base: the index is in step before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kb.indexing.catalog import Catalog
    from kb.indexing.connections import Connections
    from kb.linking.renaming.relinking import RenameContext, Renamed


# What is to be done, whether it is only to be told, and who is told before anything is written.
CarryOut = Callable[["Callable[[RenameContext], Renamed]", bool, "Callable[[Renamed], None]"], "Renamed"]


class _Base(Protocol):
    """What names are looked up in."""

    @property
    def catalog(self) -> Catalog:
        """The index."""

    def links(self, note: str) -> Connections:
        """The links of the note called `note`."""


class Renaming:
    """Renames, merges and extractions; each can be undone, and a dry run only tells what it would change."""

    def __init__(self, base: _Base, carry_out: CarryOut) -> None:
        self._base = base
        self._carry_out = carry_out

    def note(
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
                return rename_part(context, self._base.links(whole).path, part, name)
            if self._is_folder(note):
                return rename_folder(context, note, name)
            return rename(context, self._base.links(note).path, name)

        return self._carry_out(work, dry_run, tell)

    def files(
        self,
        places: Mapping[str, str],
        *,
        dry_run: bool = False,
        tell: Callable[[Renamed], None] = lambda _: None,
    ) -> Renamed:
        """Move notes, other files and folders, old vault-relative path to new one, all at once; links follow."""
        from kb.linking.renaming.note import move

        return self._carry_out(lambda context: move(context, places), dry_run, tell)

    def tag(
        self, old: str, new: str, *, dry_run: bool = False, tell: Callable[[Renamed], None] = lambda _: None
    ) -> Renamed:
        """Write the tag `new` wherever notes have the tag `old`, those below it included."""
        from kb.linking.renaming.tag import rename_tag

        return self._carry_out(lambda context: rename_tag(context, old, new), dry_run, tell)

    def alias(
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

        path = self._base.links(note).path if note else ""
        return self._carry_out(lambda context: rename_alias(context, old, new, path), dry_run, tell)

    def merge(
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
            return merge(context, self._base.links(note).path, self._base.links(into).path)

        return self._carry_out(work, dry_run, tell)

    def extract(
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
        return self._carry_out(
            lambda context: extract(context, self._base.links(whole).path, part, name), dry_run, tell
        )

    def _is_folder(self, name: str) -> bool:
        """Whether `name` is a folder of notes, and no note."""
        folder = name.strip("/")
        paths = [note.path for note in self._base.catalog.notes()]
        if f"{folder}.md" in paths and not name.endswith("/"):
            return False
        return bool(folder) and any(path.startswith(f"{folder}/") for path in paths)
