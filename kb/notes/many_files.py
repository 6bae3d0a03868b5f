"""Many new files as part of one step that can be undone: the disk is waited for once, not for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from kb.errors import ExportUnreadable, KbError, NoteExists
from kb.notes.create import create_file
from kb.notes.deeds import Deed
from kb.notes.edit import fingerprint
from kb.notes.edit_journal import Step, folders_above

# Files that are held in memory at once.
_MOST, _MOST_BYTES = 200, 50_000_000

NewFile = tuple[str, Callable[[], bytes]]  # vault-relative path; what reads the content


def create_all(
    step: Step, files: Iterable[NewFile], tell: Callable[[int], None] = lambda _: None
) -> list[tuple[str, KbError]]:
    """Write each of `files`; those that exist by then, or whose content cannot be read, are returned with the reason.

    `tell` hears how many are done. Raises NoteUnwritable; what was written before stays, and can be undone.
    """
    failed: list[tuple[str, KbError]] = []
    root, count = step.vault.root, 0
    try:
        for batch in _batches(files, failed):
            deeds = []
            for path, data in batch:
                made = sum(not (root / folder).exists() for folder in folders_above(path))
                if not (root / path).exists():
                    deeds.append(Deed(path, "", fingerprint(data), made=made))
            step.write_down(*deeds)
            for path, data in batch:
                try:
                    create_file(root, path, data, durable=False)
                    step.done.append(path)
                except NoteExists as error:
                    failed.append((path, error))
            count += len(batch)
            tell(count)
    finally:
        os.sync()
    return failed


def _batches(
    files: Iterable[NewFile], failed: list[tuple[str, KbError]]
) -> Iterator[list[tuple[str, bytes]]]:
    batch: list[tuple[str, bytes]] = []
    size = 0
    for path, read in files:
        try:
            data = read()
        except ExportUnreadable as error:
            failed.append((path, error))
            continue
        batch.append((path, data))
        size += len(data)
        if len(batch) >= _MOST or size >= _MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
