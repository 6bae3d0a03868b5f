"""Kills indexing with SIGKILL at random moments, many times, and looks at what is left.

    python -m tests.indexing.kills --kills 200 --notes 2500

Half of the kills hit while Chroma writes. After each, a new process goes on; it must find every note as it is on disk,
every passage with its vector, and Chroma in step. Plain Chroma, killed the same way, is the negative control.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from hashlib import blake2b
from pathlib import Path

import numpy as np

from kb.indexing.index import Index
from kb.indexing.vectors import ChromaIndex
from kb.notes.vault import Vault
from tests.support import HashingEmbedder, write_notes

EMBEDDER = HashingEmbedder()
SECTIONS = 4


def note(number: int, version: int) -> str:
    sections = [f"## Part {part}\n\n{'word ' * 20}{number} {part} {version}\n" for part in range(SECTIONS)]
    return f"# Note {number}\n\n" + "\n".join(sections)


def child(folder: Path) -> None:
    """Sync, telling the parent when it begins and when Chroma begins to write."""

    def told(self: ChromaIndex, *arguments: object) -> None:
        print("chroma", flush=True)
        original(self, *arguments)  # type: ignore[arg-type]

    original = ChromaIndex._bring_in_step
    ChromaIndex._bring_in_step = told  # type: ignore[method-assign,assignment]
    index = Index(folder / "index", EMBEDDER)
    print("begin", flush=True)
    index.sync(Vault(folder / "vault"), lambda _: None)
    index.close()
    print("done", flush=True)


def heal(folder: Path, *, thorough: bool) -> tuple[float, list[str]]:
    """Sync after a kill: seconds until it is in step, and whatever is wrong afterwards."""
    start = time.perf_counter()
    index = Index(folder / "index", EMBEDDER)
    vault = Vault(folder / "vault")
    index.sync(vault, lambda _: None)
    seconds = time.perf_counter() - start
    known = {found.path: found.fingerprint for found in index.catalog.notes()}
    files = {file.path: vault.read(file.path).fingerprint for file in vault.scan()}
    wrong = []
    if lost := {path for path in files if path not in known}:
        wrong.append(f"{len(lost)} notes lost")
    if stale := {path for path in known if known[path] != files.get(path)}:
        wrong.append(f"{len(stale)} notes stale")
    if (pending := index.statistics().pending) or (index.statistics().passages != len(files) * SECTIONS):
        wrong.append(f"{pending} passages pending, {index.statistics().passages} in all")
    if thorough:
        wrong += [f"{found.where}: {found.what}" for found in index.verify(vault)]
    else:
        wrong += chroma_differences(index)
    index.close()
    return seconds, wrong


def chroma_differences(index: Index) -> list[str]:
    from kb.indexing.verification import compare_chroma

    with index._writing("checking"):
        parts = index._parts()
        found = compare_chroma(index._chroma, parts.writer, parts.catalog, EMBEDDER.name)
    return [f"{difference.where}: {difference.what}" for difference in found]


def digest(folder: Path) -> str:
    whole = blake2b()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            whole.update(file.name.encode() + file.read_bytes())
    return whole.hexdigest()


def kill_kb(kills: int, notes: int, seed: int) -> int:
    """How many of the kills left something wrong; tells what on stdout."""
    chance = random.Random(seed)
    failures, slowest, in_chroma = 0, 0.0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_notes(folder / "vault", {f"{n % 50}/{n}.md": note(n, 0) for n in range(notes)})
        first, wrong = heal(folder, thorough=True)
        assert not wrong, wrong
        print(f"first index of {notes * SECTIONS:,} passages: {first:.1f} s", flush=True)
        for number in range(1, kills + 1):
            changed = chance.sample(range(notes), max(1, notes // 20))
            write_notes(folder / "vault", {f"{n % 50}/{n}.md": note(n, number) for n in changed})
            before = digest(folder / "vault")
            at_chroma = number % 2 == 0
            with start_child(str(folder)) as process:
                wait_for(process, "chroma" if at_chroma else "begin")
                time.sleep(chance.uniform(0, 0.3 if at_chroma else 1.0))
                in_chroma += at_chroma and process.poll() is None
                process.kill()
            seconds, wrong = heal(folder, thorough=number % 20 == 0 or number == kills)
            if digest(folder / "vault") != before:
                wrong.append("a note was touched")
            slowest = max(slowest, seconds)
            if wrong:
                failures += 1
                print(f"kill {number}: {'; '.join(wrong)}", flush=True)
    print(
        f"kb: {kills} kills, {in_chroma} while Chroma wrote: {failures} left something wrong; "
        f"slowest recovery {slowest:.1f} s",
        flush=True,
    )
    return failures


def control_child(folder: Path, seed: int) -> None:
    """Plain Chroma, adding and deleting for ever; what it was told is written down first, what it confirmed after."""
    import chromadb

    chance = np.random.default_rng(seed)
    client = chromadb.PersistentClient(str(folder / "plain"))
    collection = client.get_or_create_collection(
        "plain", embedding_function=None, configuration={"hnsw": {"sync_threshold": 50, "batch_size": 20}}
    )
    print("begin", flush=True)
    with (folder / "confirmed").open("a", encoding="utf-8") as log:
        for number in range(10_000):
            ids = [f"{seed}-{number}-{n}" for n in range(20)]
            collection.upsert(ids=ids, embeddings=chance.standard_normal((20, 384)).astype(np.float32))
            log.write("\n".join(ids) + "\n")
            log.flush()


_CONTROL_CHECK = """
import sys, chromadb, numpy as np
from pathlib import Path
folder = Path(sys.argv[1])
collection = chromadb.PersistentClient(str(folder / "plain")).get_collection("plain", embedding_function=None)
text = (folder / "confirmed").read_text()
confirmed = text[: text.rfind("\\n") + 1].split()
held = collection.get(ids=confirmed, include=["embeddings"]) if len(confirmed) < 30000 else collection.get(include=[])
missing = len(set(confirmed) - set(held["ids"]))
collection.query(query_embeddings=np.ones((1, 384), dtype=np.float32), n_results=min(10, len(confirmed)))
sys.exit(3 if missing else 0)
"""


def kill_plain_chroma(kills: int, seed: int) -> int:
    """At which kill plain Chroma was first broken or short of vectors; 0 when it survived them all."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(1, kills + 1):
            with start_child(str(folder), "--control", str(seed * 1000 + number)) as process:
                wait_for(process, "begin")
                time.sleep(chance.uniform(0.02, 0.6))
                process.kill()
            checked = subprocess.run(
                [sys.executable, "-c", _CONTROL_CHECK, str(folder)],
                capture_output=True,
                text=True,
                check=False,
            )
            if checked.returncode:
                reason = (
                    "vectors lost" if checked.returncode == 3 else checked.stderr.strip().splitlines()[-1:]
                )
                print(f"plain Chroma: broken at kill {number}: {reason}", flush=True)
                return number
    print(f"plain Chroma: survived {kills} kills", flush=True)
    return 0


def start_child(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.indexing.kills", "--child", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def wait_for(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() in (word, "done"):
            return


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--notes", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path)
    parser.add_argument("--control", type=int)
    words = parser.parse_args()
    if words.child and words.control is not None:
        control_child(words.child, words.control)
        return 0
    if words.child:
        child(words.child)
        return 0
    kill_plain_chroma(words.kills, words.seed)
    return int(kill_kb(words.kills, words.notes, words.seed) > 0)


if __name__ == "__main__":
    sys.exit(main())
