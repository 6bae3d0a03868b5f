"""The reader finds answers in any script, says where, and fails in one clear sentence."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from kb.errors import ReaderUnusable
from kb.reading.encoder import WEIGHTS
from kb.reading.reader import Reader
from kb.reading.reading import Answer, Reading, Text

NOTE = Text(
    "- bought at Hornbach, 89 €, warranty until May 2027\n- lent to Marta\n- serial no: KX-4471",
    "Tools > Drill",
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How much was the drill?", "89 €"),
        ("Who did I lend the drill to?", "Marta"),
        ("drill serial number", "KX-4471"),
        ("Bis wann hat die Bohrmaschine Garantie?", "May 2027"),
        ("Où ai-je acheté la perceuse ?", "Hornbach"),
        ("电钻多少钱？", "89 €"),
    ],
)
def test_finds_the_answer_in_a_note(reader: Reader, question: str, answer: str) -> None:
    best = reader.read(question, [NOTE])[0].best()
    assert best is not None
    assert answer in NOTE.body[best.start : best.end]


def test_tells_a_passage_that_answers_from_one_that_does_not(reader: Reader) -> None:
    other = Text("- sowed in March, 30 cm apart\n- harvest 4 kg", "Garden > Leeks")
    here, there = reader.read("How much was the drill?", [NOTE, other])
    assert here.score > there.score


def test_a_reading_does_not_depend_on_the_passages_beside_it(reader: Reader) -> None:
    alone = reader.read("Who has the drill?", [NOTE])[0]
    beside = reader.read("Who has the drill?", [Text("short"), NOTE, Text("long " * 150)])[1]
    assert alone.best() is not None
    assert beside.best() is not None
    assert (alone.best().start, alone.best().end) == (beside.best().start, beside.best().end)
    assert math.isclose(alone.score, beside.score, abs_tol=0.3)


def test_the_same_question_is_read_the_same_way(reader: Reader) -> None:
    first, second = (reader.read("Who has the drill?", [NOTE])[0] for _ in range(2))
    assert first.score == second.score
    assert np.array_equal(first.start_logits, second.start_logits)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "x",
            "ß",
            "日本語だけ",
            "العربية",
            "עברית",
            "हिन्दी",
            "ไทย",
            "Ελληνικά",
            "Русский",
            "한국어",
        ),
        *("🙂🙂", "\x00\x07", "\ud800"),
    ],
)
def test_any_text_can_be_read(reader: Reader, text: str) -> None:
    best = reader.read(text, [Text(text, text)])[0].best()
    assert best is None or 0 <= best.start <= best.end <= len(text)


def test_a_long_passage_is_read_to_its_end(reader: Reader) -> None:
    body = "\n".join(f"- paid {n} € for part {n}" for n in range(60)) + "\n- the drill was lent to Marta"
    best = reader.read("Who was the drill lent to?", [Text(body, "Log")])[0].best()
    assert best is not None
    assert "Marta" in body[best.start : best.end]


def test_endless_input_is_bounded(reader: Reader) -> None:
    reading = reader.read("why " * 25_000, [Text("word " * 20_000)])[0]
    assert 0 < len(reading.starts) < 4_000


def test_no_passages_no_readings(reader: Reader) -> None:
    assert reader.read("Who?", []) == []


@pytest.mark.parametrize(
    ("question", "premise", "verdict"),
    [
        ("Did I lend the drill to Marta?", "- lent the drill to Marta", "entails"),
        ("Can Jonas eat the bread?", "- Jonas can't eat it (gluten)", "contradicts"),
    ],
)
def test_yes_and_no(reader: Reader, question: str, premise: str, verdict: str) -> None:
    support = reader.supports([(question, premise)])[0]
    assert max(("entails", "neutral", "contradicts"), key=lambda name: getattr(support, name)) == verdict
    assert math.isclose(support.entails + support.neutral + support.contradicts, 1, abs_tol=1e-5)


def test_missing_weights_are_told(tmp_path: Path) -> None:
    reader = Reader(tmp_path, tmp_path / "nowhere.onnx")
    assert "are missing. Install kb again" in reader.problem()
    with pytest.raises(ReaderUnusable):
        reader.read("Who?", [NOTE])


@pytest.mark.parametrize("damage", ["empty", "text", "cut"])
def test_damaged_weights_are_told(tmp_path: Path, damage: str) -> None:
    weights = tmp_path / "reader.onnx"
    content = {"empty": b"", "text": b"not a graph", "cut": WEIGHTS.read_bytes()[:100_000]}
    weights.write_bytes(content[damage])
    problem = Reader(tmp_path, weights).problem()
    assert problem.count("\n") == 0
    assert "cannot be loaded" in problem


def test_the_best_stretch_lies_where_it_is_looked_for() -> None:
    starts, ends = np.array([5, 1, 3], np.float32), np.array([1, 0, 2], np.float32)
    reading = Reading((0, 4, 8), (3, 7, 11), starts, ends, 0.0)
    assert reading.best() == Answer(0, 11, 7.0)
    assert reading.best(4) == Answer(8, 11, 5.0)
    assert reading.best(0, 3) == Answer(0, 3, 6.0)
    assert reading.best(20) is None
    assert reading.stretch(0, 7) == 5.0
