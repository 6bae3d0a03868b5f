"""What whole processes of `kb` take, alone and with a process that answers for them.

python tests/bench/bench_start.py [RUNS]

The notes are those of vault/, indexed anew. CPU is user and system time of the command's own process, which other work on
the machine lengthens less than the wall; of each, the least and the median of RUNS (default 9) are told, in milliseconds.
`ask` counts until the first line of its answer. The last row is one search between connecting to the other process and its exit
status, within one process.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COMMANDS = (
    ("--help",),
    ("status",),
    ("links", "Token"),
    ("search", "spaced", "repetition"),
    ("ask", "How long is a token?"),
)
_ANSWERED = ("status", "links", "search", "ask")
_STARTS = 60.0  # seconds
_IN_ONE_PROCESS = """
import os, sys, time
from kb.cli.daemon.client import run_elsewhere
nowhere = os.open(os.devnull, os.O_WRONLY)
kept = os.dup(1)
os.dup2(nowhere, 1)
times = []
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    assert run_elsewhere(["search", "spaced", "repetition"]) == 0
    times.append(time.perf_counter() - start)
os.dup2(kept, 1)
print(*times)
"""


def main() -> None:
    """Print a table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        shutil.copytree(ROOT / "vault", base / "vault")
        (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
        environment = _environment(base)
        subprocess.run(_kb("index"), cwd=base, env=environment, check=True, capture_output=True)
        alone = environment | {"KB_SERVE_LOCAL": "off"}
        print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print("| command | alone: CPU | wall | answered by another: CPU | wall |")
        print("| --- | --- | --- | --- | --- |")
        rows = {words: _measured(words, base, alone, runs) for words in _COMMANDS}
        with _served(base, environment):
            for words in _COMMANDS:
                served = _measured(words, base, environment, runs) if words[0] in _ANSWERED else ("", "")
                print(f"| kb {words[0]} | {' | '.join((*rows[words], *served))} |")
            program = [sys.executable, "-c", _IN_ONE_PROCESS, str(runs)]
            done = subprocess.run(
                program, cwd=base, env=environment, capture_output=True, text=True, check=True
            )
            print(f"| one search over the socket | | | | {_told(list(map(float, done.stdout.split())))} |")
        print(f"load after: {os.getloadavg()[0]:.1f}")


def _environment(base: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "XDG_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # pip compiles what it installs
    return kept | {f"XDG_{name}_HOME": str(base / name) for name in ("STATE", "CACHE", "DATA", "CONFIG")}


def _kb(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "kb", *words]


def _measured(
    words: tuple[str, ...], base: Path, environment: Mapping[str, str], runs: int
) -> tuple[str, str]:
    """CPU and wall time, after one run that counts for nothing."""
    _timed(words, base, environment)
    times = [_timed(words, base, environment) for _ in range(runs)]
    return _told([cpu for cpu, _ in times]), _told([wall for _, wall in times])


def _timed(words: tuple[str, ...], base: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    start = time.perf_counter()
    process = subprocess.Popen(
        _kb(*words), cwd=base, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    process.stdout.readline()
    first = time.perf_counter() - start
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    process.stdout.close()
    wall = first if words[0] == "ask" else time.perf_counter() - start
    return usage.ru_utime + usage.ru_stime, wall


@contextmanager
def _served(base: Path, environment: Mapping[str, str]) -> Iterator[None]:
    server = subprocess.Popen(_kb("serve", "--local"), cwd=base, env=environment, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + _STARTS
        while subprocess.run(
            [sys.executable, "-c", _IN_ONE_PROCESS, "1"], cwd=base, env=environment, capture_output=True
        ).returncode:
            assert time.monotonic() < end, "nobody answers"
        yield
    finally:
        server.terminate()
        server.wait()


def _told(seconds: list[float]) -> str:
    return f"{min(seconds) * 1000:.0f} ({statistics.median(seconds) * 1000:.0f})"


if __name__ == "__main__":
    main()
