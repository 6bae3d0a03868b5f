"""`kb links`, `kb doctor` and `kb graph`: how the notes hang together, and where they do not."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json
from kb.cli.pager import paged
from kb.cli.streams import answer
from kb.safe_text import safe_line, safe_text

if TYPE_CHECKING:
    from kb.indexing.connections import Connections, NoteGraph
    from kb.indexing.diagnosis import Finding
    from kb.indexing.stored import StoredLink


class GraphFormat(StrEnum):
    """What other programs read."""

    JSON = "json"
    GRAPHML = "graphml"
    DOT = "dot"


def links(
    context: typer.Context,
    note: Annotated[str, typer.Argument(help="Its path, file name, alias or title.", show_default=False)],
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Show a note's links, backlinks and links to unwritten notes.

    For example: kb links Garden
    """
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        found = base.links.of(note)
    if options.json:
        print_json(asdict(found))
        return
    with paged():
        _print_connections(found)


def _print_connections(found: Connections) -> None:
    console = out()
    console.print(Text(safe_line(found.path), style="bold"))
    _print_links("Links to", [(link.resolved or "", link) for link in found.out])
    _print_links("Linked from", [(link.source, link) for link in found.back])
    _print_links("Unwritten", [(link.target, link) for link in found.unresolved])
    for target, chosen_one in found.choices.items():
        console.print(
            Text(
                f"  {safe_line(target)} is {safe_line(chosen_one.path)}, not {safe_line(' or '.join(chosen_one.others))}: "
                f"{chosen_one.reason}.",
                style="dim",
            ),
            soft_wrap=True,
        )
    for target, near in found.suggestions.items():
        console.print(
            Text(f"  {safe_line(target)}: did you mean {safe_line(' or '.join(near))}?", style="dim")
        )


def doctor(context: typer.Context, vault: Vault = None, index: Index = None, json: Json = False) -> None:
    """Find broken links, ambiguous names and other problems.

    For example: kb doctor --json
    """
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        findings = base.upkeep.diagnose()
    if options.json:
        print_json({"findings": [asdict(finding) for finding in findings]})
        return
    with paged():
        _print_findings(findings)


def _print_findings(findings: list[Finding]) -> None:
    console = out()
    if not findings:
        console.print("No problems found.")
    for kind, group in groupby(findings, key=lambda finding: finding.kind):
        members = list(group)
        console.print(Text(f"{kind} ({len(members)})", style="bold"))
        for finding in members:
            line = f":{finding.line}" if finding.line else ""
            place = Text(f"  {safe_line(finding.path)}{line}", style="cyan")
            place.append(f"  {safe_line(finding.message)}", style="default")
            console.print(place, soft_wrap=True)


def graph(
    context: typer.Context,
    form: Annotated[GraphFormat, typer.Option("--format", help="What to print.")] = GraphFormat.JSON,
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Print the graph of all notes and links for another program.

    For example: kb graph --format dot | dot -Tsvg > graph.svg
    """
    options = resolve_options(context, vault, index)
    with closing(options.knowledge_base()) as base:
        whole = base.links.graph()
    if form is GraphFormat.JSON:
        print_json(
            {
                "nodes": [{"id": path, "title": title} for path, title in whole.titles.items()],
                "links": [asdict(edge) for edge in whole.edges],
            }
        )
    elif form is GraphFormat.GRAPHML:
        answer().write(_graphml(whole))
    else:
        answer().write(_dot(whole))


def _print_links(heading: str, rows: list[tuple[str, StoredLink]]) -> None:
    console = out()
    console.print(Text(f"{heading} ({len(rows)})", style="bold"))
    for name, link in rows:
        row = Text(f"  {safe_line(name)}", style="cyan")
        row.append(f"  line {link.line}", style="dim")
        if link.relation:
            row.append(f"  {safe_line(link.relation)}:", style="dim")
        console.print(row, soft_wrap=True)


def _graphml(whole: NoteGraph) -> str:
    import networkx

    drawn = networkx.DiGraph()
    for path, title in whole.titles.items():
        drawn.add_node(safe_line(path), title=safe_line(title))
    for edge in whole.edges:
        relations = safe_line(", ".join(edge.relations))
        drawn.add_edge(safe_line(edge.source), safe_line(edge.target), count=edge.count, relations=relations)
    return "\n".join(networkx.generate_graphml(drawn)) + "\n"


def _dot(whole: NoteGraph) -> str:
    nodes = [f"  {_quoted(path)} [label={_quoted(title)}];" for path, title in whole.titles.items()]
    edges = [
        f"  {_quoted(edge.source)} -> {_quoted(edge.target)}"
        + (f" [label={_quoted(', '.join(edge.relations))}];" if edge.relations else ";")
        for edge in whole.edges
    ]
    return "\n".join(["digraph notes {", *nodes, *edges, "}"]) + "\n"


def _quoted(text: str) -> str:
    """`text` as a string of the DOT language."""
    escaped = safe_text(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
