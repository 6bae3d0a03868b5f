"""How kb's work grows with the vault.

    python tests/bench/bench_scale.py FOLDER NOTES [NOTES ...]     for instance 1000 10000 50000

Vaults are made by made_vault.py below FOLDER, and kept there, as are their indexes. Vectors are made up, since what
the embedding of a passage takes does not depend on the vault; all else is as it is, in processes of its own. Seconds of
the processor, of child processes as well, stand behind those of the clock. Measure on an idle machine.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from kb.indexing.index import Index  # noqa: E402
from kb.indexing.sync import SyncProgress  # noqa: E402
from kb.notes.vault import Vault  # noqa: E402
from tests.bench.made_vault import make  # noqa: E402
from tests.support import MadeUpVectors  # noqa: E402

_QUERIES, _QUESTIONS, _RUNS = 60, 10, 5
_PULLED = 2_000  # files that a pull changes
_AT_ONCE = 4
_READING = "Reading notes"


def main(folder: Path, sizes: Sequence[int]) -> None:
    columns: dict[int, dict[str, str]] = {}
    for size in sizes:
        here = folder / str(size)
        if not (here / "vault").is_dir():
            make(here / "vault", size)
        shutil.rmtree(here / "index", ignore_errors=True)
        columns[size] = {}
        for phase in PHASES:
            columns[size] |= measured(phase, here)
            print(f"{size:,}: {json.dumps(columns[size])}", flush=True)
    print(f"\n| | {' | '.join(f'{size:,} notes' for size in sizes)} |\n|---|{'---|' * len(sizes)}")
    for row in columns[sizes[0]]:
        print(f"| {row} | {' | '.join(columns[size][row] for size in sizes)} |")


def measured(phase: str, here: Path) -> dict[str, str]:
    """The rows that `phase` gives, in a process of its own with a state folder of its own."""
    environment = os.environ | {"XDG_STATE_HOME": str(here / "state"), "XDG_CACHE_HOME": str(here / "cache")}
    done = subprocess.run(
        [sys.executable, __file__, "phase", phase, str(here)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=environment,
    )
    rows: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return rows


def first(here: Path) -> dict[str, str]:
    """A first index: when all notes are searchable by words, and when it is whole."""
    index = Index(here / "index", MadeUpVectors("all-MiniLM-L6-v2"))
    start, before = time.perf_counter(), processor()
    words: list[float] = []

    def report(progress: SyncProgress) -> None:
        if progress.step == _READING and progress.done == progress.total and not words:
            words.append(time.perf_counter() - start)

    index.sync(Vault(here / "vault"), report)
    whole = (time.perf_counter() - start, processor() - before)
    statistics = index.statistics()
    index.close()
    return {
        "passages": f"{statistics.passages:,}",
        "all notes searchable by words, s": f"{words[0]:.1f}",
        "first index without the embedding, s": told(*whole),
        "the same, ms a note": f"{1000 * whole[0] / statistics.notes:.2f}",
        "memory, MB, with child processes": f"{memory():,.0f}",
        "disk, MB": f"{sum(file.stat().st_size for file in (here / 'index').rglob('*') if file.is_file()) / 1e6:,.0f}",
    }


def unchanged(here: Path) -> dict[str, str]:
    return {"`kb index`, nothing changed, s": command(here, "index")}


def edit(here: Path) -> dict[str, str]:
    note = notes(here)[7]
    before = note.read_bytes()
    taken = []
    for number in range(3):
        note.write_bytes(before + f"\n\n## An edit\n\nNumber {number} says zephyr.\n".encode())
        taken.append(seconds_of(lambda: kb(here, "index")))
    note.write_bytes(before)
    kb(here, "index")
    return {"`kb index`, one note changed, s": told(*min(taken))}


def pull(here: Path) -> dict[str, str]:
    chance = random.Random(3)
    changed = chance.sample(notes(here), min(_PULLED, len(notes(here)) // 2))
    before = {note: note.read_bytes() for note in changed}
    index, vault = Index(here / "index", MadeUpVectors("all-MiniLM-L6-v2")), Vault(here / "vault")
    try:
        for number, note in enumerate(changed):
            note.write_bytes(
                before[note] + f"\n\n## Pulled\n\nPart {number} of what others wrote.\n".encode()
            )
        taken = seconds_of(lambda: index.sync(vault, lambda _: None))
    finally:
        for note, text in before.items():
            note.write_bytes(text)
    index.sync(vault, lambda _: None)
    index.close()
    return (
        {f"{len(changed):,} notes changed at once, s": told(*taken)}
        if len(changed) == _PULLED
        else {f"{_PULLED:,} notes changed at once, s": f"({len(changed)} notes) {told(*taken)}"}
    )


def search(here: Path) -> dict[str, str]:
    """Searches in one process that has it open, as the interface and servers have; one at a time, and four."""
    from kb.knowledge_base import KnowledgeBase
    from kb.settings import Settings

    base = KnowledgeBase(Settings(here / "vault", here / "index"))
    queries = list(asked(here, _QUERIES))
    base.search("warm up")
    one = [seconds_of(lambda query=query: base.search(query))[0] for query in queries]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        several = list(pool.map(lambda query: seconds_of(lambda: base.search(query))[0], queries))
    base.close()
    return {
        "search, p50 and p95, ms": spread(one),
        f"search, {_AT_ONCE} at once, p50 and p95, ms": spread(several),
        "memory of that process, MB": f"{memory():,.0f}",
    }


def cold(here: Path) -> dict[str, str]:
    return {"`kb search`, s": command(here, "search", next(asked(here, 1)))}


def ask(here: Path) -> dict[str, str]:
    from kb.knowledge_base import KnowledgeBase
    from kb.settings import Settings

    base = KnowledgeBase(Settings(here / "vault", here / "index"))
    list(base.ask("What is a warm up?", style="quotes"))
    taken = [
        seconds_of(lambda question=question: list(base.ask(f"What does {question} say?", style="quotes")))[0]
        for question in asked(here, _QUESTIONS)
    ]
    base.close()
    return {"ask by quotes, median, ms": f"{1000 * statistics.median(taken):,.0f}"}


def link(here: Path) -> dict[str, str]:
    return {
        "`kb link NOTE`, s": command(here, "link", notes(here)[11].relative_to(here / "vault").as_posix())
    }


def interface(here: Path) -> dict[str, str]:
    from tests.bench.bench_tui import Interface

    def painted() -> float:
        with Interface(here) as screen:
            return screen.wait(b"notes")

    return {"first paint of the interface, s": f"{statistics.median([painted() for _ in range(_RUNS)]):.2f}"}


PHASES: dict[str, Callable[[Path], dict[str, str]]] = {
    phase.__name__: phase for phase in (first, unchanged, edit, pull, search, cold, ask, link, interface)
}


def notes(here: Path) -> list[Path]:
    return sorted((here / "vault").rglob("*.md"))


def asked(here: Path, count: int) -> Iterator[str]:
    """Titles, and words that stand next to each other in some note."""
    chance = random.Random(5)
    for number, note in enumerate(chance.sample(notes(here), count)):
        words = [word for word in note.read_text(encoding="utf-8").split() if word.isalpha()]
        start = chance.randrange(max(1, len(words) - 4))
        yield " ".join(words[start : start + 4]) if number % 2 and words else note.stem


def kb(here: Path, *words: str) -> None:
    program = [sys.executable, "-m", "kb", "--vault", str(here / "vault"), "--index", str(here / "index")]
    done = subprocess.run([*program, *words], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"kb {' '.join(words)} ended with {done.returncode}: {done.stderr}")


def command(here: Path, *words: str, runs: int = _RUNS) -> str:
    return told(*min(seconds_of(lambda: kb(here, *words)) for _ in range(runs)))


def seconds_of(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    start, before = time.perf_counter(), processor()
    work()
    return time.perf_counter() - start, processor() - before


def processor() -> float:
    """Seconds that this process and the ended ones it started had the processor."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def told(seconds: float, used: float) -> str:
    return f"{seconds:.2f} ({used:.2f})"


def spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"{1000 * statistics.median(ordered):.0f}, {1000 * ordered[int(0.95 * len(ordered)) - 1]:.0f}"


def memory() -> float:
    """The most that this process had, and twice the most that one of its children had, in MB."""
    own, children = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return (own + min(2, os.cpu_count() or 1) * children) / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["phase", phase, here]:
            print(json.dumps(PHASES[phase](Path(here))))
        case [folder, *sizes] if sizes and all(size.isdigit() for size in sizes):
            main(Path(folder), [int(size) for size in sizes])
        case _:
            sys.exit(__doc__)
