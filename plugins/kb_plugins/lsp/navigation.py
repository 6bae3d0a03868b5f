"""From a link to what it means and back: definition, references, hover, links of a document, code lens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lsprotocol import types

from kb.plugin_api import KbError, Span, place_at, span_of, where
from kb.plugin_api.editing import Link, block_mark
from kb_plugins.lsp.desk import Desk, Page, start_of_file

_FIRST_LINES = 12  # of a target, shown while hovering
_MOST_CHARACTERS = 1200
_START = Span(0, 0)
_UNITS = (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000))


@dataclass(frozen=True)
class Target:
    """What a link means: a note or a part of it, or another file."""

    path: str
    page: Page | None = None  # None for a file that is no note
    part: Span = _START  # the whole of the section or block, or of the note's text
    head: Span = _START  # where to go


def target_of(desk: Desk, page: Page, link: Link) -> Target | None:
    """What `link`, in `page`, means; None when there is no such thing."""
    found = desk.drafts.resolve(link, page.path)
    if found.status == "attachment":
        return Target(found.candidates[0]) if found.candidates else None
    if found.path is None:
        return None
    other = page if found.path == page.path else desk.page_at(found.path)
    part = part_of(desk, other, link)
    head = Span(part.start, part.start)
    return Target(found.path, other, part, head)


def part_of(desk: Desk, page: Page, link: Link) -> Span:
    """The stretch of `page` that a link to it means: a section, a block, or everything below the properties."""
    note = page.note
    if link.block:
        for name, span in note.block_ids.items():
            if name.casefold() == link.block.casefold():
                return span
    if link.heading and (place := span_of(note, link.heading)) is not None:
        return place
    if link.heading:
        number = desk.drafts.resolver.section(page.path, link.heading)
        if number is not None and 0 <= number < len(note.sections):
            return note.sections[number].span
    return Span(0, len(note.text))


def definition(desk: Desk, params: types.DefinitionParams) -> list[types.Location] | None:
    """Where the link below the cursor leads; an ambiguous one leads to each note that it may mean."""
    page = desk.page(params.text_document.uri)
    if page is None:
        return None
    link = page.link_at(page.places.offset(params.position))
    if link is None:
        return _of_footnote(desk, page, page.places.offset(params.position))
    found = desk.drafts.resolve(link, page.path)
    if found.status == "ambiguous":
        return [
            types.Location(desk.uri_of(path), types.Range(start_of_file(), start_of_file()))
            for path in found.candidates
        ]
    target = target_of(desk, page, link)
    if target is None:
        return None
    if target.page is None:
        return [types.Location(desk.uri_of_file(target.path), types.Range(start_of_file(), start_of_file()))]
    if target.page.note.places:  # the editor has other lines of it, or none
        return [types.Location(desk.uri_of(target.path), types.Range(start_of_file(), start_of_file()))]
    return [desk.location(target.page, target.head)]


def _of_footnote(desk: Desk, page: Page, offset: int) -> list[types.Location] | None:
    from kb_plugins.lsp.words import footnote_at, footnotes

    label = footnote_at(page.note, offset)
    return [desk.location(page, span) for name, span in footnotes(page.note) if name == label] or None


def references(desk: Desk, params: types.ReferenceParams) -> list[types.Location] | None:
    """Every link to what the link below the cursor means; to the heading, block or note itself where there is none."""
    page = desk.page(params.text_document.uri)
    if page is None:
        return None
    offset = page.places.offset(params.position)
    link = page.link_at(offset)
    wanted = target_of(desk, page, link) if link else _here(page, offset)
    if wanted is None or wanted.page is None:
        return None
    is_part = wanted.part != Span(0, len(wanted.page.note.text))
    found = [
        types.Location(desk.uri_of(one.note.path), desk.places(one.note.text).span(one.link.span))
        for one in desk.drafts.references(wanted.path)
        if (not is_part and one.note.path != wanted.path)
        or (is_part and part_of(desk, wanted.page, one.link) == wanted.part)
    ]
    if params.context.include_declaration:
        found.insert(0, desk.location(wanted.page, wanted.head))
    return found


def _here(page: Page, offset: int) -> Target:
    """The heading or block below the cursor, else the note."""
    for section in page.note.sections:
        if section.heading.start <= offset <= section.heading.end:
            return Target(page.path, page, section.span, section.heading)
    for name, span in page.note.block_ids.items():
        mark = block_mark(page.note, name)
        if mark and mark.start - 1 <= offset <= mark.end:
            return Target(page.path, page, span, mark)
    return Target(page.path, page, Span(0, len(page.note.text)), Span(0, 0))


def hover(desk: Desk, params: types.HoverParams) -> types.Hover | None:
    """What the link below the cursor leads to."""
    page = desk.page(params.text_document.uri)
    link = page.link_at(page.places.offset(params.position)) if page else None
    if page is None or link is None:
        return None
    target = target_of(desk, page, link)
    if target is None:
        return None
    text = _of_file(desk, target.path) if target.page is None else _of_note(desk, target, target.page)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), page.places.span(link.span))


def about_note(desk: Desk, path: str) -> str:
    """What hovering over a link to the note at `path` shows. Raises KbError when it cannot be read."""
    page = desk.page_at(path)
    return _of_note(desk, Target(path, page, Span(0, len(page.note.text))), page)


def _of_file(desk: Desk, path: str) -> str:
    size = desk.drafts.file_of(path).stat().st_size
    text = next((f"{size / unit:.1f} {name}" for name, unit in _UNITS if size >= unit), f"{size} bytes")
    return f"**{path}**\n\n{text}"


def _of_note(desk: Desk, target: Target, page: Page) -> str:
    note = page.note
    count = desk.drafts.count_references(target.path)
    start = max(target.part.start, note.body.start)
    body = note.text[start : target.part.end].strip("\r\n").splitlines()
    shown = body[:_FIRST_LINES]
    text = "\n".join(shown)
    if len(body) > len(shown) or len(text) > _MOST_CHARACTERS:
        text = text[:_MOST_CHARACTERS].rstrip() + "\n…"
    properties = "  \n".join(
        f"{name}: {_value(value)}" for name, value in list(note.properties.items())[:8] if value is not None
    )
    place = where(target.path, 1, place_at(note, target.part.start)) if note.places else target.path
    lines = [f"**{note.title}**", f"{place} · {count} {'backlink' if count == 1 else 'backlinks'}"]
    return "\n\n".join(part for part in (*lines, properties, "---", text) if part)


def _value(value: object) -> str:
    return ", ".join(map(_value, value)) if isinstance(value, tuple) else str(value)


def document_links(desk: Desk, params: types.DocumentLinkParams) -> list[types.DocumentLink] | None:
    """Every link of the document that leads somewhere."""
    page = desk.page(params.text_document.uri)
    return None if page is None else list(_links(desk, page))


def _links(desk: Desk, page: Page) -> Iterator[types.DocumentLink]:
    for link in page.note.links:
        if link.kind == "url":
            yield types.DocumentLink(page.places.span(link.span), target=link.target)
            continue
        try:
            target = target_of(desk, page, link)
        except KbError:
            continue
        if target is None:
            continue
        uri = desk.uri_of(target.path) if target.page else desk.uri_of_file(target.path)
        if target.page and target.page.note.places:
            if link.heading and span_of(target.page.note, link.heading) is not None:
                uri += f"#{place_at(target.page.note, target.part.start)}"
        elif target.page and target.part.start:
            uri += f"#L{target.page.places.position(target.part.start).line + 1}"
        yield types.DocumentLink(page.places.span(link.span), target=uri, tooltip=target.path)


def code_lens(desk: Desk, params: types.CodeLensParams) -> list[types.CodeLens] | None:
    """How many links lead to the note, above its first line."""
    page = desk.page(params.text_document.uri)
    if page is None:
        return None
    count = desk.drafts.count_references(page.path)
    if not count:
        return []
    start = types.Range(start_of_file(), start_of_file())
    title = "1 backlink" if count == 1 else f"{count} backlinks"
    return [types.CodeLens(start, types.Command(title, "kb.backlinks", arguments=[page.uri]))]
