"""Passages embedded by Dask workers: real schedulers and workers on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import LocalCluster
from numpy.typing import NDArray

from kb.errors import ModelUnusable, WorkersAway
from kb.indexing import workers
from kb.indexing.embedder import Embedder
from kb.indexing.workers import embedding_on

MODEL = "all-MiniLM-L6-v2"
TEXTS = [f"Note {number} tells of the {number % 17} bees in hive {number % 5}." for number in range(300)]


@contextmanager
def running(count: int, *, processes: bool) -> Iterator[Any]:
    local: Any = LocalCluster
    with local(n_workers=count, threads_per_worker=1, processes=processes, dashboard_address=None) as cluster:
        yield cluster


@contextmanager
def cluster(count: int = 1, *, processes: bool = False) -> Iterator[str]:
    with running(count, processes=processes) as found:
        yield found.scheduler_address


@pytest.mark.slow
def test_workers_make_the_vectors_that_this_machine_makes() -> None:
    embedder = Embedder(MODEL)
    with cluster(2, processes=True) as address, embedding_on(address, embedder) as there:
        made = there.embed_passages(TEXTS, many=True)
        assert there.passages_per_batch > embedder.passages_per_batch
    own = embedder.embed_passages(TEXTS, many=False)
    assert made.shape == own.shape
    assert (made * own).sum(axis=1).min() > 0.999


@pytest.mark.slow
def test_an_index_is_made_by_workers(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    for number, text in enumerate(TEXTS):
        (vault / f"{number}.md").write_text(f"# {number}\n\n{text}\n", encoding="utf-8")
    kb = [sys.executable, "-m", "kb", "--vault", str(vault), "--index", str(tmp_path / "index")]
    with cluster(2, processes=True) as address:
        made = subprocess.run([*kb, "index", "--workers", address], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    verified = subprocess.run([*kb, "index", "--verify"], capture_output=True, text=True)
    assert verified.stdout.startswith("The index matches the notes."), verified.stderr


def test_no_scheduler_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nText.\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    kb = [sys.executable, "-m", "kb", "--vault", str(tmp_path), "--index", str(tmp_path / "index")]
    start = time.monotonic()
    done = subprocess.run([*kb, "index", "--workers", address], capture_output=True, text=True)
    assert done.returncode == 1
    assert " ".join(done.stderr.split()) == (
        f"kb: No Dask scheduler answers at {address}. Start one with: dask scheduler"
    )
    assert time.monotonic() - start < 60
    # What was read is kept, and found by its words.
    found = subprocess.run([*kb, "search", "text"], capture_output=True, text=True)
    assert "a.md" in found.stdout


def test_a_scheduler_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_CONNECT_SECONDS", 1)
    with (
        cluster(0) as address,
        pytest.raises(WorkersAway, match="has no worker"),
        embedding_on(address, Embedder(MODEL)),
    ):
        pass


class OtherName(Embedder):
    name = "another-model"


def test_workers_with_another_model_are_refused() -> None:
    with (
        cluster() as address,
        embedding_on(address, OtherName(MODEL)) as there,
        pytest.raises(ModelUnusable, match="Install the same model there"),
    ):
        there.embed_passages(TEXTS[:3], many=True)


def unit(count: int, size: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(1).standard_normal((count, size)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize(
    "lie",
    [
        unit(3, 384),  # of the right shape and length
        unit(2, 384),
        unit(3, 100),
        2 * unit(3, 384),
        np.full((3, 384), np.nan),
        ["no vectors"],
    ],
    ids=["others", "too few", "too short", "too long", "no numbers", "no array"],
)
def test_vectors_that_are_not_the_models_are_not_believed(
    lie: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def embed_otherwise(source: str, name: str, texts: Sequence[str]) -> object:
        return lie.astype(np.float16) if isinstance(lie, np.ndarray) else lie

    monkeypatch.setattr(workers, "embed_there", embed_otherwise)
    with (
        cluster() as address,
        embedding_on(address, Embedder(MODEL)) as there,
        pytest.raises(ModelUnusable, match="not of all-MiniLM-L6-v2"),
    ):
        there.embed_passages(TEXTS[:3], many=True)


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing() -> None:
    with (
        running(2, processes=True) as found,
        embedding_on(found.scheduler_address, Embedder(MODEL)) as there,
    ):
        there.embed_passages(TEXTS[:128], many=True)
        os.kill(next(iter(found.workers.values())).pid, signal.SIGKILL)
        made = there.embed_passages(TEXTS, many=True)
    assert made.shape == (len(TEXTS), 384)
