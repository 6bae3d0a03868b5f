"""How results reach the terminal: stdout carries the answer, stderr everything else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from kb.cli.streams import answer
from kb.files.small import finite
from kb.safe_text import escape_unsafe, safe_line, safe_segments, safe_text

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType
    from rich.segment import Segment


# Entries of JSON that hold words of a note, never its path.
_WORDS = frozenset(("answer", "question", "query", "quote", "text", "title", "short", "understood"))
_spelling: Callable[[str], str] = str  # set once a vault is chosen


class SafeConsole(Console):
    """Writes no character that a terminal obeys, whoever gave it, but those by which it styles and moves."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """The segments of `renderable`, safe ones only."""
        return safe_segments(super().render(renderable, options))


def out() -> Console:
    """The console of the answer."""
    return SafeConsole(
        file=answer(), highlight=False, markup=False, emoji=False, soft_wrap=not answer().isatty()
    )


def err() -> Console:
    """The console of progress, notices and errors."""
    return SafeConsole(stderr=True, highlight=False, markup=False, emoji=False)


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


def spell_paths(spelling: Callable[[str], str]) -> None:
    """From now on JSON names notes as `spelling` does: byte for byte, as the disk has them."""
    global _spelling
    _spelling = spelling


def _spelled(value: Any, key: str = "") -> Any:
    """`value` with the paths in it as the disk spells them; most are plain ASCII, and are spelled so anyway."""
    if isinstance(value, str):
        return value if value.isascii() or key in _WORDS else _spelling(value)
    if isinstance(value, Mapping):
        return {_spelled(str(name)): _spelled(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item, key) for item in value]
    return value


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object and nothing else on stdout."""
    answer().write(_json(value, indent=2) + "\n")


def print_json_line(value: Mapping[str, Any]) -> None:
    """Print one JSON object on a line of its own, at once."""
    answer().write(_json(value, indent=None) + "\n")
    answer().flush()


def _json(value: Mapping[str, Any], indent: int | None) -> str:
    """`value` as JSON that loses no character; those that a terminal would obey are escaped."""
    can_hold_all = (answer().encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(
        _spelled(finite(value)), ensure_ascii=not can_hold_all, indent=indent, allow_nan=False, default=str
    )
    return escape_unsafe(text)
