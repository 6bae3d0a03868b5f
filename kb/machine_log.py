"""A log that several machines write and any file syncer brings together: JSON lines, one file for each machine."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kb.files.beneath import beneath
from kb.files.small import parse_json, read_small

_NOT_NAME = re.compile(r"[^\w-]+")
_MOST_BYTES = 256_000_000  # of one machine's file: a hundred reviews a day for over twenty years
_LONGEST_LINE = 100_000  # characters


class MachineLog:
    """The lines of all machines in the folder `name` below `root`; new ones go to the file of the machine that
    `machine` names.

    It is asked for when the first line is written, for a name may have to be made up. No symbolic link below `root` is
    followed, for the folder may have come from elsewhere. With `only_own`, lines of other machines are not read.
    """

    def __init__(self, root: Path, name: str, machine: Callable[[], str], *, only_own: bool = False) -> None:
        self.folder = root / name
        self._root = root
        self._name = name
        self._machine = machine
        self._only_own = only_own

    def add(self, row: Mapping[str, Any]) -> None:
        """Append one line, on the disk when this returns. Raises OSError."""
        line = json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
        own = f"{self._name}/{self._own()}"
        with beneath(self._root, own, make=True, mode=0o700) as entry:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(entry.name, flags, 0o600, dir_fd=entry.folder)
            with os.fdopen(descriptor, "ab") as file:
                end = os.fstat(descriptor).st_size
                if end and os.pread(descriptor, 1, end - 1) != b"\n":
                    line = "\n" + line  # a line that a power cut tore apart must not swallow this one
                file.write(line.encode("utf-8", "replace"))
                file.flush()
                os.fsync(descriptor)

    def _own(self) -> str:
        return f"{_NOT_NAME.sub('-', self._machine())}.jsonl"

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every line of every machine once, in no order that means anything; lines that are none are passed over."""
        return (row for _, row in self.entries())

    def entries(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The same, each line with the name of the file that holds it."""
        lines: dict[str, str] = {}
        with suppress(OSError), beneath(self._root, f"{self._name}/-") as entry:
            for name in entry.names():
                if name.endswith(".jsonl") and (not self._only_own or name == self._own()):
                    with suppress(OSError):
                        data = read_small(name, _MOST_BYTES, follow=False, folder=entry.folder)
                        for line in data.decode("utf-8", "replace").splitlines():
                            lines.setdefault(line, name)
        for line, name in lines.items():
            if len(line) > _LONGEST_LINE:
                continue
            try:
                row = parse_json(line)
            except ValueError:
                continue  # torn, or never one of kb's
            if isinstance(row, dict):
                yield name, row
