"""Each passage is made by one machine alone, also where many want it at once and some are killed: over a real server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb.indexing.shared.place import SharedPlace
from kb.indexing.shared.rows import CLAIM_SECONDS, Claim, Rows, Vector16
from kb.indexing.shared.shelf import Shelf
from kb.settings import SharedIndexSettings
from tests.indexing.sharing import TEAM_KEY, ChromaServer, place_of
from tests.support import HashingEmbedder

pytestmark = pytest.mark.slow
ROWS = Rows(TEAM_KEY, "model", 384)
MANY = 4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("server"))
    yield server
    server.kill()


@pytest.fixture
def place(server: ChromaServer, tmp_path: Path, request: pytest.FixtureRequest) -> SharedPlace:
    database = f"of-{abs(hash(request.node.name))}"
    return place_of(SharedIndexSettings(url=server.url, team_key=TEAM_KEY, database=database), tmp_path)


def shelf_of(place: SharedPlace, number: int) -> Shelf:
    return Shelf(replace(place, holder=f"{number:024x}"), ROWS, "model")


def addresses(count: int) -> list[str]:
    return [ROWS.address(f"{number:032x}") for number in range(count)]


def vectors(ids: list[str]) -> dict[str, Vector16]:
    return dict(zip(ids, HashingEmbedder().embed_passages(ids).astype(np.float16), strict=True))


def end_claims(shelf: Shelf, ids: list[str], number: int = 0) -> None:
    """Let claims on `ids` have ended a while ago, as those of a killed machine have."""
    metadata = ROWS.claimed("f" * 24, shelf.now() - 1)
    named = [f"{id}~{number}" if number else id for id in ids]
    shelf._put("upsert", dict.fromkeys(named, (ROWS.placeholder, metadata)))


def contend(place: SharedPlace, ids: list[str]) -> list[dict[str, int]]:
    """What each of many machines wins that claim the same at once, each in another order and in small steps."""

    def run(number: int) -> dict[str, int]:
        shelf = shelf_of(place, number)
        mixed = list(np.random.default_rng(number).permutation(ids))
        won: dict[str, int] = {}
        for first in range(0, len(mixed), 10):
            won |= shelf.claim([str(id) for id in mixed[first : first + 10]])[1]
        shelf.close()
        return won

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(run, range(MANY)))


def test_of_many_that_claim_at_once_each_passage_goes_to_one(place: SharedPlace) -> None:
    ids = addresses(90)
    won = [id for one in contend(place, ids) for id in one]
    assert sorted(won) == sorted(ids)


@pytest.mark.parametrize("ended", [1, 3])
def test_claims_that_ended_are_succeeded_by_one_alone(place: SharedPlace, ended: int) -> None:
    ids = addresses(40)
    shelf = shelf_of(place, 99)
    for number in range(ended):
        end_claims(shelf, ids, number)
    results = contend(place, ids)
    assert sorted(id for one in results for id in one) == sorted(ids)
    assert {number for one in results for number in one.values()} == {ended}
    shelf.close()


def test_what_another_makes_is_waited_for_and_what_was_made_is_taken(place: SharedPlace) -> None:
    first, second = shelf_of(place, 1), shelf_of(place, 2)
    ids = addresses(4)
    assert set(first.claim(ids)[1]) == set(ids)
    assert second.claim(ids) == ({}, {})
    made = vectors(ids)
    first.keep(made, dict.fromkeys(ids, 0))
    found, won = second.claim(ids)
    assert not won
    assert {id: row.tobytes() for id, row in found.items()} == {id: row.tobytes() for id, row in made.items()}
    assert second.holds(ids) == set(ids)
    first.close()
    second.close()


def test_who_claims_too_late_takes_the_vector_that_came_meanwhile(place: SharedPlace) -> None:
    """It looked when the claim had ended; before its own, the successor claimed, made the vector, and took its claim back."""
    slow, quick = shelf_of(place, 1), shelf_of(place, 2)
    ids = addresses(3)
    end_claims(slow, ids)
    before = slow._read(ids, slow.now())
    _, won = quick.claim(ids)
    quick.keep(vectors(ids), won)
    slow._read = lambda *_: before  # type: ignore[method-assign]
    found, won = slow.claim(ids)
    assert set(found) == set(ids)
    assert not won
    slow.close()
    quick.close()


def test_a_killed_process_goes_on_at_once_with_what_its_index_had_claimed(place: SharedPlace) -> None:
    before, after, other = shelf_of(place, 1), shelf_of(place, 1), shelf_of(place, 2)
    ids = addresses(5)
    before.claim(ids)
    assert other.claim(ids) == ({}, {})
    assert set(after.claim(ids)[1]) == set(ids)
    for shelf in (before, after, other):
        shelf.close()


def test_a_strangers_rows_are_made_anew_by_one_alone(place: SharedPlace) -> None:
    stranger = shelf_of(place, 9)
    ids = addresses(24)
    wrong = vectors(ids)
    kinds = [
        {"state": "kept", "sign": "0" * 48},
        {"state": "kept"},
        {"state": "claimed", "holder": "x", "until": stranger.now() + 1000 * CLAIM_SECONDS},
        {"anything": "else"},
    ]
    stranger._put("upsert", {id: (wrong[id], kinds[row % 4]) for row, id in enumerate(ids)})
    results = contend(place, ids)
    assert sorted(id for one in results for id in one) == sorted(ids)
    for number, won in enumerate(results):
        shelf = shelf_of(place, number)
        shelf.keep({id: row for id, row in vectors(ids).items() if id in won}, won)
        shelf.close()
    assert all(isinstance(row, np.ndarray) for row in stranger.look(ids).values())
    assert stranger.count() == len(ids), "claims are taken back"
    stranger.close()


def test_claims_end_by_the_servers_clock(place: SharedPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = shelf_of(place, 1)
    ids = addresses(1)
    first.claim(ids)
    monkeypatch.setattr("time.time", lambda: 0.0)
    row = first.look(ids)[ids[0]]
    assert isinstance(row, Claim)
    assert 0 < row.until - first.now() <= CLAIM_SECONDS
    first.close()
