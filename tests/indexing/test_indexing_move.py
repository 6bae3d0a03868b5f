"""Another embedding model: searches go on with the one before until all notes are embedded anew."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kb.errors import IndexIncompatible
from kb.indexing.embedder import Embedder
from kb.indexing.embedding_model import DEFAULT, MULTILINGUAL, EmbeddingModel
from kb.indexing.index import Index
from kb.indexing.sync import SyncOptions
from kb.knowledge_base import KnowledgeBase
from kb.notes.vault import Vault
from kb.settings import EmbeddingSettings, Settings
from tests.support import NOTES, write_notes

QUERY = "remembering things over a long time"


@pytest.fixture
def other(tmp_path: Path) -> str:
    """MiniLM under a name that wants prefixes, which makes it another model."""
    folder = tmp_path / "multilingual-e5-small"
    shutil.copytree(EmbeddingModel(DEFAULT).folder, folder)
    return str(folder)


def settings(folder: Path, model: str) -> Settings:
    return Settings(folder / "vault", folder / "index", embedding=EmbeddingSettings(model))


def nearest(base: KnowledgeBase) -> str:
    return base.search(QUERY)[0].passage.note_path


def test_the_old_model_serves_until_the_new_one_is_done(tmp_path: Path, other: str) -> None:
    write_notes(tmp_path / "vault", NOTES)
    before = KnowledgeBase(settings(tmp_path, DEFAULT))
    before.index()
    found = nearest(before)
    old = before.models.embedder.name
    before.close()

    base = KnowledgeBase(settings(tmp_path, other))
    assert base.models.embedder.name == old
    assert nearest(base) == found
    assert base.status()["embedding_model"] == old
    report = base.index()
    assert base.models.embedder.name != old
    assert base.models.embedder.source == other
    assert nearest(base) == found
    assert report.embedded == base.status()["passages"]
    assert "embedded by multilingual-e5-small" in report.repaired
    assert base.verify() == []
    assert not (tmp_path / "index" / "next").exists()
    assert base.index().changes == 0
    base.close()


@pytest.mark.slow
def test_a_move_that_is_interrupted_goes_on(tmp_path: Path, other: str) -> None:
    many = {
        f"Note {n}.md": f"# Note {n}\n\nStone number {n} lies in the river of year {n * 7}.\n"
        for n in range(600)
    }
    write_notes(tmp_path / "vault", {**NOTES, **many})
    Index(tmp_path / "index", Embedder(DEFAULT)).sync(Vault(tmp_path / "vault"), lambda _: None)
    index = Index(tmp_path / "index", Embedder(other))
    done = index.sync(Vault(tmp_path / "vault"), lambda _: None, SyncOptions(interrupted=lambda: True))
    assert 0 < done.embedded < len(many)
    assert index.embedder.source == DEFAULT
    vector = index.embedder.embed_query(QUERY)
    assert index.dense(vector, 3)
    again = index.sync(Vault(tmp_path / "vault"), lambda _: None)
    assert again.pending == 0
    assert again.embedded <= len(many) + 10 - done.embedded
    assert index.embedder.source == other
    assert index.verify(Vault(tmp_path / "vault")) == []
    index.close()


def test_a_model_that_is_gone_cannot_serve(tmp_path: Path, other: str) -> None:
    write_notes(tmp_path / "vault", NOTES)
    base = KnowledgeBase(settings(tmp_path, other))
    base.index()
    base.close()
    shutil.rmtree(other)
    base = KnowledgeBase(settings(tmp_path, DEFAULT))
    with pytest.raises(IndexIncompatible, match="kb index"):
        base.search(QUERY)
    base.index()
    assert nearest(base) == "Learning/Spaced repetition.md"
    base.close()


@pytest.mark.parametrize("way", [(DEFAULT, MULTILINGUAL), (MULTILINGUAL, DEFAULT)], ids=lambda way: way[1])
def test_searches_go_on_while_the_model_changes(tmp_path: Path, way: tuple[str, str]) -> None:
    write_notes(tmp_path / "vault", NOTES)
    before = KnowledgeBase(settings(tmp_path, way[0]))
    before.index()
    passages = before.status()["passages"]
    before.close()

    writer, reader = (KnowledgeBase(settings(tmp_path, way[1])) for _ in range(2))
    with ThreadPoolExecutor(1) as beside:
        changing = beside.submit(writer.index)
        searched = 0
        while not changing.done() or not searched:
            assert nearest(reader) == "Learning/Spaced repetition.md"
            searched += 1
    assert changing.result().embedded == passages
    writer.close()
    reader.close()
    after = KnowledgeBase(settings(tmp_path, way[1]))
    assert after.models.embedder.source == way[1]
    assert (after.status()["passages"], after.status()["pending"]) == (passages, 0)
    assert nearest(after) == "Learning/Spaced repetition.md"
    after.close()


@pytest.mark.soak
def test_a_thousand_notes_change_their_model_either_way_and_nothing_is_lost(tmp_path: Path) -> None:
    """There and back again, while searches go on, notes are written, changed and deleted; each word stays findable."""
    write_notes(
        tmp_path / "vault",
        {f"Stones/{n}.md": f"Stone word{n} lies by the river.\n" for n in range(999)}
        | {"Memory.md": "Spacing your reviews helps to remember things for a long time.\n"},
    )
    base = KnowledgeBase(settings(tmp_path, DEFAULT))
    base.index()
    base.close()
    for turn, model in enumerate((MULTILINGUAL, DEFAULT)):
        write_notes(tmp_path / "vault", {f"Late/{turn}.md": f"Late latecomer{turn} arrives.\n"})
        write_notes(tmp_path / "vault", {f"Stones/{turn}.md": f"Stone changed{turn} lies in the sea.\n"})
        (tmp_path / "vault" / "Stones" / f"{turn + 10}.md").unlink()
        writer, reader = (KnowledgeBase(settings(tmp_path, model)) for _ in range(2))
        searched = 0
        with ThreadPoolExecutor(1) as beside:
            changing = beside.submit(writer.index)
            while not changing.done() or not searched:
                number = 20 + searched * 37 % 970
                assert reader.search(f"word{number}")[0].passage.note_path == f"Stones/{number}.md"
                assert nearest(reader) == "Memory.md"
                searched += 1
        changing.result()
        assert writer.verify() == []
        writer.close()
        reader.close()
    base = KnowledgeBase(settings(tmp_path, DEFAULT))
    assert base.status()["pending"] == 0
    assert base.status()["notes"] == 1000
    for word, path in (("latecomer0", "Late/0.md"), ("latecomer1", "Late/1.md"), ("changed0", "Stones/0.md")):
        assert base.search(word)[0].passage.note_path == path
    assert "Stones/10.md" not in {hit.passage.note_path for hit in base.search("word10")}
    base.close()
