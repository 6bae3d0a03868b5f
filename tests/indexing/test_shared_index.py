"""Three machines and one shared index: what is embedded where, and what becomes of it when the server goes and comes."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.errors import SharedIndexRefused
from kb.indexing.shared.shelf import Shelf
from tests.indexing.sharing import ChromaServer, Gate, Machine, embedded, free_port, fresh_build
from tests.support import NOTES

pytestmark = pytest.mark.slow
MORE = {f"Note {number}.md": f"# Note {number}\n\nWhat {number} is about.\n" for number in range(30)}

Make = Callable[..., Machine]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("server"))
    yield server
    server.kill()


@pytest.fixture
def make(server: ChromaServer, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes machines of one team, with a database of the server to themselves."""
    made: list[Machine] = []
    database = f"of-{abs(hash(request.node.name))}"

    def make(name: str, url: str = "", **settings: str) -> Machine:
        values = {"database": database} | settings
        machine = Machine(tmp_path / name, url or server.url, tmp_path / "embedded", **values)  # type: ignore[arg-type]
        made.append(machine)
        return machine

    yield make
    for machine in made:
        machine.close()


def times(machine: Machine) -> set[int]:
    """How often passages were embedded, on all machines together."""
    return set(Counter(key for _, key in embedded(machine.log)).values())


def test_a_second_machine_embeds_nothing(make: Make, tmp_path: Path) -> None:
    one, two = make("one"), make("two")
    for machine in (one, two):
        machine.write(NOTES | MORE)
    first, second = one.sync(), two.sync()
    assert (first.fetched, first.pending) == (0, 0)
    assert (second.embedded, second.fetched, second.pending) == (0, first.embedded, 0)
    assert one.known() == two.known() == fresh_build(tmp_path / "fresh", one.folder / "vault")
    assert times(one) == {1}
    for machine in (one, two):
        shared = machine.index.describe()["shared_index"]
        assert (shared["shared"], shared["here_only"], shared["trouble"]) == (first.embedded, 0, "")
        assert machine.index.shared_findings() == []


def test_only_what_changed_travels(make: Make) -> None:
    one, two = make("one"), make("two")
    for machine in (one, two):
        machine.write(NOTES)
        machine.sync()
    for machine in (one, two):
        machine.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
    assert (one.sync().embedded, two.sync().fetched) == (1, 1)
    (one.folder / "vault" / "Tea.md").rename(one.folder / "vault" / "Moved.md")
    moved = one.sync()
    assert (moved.renamed, moved.embedded, moved.fetched) == (1, 0, 0)


