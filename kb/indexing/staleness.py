"""Which notes differ from what is indexed."""

from __future__ import annotations

from kb.errors import KbError
from kb.indexing.catalog import Catalog
from kb.indexing.file_table import seen_files
from kb.indexing.plan import plan
from kb.indexing.reading import differs_from
from kb.notes.vault import Vault

_READ = 50  # notes whose content is compared; where more have another date, they are taken for changed


def count_stale_notes(catalog: Catalog, vault: Vault) -> int:
    """Notes that are new, gone, or say something else than when they were indexed."""
    try:
        files = vault.scan()
    except KbError:
        return 0  # a vault that cannot be seen now tells nothing
    known = seen_files(catalog)
    todo = plan(files, known)
    changed = sum(differs_from(vault, known[file.path]) for file in todo.suspects[:_READ])
    return len(todo.new) + len(todo.missing) + changed + len(todo.suspects[_READ:])


def unindexed_notes(catalog: Catalog, vault: Vault) -> frozenset[str]:
    """Paths of the notes that are new, or whose files are others than those indexed; their content is not compared."""
    todo = plan(vault.scan(), seen_files(catalog))
    return frozenset(file.path for file in (*todo.new, *todo.suspects))
