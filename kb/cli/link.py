"""`kb link`: the links a note may want, how sure each is, and why."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from kb.cli.options import Index, Json, Vault, chosen
from kb.cli.output import out, print_indented, print_json
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from kb.linking.related import Proposal, RelatedNote
    from kb.linking.suggest import LinkSuggestion


def link(
    context: typer.Context,
    note: Annotated[str, typer.Argument(help="Its path, file name, alias or title.", show_default=False)],
    minimum: Annotated[
        float, typer.Option("--min", min=0.0, max=1.0, metavar="P", help="Show links at least this likely.")
    ] = 0.3,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Suggest links for a note, with confidence and reasons; nothing is changed."""
    options = chosen(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        suggestions = base.link_suggestions(note, minimum)
        related = base.related_notes(note)
        tags, relations = base.habit_proposals(note)
    if options.json:
        print_json(
            {
                "links": [asdict(one) for one in suggestions],
                "related": [asdict(one) for one in related],
                "tags": [asdict(one) for one in tags],
                "relations": [asdict(one) for one in relations],
            }
        )
        return
    console = out()
    if not suggestions:
        console.print("No link to suggest.")
    for one in suggestions:
        _print_suggestion(console, one)
    if related:
        console.print(Text("Related, not mentioned", style="bold"))
    for other in related:
        _print_related(console, other)
    if tags or relations:
        console.print(Text("What notes like it have", style="bold"))
    for proposal in (*tags, *relations):
        _print_proposal(console, proposal)


def _print_suggestion(console: Console, one: LinkSuggestion) -> None:
    place = Text(f"{safe_line(one.path)}:{one.line}", style="cyan")
    place.append(f"  {one.confidence:.0%}", style="bold")
    place.append(f"  {safe_line(one.mention)} → {safe_line(one.replacement)}", style="default")
    console.print(place, soft_wrap=True)
    print_indented(console, Text(safe_line("; ".join(one.reasons)), style="dim"))


def _print_related(console: Console, one: RelatedNote) -> None:
    console.print(Text(f"  {safe_line(one.path)}", style="cyan"), soft_wrap=True)
    if one.reasons:
        print_indented(console, Text(safe_line("; ".join(one.reasons)), style="dim"))
    if one.quote:
        print_indented(console, Text(f"“{safe_line(one.quote)}”", style="italic"))


def _print_proposal(console: Console, one: Proposal) -> None:
    what = f"#{one.name}" if one.value is None else f"{one.name}: {one.value}"
    line = Text(f"  {safe_line(what)}", style="cyan")
    line.append(f"  {one.share:.0%}: {safe_line(', '.join(one.notes[:3]))}", style="dim")
    console.print(line, soft_wrap=True)
