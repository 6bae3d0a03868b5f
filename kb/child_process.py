"""Starts child processes that see nothing of the folder a person stands in, and little of the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kb.isolation import without_current_folder

_NEUTRAL = "/"  # nobody but root puts files there
# What Python, llama.cpp, drivers of graphics cards and unpacked models need. No KB_*, no key, nothing that makes Python load more.
_PASSED_ON = (
    "CUDA_VISIBLE_DEVICES",
    "DYLD_LIBRARY_PATH",
    "HIP_VISIBLE_DEVICES",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "ROCR_VISIBLE_DEVICES",
    "TMPDIR",
    "XDG_CACHE_HOME",
)
# With -I Python sees neither the current folder nor PYTHON* variables; modules come from where this process has them.
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "import runpy; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True)
class ChildEnd:
    """How a child process ended."""

    status: int | None  # exit status, a signal's number below zero, None when its time was up
    output: bytes  # what it wrote on stdout


def run_python(module: str, words: Sequence[str], *, seconds: float) -> ChildEnd:
    """Run `module` with `words` in a child process that stands in a neutral folder, for `seconds` at most."""
    child = _started(module, words, stdout=subprocess.PIPE)
    try:
        output, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return ChildEnd(None, b"")
    finally:
        child.kill()
        child.communicate()
    return ChildEnd(child.returncode, output)


def run_program(command: Sequence[str], data: bytes, *, seconds: float) -> ChildEnd:
    """Run an installed program, given by its path, that reads `data` and writes its result, and sees nothing else."""
    try:
        done = subprocess.run(
            command,
            cwd=_NEUTRAL,
            env=minimal_environment(os.environ),
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ChildEnd(None, b"")
    return ChildEnd(done.returncode, done.stdout)


class Child:
    """A child process that goes on beside this one until it is told to end."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def end(self, *, patience: float = 0.0) -> int:
        """End it at once, or after `patience` seconds; its exit status, a signal's number below zero."""
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def start_python(module: str, words: Sequence[str], *, keep: Sequence[int]) -> Child:
    """Start `module` with `words` in a child process that stands in a neutral folder and is handed the descriptors `keep`."""
    return Child(_started(module, words, keep=keep))


class PipedChild(Child):
    """A child process that is spoken to over its standard input and output."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(process)
        assert process.stdin is not None
        assert process.stdout is not None
        self.stdin: IO[bytes] = process.stdin
        self.stdout: IO[bytes] = process.stdout

    def end(self, *, patience: float = 0.0) -> int:
        """End it, and close both pipes."""
        status = super().end(patience=patience)
        for pipe in (self.stdin, self.stdout):
            with suppress(OSError):  # what was not written any more
                pipe.close()
        return status


def pipe_python(module: str, words: Sequence[str]) -> PipedChild:
    """Start `module` with `words` in a child process that stands in a neutral folder, with a pipe in and one out."""
    return PipedChild(_started(module, words, stdin=subprocess.PIPE, stdout=subprocess.PIPE))


class ChildBeside(Child):
    """A child process that ends when its standard input does, as it does when this process is killed."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(process)
        assert process.stdin is not None
        self._stdin = process.stdin

    def end(self, *, patience: float = 0.0) -> int:
        """Close its input, and end it where that is not enough within `patience` seconds."""
        with suppress(OSError):
            self._stdin.close()
        return super().end(patience=patience)


def start_beside(module: str, words: Sequence[str]) -> ChildBeside:
    """Start `module` with `words` in a process like this one, in its folder and environment."""
    return ChildBeside(
        subprocess.Popen(
            _command(module, words),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    )


def own_command(*words: str) -> list[str]:
    """The program and arguments that run `kb` with `words` wherever one stands, without a look at what lies there."""
    return _command("kb", words)


def _started(
    module: str,
    words: Sequence[str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """`module` in a process that stands in a neutral folder and has little of the environment."""
    return subprocess.Popen(
        _command(module, words),
        cwd=_NEUTRAL,
        env=minimal_environment(os.environ),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        pass_fds=keep,
    )


def _command(module: str, words: Sequence[str]) -> list[str]:
    path = json.dumps(
        [entry for entry in without_current_folder(sys.path) if Path(entry).is_absolute()], allow_nan=False
    )
    return [sys.executable, "-I", "-c", _START, path, module, *words]


def minimal_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of `environment` that a child process needs."""
    return {name: environment[name] for name in _PASSED_ON if name in environment}
