"""How long a search takes in a large vault.

    python tests/bench/bench_search.py [NOTES]     20,000 notes give some 50,000 passages

The notes are copies of ../shared/vaults with words exchanged. Their vectors are made up, for embedding them would
take a quarter of an hour and the time of a search does not depend on their values; queries are embedded by the model.
"""

from __future__ import annotations

import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from kb.indexing.embedder import Embedder  # noqa: E402
from tests.bench.bench_indexing import copies  # noqa: E402
from tests.support import HashingEmbedder  # noqa: E402

_QUERIES = 300


class MadeUpVectors(HashingEmbedder):
    """Any text's vector, under the name of the real model."""

    def __init__(self) -> None:
        self.name = Embedder("all-MiniLM-L6-v2").name


def main(notes: int) -> None:
    from kb.indexing.index import Index
    from kb.knowledge_base import KnowledgeBase
    from kb.notes.vault import Vault
    from kb.settings import Settings

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copies(folder / "vault", notes)
        index = Index(folder / "index", MadeUpVectors())
        index.sync(Vault(folder / "vault"), lambda _: None)
        index.close()
        base = KnowledgeBase(Settings(folder / "vault", folder / "index"))
        queries = list(made_queries(folder / "vault"))
        print(f"{base.status()['passages']:,} passages, {len(queries)} queries\n")
        print("| search | p50 ms | p95 ms |\n|---|---|---|")
        base.search("warm up")
        tell("exact comparison of vectors", [timed(base, query) for query in queries])
        base.close()
        index = Index(folder / "index", MadeUpVectors())
        index.hold("measuring")
        index.sync(Vault(folder / "vault"), lambda _: None)
        base = KnowledgeBase(Settings(folder / "vault", folder / "index"))
        base.__dict__["_index"] = index
        base.search("warm up")
        tell("Chroma, in the process that holds it", [timed(base, query) for query in queries])
        base.close()
        tell("`kb search`, whole process", [cold(folder, query) for query in queries[:15]])


def made_queries(vault: Path) -> list[str]:
    """Half of them a few rare words, half a run of a note's own words, as long as a question."""
    chance = random.Random(1)
    files = sorted(vault.rglob("*.md"))
    queries: list[str] = []
    while len(queries) < _QUERIES:
        words = re.findall(r"[^\W\d_]+", chance.choice(files).read_text(encoding="utf-8", errors="replace"))
        if len(words) < 20:
            continue
        start = chance.randrange(len(words) - 12)
        run = words[start : start + chance.randint(6, 12)]
        queries.append(" ".join(run if len(queries) % 2 else sorted(run, key=len)[-2:]))
    return queries


def timed(base: Any, query: str) -> float:
    start = time.perf_counter()
    base.search(query)
    return time.perf_counter() - start


def cold(folder: Path, query: str) -> float:
    start = time.perf_counter()
    where = ["--vault", str(folder / "vault"), "--index", str(folder / "index")]
    subprocess.run(
        [sys.executable, "-m", "kb", *where, "search", query], check=True, cwd=ROOT, capture_output=True
    )
    return time.perf_counter() - start


def tell(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    print(f"| {name} | {1000 * statistics.median(ordered):.1f} | {1000 * p95:.1f} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]) if len(sys.argv) > 1 else (20_000,))
