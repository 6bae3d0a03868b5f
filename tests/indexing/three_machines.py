"""Three kb processes with three copies of a vault and one Chroma server, all of which are killed and started again.

    python -m tests.indexing.three_machines --rounds 5 --notes 200

Notes are edited on every machine and copied to the others, as a syncer does. In the end each index must equal one that was made
anew, and a passage may have been embedded more than once only if whoever had it before was killed over it.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.indexing.sharing import ChromaServer, Machine, embedded, fresh_build

NAMES = ("one", "two", "three")
_SECONDS = 0.01  # that embedding a passage takes, so that kills hit it


def note(number: int, version: int) -> str:
    parts = [f"## Part {part}\n\nWhat {number} says of {part}, {version} times.\n" for part in range(3)]
    return f"# Note {number}\n\n" + "\n".join(parts)


def child(folder: Path, url: str, log: Path) -> None:
    """Bring one machine's index in step, in a process of its own."""
    machine = Machine(folder, url, log, _SECONDS)
    report = machine.sync()
    machine.close()
    print(report.embedded, report.fetched, report.pending, report.shared_trouble or "-", flush=True)


@dataclass
class Run:
    """What was done, and what is wrong with it."""

    folder: Path
    server: ChromaServer
    killed: set[int] = field(default_factory=set)  # processes
    server_kills: int = 0
    wrong: list[str] = field(default_factory=list)
    passages: int = 0
    repeated: int = 0  # embedded once more, after whoever had them was killed

    @property
    def log(self) -> Path:
        return self.folder / "embedded"

    def begin(self, name: str) -> subprocess.Popen[str]:
        words = ["--child", str(self.folder / name), "--url", self.server.url, "--log", str(self.log)]
        return subprocess.Popen(
            [sys.executable, "-m", "tests.indexing.three_machines", *words], stdout=subprocess.PIPE, text=True
        )

    def edit(self, notes: dict[str, str]) -> None:
        """Write notes on every machine."""
        for name in NAMES:
            for path, text in notes.items():
                file = self.folder / name / "vault" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")

    def sync_all(self, *, kill: str = "", kill_server: bool = False) -> None:
        """Let all machines sync at once, while one of them, or the server, or neither, is killed and begins again."""
        running = {name: self.begin(name) for name in NAMES}
        before = len(embedded(self.log))
        if kill or kill_server:
            # Right within the work: as soon as somebody has embedded something.
            until = time.monotonic() + 60
            while len(embedded(self.log)) == before and time.monotonic() < until:
                time.sleep(0.01)
        if kill_server:
            self.server.kill()
            self.server_kills += 1
            time.sleep(0.2)
            self.server.start()
        if kill:
            running[kill].send_signal(signal.SIGKILL)
            running[kill].communicate()
            self.killed.add(running[kill].pid)
            running[kill] = self.begin(kill)
        for name, process in running.items():
            told, _ = process.communicate(timeout=600)
            if process.returncode or " 0 -" not in told:
                self.wrong.append(f"{name}: {told.strip() or process.returncode}")

    def compare(self) -> None:
        """Compare every machine with a new build, and count who embedded what."""
        fresh = fresh_build(self.folder / "fresh", self.folder / NAMES[0] / "vault")
        for name in NAMES:
            machine = Machine(self.folder / name, self.server.url, self.log)
            if machine.known() != fresh:
                self.wrong.append(f"{name} is not what a new build is")
            machine.close()
        done = embedded(self.log)
        self.passages = len({key for _, key in done})
        times = Counter(key for _, key in done)
        last = {key: process for process, key in done}
        self.repeated = len(done) - self.passages
        for process, key in done:
            if times[key] > 1 and process != last[key] and process not in self.killed:
                self.wrong.append(
                    f"a passage was embedded by {process}, which was not killed, and again by {last[key]}"
                )


def run(folder: Path, *, rounds: int, notes: int, seed: int = 0) -> Run:
    """Edit, sync and kill for so many rounds; the first embeds all notes."""
    chance = random.Random(seed)
    state = Run(folder, ChromaServer(folder / "server"))
    try:
        state.edit({f"Note {number}.md": note(number, 0) for number in range(notes)})
        for version in range(1, rounds + 1):
            state.sync_all(kill=chance.choice(NAMES) if version % 2 else "", kill_server=version % 3 != 1)
            some = chance.sample(range(notes), max(1, notes // 4))
            state.edit({f"Note {number}.md": note(number, version) for number in some})
        state.sync_all(kill_server=True)
        state.compare()
    finally:
        state.server.kill()
    return state


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--notes", type=int, default=200)
    parser.add_argument("--child", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.url, options.log)
        return
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = run(Path(folder), rounds=options.rounds, notes=options.notes)
        print(
            f"{done.passages:,} passages, embedded again after a kill: {done.repeated}; machines killed {len(done.killed)} "
            f"times, the server {done.server_kills} times; {time.perf_counter() - start:.0f} s; wrong: {done.wrong or 'nothing'}"
        )


if __name__ == "__main__":
    main()
