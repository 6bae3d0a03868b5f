"""What became of the files that are no Markdown: how many of each format were read, which not, and why."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kb.indexing.catalog import Catalog
from kb.indexing.file_table import unread_files
from kb.notes.suffixes import is_markdown
from kb.notes.vault import Vault


def file_report(catalog: Catalog, vault: Vault) -> dict[str, Any]:
    """In the documented form of `kb status --json`.

    `files`: how many of each format are indexed; `unread` and `partly_read`: reasons by path; `not_read`: how many
    files of each suffix no source in force reads.
    """
    formats = Counter(note.stamp.split()[0] for note in catalog.notes() if note.stamp)
    off = Counter(_suffix(path) for path in vault.attachments() if vault.is_off(path))
    return {
        "files": dict(sorted(formats.items())),
        "partly_read": {path: message for path, _, message in catalog.problems() if not is_markdown(path)},
        "unread": {one.path: one.reason for one in unread_files(catalog)},
        "not_read": dict(off.most_common()),
    }


def _suffix(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return "." + name.rsplit(".", 1)[-1].lower() if "." in name else name
