"""Other names and places for notes and their parts, through the knowledge base: the index is in step before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.linking.renaming.relinking import RenameContext, Renamed


# What is to be done, whether it is only to be told, and who is told before anything is written.
CarryOut = Callable[["Callable[[RenameContext], Renamed]", bool, "Callable[[Renamed], None]"], "Renamed"]


class Renaming:
    """Renames, merges and extractions; each can be undone, and a dry run only tells what it would change."""

    def __init__(self, carry_out: CarryOut) -> None:
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
                return rename_part(context, _path_of(context, whole), part, name)
            if _is_folder(context, note):
                return rename_folder(context, note, name)
            return rename(context, _path_of(context, note), name)

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

        def work(context: RenameContext) -> Renamed:
            return rename_alias(context, old, new, _path_of(context, note) if note else "")

        return self._carry_out(work, dry_run, tell)

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
            return merge(context, _path_of(context, note), _path_of(context, into))

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
            lambda context: extract(context, _path_of(context, whole), part, name), dry_run, tell
        )


def _path_of(context: RenameContext, note: str) -> str:
    """Where the note called `note` lies, by the resolver that the rename needs anyway. Raises UsageError."""
    from kb.indexing.connections import find_note

    return find_note(context.before, note)


def _is_folder(context: RenameContext, name: str) -> bool:
    """Whether `name` is a folder of notes, and no note."""
    folder = name.strip("/")
    if context.before.names(f"{folder}.md") and not name.endswith("/"):
        return False
    return bool(folder) and any(one.path.startswith(f"{folder}/") for one in context.before.all_names())
