"""What a shared index costs: a Chroma server that is filled, asked, and claimed from, with vectors at random.

    python tests/bench/bench_shared.py --vectors 5000 20000

Processor seconds rather than seconds on a clock, of kb and of the server, so that other work on the machine changes little.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from kb.files.size import size_of_folder
from kb.indexing.shared.rows import Rows
from kb.indexing.shared.shelf import Shelf
from kb.settings import SharedIndexSettings
from tests.indexing.sharing import TEAM_KEY, ChromaServer, place_of

_TICKS = 100  # of a processor second in /proc
_STEP = 256  # passages of a batch


def of_server(server: ChromaServer) -> tuple[float, float]:
    """(processor seconds, resident MB) of the server so far."""
    assert server._process is not None
    proc = Path(f"/proc/{server._process.pid}")
    fields = proc.joinpath("stat").read_text().rpartition(")")[2].split()
    resident = next(
        line for line in proc.joinpath("status").read_text().splitlines() if line.startswith("VmRSS")
    )
    return (int(fields[11]) + int(fields[12])) / _TICKS, int(resident.split()[1]) / 1024


def measure(sizes: list[int], dimension: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = ChromaServer(folder / "server")
        place = place_of(SharedIndexSettings(url=server.url, team_key=TEAM_KEY), folder)
        shelf = Shelf(place, Rows(TEAM_KEY, "bench", dimension), "bench")
        random = np.random.default_rng(0)
        done = 0

        def step(work: str, count: int, run: object) -> None:
            clock, own, (others, _) = time.perf_counter(), time.process_time(), of_server(server)
            run()  # type: ignore[operator]
            per = 1000 / count
            print(
                f"| {done:,} | {work} | {(time.process_time() - own) * per:.2f} | {(of_server(server)[0] - others) * per:.2f} "
                f"| {(time.perf_counter() - clock) * per:.2f} |",
                flush=True,
            )

        print(
            "| rows there | for 1,000 passages | kb, CPU s | server, CPU s | clock, s |\n|---|---|---|---|---|"
        )
        for size in sizes:
            ids = [shelf.rows.address(f"{number:032x}") for number in range(done, size)]
            vectors = random.standard_normal((len(ids), dimension)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            rows = dict(zip(ids, vectors.astype(np.float16), strict=True))

            def claim_and_keep(ids: list[str] = ids, rows: dict = rows) -> None:  # type: ignore[type-arg]
                for first in range(0, len(ids), _STEP):
                    batch = ids[first : first + _STEP]
                    _, won = shelf.claim(batch)
                    shelf.keep({id: rows[id] for id in batch}, won)

            step("claim, and hand over", len(ids), claim_and_keep)
            done = size
            some = [str(id) for id in random.permutation(ids)[:2000]]
            step("fetch and check", len(some), lambda some=some: shelf.look(some))
            step("ask whether they are there", len(some), lambda some=some: shelf.holds(some))
            _, memory = of_server(server)
            print(
                f"\n{done:,} rows: server {memory:,.0f} MB of memory, {size_of_folder(server.folder) / 1e6:,.0f} MB on disk\n"
            )
        shelf.close()
        server.kill()
        clock = time.perf_counter()
        server.start()
        started = time.perf_counter() - clock
        shelf = Shelf(place, Rows(TEAM_KEY, "bench", dimension), "bench")
        shelf.look(some)
        print(
            f"after a kill: answers in {started:.1f} s, with vectors in {time.perf_counter() - clock:.1f} s"
        )
        shelf.close()
        server.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--vectors", type=int, nargs="+", default=[5_000, 20_000])
    parser.add_argument("--dimension", type=int, default=384)
    options = parser.parse_args()
    measure(options.vectors, options.dimension)
