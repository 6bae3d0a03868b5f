"""The child process that reads files: what it may do, and what becomes of one that does more."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.notes.extract import Extract
from kb.sources.form import pack, unpack
from kb.sources.source import Source, Unreadable
from kb.sources.worker import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def read(worker: Worker, tmp_path: Path, function: str, content: str = "x", seconds: float = 1.0) -> Extract:
    file = tmp_path / "file.x"
    file.write_text(content, encoding="utf-8")
    source = Source("x", (".x",), f"tests.sources.misbehaving:{function}", seconds=seconds)
    with file.open("rb") as stream:
        return worker.read(source, "file.x", stream, {})


def is_well(worker: Worker, tmp_path: Path) -> bool:
    with (tmp_path / "file.x").open("rb") as stream:
        return worker.read(Source("txt", (".x",), "kb.sources.text:read"), "file.x", stream, {}).text == "x"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("endless", "takes longer than 1 seconds"),
        ("crashing", "crashed the program that read it, twice"),
        ("greedy", "needs more memory"),
        ("raising", "is damaged, or of a kind that kb can't read"),
        ("leaving", "crashed the program that read it, twice"),
        ("flooding", "text is too long"),
    ],
)
def test_what_goes_wrong_is_a_reason_and_the_next_file_is_read(
    worker: Worker, tmp_path: Path, function: str, reason: str
) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(worker, tmp_path, function)
    assert is_well(worker, tmp_path)


@pytest.mark.slow
def test_a_file_that_waits_for_something_is_not_waited_for(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.sources.worker._STARTING", 1.0)
    start = time.monotonic()
    with pytest.raises(Unreadable, match="takes longer"):
        read(worker, tmp_path, "waiting", seconds=0.3)
    assert time.monotonic() - start < 30


def test_nothing_can_be_written(worker: Worker, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read(worker, tmp_path, "writing", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists() or not (tmp_path / "out").read_bytes()


def test_the_child_stands_on_neutral_ground(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_MODELS_KEY", "secret")
    told = read(worker, tmp_path, "surroundings").text
    assert told.startswith("/ ")
    assert "KB_" not in told


def test_what_comes_back_is_made_to_fit(worker: Worker, tmp_path: Path) -> None:
    found = read(worker, tmp_path, "lying")
    assert found.text == "a?b"
    assert found.starts == (("page", 0, 0),)
    assert "\n" not in found.title
    assert len(found.title) <= 1_000


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"\x78\x9c", pack(Extract("x"))[:-3]]
    + [__import__("zlib").compress(one) for one in (b"[]", b"{}", b'{"text": 1}', b"NaN", b"[" * 100_000)],
)
def test_what_is_no_extract_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(data)


def test_an_extract_comes_back_as_it_was() -> None:
    found = Extract(
        "# a\n\nb",
        (("page", 1, 0), ("page", 2, 5)),
        "t",
        {"a": ("b", "c"), "n": 1.5},
        ("tag",),
        is_markup=True,
    )
    assert unpack(pack(found)) == found


def test_a_worker_that_nobody_closes_leaves_nothing_behind(tmp_path: Path) -> None:
    worker = Worker()
    assert read(worker, tmp_path, "surroundings").text
    child = worker._child
    assert child is not None
    del worker
    gc.collect()
    assert child.end() != 0, "it was killed, and its end was waited for"