def test_machines_that_begin_at_once_share_the_work(make: Make) -> None:
    machines = [make(name) for name in ("one", "two", "three")]
    for machine in machines:
        machine.embedder._seconds = 0.02
        machine.write({name: text * 2 for name, text in MORE.items()} | NOTES)
    reports: dict[str, Any] = {}
    threads = [
        threading.Thread(target=lambda one=one: reports.__setitem__(one.folder.name, one.sync()))
        for one in machines
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {report.shared_trouble for report in reports.values()} == {""}
    assert times(machines[0]) == {1}
    assert len({frozenset(machine.known().items()) for machine in machines}) == 1
    assert all(report.pending == 0 for report in reports.values())


def test_without_the_server_work_goes_on_and_it_heals(
    make: Make, server: ChromaServer, tmp_path: Path
) -> None:
    one, two = make("one"), make("two")
    for machine in (one, two):
        machine.write(NOTES)
        machine.sync()
    server.kill()
    try:
        one.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
        away = one.sync()
        assert (away.embedded, away.pending) == (1, 0)
        assert "does not answer" in away.shared_trouble
        assert not away.held_up
        assert one.index.describe()["shared_index"]["here_only"] == 1
        assert one.index.dense(one.embedder.embed_queries(["tea"])[0], 3)
        [finding] = one.index.shared_findings()
        assert (finding.kind, finding.path) == ("shared index", server.url)
    finally:
        server.start()
    back = one.sync()
    assert (back.embedded, back.handed_over, back.shared_trouble) == (0, 1, "")
    two.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
    assert two.sync().fetched == 1
    assert times(one) == {1}
    assert two.known() == fresh_build(tmp_path / "fresh", two.folder / "vault")


def test_somebody_who_waits_does_not_ask_a_silent_server_again_and_again(make: Make) -> None:
    one = make("one", url=f"http://127.0.0.1:{free_port()}")
    one.write(NOTES)
    assert "does not answer" in one.sync(brief=True).shared_trouble
    asked = one.index._shared
    assert asked is not None
    asked.open = lambda *_, **__: pytest.fail("it was asked")  # type: ignore[method-assign]
    one.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
    assert one.sync(brief=True).embedded == 1


def test_a_server_that_lost_everything_is_filled_again_without_embedding(
    make: Make, server: ChromaServer
) -> None:
    one, two, three = make("one"), make("two"), make("three")
    for machine in (one, two):
        machine.write(NOTES | MORE)
        machine.sync()
    server.kill()
    shutil.rmtree(server.folder / "db")
    server.start()
    assert any("gone from there" in finding.message for finding in two.index.shared_findings())
    two.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
    healed = two.sync()
    assert healed.handed_over >= len(NOTES | MORE)
    three.write(NOTES | MORE)
    assert three.sync().embedded == 0
    assert times(one) == {1}


def test_a_collection_that_can_be_read_no_more_is_begun_anew(make: Make, server: ChromaServer) -> None:
    """As a kill leaves one now and then; what was in it lies on the machines."""
    gate = Gate(server, {"right": "default_tenant"})
    try:
        one, two = (make(name, url=gate.url, token="right") for name in ("one", "two"))
        one.write(NOTES | MORE)
        one.sync(strict=True)
        shared = one.index._shared
        assert shared is not None
        gate.broken = shared.open(one.embedder).id
        one.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
        healed = one.sync(strict=True)
        assert (healed.embedded, healed.pending, healed.shared_trouble) == (1, 0, "")
        two.write(NOTES | MORE)
        assert two.sync(strict=True).embedded == 0
        assert times(one) == {1}
    finally:
        gate.close()


def test_what_a_backup_lacks_is_handed_over_again(make: Make) -> None:
    one, two = make("one"), make("two")
    one.write(NOTES | MORE)
    one.sync()
    shared = one.index._shared
    assert shared is not None
    shelf = shared.open(one.embedder)
    some = [shelf.rows.address(key) for key in one.known()][::2]
    shelf._held.delete(ids=some)
    one.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
    assert one.sync().handed_over == len(some)
    two.write(NOTES | MORE)
    assert two.sync().embedded == 0


def test_purging_makes_the_collection_anew(make: Make) -> None:
    one, two = make("one"), make("two")
    for machine in (one, two):
        machine.write(NOTES | MORE)
        machine.sync()
    for name in MORE:
        (one.folder / "vault" / name).unlink()
    one.sync(accept_removals=True)
    one.index.purge()
    shared = one.index._shared
    assert shared is not None
    assert shared.open(one.embedder).count() == len(one.known())
    two.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
    back = two.sync()
    assert back.handed_over == len(two.known()) - len(one.known()) - 1, (
        "what it still holds, and one does not"
    )
    assert times(one) == {1}


def test_a_strangers_vectors_are_embedded_anew_and_told_of(make: Make) -> None:
    one, two = make("one"), make("two")
    one.write(NOTES)
    one.sync()
    shared = one.index._shared
    assert shared is not None
    shelf = shared.open(one.embedder)
    known = list(one.known())
    # Somebody who may write there puts the vector of one passage in the place of another's, signature and all.
    [source, target] = [shelf.rows.address(key) for key in known[:2]]
    row = shelf._get([source])[source]
    shelf._put("upsert", {target: (row[1], row[0] or {})})
    assert any(
        "do not carry your team's signature" in finding.message for finding in one.index.shared_findings()
    )
    two.write(NOTES)
    report = two.sync()
    assert (report.embedded, report.pending) == (1, 0)
    assert one.known() == two.known()
    assert one.index.shared_findings() == []


def test_passages_that_stay_claimed_for_ever_are_embedded_here(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a stranger with a token could have it, to keep others from finding anything by meaning."""
    one, two = make("one"), make("two")
    one.write(NOTES)
    one.sync()
    two.write(NOTES | {"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
    monkeypatch.setattr("kb.indexing.shared.exchange._TIRED_SECONDS", 1.0)
    claim = Shelf.claim
    monkeypatch.setattr(Shelf, "claim", lambda self, ids: ({}, {}))  # others hold them, whenever one asks
    report = two.sync()
    assert "did not embed them" in report.shared_trouble
    assert (report.embedded, report.pending) == (1, 0)
    monkeypatch.setattr(Shelf, "claim", claim)
    one.write({"Tea.md": "# Tea\n\nOolong is half oxidised.\n"})
    assert two.sync().handed_over == 1
    assert one.sync().fetched == 1


@pytest.mark.parametrize("other", ["database", "tenant", "team_key"])
def test_databases_tenants_and_teams_are_kept_apart(make: Make, other: str) -> None:
    one, two = make("one"), make("two", **{other: f"another-{other}-of-24-letters"})
    for machine in (one, two):
        machine.write(NOTES)
    assert one.sync().embedded == two.sync().embedded > 0
    told = [finding.message for finding in one.index.shared_findings()]
    assert len(told) == (other == "team_key"), "two keys in one database are a mistake of somebody"


def test_a_token_opens_one_tenant(make: Make, server: ChromaServer) -> None:
    maker = make("maker", tenant="tea-team")
    maker.write(NOTES)
    maker.sync()
    gate = Gate(server, {"right": "tea-team", "theirs": "others"})
    try:
        one = make("one", url=gate.url, tenant="tea-team", token="right")
        one.write(NOTES)
        assert one.sync(strict=True).fetched == len(one.known()) > 0
        assert set(gate.asked) == {"right"}
        for token, told in (
            ("wrong", "refuses the token"),
            ("theirs", "refuses the token"),
            ("", "asks for a token"),
        ):
            other = make(f"other-{token}", url=gate.url, tenant="tea-team", token=token)
            other.write(NOTES)
            with pytest.raises(SharedIndexRefused, match=rf"{told}\. Set the variable KB_INDEX_TOKEN"):
                other.sync(strict=True)
            assert token in gate.asked
            assert other.index.catalog.passage_count(), "words are found"
            with pytest.raises(SharedIndexRefused):
                other.index.purge()
        lone = make("lone", url=gate.url, tenant="tea-team", token="right", database="not-made-yet")
        lone.write(NOTES)
        assert lone.sync(strict=True).embedded > 0, "within its tenant a token may make databases"
    finally:
        gate.close()


BAD_ANSWERS = {
    "a web page": ((200, {}, b"<html>log in</html>"), "not JSON"),
    "elsewhere": (
        (302, {"Location": "http://elsewhere.example/x?y=z"}, b""),
        r"redirects elsewhere \(http://elsewhere.example/x.*\)",
    ),
    "not found": ((404, {}, b"nothing"), "is not a Chroma server"),
    "too large": ((413, {}, b""), "requests of 1 MB"),
    "the token repeated": ((500, {}, b"bad token right \x1b[31m"), "status 500: bad token …"),
    "other JSON": ((200, {}, b'{"hello": [1, 2]}'), "does not answer like Chroma"),
    "a list": ((200, {}, b"[[[]]]"), "does not answer like Chroma"),
    "a number": ((200, {}, b"1e999"), "not JSON|answers otherwise"),
    "an error": (
        (500, {}, b'{"error": "InternalError", "message": "Failed to apply logs"}'),
        "Failed to apply logs",
    ),
    "not there": ((404, {}, b'{"error": "NotFoundError", "message": "no"}'), "again and again"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_whatever_a_server_answers_is_one_sentence(make: Make, server: ChromaServer, name: str) -> None:
    gate = Gate(server, {})
    gate.answer, told = BAD_ANSWERS[name]
    try:
        one = make("one", url=gate.url, token="right")
        one.write(NOTES)
        with pytest.raises(SharedIndexRefused, match=told) as caught:
            one.sync(strict=True)
        assert str(caught.value).isprintable()
        assert "right" not in str(caught.value)
        report = one.sync()
        assert report.embedded == len(one.known()) > 0, "a few passages are embedded here all the same"
    finally:
        gate.close()


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_away(make: Make, server: ChromaServer, status: int) -> None:
    gate = Gate(server, {})
    gate.answer = (status, {}, b"")
    try:
        one = make("one", url=gate.url)
        one.write(NOTES)
        report = one.sync(brief=True)
        assert f"is busy (status {status})" in report.shared_trouble
        assert (report.pending, report.held_up) == (0, False)
    finally:
        gate.close()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"team_key": ""}, "needs the key that your team signs"),
        ({"team_key": "short"}, "24 characters"),
        ({"url": "http://me:secret@127.0.0.1:1"}, "index.url holds a name or password"),
        ({"tenant": "../x"}, "index.tenant must be"),
        ({"database": "a b"}, "index.database must be"),
        ({"url": "https://127.0.0.1:{port}"}, "does not speak https"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    make: Make, server: ChromaServer, settings: dict[str, str], told: str
) -> None:
    url = settings.pop("url", "").format(port=server.port)
    one = make("one", url=url, **settings)
    one.write(NOTES)
    with pytest.raises(SharedIndexRefused, match=told) as caught:
        one.sync(strict=True)
    assert "secret" not in str(caught.value)


def test_a_token_goes_to_the_host_it_was_given_for_alone(make: Make, server: ChromaServer) -> None:
    gate = Gate(server, {"right": "default_tenant"})
    try:
        one = make("one", url=gate.url, token="right")
        one.write(NOTES)
        one.sync(strict=True)
        gate.asked.clear()
        shutil.copytree(one.folder / "state", one.folder.parent / "two" / "state")
        two = make("two", url=gate.url.replace("127.0.0.1", "localhost"), token="right")
        two.write(NOTES)
        with pytest.raises(
            SharedIndexRefused, match=r"Your token was given for http://127\.0\.0\.1.*kb trust"
        ):
            two.sync(strict=True)
        assert not gate.asked
    finally:
        gate.close()


def test_a_file_of_settings_in_the_folder_one_stands_in_is_not_read(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chroma's own client reads `.env` where one stands, which may be anybody's folder."""
    (tmp_path / ".env").write_text("CHROMA_CLIENT_AUTH_PROVIDER=nowhere.Evil\nCHROMA_SERVER_HOST=elsewhere\n")
    monkeypatch.chdir(tmp_path)
    one = make("one")
    one.write(NOTES)
    assert one.sync(strict=True).pending == 0
