"""How soon the terminal interface shows something, and how soon a search can be made in it.

python tests/bench/bench_tui.py [NOTES]     whole processes in a terminal of their own; 6,000 notes
"""

from __future__ import annotations

import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from kb.indexing.index import Index  # noqa: E402
from kb.notes.vault import Vault  # noqa: E402
from tests.bench.bench_indexing import copies  # noqa: E402
from tests.bench.bench_search import MadeUpVectors  # noqa: E402

_RUNS = 5
_CTRL_F, _CTRL_Q, _ESCAPE = b"\x06", b"\x11", b"\x1b"


def main(notes: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copies(folder / "vault", notes)
        word = "zanzibarquux"
        (folder / "vault" / "Word.md").write_text(f"# Word\n\nThe word is {word}.\n", encoding="utf-8")
        index = Index(folder / "index", MadeUpVectors())
        index.sync(Vault(folder / "vault"), lambda _: None)
        index.close()
        (folder / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
        runs = [run(folder, word) for _ in range(_RUNS)]
    print(f"{notes:,} notes, {_RUNS} runs, median and worst:")
    for label, seconds in zip(
        ("first paint", "a search's result on screen"), zip(*runs, strict=True), strict=True
    ):
        print(f"- {label}: {statistics.median(seconds):.2f} s, {max(seconds):.2f} s")


def run(folder: Path, word: str) -> tuple[float, float]:
    """Seconds from the start of the process to the painted line, and to the hit of a search typed at once."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.environ.update(PYTHONPATH=str(ROOT), TERM="xterm-256color", XDG_STATE_HOME=str(folder / "state"))
        os.execv(sys.executable, [sys.executable, "-m", "kb"])
    start = time.perf_counter()
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    painted = wait(terminal, b"Ask your notes".split()[-1], start)
    # The list of notes says that the knowledge base is open.
    os.write(terminal, _CTRL_F + word.encode())
    found = wait(terminal, b"Word.md", start)
    os.write(terminal, _ESCAPE)
    time.sleep(0.5)
    os.write(terminal, _CTRL_Q)
    wait(terminal, b"\x1b[?1049l", time.perf_counter())
    os.waitpid(process, 0)
    os.close(terminal)
    return painted, found


def wait(terminal: int, wanted: bytes, start: float) -> float:
    seen = b""
    while wanted not in seen:
        if time.perf_counter() - start > 60:
            sys.exit(f"Waited in vain for {wanted!r}.")
        if select.select([terminal], [], [], 0.05)[0]:
            seen = seen[-4096:] + os.read(terminal, 65536)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]) if len(sys.argv) > 1 else (6_000,))
