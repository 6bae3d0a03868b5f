"""What a vault's keeper may want to mend; nothing here is mended by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.errors import NoteUnreadable
from kb.indexing.catalog import Catalog
from kb.indexing.connections import graph
from kb.indexing.copies import near_copies
from kb.indexing.file_table import seen_files, unread_files
from kb.indexing.plan import plan
from kb.indexing.stored import StoredLink
from kb.notes.note import Link, Note, Span
from kb.notes.parse import VERY_LONG
from kb.notes.resolve import LinkResolver
from kb.notes.source import Lines
from kb.notes.suffixes import is_markdown
from kb.notes.vault import Vault

Kind = Literal[
    "unreadable file",
    "partly read",
    "bad front matter",
    "long note",
    "broken link",
    "missing heading",
    "missing block",
    "ambiguous link",
    "missing attachment",
    "conflict copy",
    "left out",
    "duplicate title",
    "doubled alias",
    "orphan note",
    "shared index",
]
_OF_STATUS: dict[str, Kind] = {
    "unresolved": "broken link",
    "heading_missing": "missing heading",
    "block_missing": "missing block",
    "ambiguous": "ambiguous link",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    kind: Kind
    path: str  # of a note, or a server's address
    line: int  # 1-based; 1 where the whole note is meant, 0 for what is no note
    message: str


@dataclass(frozen=True, slots=True)
class NoteFinding:
    """A finding about a note as it stands, with its place in the text."""

    finding: Finding
    span: Span
    link: Link | None = None  # where it is about one


def note_findings(note: Note, resolver: LinkResolver) -> Iterator[NoteFinding]:
    """The findings that `diagnose` would have about `note`, whatever of it is saved; in the order of its text.

    Those are left out that need every other note to be read: copies, files left out, notes without links.
    """
    lines = Lines(note.text)
    for problem in note.problems:
        number = min(problem.line, len(lines)) - 1
        finding = _problem(note.path, problem.line, problem.message)
        yield NoteFinding(finding, Span(lines.starts[number], lines.ends[number]))
    if first := next((path for path in resolver.titled(note.title) if path != note.path), None):
        heading = next((one.heading for one in note.sections), Span(0, 0))
        finding = Finding("duplicate title", note.path, 1, f"{first} has the same title.")
        yield NoteFinding(finding, heading)
    for alias in note.aliases:
        if others := [path for path in resolver.aliased(alias) if path != note.path]:
            start = max(0, note.text.casefold().find(alias.casefold(), 0, note.body.start))
            place = Span(start, start + len(alias) if start else 0)
            yield NoteFinding(_doubled(note.path, alias, others), place)
    for link in note.links:
        found = resolver.resolve(link, note.path)
        stored = StoredLink(
            note.path, link.kind, link.target, link.label, link.relation, link.line, found.status, found.path
        )
        if made := _link_finding(stored, resolver):
            yield NoteFinding(made, link.span, link)


def diagnose(catalog: Catalog, vault: Vault) -> list[Finding]:
    """All findings, by kind in the order of `Kind`, then by place."""
    return [
        *_unreadable(catalog, vault),
        *sorted((_problem(*one) for one in catalog.problems()), key=lambda finding: finding.kind),
        *sorted(_links(catalog, vault), key=lambda finding: finding.kind),
        *_left_out(vault),
        *_near_copies(catalog, vault),
        *_duplicate_titles(catalog),
        *_doubled_aliases(catalog),
        *_orphans(catalog),
    ]


def _problem(path: str, line: int, message: str) -> Finding:
    if not is_markdown(path):
        return Finding("partly read", path, line, message)
    return Finding("long note" if message == VERY_LONG else "bad front matter", path, line, message)


def _unreadable(catalog: Catalog, vault: Vault) -> Iterator[Finding]:
    todo = plan(vault.scan(), seen_files(catalog))
    for file in (*todo.new, *todo.suspects):
        try:
            vault.look(file.path)
        except NoteUnreadable as error:
            yield Finding("unreadable file", file.path, 1, str(error))
    for unread in unread_files(catalog):
        yield Finding("unreadable file", unread.path, 1, unread.reason)


def _links(catalog: Catalog, vault: Vault) -> Iterator[Finding]:
    resolver = LinkResolver(catalog.names(), vault.attachments())
    for link in catalog.links():
        if finding := _link_finding(link, resolver):
            yield finding


def _link_finding(link: StoredLink, resolver: LinkResolver) -> Finding | None:
    kind = _OF_STATUS.get(link.status)
    if kind is not None:
        return Finding(kind, link.source, link.line, _about(link, resolver))
    if link.status == "attachment" and not resolver.resolve(_as_link(link), link.source).candidates:
        return Finding("missing attachment", link.source, link.line, f"There is no file {link.target}.")
    return None


def _as_link(link: StoredLink) -> Link:
    return Link(link.kind, link.target, Span(0, 0), link.line)  # type: ignore[arg-type]


def _about(link: StoredLink, resolver: LinkResolver) -> str:
    written = _as_link(link)
    if link.status == "unresolved":
        near = resolver.suggestions(written)
        return f"[[{link.target}]] doesn't match any note." + (
            f" Did you mean {' or '.join(near)}?" if near else ""
        )
    if link.status == "ambiguous":
        candidates = resolver.resolve(written, link.source).candidates
        return f"[[{link.target}]] may mean {' or '.join(candidates)}."
    part = "block" if link.status == "block_missing" else "heading"
    part = part if link.resolved is None or is_markdown(link.resolved) else "page"
    return f"[[{link.target}]] points to a {part} that doesn't exist in {link.resolved}."


def _left_out(vault: Vault) -> Iterator[Finding]:
    for path, reason in sorted(vault.left_out().items()):
        if reason.startswith("a conflict copy"):
            yield Finding(
                "conflict copy", path, 1, f"It is {reason}, and not read. Merge the two, then delete it."
            )
        else:
            advice = "" if "link" in reason else f" To have it read, write !/{path} in .kbignore."
            yield Finding("left out", path, 1, f"It is not read: {reason}.{advice}")


def _near_copies(catalog: Catalog, vault: Vault) -> Iterator[Finding]:
    for path, original in near_copies(vault, {note.path for note in catalog.notes()}):
        message = f"It says nearly the same as {original}, like a sync program's copy. Merge the two, then delete it."
        yield Finding("conflict copy", path, 1, message)


def _duplicate_titles(catalog: Catalog) -> Iterator[Finding]:
    by_title: dict[str, list[str]] = defaultdict(list)
    for note in catalog.notes():
        if is_markdown(note.path):
            by_title[note.title.casefold()].append(note.path)
    for paths in by_title.values():
        for path in paths[1:]:
            yield Finding("duplicate title", path, 1, f"{paths[0]} has the same title.")


def _doubled_aliases(catalog: Catalog) -> Iterator[Finding]:
    resolver = LinkResolver(catalog.names())
    for names in resolver.all_names():
        for alias in names.aliases:
            if others := [path for path in resolver.aliased(alias) if path != names.path]:
                yield _doubled(names.path, alias, others)


def _doubled(path: str, alias: str, others: Sequence[str]) -> Finding:
    message = f"{others[0]} also has the alias {alias!r}: a link that uses it may mean either."
    return Finding("doubled alias", path, 1, message)


def _orphans(catalog: Catalog) -> Iterator[Finding]:
    whole = graph(catalog)
    linked = {path for edge in whole.edges for path in (edge.source, edge.target)}
    for path in whole.titles:
        if path not in linked and is_markdown(path):
            yield Finding("orphan note", path, 1, "No links in or out.")
