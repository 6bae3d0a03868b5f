"""Commands by name, each imported when it is wanted: `kb search` loads nothing of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
import typer.main


class CommandTable(Mapping[str, Any]):
    """The commands of `places`: by name, the panel of the help that one belongs to, and `module:what` in kb.cli.commands.

    What stands there is a function, or an app with commands of its own.
    """

    def __init__(self, places: Mapping[str, tuple[str, str]]) -> None:
        self._places = places
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The command called `name`."""
        if name not in self._made:
            panel, place = self._places[name]
            self._made[name] = _command(name, panel, place)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is one; nothing is imported."""
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the help."""
        return iter(self._places)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._places)


def _command(name: str, panel: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"kb.cli.commands.{module}"), attribute)
    alone = typer.Typer(add_completion=False)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name, rich_help_panel=panel)
    else:
        alone.command(name, rich_help_panel=panel)(found)
    return typer.main.get_group(alone).commands[name]
