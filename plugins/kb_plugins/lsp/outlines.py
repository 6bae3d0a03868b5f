"""What stands in a note, and in the vault: symbols and folding."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from kb.plugin_api import Note, Section, Span
from kb.plugin_api.editing import outline
from kb_plugins.lsp.desk import Desk, Page, start_of_file

_MOST = 100  # symbols of the vault


def document_symbols(desk: Desk, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
    """The headings of a note, each with those below it."""
    page = desk.page(params.text_document.uri)
    if page is None:
        return None
    top: list[types.DocumentSymbol] = []
    above: list[tuple[Section, list[types.DocumentSymbol]]] = []
    for section in page.note.sections:
        children: list[types.DocumentSymbol] = []
        while above and above[-1][0].level >= section.level:
            above.pop()
        place = above[-1][1] if above else top
        place.append(
            types.DocumentSymbol(
                section.title or "#",
                types.SymbolKind.String,
                page.places.span(section.span),
                page.places.span(_line(page.note, section.heading)),
                children=children,
            )
        )
        above.append((section, children))
    return top


def _line(note: Note, span: Span) -> Span:
    """A heading without the line end that may belong to it."""
    return Span(span.start, span.start + len(note.text[span.start : span.end].rstrip()))


def workspace_symbols(desk: Desk, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    """Notes by title and alias, and headings, that hold what is looked for."""
    query = params.query.strip()
    found = [
        types.WorkspaceSymbol(
            location=types.Location(desk.uri_of(one.path), types.Range(start_of_file(), start_of_file())),
            name=one.name,
            kind=types.SymbolKind.File,
            container_name=one.path,
        )
        for one in desk.drafts.targets("", query, _MOST)
    ]
    return [*found, *_headings(desk, query.casefold(), _MOST - len(found))]


def _headings(desk: Desk, query: str, most: int) -> Iterator[types.WorkspaceSymbol]:
    if not query:
        return
    for names in desk.drafts.all_names():
        if most <= 0:
            return
        numbers = [number for number, path in enumerate(names.headings) if query in path[-1].casefold()]
        if not numbers:
            continue
        page = desk.page(desk.uri_of(names.path))
        for number in numbers if page else ():
            if page is None or number >= len(page.note.sections):
                continue
            section = page.note.sections[number]
            yield types.WorkspaceSymbol(
                location=desk.location(page, _line(page.note, section.heading)),
                name=section.title,
                kind=types.SymbolKind.String,
                container_name=names.title,
            )
            most -= 1


def folding_ranges(desk: Desk, params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
    """Front matter, sections, lists by item, and code."""
    page = desk.page(params.text_document.uri)
    if page is None:
        return None
    found = {(first, last) for first, last in _folds(page) if last > first}
    return [types.FoldingRange(first, last) for first, last in sorted(found)]


def _folds(page: Page) -> Iterator[tuple[int, int]]:
    note, lines = page.note, page.places.lines

    def rows(start: int, end: int) -> tuple[int, int]:
        last = start + len(note.text[start:end].rstrip())
        return lines.line_at(start), lines.line_at(max(start, last - 1))

    if note.body.start:
        yield rows(0, note.body.start)
    for section in note.sections:
        yield rows(section.span.start, section.span.end)
    for block in note.blocks:
        if block.kind == "list":
            for item in outline(lines, block.span):
                yield rows(item.span.start, item.tree_end)
        elif block.kind in ("code", "callout", "quote", "table"):
            yield rows(block.span.start, block.span.end)
