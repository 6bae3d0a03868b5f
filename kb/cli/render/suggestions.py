"""What a note may link, and what notes like it have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from kb.cli.output import out, print_indented
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from kb.knowledge_base import KnowledgeBase
    from kb.linking.related import Proposal, RelatedNote
    from kb.linking.suggestions import LinkSuggestion


def print_suggestions(base: KnowledgeBase, note: str | None, suggestions: Sequence[LinkSuggestion]) -> None:
    console = out()
    if not suggestions:
        console.print("No links to suggest.")
    for one in suggestions:
        print_suggestion(console, one)
    if note is None:
        return
    related = base.links.related(note)
    tags, relations = base.links.proposals(note)
    if related:
        console.print(Text("Related, not mentioned", style="bold"))
    for other in related:
        _print_related(console, other)
    if tags or relations:
        console.print(Text("Similar notes have", style="bold"))
    for proposal in (*tags, *relations):
        _print_proposal(console, proposal)


def print_suggestion(console: Console, one: LinkSuggestion) -> None:
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
