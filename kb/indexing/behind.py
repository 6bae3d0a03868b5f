"""How many notes differ from what is indexed, by the look of their files."""

from __future__ import annotations

from kb.errors import KbError
from kb.indexing.catalog import Catalog
from kb.notes.vault import Vault


def notes_behind(catalog: Catalog, vault: Vault) -> int:
    """Notes that are new, gone, or of another size or time than when they were indexed; reads none of them."""
    try:
        files = {file.path: (file.size, file.mtime_ns) for file in vault.scan()}
    except KbError:
        return 0  # a vault that cannot be seen now tells nothing
    indexed = {note.path: (note.size, note.mtime_ns) for note in catalog.notes()}
    return sum(files.get(path) != indexed.get(path) for path in files.keys() | indexed.keys())
