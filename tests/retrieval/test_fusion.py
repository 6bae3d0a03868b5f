"""Both legs' scores become one, weighed by what each is worth for the query."""

from __future__ import annotations

import pytest

from kb.retrieval.fusion import Coverage, RetrieverScores, dense_weight, features, fuse

SPREAD = 0.5  # of MiniLM


def test_a_passage_first_in_both_legs_scores_one() -> None:
    assert fuse(RetrieverScores({1: 8.0, 2: 4.0}, {1: 0.9, 2: 0.3}), 0.5, SPREAD)[1].score == pytest.approx(1)


def test_the_parts_say_what_each_leg_gave() -> None:
    fused = fuse(RetrieverScores({1: 8.0, 2: 4.0}, {2: 0.9, 3: 0.3}), 0.5, SPREAD)
    assert (fused[1].lexical, fused[1].dense) == (1, 0)
    assert (fused[2].lexical, fused[2].dense) == (0.5, 1)
    assert fused[2].score == pytest.approx(0.75)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_a_leg_that_found_nothing_leaves_the_ranking_to_the_other(weight: float) -> None:
    assert fuse(RetrieverScores({1: 8.0, 2: 4.0}, {}), weight, SPREAD)[1].score == 1
    assert fuse(RetrieverScores({}, {1: 0.7, 2: 0.1}), weight, SPREAD)[1].score == 1
    assert fuse(RetrieverScores({}, {}), weight, SPREAD) == {}


def test_cosines_that_do_not_tell_passages_apart_have_little_say() -> None:
    fused = fuse(RetrieverScores({1: 8.0, 2: 4.0}, {1: 0.60, 2: 0.65}), 0.5, SPREAD)
    assert fused[1].score > fused[2].score
    assert fused[2].dense < 0.2


def test_what_little_means_depends_on_the_model() -> None:
    found = RetrieverScores({1: 8.0}, {1: 0.78, 2: 0.9})
    assert fuse(found, 0.5, SPREAD)[2].dense < 0.3
    assert fuse(found, 0.5, 0.12)[2].dense == pytest.approx(1)


def weight(lexical: float, dense: float, usual: float = 0.5) -> float:
    found = RetrieverScores({1: 1.0}, {1: 0.9, 2: 0.4}, Coverage(lexical, dense))
    return dense_weight(features(found, SPREAD), usual)


def test_words_of_another_language_have_little_weight() -> None:
    same, other = weight(0.7, 0.7), weight(0.2, 0.2)
    assert 0.3 < same < 0.8
    assert other > 0.85


def test_a_model_that_does_not_know_the_language_has_little_weight() -> None:
    assert weight(0.6, 0.1) < weight(0.6, 0.6)


def test_the_usual_weight_shifts_all_and_its_ends_leave_one_leg() -> None:
    assert weight(0.7, 0.7, usual=0.2) < weight(0.7, 0.7) < weight(0.7, 0.7, usual=0.8)
    assert (weight(0.2, 0.7, usual=0), weight(0.2, 0.7, usual=1)) == (0, 1)


def test_a_common_word_alone_does_not_put_a_passage_first() -> None:
    little = RetrieverScores({1: 0.8}, {2: 0.80, 1: 0.79, 3: 0.77}, Coverage(0.15, 0.15))
    fused = fuse(little, 0.5, 0.14)
    assert fused[2].score > fused[1].score
    assert fused[1].lexical < 0.5
