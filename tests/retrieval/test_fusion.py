import pytest

from kb.retrieval.fusion import fuse


def test_a_passage_first_in_both_legs_scores_one() -> None:
    assert fuse({1: 8.0, 2: 4.0}, {1: 0.9, 2: 0.3}, 0.5)[1].score == pytest.approx(1)


def test_the_parts_say_what_each_leg_gave() -> None:
    fused = fuse({1: 8.0, 2: 4.0}, {2: 0.9, 3: 0.3}, 0.5)
    assert (fused[1].lexical, fused[1].dense) == (1, 0)
    assert (fused[2].lexical, fused[2].dense) == (0.5, 1)
    assert fused[2].score == pytest.approx(0.75)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_a_leg_that_found_nothing_leaves_the_ranking_to_the_other(weight: float) -> None:
    assert fuse({1: 8.0, 2: 4.0}, {}, weight)[1].score == 1
    assert fuse({}, {1: 0.7, 2: 0.1}, weight)[1].score == 1
    assert fuse({}, {}, weight) == {}


def test_cosines_that_do_not_tell_passages_apart_have_little_say() -> None:
    fused = fuse({1: 8.0, 2: 4.0}, {1: 0.60, 2: 0.65}, 0.5)
    assert fused[1].score > fused[2].score
    assert fused[2].dense < 0.2
