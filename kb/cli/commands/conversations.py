"""`kb conversations`: what was asked before, to read again, go on with, and export."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json, say
from kb.cli.pager import paged
from kb.cli.render.text import print_markdown
from kb.cli.sessions import run_session
from kb.errors import UsageError
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.answering.kept_conversations import Conversation
    from kb.knowledge_base import KnowledgeBase

app = typer.Typer(
    name="conversations",
    help="List, reopen and export your conversations.\n\nFor example: kb conversations reopen 1",
    invoke_without_command=True,
)
Number = Annotated[
    int, typer.Argument(min=1, help="Its number in the list; 1 is the latest.", show_default=False)
]


@app.callback()
def conversations(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many conversations to show.")] = 20,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """List your conversations, the latest first.

    They are kept in the vault's .kb/conversations. For example: kb conversations, then: kb conversations reopen 1
    """
    context.obj = options = resolve_options(context, vault, index, json)
    if context.invoked_subcommand is not None:
        return
    with closing(options.knowledge_base()) as base:
        held = base.logs.conversations.all()
    if options.json:
        print_json({"conversations": [_as_json(number, one) for number, one in enumerate(held[:limit], 1)]})
        return
    if not held:
        say("There are no conversations yet. Begin one with: kb chat, or just kb")
    with paged():
        for number, one in enumerate(held[:limit], 1):
            _print_row(number, one)
    if len(held) > limit:
        say(f"{len(held) - limit} older ones: kb conversations --limit {len(held)}", style="dim")


@app.command("show")
def show(context: typer.Context, number: Number, json: Json = False) -> None:
    """Print a conversation.

    For example: kb conversations show 1
    """
    from kb.answering.kept_conversations import as_markdown

    options = resolve_options(context, None, None, json)
    with closing(options.knowledge_base()) as base:
        held = _numbered(base, number)
    if options.json:
        print_json(_as_json(number, held))
        return
    with paged():
        print_markdown(as_markdown(held, with_front=False))


@app.command("reopen")
def reopen(context: typer.Context, number: Number) -> None:
    """Continue a conversation: follow-up questions refer to it.

    For example: kb conversations reopen 1
    """
    from kb.ask_mode import going_on

    options = resolve_options(context, None, None)
    with closing(options.knowledge_base()) as base:
        held = _numbered(base, number)
        for one in held.exchanges:
            out().print(Text(f"ask> {safe_line(one.question)}", style="bold"), soft_wrap=True)
            print_markdown(one.answer)
        run_session(base, going_on(held))


@app.command("export")
def export(
    context: typer.Context,
    number: Number,
    file: Annotated[
        Path | None, typer.Argument(help="The file to write; stdout if left out.", show_default=False)
    ] = None,
) -> None:
    """Write a conversation as a note, with links to its sources.

    An existing file is left alone. For example: kb conversations export 1 lease.md
    """
    from kb.answering.kept_conversations import as_markdown

    options = resolve_options(context, None, None)
    with closing(options.knowledge_base()) as base:
        text = as_markdown(_numbered(base, number))
    if file is None:
        out().print(Text(text), soft_wrap=True, end="")
        return
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise UsageError(f"{file} exists already. Name another file.") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}. Name another file.") from error
    say(f"Wrote {safe_line(str(file))}")


def _numbered(base: KnowledgeBase, number: int) -> Conversation:
    held: Sequence[Conversation] = base.logs.conversations.all()
    if number > len(held):
        raise UsageError(
            f"There is no conversation {number} in the list of {len(held)}. See it with: kb conversations"
        )
    return held[number - 1]


def _print_row(number: int, one: Conversation) -> None:
    more = len(one.exchanges) - 1
    row = Text.assemble(
        (f"{number:>3}  ", "bold"),
        (f"{_local(one.at)}  ", "dim"),
        safe_line(one.title),
        (f"  and {more} more" if more else "", "dim"),
    )
    out().print(row, soft_wrap=True)


def _local(at: str) -> str:
    """The minute, in local time."""
    try:
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return safe_line(at)[:16]


def _as_json(number: int, one: Conversation) -> dict[str, object]:
    return {
        "number": number,
        "id": one.id,
        "title": one.title,
        "at": one.at,
        "exchanges": asdict(one)["exchanges"],
    }
