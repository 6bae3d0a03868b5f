"""How results reach the terminal: stdout carries the answer, stderr everything else."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from kb.files.small import finite
from kb.safe_text import safe_line, safe_text


def out() -> Console:
    """The console of the answer."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=not sys.stdout.isatty())


def err() -> Console:
    """The console of progress, notices and errors."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_indented(console: Console, text: Text) -> None:
    """Print `text` set in; wrapped with its indent on a terminal, on one line where a program reads."""
    if console.soft_wrap:
        console.print(Text("    ") + text)
    else:
        console.print(Padding(text, (0, 0, 0, 4), expand=False))


def say_error(message: str) -> None:
    """Tell an error as one sentence."""
    console = err()
    line = Text("kb: ", style="bold red")
    line.append(safe_line(message), style="not bold default")
    console.print(line, soft_wrap=True)


def say(message: str, style: str = "") -> None:
    """Tell a notice on stderr."""
    err().print(Text(safe_text(message), style=style), soft_wrap=True)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object and nothing else on stdout; text from notes loses its control characters."""
    sys.stdout.write(json.dumps(finite(_safe(value)), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def print_json_line(value: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own, at once."""
    sys.stdout.write(json.dumps(finite(_safe(value)), ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, Mapping):
        return {key: _safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(item) for item in value]
    if isinstance(value, Path):
        return safe_text(str(value))
    return value
