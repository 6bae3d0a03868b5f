"""`kb import`: notes of other programs become notes of the vault."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from kb.cli.completion import complete_format
from kb.cli.options import CliContext, Index, Json, Vault, resolve_options
from kb.cli.output import err, out, print_json, say
from kb.cli.render.progress import progress_bar
from kb.errors import IndexLocked, IndexMissing, UsageError
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.importing.importer import Left
    from kb.importing.plan import Plan
    from kb.knowledge_base import KnowledgeBase

_SHOWN = 12  # notes and reasons of a preview


def import_notes(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="The exported file, archive or folder.", show_default=False)
    ],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="The program it comes from, such as evernote; kb finds out if left out.",
            autocompletion=complete_format,
        ),
    ] = "",
    to: Annotated[
        str, typer.Option("--to", metavar="FOLDER", help="A folder of the vault for the notes.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be imported, and stop.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Import without being asked.")] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Import notes from another program.

    From ChatGPT, Claude, Evernote, Notion, Google Keep, Apple Notes, Roam, Logseq, Bear, saved web pages or text.

    You see what would be imported before anything is written. Nothing is overwritten or imported twice.

    For example: kb import notes.enex --to Archive. kb undo takes it back.
    """
    if dry_run and yes:
        raise UsageError("--dry-run only looks, so it can't be combined with --yes.")
    options = resolve_options(context, vault, index, json)
    with (
        closing(options.knowledge_base()) as base,
        _Reading(path.name) as reading,
        base.moving.reading(path, source, to, reading.count) as plan,
    ):
        reading.stop()
        if not options.json:
            _preview(plan, path)
        done = not dry_run and bool(plan.notes) and _wanted(plan, yes, asks=not options.json)
        left: tuple[Left, ...] = ()
        if done:
            with _progress(len(plan.notes) + len(plan.files)) as tell:
                left = base.moving.carry_out(plan, tell)
        if options.json:
            print_json(_as_json(plan, left, done))
        else:
            again = _same_command(path, source, to, options) if dry_run else ""
            _tell_end(plan, left, done, again)
        if done:
            _bring_in_step(base, plan)


def _same_command(path: Path, source: str, to: str, options: CliContext) -> str:
    """The command that imports what a dry run showed."""
    given = {"--from": source, "--to": to, "--vault": options.vault, "--index": options.index}
    words = ["kb", "import", str(path)]
    for name, value in given.items():
        words += [name, str(value)] if value else []
    return safe_line(shlex.join(words))


def _tell_end(plan: Plan, left: tuple[Left, ...], done: bool, again: str) -> None:
    """Say what was done; `again` is the command that imports, after a dry run."""
    for one in left:
        say(f"Left out: {safe_line(one.name)}: {safe_line(one.reason)}", style="yellow")
    if done:
        failed = {one.name for one in left}
        notes = sum(note.path not in failed for note in plan.notes)
        files = sum(file.path not in failed for file in plan.files)
        out().print(f"Imported {_counts(notes, files)}. To take them back: kb undo")
        sys.stdout.flush()
    elif not plan.notes:
        out().print("Nothing to import.")
    elif again:
        say(f"Nothing was written. To import: {again}", style="dim")
    else:
        out().print("Nothing was imported.")


def _bring_in_step(base: KnowledgeBase, plan: Plan) -> None:
    for path in base.moving.unread(plan)[:1]:
        say(
            f"{safe_line(path)} is left out by .kbignore or another program's settings, so it won't be found."
            " Import to another folder with --to, or change the rule."
        )
    with suppress(IndexMissing, IndexLocked):  # whoever holds the lock keeps it in step
        if base.upkeep.last_sync():
            with progress_bar() as report:
                base.index(report)


def _wanted(plan: Plan, yes: bool, *, asks: bool) -> bool:
    if yes or not asks:
        return yes
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "Nothing was imported. To import without being asked, add --yes; to only look, --dry-run."
        )
    return typer.confirm(f"Import {_counts(len(plan.notes), len(plan.files))}?", default=False)


def _counts(notes: int, files: int) -> str:
    message = f"{notes:,} {'note' if notes == 1 else 'notes'}"
    return message + (f" and {files:,} {'attachment' if files == 1 else 'attachments'}" if files else "")


def _preview(plan: Plan, path: Path) -> None:
    console = out()
    title = Text(
        f"{_counts(len(plan.notes), len(plan.files)) if plan.notes else 'No new notes'} from {safe_line(plan.label)}",
        style="bold",
    )
    title.append(f", {safe_line(path.name)}", style="not bold")
    console.print(title, soft_wrap=True)
    for note in plan.notes[:_SHOWN]:
        console.print(Text(f"  {safe_line(note.path)}", style="cyan"), soft_wrap=True)
    if len(plan.notes) > _SHOWN:
        console.print(f"  … and {len(plan.notes) - _SHOWN:,} more", markup=False)
    if plan.known:
        are = "note was" if len(plan.known) == 1 else "notes were"
        console.print(f"{len(plan.known)} {are} imported before.", markup=False)
    changed = [f"Changed since it was imported, and left as it is: {one}" for one in plan.changed]
    _say_first(changed, "yellow", "changed")
    _say_first([f"Left out: {one.name} {one.reason}" for one in plan.left], "dim", "left out")
    if plan.unlinked:
        links = "1 link leads" if len(plan.unlinked) == 1 else f"{len(plan.unlinked)} links lead"
        say(f"{links} to what is not in the export:", style="dim")
        _say_first(plan.unlinked, "dim", indent="  ")


def _say_first(rows: Sequence[str], style: str, which: str = "", *, indent: str = "") -> None:
    """Tell the first of `rows` on stderr, and how many more there are."""
    for row in rows[:_SHOWN]:
        say(indent + safe_line(row), style=style)
    if len(rows) > _SHOWN:
        say(f"  … and {len(rows) - _SHOWN:,} more {which}".rstrip(), style=style)


class _Reading:
    """Says on a terminal how many notes are read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shown = err().status(f"Reading {safe_line(name)}")

    def count(self, notes: int) -> None:
        """Tell of the notes that are read by now."""
        if notes % 50 == 0:
            self._shown.update(f"Reading {safe_line(self._name)}: {notes:,} notes")

    def stop(self) -> None:
        """Show nothing any more."""
        self._shown.stop()

    def __enter__(self) -> _Reading:
        self._shown.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    if total < 200 or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import Progress

    with Progress(console=err(), transient=True) as shown:
        task = shown.add_task("Importing", total=total)
        yield lambda count: shown.update(task, completed=count)


def _as_json(plan: Plan, left: tuple[Left, ...], done: bool) -> dict[str, object]:
    return {
        "from": plan.label,
        "folder": plan.folder,
        "notes": [{"path": note.path, "title": note.title} for note in plan.notes],
        "attachments": [file.path for file in plan.files],
        "known": list(plan.known),
        "changed": list(plan.changed),
        "left": [{"name": one.name, "reason": one.reason} for one in (*plan.left, *left)],
        "unlinked": list(plan.unlinked),
        "dry_run": not done,
    }
