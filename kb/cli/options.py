"""Options that every command knows; they may stand before or after the command's words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kb.knowledge_base import KnowledgeBase
from kb.settings import load_settings

Vault = Annotated[
    Path | None, typer.Option("--vault", metavar="FOLDER", help="The folder of notes.", show_default=False)
]
Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="FOLDER", help="The folder of its index.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stood on the command line, before or after the command's name."""

    vault: Path | None = None
    index: Path | None = None
    json: bool = False

    def knowledge_base(self) -> KnowledgeBase:
        """The knowledge base that these options choose."""
        return KnowledgeBase(load_settings(vault=self.vault, index=self.index))


def chosen(context: typer.Context, vault: Path | None, index: Path | None, json: bool = False) -> Chosen:
    """The options of a command, completed by those before its name."""
    before = context.obj if isinstance(context.obj, Chosen) else Chosen()
    return Chosen(vault=vault or before.vault, index=index or before.index, json=json or before.json)
