"""The index follows the notes: with the real catalog, Chroma and MiniLM."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.errors import DiskFull, IndexIncompatible, IndexLocked, IndexMissing, VaultEmpty, VaultMissing
from kb.indexing.embedder import Embedder
from kb.indexing.index import Index
from kb.indexing.lock import WriteLock
from kb.indexing.seal import Seal
from kb.indexing.sync import SyncOptions, SyncProgress, SyncReport
from kb.indexing.words import word_match
from kb.notes.vault import Vault
from tests.support import NOTES, write_notes


class Base:
    """A vault with its index."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.vault, self.folder, self.embedder = folder / "vault", folder / "index", embedder
        write_notes(self.vault, NOTES)
        self.index = Index(self.folder, embedder)

    def sync(self, **options: Any) -> SyncReport:
        return self.index.sync(Vault(self.vault), lambda _: None, SyncOptions(**options))

    def write(self, name: str, text: str) -> None:
        write_notes(self.vault, {name: text})

    def read(self) -> Index:
        """The index as another process sees it."""
        return Index(self.folder, self.embedder)

    def paths(self) -> list[str]:
        index = self.read()
        try:
            return [note.path for note in index.catalog.notes()]
        finally:
            index.close()

    def lexical(self, word: str) -> set[str]:
        index = self.read()
        try:
            ids = [id for id, _ in index.catalog.lexical(word_match(word, []), 50)]
            return {passage.note_path for passage in index.catalog.passages(ids)}
        finally:
            index.close()

    def dense(self, text: str) -> str:
        """The note nearest to `text`."""
        index = self.read()
        try:
            [(key, _)] = index.dense(self.embedder.embed_query(text), 1)
            [id] = index.catalog.passages_by_key([key])[key][:1]
            return index.catalog.passages([id])[0].note_path
        finally:
            index.close()

    def chroma_keys(self) -> set[str]:
        """What Chroma holds, read as the next owner would."""
        import chromadb

        folder = self.folder / "chroma" / (self.folder / "chroma" / "current").read_text()
        client = chromadb.PersistentClient(str(folder))
        try:
            [collection] = client.list_collections()
            return set(collection.get(include=[])["ids"])
        finally:
            client.close()  # type: ignore[attr-defined]

    def passage_keys(self) -> set[str]:
        with sqlite3.connect(self.folder / "catalog.sqlite") as catalog:
            keys = {row[0] for row in catalog.execute("SELECT key FROM passages")}
        catalog.close()
        return keys


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return Embedder("all-MiniLM-L6-v2")


@pytest.fixture
def base(tmp_path: Path, embedder: Embedder) -> Iterator[Base]:
    base = Base(tmp_path, embedder)
    report = base.sync()
    assert (report.added, report.removed, report.unreadable) == (3, 0, ())
    yield base
    base.index.close()


def test_a_second_run_does_nothing(base: Base) -> None:
    report = base.sync()
    assert (report.unchanged, report.added, report.changed, report.embedded) == (3, 0, 0, 0)


def test_every_passage_is_found_by_word_and_by_meaning(base: Base) -> None:
    assert base.lexical("vocabulary") == {"Tokens.md"}
    assert base.dense("remembering things over a long time") == "Learning/Spaced repetition.md"
    assert base.chroma_keys() == base.passage_keys()


def test_a_changed_note_embeds_only_its_changed_passages(base: Base) -> None:
    long = "\n\n".join(
        f"## Part {n}\n\n{'A sentence about rivers and their banks. ' * 8}{n}" for n in range(6)
    )
    base.write("Rivers.md", f"# Rivers\n\n{long}")
    first = base.sync().embedded
    assert first >= 6
    base.write("Rivers.md", f"# Rivers\n\n{long.replace('banks. 3', 'mouths.')}")
    report = base.sync()
    assert (report.changed, report.embedded) == (1, 1)
    assert base.chroma_keys() == base.passage_keys()


def test_a_changed_heading_embeds_only_its_own_section(base: Base) -> None:
    parts = [f"## Part {n}\n\nA sentence about river {n} and its banks." for n in range(40)]
    base.write("Rivers.md", "\n\n".join(["# Rivers", *parts]))
    assert base.sync().embedded >= 40
    base.write("Rivers.md", "\n\n".join(["# Rivers", *parts]).replace("## Part 3\n", "## Mouths\n"))
    assert base.sync().embedded == 1


def test_a_changed_title_is_found_by_meaning_before_it_is_embedded_anew(base: Base) -> None:
    parts = [f"## Part {n}\n\nA sentence about river {n} and its banks." for n in range(40)]
    base.write("Rivers.md", "\n\n".join(["# Rivers", *parts]))
    before = base.sync().embedded
    base.write("Rivers.md", "\n\n".join(["# Streams", *parts]))
    base.write("Boat.md", "# Boat\n\nIt leaks at the stern.")
    report = base.sync(brief=True)
    assert (report.embedded, report.pending) == (1, before)  # the boat; a user does not wait for the other
    assert base.dense("banks of a river") == "Rivers.md"
    assert base.index.verify(Vault(base.vault)) == []
    assert base.sync().embedded == before
    assert base.index.verify(Vault(base.vault)) == []
    assert base.chroma_keys() == base.passage_keys()


