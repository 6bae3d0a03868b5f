"""A log that several machines write and any file syncer brings together: JSON lines, one file for each machine."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

_NOT_NAME = re.compile(r"[^\w-]+")


class MachineLog:
    """The lines of all machines below `folder`; new ones go to the file of the machine that `machine` names.

    It is asked for when the first line is written, for a name may have to be made up.
    """

    def __init__(self, folder: Path, machine: Callable[[], str]) -> None:
        self.folder = folder
        self._machine = machine

    def add(self, row: Mapping[str, Any]) -> None:
        """Append one line, on the disk when this returns. Raises OSError."""
        line = json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"
        own = self.folder / f"{_NOT_NAME.sub('-', self._machine())}.jsonl"
        self.folder.mkdir(parents=True, exist_ok=True)
        with own.open("ab+") as file:
            end = file.tell()
            if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
                line = "\n" + line  # a line that a power cut tore apart must not swallow this one
            file.write(line.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every line of every machine once, in no order that means anything; lines that are none are passed over."""
        return (row for _, row in self.entries())

    def entries(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The same, each line with the name of the file that holds it."""
        lines: dict[str, str] = {}
        for file in sorted(self.folder.glob("*.jsonl")) if self.folder.is_dir() else ():
            try:
                text = file.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            for line in text.splitlines():
                lines.setdefault(line, file.name)
        for line, name in lines.items():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue  # torn, or nested without end
            if isinstance(row, dict):
                yield name, row
