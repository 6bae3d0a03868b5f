"""How soon the terminal interface shows something, finds something, and shows a key that was pressed.

python tests/bench/bench_tui.py [NOTES]          first paint and first search; whole processes, 6,000 notes
python tests/bench/bench_tui.py keys [NOTES]     from a key to the screen while a first index is made of 1,000 notes

Each run has a terminal, and a state folder, of its own. Measure on an idle machine.
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import statistics
import struct
import sys
import tempfile
import time
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from kb.indexing.index import Index  # noqa: E402
from kb.notes.vault import Vault  # noqa: E402
from tests.bench.bench_indexing import copies  # noqa: E402
from tests.bench.bench_search import MadeUpVectors  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUNS = 5
_CTRL_F, _CTRL_Q, _ESCAPE = b"\x06", b"\x11", b"\x1b"
_SECONDS = 60.0  # to wait for anything
_PAUSE = 0.15  # between two keys: somebody who types fast
_KEYS = 200
# None of these stands anywhere else on the screen.
_LETTERS = "бгджзилпфцчшщъыьэюяђљњћџѓќѣѫ"
_BUSY = b"Embedding"  # what the status line says while a first index is made


def main(notes: int) -> None:
    with folder_of_its_own() as folder:
        copies(folder / "vault", notes)
        word = "zanzibarquux"
        (folder / "vault" / "Word.md").write_text(f"# Word\n\nThe word is {word}.\n", encoding="utf-8")
        index = Index(folder / "index", MadeUpVectors())
        index.sync(Vault(folder / "vault"), lambda _: None)
        index.close()
        runs = [run(folder, word) for _ in range(_RUNS)]
    print(f"{notes:,} notes, {_RUNS} runs, median and worst:")
    for label, seconds in zip(
        ("first paint", "a search's result on screen"), zip(*runs, strict=True), strict=True
    ):
        print(f"- {label}: {statistics.median(seconds):.2f} s, {max(seconds):.2f} s")


def run(folder: Path, word: str) -> tuple[float, float]:
    """Seconds from the start of the process to the painted line, and to the hit of a search typed at once."""
    with Interface(folder) as kb:
        painted = kb.wait(b"notes")
        # The list of notes says that the knowledge base is open.
        kb.write(_CTRL_F + word.encode())
        return painted, kb.wait(b"Word.md")


def keys(notes: int) -> None:
    """How long each of many keys takes to the screen, while all notes are read and embedded for the first time."""
    with folder_of_its_own() as folder:
        copies(folder / "vault", notes)
        with Interface(folder) as kb:
            kb.wait(_BUSY)
            taken = [kb.echo(_LETTERS[number % len(_LETTERS)].encode()) for number in range(_KEYS)]
            if (folder / "index" / "chroma").exists():
                print("The index was complete before the last key: name more notes.")
    shown = sorted(1000 * seconds for seconds in taken)
    print(
        f"{len(shown)} keys while {notes:,} notes are indexed: median {statistics.median(shown):.0f} ms, "
        f"p95 {shown[int(0.95 * len(shown))]:.0f} ms, worst {shown[-1]:.0f} ms"
    )


class Interface:
    """`kb` in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.chdir(folder)
            os.environ.update(PYTHONPATH=str(ROOT), TERM="xterm-256color")
            os.execv(sys.executable, [sys.executable, "-m", "kb"])
        self._start = time.perf_counter()
        self._seen = b""
        ioctl(self._terminal, TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

    def __enter__(self) -> Interface:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave as a person does; kill what does not go."""
        self.write(_ESCAPE)
        time.sleep(0.5)
        self.write(_CTRL_Q)
        end = time.perf_counter() + _SECONDS
        while not os.waitpid(self._process, os.WNOHANG)[0]:
            self._read()
            if time.perf_counter() > end:
                os.kill(self._process, signal.SIGKILL)
                os.waitpid(self._process, 0)
                break
        os.close(self._terminal)

    def write(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def wait(self, wanted: bytes) -> float:
        """Seconds from the start of the process until `wanted` is written."""
        while wanted not in self._seen:
            if time.perf_counter() - self._start > _SECONDS:
                sys.exit(f"Waited in vain for {wanted!r}. The end of what was shown: {self._seen[-300:]!r}")
            self._read()
        return time.perf_counter() - self._start

    def echo(self, key: bytes) -> float:
        """Seconds from a key to its sign on the screen."""
        end = time.perf_counter() + _PAUSE
        while time.perf_counter() < end:
            self._read()
        self._seen = b""
        start = time.perf_counter()
        self.write(key)
        while key not in self._seen:
            if time.perf_counter() - start > _SECONDS:
                sys.exit(f"{key.decode()} was never shown.")
            self._read()
        return time.perf_counter() - start

    def _read(self) -> None:
        if select.select([self._terminal], [], [], 0.01)[0]:
            try:
                self._seen = self._seen[-65536:] + os.read(self._terminal, 65536)
            except OSError:  # it has gone
                time.sleep(0.01)


@contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """With a kb.toml and all that kb keeps outside of a vault; an index made in it is sealed by the same key."""
    folder = Path(tempfile.mkdtemp())
    for name in ("STATE", "CACHE", "CONFIG"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name.lower())
    (folder / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    work = keys if "keys" in sys.argv else main
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    work(*numbers or [1_000 if work is keys else 6_000])