def test_lent_vectors_do_not_outlive_damage(base: Base) -> None:
    """What was lent is not saved as the passage's own from an index that is set aside."""
    base.write("Tokens.md", (base.vault / "Tokens.md").read_text().replace("# ", "# About ", 1))
    assert base.sync(brief=True).pending
    base.index.close()
    (base.folder / "seal").unlink()
    assert base.sync().embedded
    assert base.index.verify(Vault(base.vault)) == []


def test_a_renamed_note_without_a_heading_keeps_its_vectors_until_it_is_embedded_anew(base: Base) -> None:
    base.write("Rivers.md", "They meet the sea in deltas.")
    base.sync()
    (base.vault / "Rivers.md").rename(base.vault / "Streams.md")
    assert base.sync(brief=True).embedded == 0
    assert base.dense("where rivers flow into the ocean") == "Streams.md"
    assert base.sync().embedded == 1
    assert base.index.verify(Vault(base.vault)) == []


def test_links_follow_names_that_come_and_go(base: Base) -> None:
    base.write("Links.md", "[[Heron]] [[wading bird]] [all](Birds/) [[Tokens]]\n")
    base.sync()

    def lead_to() -> list[tuple[str, str | None]]:
        index = base.read()
        try:
            return [(link.status, link.resolved) for link in index.catalog.links_from("Links.md")]
        finally:
            index.close()

    tokens = ("resolved", "Tokens.md")
    missing = ("unresolved", None)
    assert lead_to() == [missing, missing, missing, tokens]
    base.write("Birds/Heron.md", "---\naliases: [wading bird]\n---\nIt stands.\n")
    base.sync()
    heron = ("resolved", "Birds/Heron.md")
    assert lead_to() == [heron, heron, ("attachment", None), tokens]
    base.write("Birds/Heron.md", "It stands.\n")
    base.sync()
    assert lead_to() == [heron, missing, ("attachment", None), tokens]
    (base.vault / "Birds" / "Heron.md").unlink()
    base.sync()
    assert lead_to() == [missing, missing, missing, tokens]


def test_a_note_saved_without_change_embeds_nothing(base: Base) -> None:
    base.write("Tokens.md", NOTES["Tokens.md"])
    assert base.sync().embedded == 0


def test_a_renamed_note_is_found_under_its_new_name_and_embeds_nothing(base: Base) -> None:
    (base.vault / "Tokens.md").rename(base.vault / "Learning" / "Pieces.md")
    report = base.sync()
    assert (report.renamed, report.added, report.removed, report.embedded) == (1, 0, 0, 0)
    assert base.lexical("vocabulary") == {"Learning/Pieces.md"}


def test_a_deleted_note_is_gone_from_everywhere(base: Base) -> None:
    base.write("Secret.md", "# Secret\n\nThe zanzibarquux is under the stairs.\n")
    base.sync()
    (base.vault / "Secret.md").unlink()
    assert base.sync().removed == 1
    assert base.lexical("zanzibarquux") == set()
    assert base.chroma_keys() == base.passage_keys()
    base.index.close()
    for file in base.folder.rglob("*"):
        assert not file.is_file() or b"zanzibarquux" not in file.read_bytes(), file


def test_links_resolve_and_follow_notes_that_come_and_go(base: Base) -> None:
    assert base.index.statistics().links_resolved == 2
    base.write("Unwritten note.md", "Written now.")
    base.sync()
    assert base.index.statistics().links_resolved == 3
    (base.vault / "Unwritten note.md").unlink()
    base.sync()
    assert base.index.statistics().links_resolved == 2


def test_an_unreadable_note_keeps_its_last_state_and_is_reported(base: Base) -> None:
    (base.vault / "Tokens.md").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4)
    report = base.sync()
    assert [path for path, _ in report.unreadable] == ["Tokens.md"]
    assert base.lexical("vocabulary") == {"Tokens.md"}


def test_a_vault_that_vanished_or_was_emptied_wipes_nothing(base: Base) -> None:
    base.vault.rename(base.vault.with_name("away"))
    with pytest.raises(VaultMissing):
        base.sync()
    base.vault.mkdir()
    with pytest.raises(VaultEmpty, match="nothing was changed"):
        base.sync()
    assert len(base.paths()) == 3


