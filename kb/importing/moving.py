"""Imports notes into a vault: reads an export, plans what to write, and writes it as one step that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from kb.errors import ExportUnreadable, KbError, NoteUnwritable, UsageError
from kb.importing.archive import open_export
from kb.importing.formats import FORMATS
from kb.importing.imported_note import ImportedNote
from kb.importing.importer import Export, Importer, Left
from kb.importing.plan import Plan, checked_folder, plan_import
from kb.importing.target_vault import read_target_vault
from kb.importing.tree import Tree
from kb.notes.create import new_note_bytes
from kb.notes.edit_journal import EditJournal
from kb.notes.many_files import NewFile, create_all
from kb.notes.vault import Vault
from kb.settings import NoteSettings


class Moving:
    """Imports into one vault."""

    def __init__(self, vault: Vault, journal: EditJournal, settings: NoteSettings) -> None:
        self._vault = vault
        self._journal = journal
        self._settings = settings

    @contextmanager
    def reading(
        self, path: Path, source: str = "", to: str = "", tell: Callable[[int], None] = lambda _: None
    ) -> Iterator[Plan]:
        """What importing the export at `path` would do; it can be carried out until the end of the block.

        `source` names the format, `to` the folder of the vault; `tell` hears how many notes are read so far.
        Raises ExportUnreadable, UsageError, NoteUnwritable.
        """
        self._check_outside(path)
        with closing(open_export(path)) as tree:
            importer = _importer(tree, source)
            home = read_target_vault(self._vault, self._settings.daily)
            folder = checked_folder(to) if to else self._folder(importer, home.is_logseq)
            export = Export(tree)
            found: list[ImportedNote] = []
            try:
                for one in importer.notes(export):
                    found.append(one)
                    tell(len(found))
            except RecursionError as error:
                raise ExportUnreadable(f"{tree.name} can't be read: it is nested too deeply.") from error
            plan = plan_import(found, home, importer.name, importer.label, folder, export.left)
            if not (found or plan.left):
                raise ExportUnreadable(f"{tree.name} holds no notes of {importer.label}.")
            yield plan

    def carry_out(self, plan: Plan, tell: Callable[[int], None] = lambda _: None) -> tuple[Left, ...]:
        """Write all that is planned; `tell` hears how many files are written. Returns what could not be.

        Raises NoteUnwritable for a full disk; what was written before stays, and can be undone.
        """
        files: list[NewFile] = [(file.path, file.attachment.read) for file in plan.files]
        # Attachments first: a note is known to be imported, so nothing of it may be missing.
        files += [(note.path, partial(new_note_bytes, note.text)) for note in plan.notes]
        with self._journal.step(f"the import of {len(plan.notes)} notes from {plan.label}") as step:
            try:
                failed = create_all(step, files, tell)
            except NoteUnwritable as error:
                raise NoteUnwritable(
                    f"{error} {len(step.done):,} of {len(files):,} files were written. kb undo takes them back; to go on,"
                    " run the same import again."
                    if step.done
                    else str(error)
                ) from error
        return tuple(Left(path, str(error)) for path, error in failed)

    def unread(self, plan: Plan) -> list[str]:
        """Paths of new notes that kb will not read; rules of `.kbignore` and of other programs leave some out."""
        read = {file.path for file in self._vault.scan()}
        return [note.path for note in plan.notes if note.path not in read]

    def _folder(self, importer: Importer, is_logseq: bool) -> str:
        if is_logseq:
            return "pages"
        return "/".join(filter(None, (self._settings.folder.strip("/"), importer.label)))

    def _check_outside(self, path: Path) -> None:
        root, real = self._vault.root.resolve(), path.resolve()
        if path.is_dir() and (real == root or root in real.parents or real in root.parents):
            raise UsageError(
                f"{path} and the vault overlap: one is inside the other. Move what you want to import elsewhere."
            )


def _importer(tree: Tree, source: str) -> Importer:
    if source:
        wanted = source.strip().casefold()
        for importer in FORMATS:
            if importer.name == wanted:
                return importer
        raise UsageError(f"Unknown format {source!r}. Use one of: {', '.join(one.name for one in FORMATS)}.")
    if not tree.names():
        raise ExportUnreadable(f"{tree.name} holds no files.")
    unread: KbError | None = None
    for importer in FORMATS:
        try:
            if importer.fits(tree):
                return importer
        except KbError as error:
            unread = unread or error
    if unread:
        raise unread
    raise ExportUnreadable(
        f"Can't tell which program {tree.name} comes from. Name it with --from: "
        f"{', '.join(one.name for one in FORMATS)}."
    )
