"""Tries an unknown model file in a child process, so that a crash in llama.cpp costs a sentence and not the program.

    python -m kb.models.self_test FILE GPU_LAYERS

The verdict is remembered in the state folder. Its key is a hash of the file's size, modification time, first and
last 64 KiB, llama.cpp's version and the layers on the GPU: reading all of a large file would take longer than
testing it, and what crashes is decided by the header, which the first bytes and gguf_check.py cover.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from kb.errors import ModelError, ModelUnusable
from kb.models import machine
from kb.models.gguf_check import check_gguf
from kb.models.state_file import read_state, write_state

_FORM = 1  # raise when the test changes, so that files are tested again
_EDGE = 65_536  # bytes
_GRACE = 9.0  # seconds for starting up and a few tokens
_BYTES_PER_SECOND = 20_000_000  # a slow disk
_SPARE = 3 << 30  # bytes above the file's own size: buffers, the context, Python
_CONTEXT = 512  # tokens in the test's context


def require_usable(path: Path, state: Path, gpu_layers: int = -1) -> None:
    """Return if the file has passed its test, now or earlier; raise ModelError with the reason if not."""
    try:
        verdicts = state / "models" / f"{file_identity(path, gpu_layers)}.json"
    except OSError:
        check_gguf(path)  # says what is wrong with the path
        raise
    reason = _remembered(verdicts)
    if reason is None:
        check_gguf(path)
        reason, lasting = _try(path, gpu_layers)
        if lasting:
            write_state(verdicts, {"file": path.name, "reason": reason})
    if reason:
        raise ModelUnusable(reason)


def file_identity(path: Path, gpu_layers: int = -1) -> str:
    """A hash of what tells one model file from another, and how it is run. Raises OSError."""
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        digest = blake2b(digest_size=16)
        engine = f"{_FORM} {version('llama-cpp-python')} {gpu_layers}"
        digest.update(f"{engine} {about.st_size} {about.st_mtime_ns}".encode())
        digest.update(file.read(_EDGE))
        file.seek(max(0, about.st_size - _EDGE))
        digest.update(file.read(_EDGE))
    return digest.hexdigest()


def _remembered(verdicts: Path) -> str | None:
    """The reason against the file, empty if it is fine; None if it was never tested."""
    known = read_state(verdicts)
    reason = known.get("reason") if isinstance(known, dict) else None
    return reason if isinstance(reason, str) else None


def _try(path: Path, gpu_layers: int) -> tuple[str, bool]:
    """Why the file cannot be used, empty if it can; and whether that holds for good."""
    limit = _GRACE + path.stat().st_size / _BYTES_PER_SECOND
    child = subprocess.Popen(
        [sys.executable, "-m", "kb.models.self_test", os.fspath(path), str(gpu_layers)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        answer, _ = child.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        reason = (
            f"{path.name} wrote nothing within {limit:.0f} seconds of its test run. Choose a smaller model."
        )
        return reason, False
    finally:
        child.kill()
        child.communicate()
    if child.returncode == 0:
        try:
            return str(json.loads(answer)["reason"]), True
        except (ValueError, KeyError, TypeError):
            return f"{path.name} did not finish its test run. Choose another .gguf file.", True
    if -child.returncode == signal.SIGKILL:
        return (
            f"{path.name} needs more memory than is free. Close other programs, or choose a smaller model.",
            False,
        )
    return f"{path.name} makes llama.cpp crash. Choose another .gguf file, or the bundled one.", True


def _test_here(path: Path, gpu_layers: int) -> str:
    """Load the file and write a few tokens with it: the reason it cannot be used, or nothing."""
    from kb.models.engine import Engine, StopFlag
    from kb.models.language_model import Options

    try:
        engine = Engine(path, context=_CONTEXT, threads=1, gpu_layers=gpu_layers)
        tokens = engine.tokenise("One, two, three and four are") or engine.opening() or [0]
        for _ in engine.generate(tokens, Options(max_tokens=4), None, StopFlag()):
            pass
    except ModelError as error:
        return str(error)
    return ""


def _limit_memory(path: Path) -> None:
    """Let the test take what the file can fairly need, and no more than is free."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from kb.models.llama_library import llama

    if llama.llama_supports_gpu_offload():
        return  # drivers take what they want, and the weights go elsewhere
    fair = 2 * path.stat().st_size + _SPARE
    free = machine.free_memory()
    limit = fair if free is None else min(fair, free)
    # Private memory only: the mapped file does not count.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def main(path: Path, gpu_layers: int) -> None:
    _limit_memory(path)
    reason = _test_here(path, gpu_layers)
    sys.stdout.write(json.dumps({"reason": reason}))
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
