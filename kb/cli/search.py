"""`kb search`: the passages that match best."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from kb.cli.options import Index, Json, Vault, chosen
from kb.cli.output import out, print_json
from kb.errors import QuestionEmpty
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.retrieval.hit import SearchHit

_EXCERPT = 240  # characters of a passage shown


def search(
    context: typer.Context,
    query: Annotated[list[str], typer.Argument(help="Words, or a question.", show_default=False)],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Passages shown.")] = 10,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Find the passages that match best."""
    options = chosen(context, vault, index, json)
    words = " ".join(query)
    if not words.strip():
        raise QuestionEmpty('The query is empty. Search for something, as in: kb search "spaced repetition"')
    with closing(options.knowledge_base()) as base:
        hits = base.search(words, limit=limit)
    if options.json:
        print_json({"query": words, "hits": [as_json(hit) for hit in hits]})
        return
    console = out()
    if not hits:
        console.print("Nothing found.")
    for hit in hits:
        _print_hit(hit)


def as_json(hit: SearchHit) -> dict[str, Any]:
    """The documented form of a hit for machines."""
    passage = hit.passage
    return {
        "path": passage.note_path,
        "line": passage.line,
        "title": passage.title,
        "score": round(hit.score, 4),
        "text": passage.text,
    }


def _print_hit(hit: SearchHit) -> None:
    console = out()
    passage = hit.passage
    head = Text(f"{safe_line(passage.note_path)}:{passage.line}", style="cyan")
    head.append(f"  {hit.score:.2f}  ", style="dim")
    head.append(safe_line(" > ".join(passage.heading_path) or passage.title), style="bold")
    console.print(head, soft_wrap=True)
    text = safe_line(passage.text)
    console.print(Text("    " + (text if len(text) <= _EXCERPT else text[:_EXCERPT].rstrip() + " …")))
