"""How notes hang together: a note's links in both directions, and the graph of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.errors import UsageError
from kb.indexing.catalog import Catalog
from kb.indexing.stored import StoredLink
from kb.notes.choices import Choice, choice
from kb.notes.note import Link, Span
from kb.notes.resolve import LinkResolver


@dataclass(frozen=True, slots=True)
class Connections:
    """The links of one note."""

    path: str
    out: tuple[StoredLink, ...]  # to other notes
    back: tuple[StoredLink, ...]  # backlinks: from other notes
    unresolved: tuple[StoredLink, ...]  # to notes nobody has written
    suggestions: dict[str, tuple[str, ...]]  # unresolved target -> paths of notes with a name like it
    choices: dict[str, Choice]  # target that several notes have for a name -> the one that is meant, and why


@dataclass(frozen=True, slots=True)
class Edge:
    """All links from one note to another."""

    source: str
    target: str
    count: int
    relations: tuple[str, ...]  # names of the properties that hold some of them


@dataclass(frozen=True, slots=True)
class NoteGraph:
    """Notes and the links between them."""

    titles: dict[str, str]  # by path
    edges: tuple[Edge, ...]


def connections(catalog: Catalog, name: str) -> Connections:
    """The links of the note called `name`: a path, file name, alias or title.

    Raises UsageError when no note, or more than one, is called so.
    """
    resolver = LinkResolver(catalog.names())
    path = find_note(resolver, name)
    links = catalog.links_from(path)
    unresolved = tuple(link for link in links if link.status == "unresolved")
    out = tuple(link for link in links if link.resolved and link.resolved != path)
    return Connections(
        path=path,
        out=out,
        back=tuple(catalog.links_to(path)),
        unresolved=unresolved,
        suggestions={
            link.target: near for link in unresolved if (near := resolver.suggestions(_as_link(link.target)))
        },
        choices={
            link.target: found
            for link in out
            if (found := choice(resolver, _as_link(link.target, link.kind), path))
            and found.path == link.resolved
        },
    )


def graph(catalog: Catalog) -> NoteGraph:
    """The whole vault; a link within a note is no edge."""
    counts: dict[tuple[str, str], int] = {}
    relations: dict[tuple[str, str], list[str]] = {}
    for link in catalog.links():
        if link.resolved is None or link.resolved == link.source:
            continue
        pair = (link.source, link.resolved)
        counts[pair] = counts.get(pair, 0) + 1
        if link.relation:
            relations.setdefault(pair, []).append(link.relation)
    edges = tuple(
        Edge(source, target, count, tuple(dict.fromkeys(relations.get((source, target), ()))))
        for (source, target), count in sorted(counts.items())
    )
    return NoteGraph({note.path: note.title for note in catalog.notes()}, edges)


def find_note(resolver: LinkResolver, name: str) -> str:
    """The path of the note called `name`. Raises UsageError when no note, or more than one, is called so."""
    found = resolver.resolve(_as_link(name), "")
    if found.status == "ambiguous":
        raise UsageError(f"{name!r} may be {_listed(found.candidates)}. Name the note by its path.")
    if found.path is None:
        near = resolver.suggestions(_as_link(name))
        hint = f"Did you mean {_listed(near)}?" if near else f"Try: kb search {name!r}"
        raise UsageError(f"No note named {name!r}. {hint}")
    return found.path


def _as_link(name: str, kind: str = "wiki") -> Link:
    return Link(kind, name, Span(0, len(name)), 1)  # type: ignore[arg-type]


def _listed(paths: Sequence[str]) -> str:
    return " or ".join(paths[:5])
