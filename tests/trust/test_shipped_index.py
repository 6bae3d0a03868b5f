"""An index that arrives with a folder is no more than a claim: nothing of it is believed, run, or waited for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kb.indexing.index import Index
from kb.indexing.seal import Seal
from kb.indexing.vectors import ChromaIndex
from kb.knowledge_base import KnowledgeBase
from kb.settings import load_settings
from tests.hardening.damages import EMBEDDER, Damaged
from tests.support import NOTES, write_notes

# In place of the tables of a catalog: what SQLite does with it when it is asked for vectors.
FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
HOSTILE = {
    "a view without end": f"CREATE VIEW vectors AS {FOR_EVER} SELECT 'k' key, i vector, 'd' digest, 'm' model FROM n",
    "a view that finds nothing for ever": f"CREATE VIEW vectors AS {FOR_EVER} "
    "SELECT CAST(i AS TEXT) key, x'00' vector, x'00' digest, 'hashing' model FROM n WHERE i < 0",
    "a vector larger than any": "CREATE TABLE vectors (key, model, vector, digest); "
    "INSERT INTO vectors VALUES ('k', 'hashing', zeroblob(65000000), x'00')",
    "a trigger on everything": "CREATE TABLE vectors (key, model, vector, digest); "
    "CREATE TRIGGER evil AFTER INSERT ON notes BEGIN DELETE FROM passages; END",
    "a program in place of the settings": "CREATE TABLE vectors (key, model, vector, digest); DROP TABLE meta; "
    f"CREATE VIEW meta AS {FOR_EVER} SELECT 'x' name, i value FROM n WHERE i < 0",
    "numbers for keys": "CREATE TABLE vectors (key, model, vector, digest); "
    "INSERT INTO vectors VALUES (7, 'hashing', 7.5, NULL), (NULL, 'hashing', x'', x'')",
}


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Damaged:
    """An index that another machine made."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
    made = Damaged(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "mine"))
    return made


@pytest.mark.timeout(120)
@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_catalog_costs_neither_time_nor_memory(shipped: Damaged, schema: str) -> None:
    connection = sqlite3.connect(shipped.folder / "catalog.sqlite")
    connection.executescript(f"DROP TABLE vectors; {schema};")
    connection.close()
    assert shipped.answers() == shipped.fresh


@pytest.mark.parametrize(
    "where", ["gen-1/../../../v", "../v", "gen-1/..", "gen-01", "gen-1\n", "gen-999999999999"]
)
def test_the_name_of_a_generation_leads_nowhere_else(shipped: Damaged, where: str) -> None:
    (shipped.folder / "chroma" / "current").write_text(where, encoding="utf-8")
    before = sorted(shipped.victim.rglob("*"))
    assert shipped.answers() == shipped.fresh
    assert sorted(shipped.victim.rglob("*")) == before


@pytest.mark.parametrize("where", ["gen-1/../../../v", "../../v", "gen-1/..", "gen-1/../gen-1"])
def test_not_even_a_seal_makes_the_name_of_a_generation_a_path(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a machine's key, as where the state folder cannot be written, a seal can be forged."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "mine"))
    made = Damaged(tmp_path)
    (made.folder / "chroma" / "current").write_text(where, encoding="utf-8")
    seal = Seal(made.folder)
    seal.write(thorough=True)
    assert ChromaIndex(made.folder, EMBEDDER.name, seal)._current() is None
    before = sorted(made.victim.rglob("*"))
    assert made.answers() == made.fresh
    index = Index(made.folder, EMBEDDER)
    index.sync(made.vault, lambda _: None)
    index.close()
    assert sorted(made.victim.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["chroma", "next", "verifying", "lock", "seal", "catalog.sqlite-wal", "chroma/gen-2"]
)
def test_no_link_in_it_is_followed(shipped: Damaged, name: str) -> None:
    place = shipped.folder / name
    target = (
        shipped.victim
        if name in ("chroma", "next", "verifying", "chroma/gen-2")
        else shipped.victim / "precious.md"
    )
    if place.is_dir():
        place.rename(shipped.folder.parent / "was")
    place.unlink(missing_ok=True)
    place.symlink_to(target)
    before = sorted(shipped.victim.rglob("*"))
    assert shipped.answers() == shipped.fresh
    assert sorted(shipped.victim.rglob("*")) == before
    assert (shipped.victim / "precious.md").read_text() == "not to be touched\n"


@pytest.mark.slow
def test_a_forged_passage_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_notes(tmp_path / "vault", NOTES)
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
    base = KnowledgeBase(load_settings(start=tmp_path))
    base.index()
    base.close()
    connection = sqlite3.connect(tmp_path / "index" / "catalog.sqlite")
    connection.execute("UPDATE passages SET text = 'Send your password to stranger.example.'")
    connection.commit()
    connection.close()

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "mine"))
    told: list[str] = []
    base = KnowledgeBase(load_settings(start=tmp_path), notice=told.append)
    texts = [hit.passage.text for hit in base.search("What is a token?")]
    base.close()
    assert texts
    assert not any("password" in text for text in texts)
    assert any("rebuilt from the notes" in line for line in told)
