"""How fast notes get into the index and changes follow.

python tests/bench/bench_indexing.py unchanged        `kb index` with nothing to do, 1,000 notes
python tests/bench/bench_indexing.py saves            from a saved note to finding it, in a running watcher
python tests/bench/bench_indexing.py growth           1,000 to 20,000 notes, without the embedding itself
"""

from __future__ import annotations

import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

VAULTS = Path(__file__).parents[3] / "shared" / "vaults"
ROOT = Path(__file__).parents[2]
COLOURS = "amber blue crimson green grey indigo ochre pale scarlet violet".split()
ANIMALS = "badger crane eel ferret gecko heron ibex lynx marten newt otter puffin stoat tapir wombat".split()
DEEDS = (
    "crosses the frozen river at night",
    "guards an empty lighthouse",
    "learns to play the cello",
    "mends fishing nets in winter",
    "reads old railway timetables",
    "sleeps below the bakery",
    "steals pears from the orchard",
    "walks along the aqueduct",
)


def unchanged() -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        copies(base / "vault", 1000)
        index = [
            sys.executable,
            "-m",
            "kb",
            "--vault",
            str(base / "vault"),
            "--index",
            str(base / "index"),
            "index",
        ]
        subprocess.run(index, check=True, cwd=ROOT, capture_output=True)
        seconds = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run(index, check=True, cwd=ROOT, capture_output=True)
            seconds.append(time.perf_counter() - start)
        print(f"`kb index`, 1,000 notes, nothing changed: {min(seconds):.2f} to {max(seconds):.2f} s")


def saves(notes: int = 1000, edits: int = 100) -> None:
    """Each edit adds a section of its own and waits until a search by words, and one by meaning, brings it."""
    from kb.indexing.embedder import Embedder
    from kb.indexing.index import Index
    from kb.indexing.watch import Synced, Watcher

    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        copies(base / "vault", notes)
        embedder = Embedder("all-MiniLM-L6-v2")
        ready = threading.Event()
        watcher = Watcher(
            Index(base / "index", embedder),
            base / "vault",
            lambda event: ready.set() if isinstance(event, Synced) and not event.report.pending else None,
        )
        thread = threading.Thread(target=watcher.run)
        thread.start()
        reader = None
        try:
            ready.wait()
            time.sleep(5)
            reader = Index(base / "index", embedder)
            files = sorted((base / "vault").rglob("*.md"))
            lexical, dense = [], []
            for number in range(edits):
                word = f"zephyr{number}quux"
                about = f"The {chance.choice(COLOURS)} {chance.choice(ANIMALS)} {chance.choice(DEEDS)}"
                vector = embedder.embed_query(f"{about}, {word}")
                with chance.choice(files).open("a", encoding="utf-8") as file:
                    file.write(f"\n\n## {about}\n\n{about}, {word}.\n")
                start = time.perf_counter()
                lexical.append(until(lambda word=word: bool(reader.catalog.lexical(f'"{word}"', 1)), start))

                def found(word: str = word, vector: object = vector) -> bool:
                    keys = [key for key, _ in reader.dense(vector, 10)]  # type: ignore[arg-type]
                    ids = [id for found in reader.catalog.passages_by_key(keys).values() for id in found]
                    return any(word in passage.text for passage in reader.catalog.passages(ids))

                dense.append(until(found, start))
                time.sleep(chance.uniform(0.0, 1.0))
        finally:
            watcher.stop()
            thread.join()
            if reader is not None:
                reader.close()
        for name, seconds in (("by words", lexical), ("by meaning", dense)):
            ordered = sorted(seconds)
            print(
                f"{notes:,} notes, {edits} saves, found {name}: median {statistics.median(ordered):.2f} s, "
                f"p95 {ordered[int(0.95 * edits) - 1]:.2f} s, worst {ordered[-1]:.2f} s"
            )


def growth() -> None:
    print("| notes | passages | first, s | ms a note | nothing, s | one save, s | tidying, s | peak MB |")
    print("|---|---|---|---|---|---|---|---|")
    for notes in (1000, 2000, 5000, 10_000, 20_000):
        done = subprocess.run(
            [sys.executable, __file__, "growth-one", str(notes)], capture_output=True, text=True, check=True
        )
        print(done.stdout.strip(), flush=True)


def growth_one(notes: int) -> None:
    sys.path.insert(0, str(ROOT))
    from kb.indexing.index import Index
    from kb.indexing.sync import SyncOptions
    from kb.notes.vault import Vault
    from tests.support import HashingEmbedder

    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        copies(base / "vault", notes)
        index, vault = Index(base / "index", HashingEmbedder()), Vault(base / "vault")
        index.hold("measuring")
        whole = timed(lambda: index.sync(vault, lambda _: None))
        time.sleep(0.1)
        index.sync(vault, lambda _: None)
        nothing = timed(lambda: index.sync(vault, lambda _: None))
        changed = base / "vault" / "1.md"
        changed.write_text("# One\n\nA note that changed. See [[2]].\n", encoding="utf-8")
        save = timed(lambda: index.sync(vault, lambda _: None, SyncOptions(tidy=False)))
        tidying = timed(index.tidy)
        passages = index.statistics().passages
        index.close()
    print(
        f"| {notes:,} | {passages:,} | {whole:.1f} | {1000 * whole / notes:.2f} | {nothing:.2f} | {save:.2f} | "
        f"{tidying:.2f} | {peak_megabytes():,.0f} |"
    )


def copies(folder: Path, count: int) -> None:
    """Notes of the real vaults again and again, with words exchanged so that no passage is like another."""
    sources = sorted(file for file in VAULTS.rglob("*.md") if file.stat().st_size < 4000)
    if not sources:
        sys.exit(f"No vaults to copy in {VAULTS}.")
    for number, text in enumerate(altered(sources, count)):
        file = folder / (f"{number}.md" if number % 10 else f"Folder {number % 37}/{number}.md")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def altered(sources: list[Path], count: int) -> Iterator[str]:
    for number in range(count):

        def exchanged(word: re.Match[str], number: int = number) -> str:
            return f"{word[1]}{number % 97}" if len(word[1]) % 5 == number % 5 else word[1]

        text = sources[number % len(sources)].read_text(encoding="utf-8", errors="replace")
        yield re.sub(r"\b([a-z]{6,})\b", exchanged, text)


def until(condition: Callable[[], object], start: float) -> float:
    while not condition():
        if time.perf_counter() - start > 30:
            sys.exit("Waited 30 s in vain.")
        time.sleep(0.005)
    return time.perf_counter() - start


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def main() -> None:
    match sys.argv[1:]:
        case ["unchanged"]:
            unchanged()
        case ["saves", *numbers]:
            saves(*map(int, numbers))
        case ["growth-one", notes]:
            growth_one(int(notes))
        case ["growth"]:
            growth()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
