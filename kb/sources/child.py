"""The child process in which files are read: `python -m kb.sources.child DESCRIPTOR`, started by kb.sources.worker.

It is handed one open file after another and answers with what stands in it. It can open no file for writing, and is
ended by the system where it takes more memory, or more time of the processor, than it was granted.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from kb.notes.extract import Extract
from kb.sources.form import pack
from kb.sources.source import Asked, Unreadable

MOST_MEMORY = 1 << 30  # bytes of address space beyond what the process begins with
HEADER = 8  # bytes that tell the length of an answer
_MOST_REQUEST = 65_536


def main() -> None:
    """Answer requests until the other end is closed."""
    line = socket.socket(fileno=int(sys.argv[1]))
    _limit()
    while True:
        request, descriptors, _, _ = socket.recv_fds(line, _MOST_REQUEST, 1)
        if not request or not descriptors:
            return
        answer = _answer(json.loads(request), descriptors[0])
        line.sendall(len(answer).to_bytes(HEADER, "big") + answer)


def _answer(request: dict[str, Any], descriptor: int) -> bytes:
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime + request["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
    try:
        read = _function(request["reads"])
    except Exception as error:  # noqa: BLE001 - a plugin's module may raise anything
        os.close(descriptor)
        return b"!the function that reads it cannot be loaded: " + repr(error)[:200].encode(
            "utf-8", "replace"
        )
    try:
        with os.fdopen(descriptor, "rb") as file:
            found = read(file, Asked(request["name"], request["options"]))
            if not isinstance(found, Extract):
                raise TypeError(f"{request['reads']} gave a {type(found).__name__}, not an Extract")
            return b"+" + pack(found)
    except Unreadable as error:
        return b"-" + str(error).encode("utf-8", "replace")
    except MemoryError:
        return b"-needs more memory than a file may"
    except RecursionError:
        return b"-is nested too deeply"
    except Exception as error:  # noqa: BLE001 - a library may raise anything over a hostile file
        return b"-is damaged, or of a kind that kb can't read: " + repr(error)[:200].encode(
            "utf-8", "replace"
        )


def _function(reads: str) -> Any:
    """The function called `module:function`, or `/folder/plugin.py:function` for a plugin in a folder."""
    place, _, name = reads.rpartition(":")
    if not place.endswith(".py"):
        return getattr(import_module(place), name)
    spec = spec_from_file_location("kb_source", place)
    if spec is None or spec.loader is None:
        raise ImportError(place)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def _limit() -> None:
    """Grant this process no more than reading takes."""
    limits = {
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_AS: MOST_MEMORY + _address_space(),
    }
    for kind, most in limits.items():
        with suppress(OSError, ValueError):  # macOS knows no limit of the address space
            resource.setrlimit(kind, (most, most))


def _address_space() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - pathlib is not loaded here
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 0


if __name__ == "__main__":
    main()
