"""All notes and links as one page to look around in, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from kb.plugin_api import KnowledgeBase, UsageError, safe_line
from kb_plugins.export.page import asset, whole_page

FORMS = ("html", "json")
MOST = 20_000  # notes; a browser lays out no more in a reasonable time


def graph_data(base: KnowledgeBase, wanted: str = "") -> dict[str, Any]:
    """The notes that `wanted` names and the links among them. Raises UsageError for none, or too many."""
    return graph_of(base, [note.path for note in base.list_notes(wanted)])


def graph_of(
    base: KnowledgeBase, shown: Collection[str], pages: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Notes (title, path, folder, address of its page if there is one) and links between them by number."""
    whole = base.links.graph()
    paths = [path for path in shown if path in whole.titles]
    if not paths:
        raise UsageError("There are no notes of this kind. Name others; kb search lists what there is.")
    if len(paths) > MOST:
        raise UsageError(
            f"{len(paths):,} notes are too many for a page. Name a folder/ or #tag with --notes."
        )
    numbers = {path: number for number, path in enumerate(paths)}
    return {
        "notes": [
            {
                "title": safe_line(whole.titles[path]),
                "path": safe_line(path),
                "folder": safe_line(path.rpartition("/")[0].split("/")[0]),
                "page": (pages or {}).get(path, ""),
            }
            for path in paths
        ],
        "links": [
            [
                numbers[edge.source],
                numbers[edge.target],
                edge.count,
                ", ".join(map(safe_line, edge.relations)),
            ]
            for edge in whole.edges
            if edge.source in numbers and edge.target in numbers
        ],
    }


def graph_text(data: dict[str, Any], form: str) -> str:
    """The graph in one of FORMS."""
    if form == "json":
        return json.dumps(data, ensure_ascii=True, allow_nan=False, indent=1) + "\n"
    return whole_page("Notes and links", BODY, script=asset("graph.js"), data=data, style=asset("graph.css"))


BODY = """\
<header>
<h1>Notes and links</h1>
<label>Find <input id="find" type="search" autocomplete="off" spellcheck="false"></label>
<button id="fit" type="button">Show all</button>
<span id="count" class="soft" role="status"></span>
</header>
<canvas id="graph" tabindex="0" aria-label="The graph of notes. Names and links of the chosen note are beside it."></canvas>
<aside id="about" aria-live="polite"><p class="soft">Choose a note to see its links.</p></aside>"""
