"""How many notes differ from what is indexed."""

from __future__ import annotations

from collections.abc import Mapping

from kb.errors import KbError
from kb.indexing.catalog import Catalog
from kb.indexing.plan import plan
from kb.indexing.stored import StoredNote
from kb.notes.vault import NoteFile, Vault

_READ = 50  # notes whose content is compared; where more have another date, they are taken for changed


def notes_behind(catalog: Catalog, vault: Vault) -> int:
    """Notes that are new, gone, or say something else than when they were indexed."""
    try:
        files = vault.scan()
    except KbError:
        return 0  # a vault that cannot be seen now tells nothing
    known = {note.path: note for note in catalog.notes()}
    todo = plan(files, known)
    changed = sum(_differs(vault, file, known) for file in todo.suspects[:_READ])
    return len(todo.new) + len(todo.missing) + changed + len(todo.suspects[_READ:])


def _differs(vault: Vault, file: NoteFile, known: Mapping[str, StoredNote]) -> bool:
    try:
        return vault.read(file.path).fingerprint != known[file.path].fingerprint
    except KbError:
        return False  # it keeps its last indexed state
