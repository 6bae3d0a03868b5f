"""Figures of the notes and of what was done with them, as a page with plots, Markdown or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from kb.plugin_api import KnowledgeBase, safe_line
from kb_plugins.export.page import text, whole_page
from kb_plugins.export.plots import bars, columns
from kb_plugins.quiz.logging_cards import open_log
from kb_plugins.quiz.reviews import now
from kb_plugins.quiz.statistics import statistics as study_figures

FORMS = ("html", "md", "json")
_MOST = 15  # rows of a list
_MONTHS = 24  # shown in a plot


def figures(base: KnowledgeBase) -> dict[str, Any]:
    """What can be counted; the documented form of the JSON."""
    notes = base.catalog.notes()
    counts = base.catalog.statistics()
    graph = base.links.graph()
    titles = graph.titles
    into: Counter[str] = Counter()
    linked: set[str] = set()
    for edge in graph.edges:
        into[edge.target] += 1
        linked |= {edge.source, edge.target}
    log = open_log(base)
    return {
        "notes": counts.notes,
        "passages": counts.passages,
        "links": counts.links,
        "links_unwritten": counts.links - counts.links_resolved,
        "notes_without_links": len(titles.keys() - linked),
        "tags": len({tag for _, tag in base.catalog.tags()}),
        "notes_by_month": _by_month(note.day for note in notes),
        "changed_by_month": _by_month(note.changed for note in notes),
        "tags_most_used": _most(Counter(tag for _, tag in base.catalog.tags())),
        "most_linked": [
            {"path": path, "title": titles[path], "linked_from": count} for path, count in _ranked(into)
        ],
        "longest": [
            {"path": note.path, "title": note.title, "bytes": note.size}
            for note in sorted(notes, key=lambda one: (-one.size, one.path))[:_MOST]
        ],
        "questions_by_month": _by_month(
            day for held in base.logs.conversations.all() for one in held.exchanges if (day := _day(one.at))
        ),
        "study": study_figures(log.reviews, list(log.schedule().values()), now()),
    }


def statistics_text(found: Mapping[str, Any], form: str) -> str:
    """`figures` in one of FORMS."""
    if form == "json":
        return json.dumps(found, ensure_ascii=True, allow_nan=False, indent=2) + "\n"
    return _markdown(found) if form == "md" else _page(found)


_COUNTS = {
    "notes": "notes",
    "passages": "passages",
    "links": "links to notes",
    "links_unwritten": "of them to notes that are not written",
    "notes_without_links": "notes without any link",
    "tags": "tags",
}


def _markdown(found: Mapping[str, Any]) -> str:
    lines = ["# Figures of the notes", "", *(f"- {found[key]:,} {name}" for key, name in _COUNTS.items())]
    lines += ["", "## Notes by month", "", "| month | notes |", "| --- | ---: |"]
    lines += [f"| {month} | {count} |" for month, count in found["notes_by_month"].items()]
    lines += [
        "",
        "## Tags",
        "",
        *(f"- #{safe_line(tag)} {count}" for tag, count in found["tags_most_used"].items()),
    ]
    lines += ["", "## Most linked", ""]
    lines += [
        f"- {safe_line(row['title'])} ({safe_line(row['path'])}): {row['linked_from']}"
        for row in found["most_linked"]
    ]
    study = found["study"]
    lines += ["", "## Study", "", f"- {study['cards']} cards, {study['due']} due, {study['reviews']} reviews"]
    return "\n".join([*lines, ""])


def _page(found: Mapping[str, Any]) -> str:
    rows = "".join(f"<tr><th>{text(name)}</th><td>{found[key]:,}</td></tr>" for key, name in _COUNTS.items())
    study = found["study"]
    parts = [
        "<h1>Figures of the notes</h1>",
        f"<table>{rows}</table>",
        _plot("Notes by month", columns(_last(found["notes_by_month"]))),
        _plot("Changed by month", columns(_last(found["changed_by_month"]))),
        _plot("Tags", bars(found["tags_most_used"])),
        _plot("Most linked notes", bars(_named(found["most_linked"], "linked_from"))),
        _plot("Longest notes, bytes", bars(_named(found["longest"], "bytes"))),
        _plot("Questions by month", columns(_last(found["questions_by_month"]))),
        _plot("Reviews by day", columns(dict(list(study["days"].items())[-60:]))),
        _plot(
            "Remembered, by time since the previous review, %",
            bars({row["after"]: round(100 * row["kept"]) for row in study["retention"]}),
        ),
    ]
    return whole_page("Figures of the notes", "\n".join(part for part in parts if part))


def _named(rows: Iterable[Mapping[str, Any]], key: str) -> dict[str, int]:
    """Two notes may have one title: their paths tell them apart."""
    rows = list(rows)
    titles = Counter(row["title"] for row in rows)
    return {row["title"] if titles[row["title"]] == 1 else row["path"]: row[key] for row in rows}


def _plot(title: str, svg: str) -> str:
    return f"<h2>{text(title)}</h2>\n{svg}" if svg else ""


def _by_month(days: Iterable[date]) -> dict[str, int]:
    return dict(sorted(Counter(day.isoformat()[:7] for day in days).items()))


def _last(months: Mapping[str, int]) -> dict[str, int]:
    """The latest months up to the last with anything, those without among them."""
    if not months:
        return {}
    year, month = map(int, max(months).split("-"))
    shown: dict[str, int] = {}
    for _ in range(_MONTHS):
        name = f"{year:04}-{month:02}"
        shown[name] = months.get(name, 0)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    first = min(name for name, count in shown.items() if count)
    return {name: count for name, count in reversed(shown.items()) if name >= first}


def _most(counts: Counter[str]) -> dict[str, int]:
    return dict(_ranked(counts))


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST]


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
