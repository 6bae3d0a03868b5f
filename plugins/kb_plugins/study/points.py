"""Points about a thing, such as its benefits or causes: asked for together, as each alone says little more than its label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from kb_plugins.study.fact import Fact
from kb_plugins.study.labels import NO_LABEL
from kb_plugins.study.outline import Entry
from kb_plugins.study.source import Source

_POINTS = re.compile(
    r"(?:[\w-]+ ){0,2}(?:applications?|uses|use cases|causes?|benefits?|challenges?|"
    r"characteristics|importance|considerations?|role|roles|impacts?|implications?|limitations?|advantages?|disadvantages?|reasons?|risks?|"
    r"effects?|requirements?|strategies|criteria|traits|symptoms|pros|cons|ursachen|vorteile|nachteile|gründe|merkmale|folgen|risiken|"
    r"anwendungen|avantages|inconvénients|causes|raisons|effets|risques|ventajas|desventajas|causas|riesgos|优点|缺点|原因|特点|作用)(?:$| (?:of|in|for|to|von|bei|de|du|des|of) )|.*(?:优点|缺点|原因|特点)$",
    re.IGNORECASE,
)
_FEWEST, _MOST = 2, 7
_LABELLED = 0.6  # of the points that have a label
_MOST_WORDS = 110  # of all points together: beyond, each says enough to be asked for alone


def lists_of_points(source: Source) -> Iterator[tuple[Fact, list[Entry]]]:
    """Each with the entries that it is made of."""
    for entry in source.entries:
        label = source.label(entry)
        name = label[0] if label else source.text(entry).rstrip(":： ")
        if fact := _together(source, name, source.entity(entry), entry.children):
            yield fact, entry.children
    for path, group in groupby(source.tops, key=lambda top: top.heading_path):
        entries = [top for top in group if top.is_item]
        if path and (fact := _together(source, path[-1], _owner(source, path), entries)):
            yield fact, entries


def _together(source: Source, name: str, owner: str, entries: list[Entry]) -> Fact | None:
    if not _FEWEST <= len(entries) <= _MOST or not _POINTS.match(name) or len(name.split()) > 6:
        return None
    labelled = sum(source.label(one) is not None or bool(one.children) for one in entries)
    span = source.span_of(entries)
    if (
        labelled < _LABELLED * len(entries)
        or span.end < entries[-1].end
        or len(source.plain(span).split()) > _MOST_WORDS
    ):
        return None
    asked = f"{owner} — {name}" if owner and owner.casefold() not in name.casefold() else name
    return source.fact("members", f"{asked}: ({len(entries)})", span, entries[0], drop_place=True)


def _owner(source: Source, path: tuple[str, ...]) -> str:
    """What the points under a heading are about: the heading above, or the note."""
    names = (source.note.title, *path[:-1])
    return next((name for name in reversed(names) if not NO_LABEL.match(name) and not name.endswith("?")), "")
