"""`kb search`: the passages that match best."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from kb.cli.completion import complete_tag
from kb.cli.editing import open_in_editor
from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_indented, print_json, say
from kb.cli.pager import paged
from kb.cli.render.places import address, place
from kb.errors import QuestionEmpty
from kb.safe_text import safe_line
from kb.wire import hit_json

if TYPE_CHECKING:
    from pathlib import Path

    from kb.retrieval.hit import SearchHit

_EXCERPT = 240  # characters of a passage shown
_NAMED = 3  # other notes with the same passage


def search(
    context: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(help='Words, a question, "a phrase", -word, tag:tea ...', show_default=False),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1000, help="How many passages to show.")
    ] = 10,
    vault: Vault = None,
    index: Index = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="Only notes with this tag.", autocompletion=complete_tag)
    ] = None,
    path: Annotated[list[str] | None, typer.Option(help="Only notes with this in their path.")] = None,
    title: Annotated[list[str] | None, typer.Option(help="Only notes with this in their title.")] = None,
    link: Annotated[list[str] | None, typer.Option(help="Only notes that link to this one.")] = None,
    before: Annotated[str | None, typer.Option(help="Only notes dated before this, such as 2026-03.")] = None,
    after: Annotated[str | None, typer.Option(help="Only notes dated after this, such as last-week.")] = None,
    opened: Annotated[
        bool, typer.Option("--open", "-o", help="Open the first result in your editor.")
    ] = False,
    json: Json = False,
) -> None:
    """Find the passages that match best.

    Exits with 1 when there is none. For example: kb search spaced repetition --tag learning
    """
    options = resolve_options(context, vault, index, json)
    filters = {"tag": tag, "path": path, "title": title, "link": link}
    demands = [f'{name}:"{_unquoted(value)}"' for name, values in filters.items() for value in values or []]
    demands += [
        f'{name}:"{_unquoted(value)}"' for name, value in (("before", before), ("after", after)) if value
    ]
    words = " ".join([*(query or []), *demands])
    if not words.strip():
        raise QuestionEmpty('The query is empty. Search for something, as in: kb search "spaced repetition"')
    from kb.retrieval.unknown_words import unknown_words, worth_showing

    with closing(options.knowledge_base()) as base:
        hits = base.search(words, limit=limit)
        unknown = unknown_words(words, base.catalog)
        vault = base.settings.vault
    for one in unknown:
        say(str(one), style="yellow")
    if options.json:
        print_json({"query": words, "hits": [hit_json(hit) for hit in hits]})
    else:
        hits = worth_showing(hits)
        with paged():
            _print_hits(hits, words, vault)
    if not hits:
        raise typer.Exit(1)  # as grep does
    if opened and hits[0].passage.place:
        typer.launch(address(vault, hits[0].passage.note_path, hits[0].passage.place))
    elif opened:
        open_in_editor(vault / hits[0].passage.note_path, hits[0].passage.line)


def _print_hits(hits: Sequence[SearchHit], query: str, vault: Path) -> None:
    if not hits:
        say("Nothing found.")
    elif not any(hit.lexical for hit in hits) and not _silent_legs(hits) and hits[0].dense:
        say("Closest in meaning:")
    for hit in hits:
        _print_hit(hit, query, vault)
    for leg in _silent_legs(hits):
        say(leg, style="dim")


def _print_hit(hit: SearchHit, query: str, vault: Path) -> None:
    from kb.retrieval.excerpt import excerpt

    console = out()
    passage = hit.passage
    title = safe_line(" > ".join(passage.heading_path) or passage.title)
    head = Text.assemble(place(vault, passage.note_path, passage.line, passage.place), "  ", (title, "bold"))
    console.print(head, soft_wrap=True)
    shown = excerpt(passage.text, query, _EXCERPT)
    text = Text(shown.text)
    for mark in shown.marks:
        text.stylize("bold red", mark.start, mark.end)
    print_indented(console, text)
    if hit.also_in:
        named = ", ".join(hit.also_in[:_NAMED])
        more = f" and {len(hit.also_in) - _NAMED} more" if len(hit.also_in) > _NAMED else ""
        print_indented(console, Text(f"also in {safe_line(named)}{more}", style="dim"))


def _silent_legs(hits: Sequence[SearchHit]) -> list[str]:
    """A sentence for a way of searching that could not run, with its reason; filters alone want neither."""
    if not hits:
        return []
    retrievers = hits[0].retrievers
    silent = [
        (way, reason)
        for way, reason in (("words", retrievers.lexical), ("meaning", retrievers.dense))
        if reason
    ]
    return [f"Not searched by {way}: {reason}." for way, reason in silent] if len(silent) == 1 else []


def _unquoted(text: str) -> str:
    return text.replace('"', " ").replace("\n", " ")
