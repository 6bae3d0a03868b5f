"""The day of a daily note is known wherever notes are asked for by their day, as the vault's program calls them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kb.indexing.catalog_queries import CatalogQueries
from kb.indexing.index import Index
from kb.indexing.sync import SyncOptions
from kb.notes.vault import Vault
from tests.support import HashingEmbedder, write_notes


def test_days_follow_the_programs_settings(tmp_path: Path) -> None:
    vault, settings = tmp_path / "vault", tmp_path / "vault" / ".obsidian" / "daily-notes.json"
    write_notes(
        vault, {"Days/09-03-2024.md": "Planted oaks.\n", "Tea.md": "Tea.\n", "2024-05-06.md": "Rain.\n"}
    )
    index = Index(tmp_path / "index", HashingEmbedder())

    def days() -> dict[str, date]:
        index.sync(Vault(vault), lambda _: None, SyncOptions())
        return dict(CatalogQueries(index.catalog).dates())

    assert days() == {"2024-05-06.md": date(2024, 5, 6)}
    write_notes(vault, {".obsidian/daily-notes.json": '{"folder": "Days", "format": "DD-MM-YYYY"}'})
    assert days() == {"2024-05-06.md": date(2024, 5, 6), "Days/09-03-2024.md": date(2024, 3, 9)}
    [note] = [note for note in index.catalog.notes() if note.path.startswith("Days/")]
    assert (note.day, note.stated_days) == (date(2024, 3, 9), (date(2024, 3, 9),))
    settings.unlink()
    assert days() == {"2024-05-06.md": date(2024, 5, 6)}
    index.close()
