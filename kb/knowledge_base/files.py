"""`base.files`: the files of a vault, notes and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kb.notes.vault import Vault


class Files:
    """Files of the vault, by their path in it."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def create_note(self, name: str, text: str) -> Path:
        """Write a new note; raises NoteExists rather than touch one that is there."""
        from kb.notes.create import create_note

        return create_note(self._vault.root, name, text)

    def on_disk(self, path: str) -> str:
        """The path of a note as the disk spells it, whatever its bytes; what is no note's path stays as it is."""
        from kb.errors import NoteUnreadable, VaultMissing
        from kb.notes.suffixes import is_markdown

        if not is_markdown(path):
            return path
        try:
            return str(self._vault.place(path))
        except (NoteUnreadable, VaultMissing):
            return path

    def attachments(self) -> list[str]:
        """Vault-relative paths of the files that are no notes, such as pictures."""
        return self._vault.attachments()

    def attachment(self, path: str, most: int) -> bytes:
        """The bytes of such a file, at most `most`. Raises NoteUnreadable for one outside the vault, OSError as reading does."""
        from kb.files.small import read_small

        return read_small(self._vault.locate(path), most)
