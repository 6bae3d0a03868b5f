"""`kb new`, `kb daily` and `kb capture`: from a thought to a note."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.completion import complete_note
from kb.cli.editing import find_note, open_in_editor
from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json, say
from kb.cli.render.places import place
from kb.errors import IndexLocked, IndexMissing, UsageError
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.capture import Capture, Captured
    from kb.cli.options import CliContext
    from kb.knowledge_base import KnowledgeBase

_LIKELY = 0.5  # confidence from which a link is named
_NAMED = 5
Edit = Annotated[bool, typer.Option("--edit", "-e", help="Open it in your editor.")]


def new(
    context: typer.Context,
    title: Annotated[
        list[str], typer.Argument(help="Its title; folder/title puts it there.", show_default=False)
    ],
    template: Annotated[
        str, typer.Option("--template", "-t", help="Start from this template.", autocompletion=complete_note)
    ] = "",
    text: Annotated[str, typer.Option("--text", help="Its text; - reads stdin.")] = "",
    edit: Edit = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Write a new note.

    kb undo takes it back. For example: kb new "Projects/Garden shed" --template Project --edit
    """
    with _writing(resolve_options(context, vault, index, json), edit) as (capture, done):
        done(capture.new(" ".join(title), template, _piped() if text == "-" else text))


def daily(
    context: typer.Context,
    day: Annotated[str, typer.Argument(help="today, yesterday, 2026-03-01 …")] = "today",
    print_only: Annotated[bool, typer.Option("--print", help="Only print its path.")] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Open a day's note in your editor.

    A missing note is created. For example: kb daily yesterday
    """
    from kb.text.periods import period_of

    first, last = period_of(day, datetime.now().date())
    if first != last:
        raise UsageError(f"{day!r} is more than one day. Name one, such as yesterday or 2026-03-01.")
    edit = not print_only and not json and sys.stdin.isatty() and sys.stdout.isatty()
    with _writing(resolve_options(context, vault, index, json), edit) as (capture, done):
        note = capture.daily(datetime.combine(first, time.min))
        done(note, wrote=note.made or edit)


def capture(
    context: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(help="What to write down; without it, stdin.", show_default=False)
    ] = None,
    inbox: Annotated[bool, typer.Option("--inbox", help="Into the inbox instead of today's note.")] = False,
    to: Annotated[
        str, typer.Option("--to", metavar="NOTE", help="Into this note.", autocompletion=complete_note)
    ] = "",
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Add a thought to the end of today's note.

    kb undo takes it back. For example: kb capture "Ask Ada about the lease", or: pbpaste | kb capture --inbox
    """
    words = " ".join(text) if text and text != ["-"] else _piped()
    options = resolve_options(context, vault, index, json)
    where = "inbox" if inbox else ""
    if to:
        with closing(options.knowledge_base()) as base:
            where, _ = find_note(base, to)
    with _writing(options, edit=False) as (into, done):
        done(into.add(words, where))


@contextmanager
def _writing(options: CliContext, edit: bool) -> Iterator[tuple[Capture, _Done]]:

    with closing(options.knowledge_base()) as base:
        yield base.capture, _Done(base, options.json, edit)


class _Done:
    """Tells where something was written, brings the index in step and names links that the note may want."""

    def __init__(self, base: KnowledgeBase, json: bool, edit: bool) -> None:
        self._base = base
        self._json = json
        self._edit = edit

    def __call__(self, done: Captured, *, wrote: bool = True) -> None:
        vault = self._base.settings.vault
        if self._json:
            print_json(asdict(done))
        else:
            out().print(place(vault, done.path, done.line), soft_wrap=True)
            sys.stdout.flush()
            if done.made and not self._base.capture.is_read(done.path):
                say(
                    f"{safe_line(done.path)} is left out by .kbignore or another program's settings, so it won't be found."
                    " Move it, or change the rule."
                )
        if self._edit:
            open_in_editor(vault / done.path, done.line)
        with suppress(IndexMissing, IndexLocked):  # whoever holds the lock keeps it in step
            if wrote and self._base.upkeep.last_sync():
                self._base.index(brief=True)
                self._name_links(done)

    def _name_links(self, done: Captured) -> None:
        if self._base.settings.links.auto == "off" or self._json:
            return
        links = [
            one
            for one in self._base.links.suggestions(done.path, _LIKELY)
            if done.made or self._edit or one.line >= done.line
        ]
        for one in links[:_NAMED]:
            say(f"Possible link: {safe_line(one.mention)} → {safe_line(one.replacement)}", style="dim")
        if links:
            say(f"To make links: kb link {safe_line(done.path)!r} --interactive", style="dim")


def _piped() -> str:
    if sys.stdin.isatty():
        say("Write, then press Ctrl-D on a line of its own.", style="dim")
    return sys.stdin.read()
