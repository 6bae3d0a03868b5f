"""Small vaults, and the real command in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb.indexing.embedder import Embedder
from kb.settings import state_folder

NOTES = {
    "Quantisation.md": (
        "---\naliases: [quantization]\ntags: [models]\n---\n# Quantisation\n\n"
        "Quantisation stores the weights of a language model with fewer bits, so that it needs less memory. "
        "A model with 7 billion parameters takes about 3.5 GB at 4 bits.\n\n"
        "See [[Tokens]] and [[Spaced repetition|repetition]].\n"
    ),
    "Tokens.md": (
        "# Tokens\n\nA token is a piece of text that a language model reads as one unit. "
        "Byte-pair encoding builds the vocabulary by merging frequent pairs.\n"
    ),
    "Learning/Spaced repetition.md": (
        "# Spaced repetition\n\nSpaced repetition reviews a fact at growing intervals. "
        "Hermann Ebbinghaus described the forgetting curve in 1885.\n\n- [ ] try it\n\n[[Unwritten note]]\n"
    ),
}


def write_notes(folder: Path, notes: dict[str, str]) -> None:
    for name, text in notes.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def run_kb(
    *words: str, cwd: Path, input: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own, away from the user's configuration."""
    environment = {**os.environ, **variables, "NO_COLOR": "1", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "kb", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        input=input,
    )


def start_kb(*words: str, cwd: Path, **variables: str) -> subprocess.Popen[str]:
    """Start the real command in a process of its own that runs on, its output in pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", "kb", *words],
        cwd=cwd,
        env={**os.environ, **variables, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def loaded_by(program: str, *names: str) -> list[str]:
    """Which of the modules `names` are loaded once `program` has run in a process of its own."""
    told = f"import sys\n{program}\nprint(*[name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return done.stdout.split()


def own_state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine keeps is kept in `folder` for one test, which goes on believing the indexes made before."""
    key = state_folder() / "index.key"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    state_folder().mkdir(parents=True)
    shutil.copy(key, state_folder())


class HashingEmbedder(Embedder):
    """Stands in for MiniLM where thousands of passages are embedded and nobody asks what they mean."""

    dimension = 384
    window = 256
    spread, is_multilingual = 0.5, False
    name = source = fingerprint = "hashing"
    opens_elsewhere = False

    def __init__(self) -> None:
        pass

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) // 4 + 1 for text in texts]

    def embed_passages(self, texts: Sequence[str], *, many: bool | None = None) -> NDArray[np.float32]:
        return self.embed_queries(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            seed = int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
            row[:] = np.random.default_rng(seed).standard_normal(self.dimension)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class MadeUpVectors(Embedder):
    """A real model with its own word pieces, which child processes count, but for the vectors of passages."""

    def embed_passages(self, texts: Sequence[str], *, many: bool | None = None) -> NDArray[np.float32]:
        return HashingEmbedder().embed_passages(texts)