def test_reading_without_an_index_says_so(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(IndexMissing, match="kb index"):
        _ = Index(tmp_path / "none", embedder).catalog


def test_a_newer_index_is_refused_and_kept(base: Base) -> None:
    base.index.close()
    with sqlite3.connect(base.folder / "catalog.sqlite") as catalog:
        catalog.execute("UPDATE meta SET value = '99' WHERE name = 'schema_version'")
    catalog.close()
    Seal(base.folder).write(thorough=True)
    with pytest.raises(IndexIncompatible, match="newer kb"):
        base.sync()
    assert (base.folder / "catalog.sqlite").exists()


def test_a_second_writer_waits_while_readers_read(base: Base) -> None:
    lock = WriteLock(base.folder)
    lock.acquire("indexing")
    with pytest.raises(IndexLocked, match="Another kb process"):
        base.sync()
    assert base.lexical("vocabulary") == {"Tokens.md"}
    lock.release()
    assert base.sync().unchanged == 3


def test_a_damaged_catalog_is_set_aside_and_made_anew(base: Base) -> None:
    base.index.close()
    file = base.folder / "catalog.sqlite"
    file.write_bytes(b"not a database at all" + file.read_bytes()[21:])
    report = base.sync()
    assert report.added == 3
    assert "damaged" in report.repaired
    assert not list(base.folder.glob("catalog.sqlite.damaged-*")), "it may hold words of deleted notes"
    assert base.lexical("vocabulary") == {"Tokens.md"}
    assert base.chroma_keys() == base.passage_keys()


def test_a_chroma_folder_that_was_not_closed_is_made_anew(base: Base) -> None:
    before = (base.folder / "chroma" / "current").read_text()
    (base.folder / "chroma" / before / "open").touch()
    base.sync()
    assert (base.folder / "chroma" / "current").read_text() != before
    assert base.chroma_keys() == base.passage_keys()


def test_a_damaged_chroma_is_made_anew(base: Base) -> None:
    base.write("New.md", "Something about kites.")
    for file in base.folder.glob("chroma/gen-*/chroma.sqlite3"):
        file.write_bytes(b"\0" * 4096 + file.read_bytes()[4096:])
    base.sync()
    assert base.chroma_keys() == base.passage_keys()


def test_chroma_deleted_by_hand_comes_back(base: Base) -> None:
    import shutil

    shutil.rmtree(base.folder / "chroma")
    base.sync()
    assert base.chroma_keys() == base.passage_keys()


@pytest.mark.parametrize("step", ["Reading notes", "Embedding passages", "Filling the vector index"])
def test_an_interrupt_anywhere_leaves_an_index_that_goes_on(
    tmp_path: Path, embedder: Embedder, step: str
) -> None:
    base = Base(tmp_path, embedder)

    def interrupt(progress: SyncProgress) -> None:
        if progress.step == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        base.index.sync(Vault(base.vault), interrupt)
    report = base.sync()
    assert report.unchanged + report.added == 3
    assert base.lexical("vocabulary") == {"Tokens.md"}
    assert base.chroma_keys() == base.passage_keys()
    base.index.close()


def test_a_run_killed_before_links_and_garbage_is_made_good(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kb.indexing.catalog_writer import CatalogWriter

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    base.write("Unwritten note.md", "Written now.")
    base.write("Tokens.md", "# Tokens\n\nSomething else entirely.\n")
    monkeypatch.setattr(CatalogWriter, "resolve_links", killed)
    with pytest.raises(KeyboardInterrupt):
        base.sync()
    monkeypatch.undo()
    assert base.sync().unchanged == 4
    assert base.index.statistics().links_resolved == 3
    assert base.chroma_keys() == base.passage_keys()
    base.index.close()
    assert b"vocabulary" not in (base.folder / "catalog.sqlite").read_bytes()


@pytest.mark.slow
def test_a_full_disk_is_told_and_nothing_is_lost(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    from kb.indexing import catalog_writer as writer_module

    def limited(folder: Path) -> sqlite3.Connection:
        connection = real(folder)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        return connection

    real = writer_module.open_for_writing
    monkeypatch.setattr(writer_module, "open_for_writing", limited)
    base.write("Long.md", "\n\n".join(f"Paragraph {n} about granite. " * 20 for n in range(100)))
    with pytest.raises(DiskFull, match="nothing was lost"):
        base.sync()
    monkeypatch.undo()
    assert len(base.paths()) == 3
    assert base.sync().added == 1
    assert base.lexical("granite") == {"Long.md"}


def test_another_embedding_model_embeds_everything_again(base: Base) -> None:
    with sqlite3.connect(base.folder / "catalog.sqlite") as catalog:
        catalog.execute("UPDATE meta SET value = 'another-model' WHERE name = 'embedding_model'")
        catalog.execute("UPDATE vectors SET model = 'another-model'")
    catalog.close()
    Seal(base.folder).write(thorough=True)
    with pytest.raises(IndexIncompatible, match="another-model"):
        _ = base.read().catalog
    assert base.sync().embedded == len(base.passage_keys())
    assert base.dense("remembering things over a long time") == "Learning/Spaced repetition.md"
