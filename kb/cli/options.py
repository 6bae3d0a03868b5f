"""Options that every command knows; they may stand before or after the command's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from kb.cli.host import plugin_host
from kb.cli.streams import answer

if TYPE_CHECKING:
    from kb.answering.answer import Quote
    from kb.knowledge_base import KnowledgeBase
    from kb.plugin_api import KnowledgeBase as OfPlugins
    from kb.plugin_api import Mode
    from kb.settings import Settings

Vault = Annotated[
    Path | None, typer.Option("--vault", metavar="FOLDER", help="The folder of notes.", show_default=False)
]
Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="FOLDER", help="The folder of the index.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


@dataclass(frozen=True, slots=True)
class CliContext:
    """What stood on the command line, before or after the command's name; to plugins it is their Terminal."""

    vault: Path | None = None
    index: Path | None = None
    json: bool = False

    def knowledge_base(self) -> KnowledgeBase:
        """The knowledge base that these options choose."""
        from kb.cli.kept import open_knowledge_base
        from kb.cli.output import spell_paths

        base = open_knowledge_base(self.settings(), self._notice)
        spell_paths(base.files.on_disk)
        return base

    def settings(self) -> Settings:
        """The settings in force; what a kb.toml asks for and was not confirmed is named on stderr."""
        from kb.settings import load_settings

        settings = load_settings(vault=self.vault, index=self.index)
        if settings.withheld:
            from kb.workspace import withheld_notice

            self._notice(withheld_notice(settings))
        return settings

    @staticmethod
    def _notice(text: str) -> None:
        from kb.cli.output import say

        say(text, style="yellow")

    def run(self, base: OfPlugins, mode: Mode, argument: str = "", *, once: bool = False) -> None:
        """Hold a session of `mode` on this terminal; with `once`, only open it. With --json, events are JSON lines."""
        from kb.cli.sessions import run_session

        run_session(base, mode, argument, once=once, json=self.json)

    def modes(self) -> Mapping[str, Mode]:
        """Every mode of talking with the notes by name."""
        return plugin_host().modes

    def due_notes(self, base: OfPlugins) -> dict[str, int]:
        """Paths of notes with something to study now, and how much."""
        return plugin_host().due_notes(base)

    def print_markdown(self, text: str) -> None:
        """Print on stdout, without control characters."""
        from kb.cli.render.text import print_markdown

        print_markdown(text)

    def print_text(self, text: str) -> None:
        """Print on stdout as it is, without control characters."""
        from rich.text import Text

        from kb.cli.output import out
        from kb.safe_text import safe_text

        out().print(Text(safe_text(text)), soft_wrap=True)

    def print_sources(self, quotes: Sequence[Quote]) -> None:
        """Print on stdout what [n] cites."""
        from kb.cli.render.text import print_source

        for quote in quotes:
            print_source(quote, f"[{quote.number}] ")

    def print_json(self, value: Mapping[str, Any]) -> None:
        """Print one JSON object on stdout."""
        from kb.cli.output import print_json

        print_json(value)

    def answer_stream(self) -> BinaryIO:
        """The real stdout, for a protocol that is spoken over it."""
        return answer().buffer

    def say(self, text: str) -> None:
        """Tell a notice on stderr."""
        from kb.cli.output import say

        say(text)

    def answer_commands(self, what: Literal["run", "stop", "status"]) -> None:
        """Answer for other `kb` commands of this user until Ctrl-C; end the process that does, or tell whether one does."""
        from kb.cli.daemon.beside import serve_locally
        from kb.cli.daemon.telling import tell_status, tell_stopped

        {"run": serve_locally, "stop": tell_stopped, "status": tell_status}[what](self)


def resolve_options(
    context: typer.Context, vault: Path | None, index: Path | None, json: bool = False
) -> CliContext:
    """The options of a command, completed by those before its name."""
    before = context.obj if isinstance(context.obj, CliContext) else CliContext()
    return CliContext(vault=vault or before.vault, index=index or before.index, json=json or before.json)


def every_option(vault: Vault = None, index: Index = None, json: Json = False) -> None:
    """The options that commands of plugins are given as well; never called."""
