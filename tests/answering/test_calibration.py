"""What a judge's yes is worth is measured on references before it counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.answering.gates.answerability import combine_log_odds
from kb.answering.verifier.calibration import Calibration, measured, remember, remembered
from kb.answering.verifier.calibration_examples import CALIBRATION_EXAMPLES

LEANS_TO_NO = ([0.30, 0.40, 0.20, 0.35], [0.05, 0.10, 0.02, 0.22])


def test_a_model_that_leans_to_no_is_understood() -> None:
    skill = measured(*LEANS_TO_NO)
    assert skill.suffices
    assert skill.auroc == pytest.approx(15 / 16)
    assert skill.probability(0.3) > 0.5 > skill.probability(0.1)
    assert skill.probability(0.4) > skill.probability(0.3)


def test_a_model_that_cannot_tell_is_found_out() -> None:
    same = measured([0.7, 0.2, 0.5], [0.2, 0.7, 0.5])
    assert not same.suffices
    assert same.auroc == 0.5
    always = measured([1.0, 1.0], [1.0, 1.0])
    assert not always.suffices
    assert always.probability(1.0) == 0.5
    backwards = measured(*reversed(LEANS_TO_NO))
    assert not backwards.suffices


def test_certainty_can_be_counted_with() -> None:
    skill = measured([1.0, 1.0, 0.999], [0.0, 0.0, 0.01])
    assert 0 < skill.probability(0.0) < 0.5 < skill.probability(1.0) < 1
    assert combine_log_odds(1.0, 1.0) > 0.99
    assert combine_log_odds(0.0, 0.0) < 0.01


def test_gate_and_judge_count_together() -> None:
    assert combine_log_odds(1 / 3, 0.8) == pytest.approx(0.8)  # as sure as before anything was read
    assert combine_log_odds(0.9, 0.5) > 0.5 > combine_log_odds(0.1, 0.5)
    assert combine_log_odds(0.9, 0.2) < 0.5  # the judge counts more
    assert combine_log_odds(0.2, 0.9) > 0.5


def test_what_was_measured_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "judges" / "a.json"
    assert remembered(file) is None
    skill = measured(*LEANS_TO_NO)
    remember(skill, file)
    assert remembered(file) == skill
    for broken in ("", "[]", '{"area": 1}'):
        file.write_text(broken, encoding="utf-8")
        assert remembered(file) is None
    (tmp_path / "file").touch()
    remember(skill, tmp_path / "file" / "b.json")  # cannot be written: measured again next time
    assert isinstance(skill, Calibration)


def test_a_reference_says_what_it_is_said_to_say() -> None:
    assert len(CALIBRATION_EXAMPLES) == len({reference.place for reference in CALIBRATION_EXAMPLES})
    for reference in CALIBRATION_EXAMPLES:
        assert reference.answered.endswith("?")
        assert reference.missed.endswith("?")
        assert len({reference.answered, reference.missed, reference.true, reference.false}) == 4
