"""What a machine believes of what it finds on a shelf: the team's own, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from kb.indexing.shared.rows import CLAIM_SECONDS, Claim, Rows, Strange
from tests.indexing.sharing import TEAM_KEY
from tests.support import HashingEmbedder

ROWS = Rows(TEAM_KEY, "model", 384)
VECTOR = HashingEmbedder().embed_passages(["tea"])[0].astype(np.float16)
ADDRESS = ROWS.address("0" * 32)


def test_what_the_team_signed_is_believed() -> None:
    found = ROWS.vector_in(ADDRESS, ROWS.kept(ADDRESS, VECTOR), VECTOR.astype(np.float32))
    assert isinstance(found, np.ndarray)
    assert found.tobytes() == VECTOR.tobytes()


@pytest.mark.parametrize(
    "other",
    [Rows("another key of twenty-four signs", "model", 384), Rows(TEAM_KEY, "another model", 384)],
    ids=["another team's", "another model's"],
)
def test_what_others_signed_is_not(other: Rows) -> None:
    assert other.address("0" * 32) != ADDRESS
    assert isinstance(ROWS.vector_in(ADDRESS, other.kept(ADDRESS, VECTOR), VECTOR), Strange)


def test_a_vector_is_of_one_passage_alone() -> None:
    other = ROWS.address("1" * 32)
    assert isinstance(ROWS.vector_in(other, ROWS.kept(ADDRESS, VECTOR), VECTOR), Strange)


def _one_bit_off() -> np.ndarray:
    changed = VECTOR.copy()
    changed.view(np.uint16)[7] ^= 1
    return changed


@pytest.mark.parametrize(
    "vector",
    [
        _one_bit_off(),
        VECTOR[:100],
        VECTOR * 2,
        VECTOR * np.nan,
        np.zeros(384),
        "text",
        None,
        [[1.0]],
        np.full(384, np.inf),
    ],
    ids=[
        "one bit off",
        "short",
        "long",
        "no numbers",
        "nothing",
        "text",
        "none",
        "of two dimensions",
        "endless",
    ],
)
def test_a_vector_that_was_changed_is_not_believed(vector: object) -> None:
    with np.errstate(all="ignore"):
        signed = ROWS.kept(
            ADDRESS, np.asarray(vector).astype(np.float16) if isinstance(vector, np.ndarray) else VECTOR
        )
        unsigned = ROWS.kept(ADDRESS, VECTOR)
        assert isinstance(ROWS.vector_in(ADDRESS, unsigned, vector), Strange)
        if not isinstance(vector, np.ndarray) or np.isclose(
            np.linalg.norm(vector.astype(float)), 1, atol=0.01
        ):
            return
        # The team's own machines may be at fault, too.
        assert isinstance(ROWS.vector_in(ADDRESS, signed, vector), Strange)


@pytest.mark.parametrize("sign", [None, 3, "", "é", "0" * 48])
def test_a_signature_of_any_kind_is_refused_without_an_error(sign: object) -> None:
    assert isinstance(ROWS.vector_in(ADDRESS, {"state": "kept", "sign": sign}, VECTOR), Strange)


def test_a_claim_that_would_never_end_is_none() -> None:
    now = 1_000_000.0
    assert isinstance(ROWS.claim_in(ROWS.claimed("a", now + CLAIM_SECONDS), 0, now), Claim)
    for until in (now + 10 * CLAIM_SECONDS, float("inf"), float("nan"), "soon", None):
        metadata = {"state": "claimed", "holder": "a", "until": until}
        assert isinstance(ROWS.claim_in(metadata, 0, now), Strange)
    assert isinstance(ROWS.claim_in(None, 0, now), Strange)
