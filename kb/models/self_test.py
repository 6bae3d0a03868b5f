"""Tries an unknown model file in a child process, so that a crash in llama.cpp costs a sentence and not the program.

    python -m kb.models.self_test FILE GPU_LAYERS

The verdict is remembered in the state folder, with the engine that gave it. Which file it is of is told by size,
modification time, first and last 64 KiB: reading all of a large file would take longer than testing it, and what
crashes is decided by the header, which the first bytes and gguf_check.py cover. A refusal, which would stand for as
long as the file does, also names the hash of all of it, and is only kept when the file was at fault: the child had
begun to load it, and a second child came to the same end.
"""

from __future__ import annotations

import json
import math
import os
import signal
import sys
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

from kb import machine
from kb.child_process import run_python
from kb.errors import ModelError, ModelUnusable
from kb.models.gguf_check import check_gguf
from kb.models.state_file import read_state, write_state

_FORM = 2  # raise when the test changes, so that files are tested again
_EDGE = 65_536  # bytes
_GRACE = 9.0  # seconds of the processor for starting up and a few tokens
_BYTES_PER_SECOND = 20_000_000  # a slow disk
_PATIENCE = 10  # times as long on the clock, for a file that waits for something that never comes
_SPARE = 3 << 30  # bytes above the file's own size: buffers, the context, Python
_CONTEXT = 512  # tokens in the test's context
# What a program does to itself when something in it is wrong; other signals come from outside.
_OWN_SIGNALS = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV, signal.SIGTRAP}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a test run came to."""

    reason: str  # against the file; empty if it is fine
    lasting: bool  # whether that holds as long as file and engine are the same
    crashed: bool = False


def require_usable(path: Path, state: Path, gpu_layers: int = -1) -> None:
    """Return if the file has passed its test, now or earlier; raise ModelError with the reason if not."""
    try:
        file = _verdict_file(path, state)
    except OSError:
        check_gguf(path)  # says what is wrong with the path
        raise
    verdicts = _remembered(file, path)
    layers = str(gpu_layers)
    reason = verdicts.get(layers)
    if not isinstance(reason, str):
        check_gguf(path)
        outcome = _try(path, gpu_layers)
        if outcome.crashed and outcome.lasting:
            outcome = _try(path, gpu_layers)
        reason = outcome.reason
        if outcome.lasting:
            about = {"file": path.name, "engine": _engine(), "verdicts": {**verdicts, layers: reason}}
            write_state(file, about | ({"sha256": _whole_hash(path)} if reason else {}))
    if reason:
        raise ModelUnusable(f"{reason} To test it again, run: kb models test.")


def forget_verdict(path: Path, state: Path) -> None:
    """Let the file be tested anew before its next use, as if it had never been seen."""
    try:
        _verdict_file(path, state).unlink(missing_ok=True)
    except OSError:
        return  # no such model, which the test will tell, or a state folder that remembers nothing


def file_identity(path: Path, gpu_layers: int = -1) -> str:
    """A hash of what tells one model file from another, and how it is run. Raises OSError."""
    digest = blake2b(f"{_FORM} {_engine()} {gpu_layers}".encode(), digest_size=16)
    digest.update(_look(path))
    return digest.hexdigest()


def _look(path: Path) -> bytes:
    """What tells one model file from another. Raises OSError."""
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        head = file.read(_EDGE)
        file.seek(max(0, about.st_size - _EDGE))
        return f"{about.st_size} {about.st_mtime_ns} ".encode() + head + file.read(_EDGE)


def _engine() -> str:
    return f"llama-cpp-python {version('llama-cpp-python')}"


def _verdict_file(path: Path, state: Path) -> Path:
    return state / "models" / f"{blake2b(_look(path), digest_size=16).hexdigest()}.json"


def _whole_hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _remembered(file: Path, path: Path) -> dict[str, Any]:
    """The reason against the file by layers on the GPU, empty where it is fine; nothing if it was never tested.

    A refusal counts for the very file that was refused only.
    """
    known = read_state(file)
    if not isinstance(known, dict) or known.get("engine") != _engine():
        return {}
    verdicts = known.get("verdicts")
    if not isinstance(verdicts, dict):
        return {}
    if any(verdicts.values()) and known.get("sha256") != _whole_hash(path):
        return {}
    return verdicts


def _try(path: Path, gpu_layers: int) -> _Outcome:
    """Test the file in a child process."""
    limit = _processor_seconds(path)
    words = [os.fspath(path.absolute()), str(gpu_layers)]  # the child has another working folder
    end = run_python("kb.models.self_test", words, seconds=_PATIENCE * limit)
    if end.status is None or end.status == -signal.SIGXCPU:
        reason = (
            f"{path.name} wrote nothing within {limit:.0f} seconds of its test run. Choose a smaller model."
        )
        return _Outcome(reason, lasting=False)
    return _judged(path, end.status, _report_of(end.output))


def _processor_seconds(path: Path) -> float:
    """How much of the processor a test run may take. Not of the clock: other programs may keep the cores busy."""
    return _GRACE + path.stat().st_size / _BYTES_PER_SECOND


def _judged(path: Path, status: int, report: dict[str, Any]) -> _Outcome:
    """What the end of a test run says of the file."""
    if status == 0 and isinstance(report.get("reason"), str):
        return _Outcome(report["reason"], lasting=True)
    own = -status in _OWN_SIGNALS
    if report.get("loading") and (status == -signal.SIGKILL or (own and report.get("scarce"))):
        reason = (
            f"{path.name} needs more memory than is free. Close other programs, or choose a smaller model."
        )
        return _Outcome(reason, lasting=False)
    if report.get("loading") and own:
        reason = f"{path.name} makes llama.cpp crash. Choose another .gguf file, or the bundled one."
        return _Outcome(reason, lasting=True, crashed=True)
    cause = report.get("error") or (f"signal {-status}" if status < 0 else f"status {status}")
    return _Outcome(f"The test run of {path.name} did not finish ({cause}).", lasting=False)


def _report_of(output: bytes) -> dict[str, Any]:
    """What the child said, line by line, as one."""
    report: dict[str, Any] = {}
    for line in output.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue  # a library's own words
        if isinstance(row, dict):
            report |= row
    return report


def _test_here(path: Path, gpu_layers: int) -> str:
    """Load the file and write a few tokens with it: the reason it cannot be used, or nothing."""
    from kb.models.engine import Engine
    from kb.models.language_model import Options
    from kb.models.stop_flag import StopFlag

    try:
        engine = Engine(path, context=_CONTEXT, threads=1, gpu_layers=gpu_layers)
        tokens = engine.model.tokenise("One, two, three and four are") or engine.model.opening() or [0]
        for _ in engine.generate(tokens, Options(max_tokens=4), None, StopFlag()):
            pass
    except ModelError as error:
        return str(error)
    return ""


def _limit_processor(path: Path) -> None:
    """End this process when it has taken longer than a test run may."""
    import resource

    limit = math.ceil(_processor_seconds(path))
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))


def _limit_memory(path: Path) -> bool:
    """Let the test take what the file can fairly need, and no more than is free; whether that is less than fair."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from kb.models.llama_library import llama

    if llama.llama_supports_gpu_offload():
        return False  # drivers take what they want, and the weights go elsewhere
    fair = 2 * path.stat().st_size + _SPARE
    free = machine.free_memory()
    limit = fair if free is None else min(fair, free)
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    # Private memory only: the mapped file does not count.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    room, _ = resource.getrlimit(resource.RLIMIT_AS)  # as whoever started kb has limited it
    return limit < fair or (room != resource.RLIM_INFINITY and room < fair + path.stat().st_size)


def _tell(**row: object) -> None:
    sys.stdout.write(json.dumps(row, allow_nan=False) + "\n")
    sys.stdout.flush()


def main(path: Path, gpu_layers: int) -> None:
    """Test the file, and tell on stdout how far it came."""
    _limit_processor(path)
    scarce = _limit_memory(path)
    _tell(loading=True, scarce=scarce)
    _tell(reason=_test_here(path, gpu_layers))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear that the file is not at fault
        _tell(error=f"{type(error).__name__}: {error}"[:200])
        sys.exit(1)
