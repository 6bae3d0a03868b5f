"""Rename of what stands at the cursor, and of files in the editor's tree: planned by the code of `kb mv`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lsprotocol import types

from kb.plugin_api import Span, Tag
from kb.plugin_api.editing import Drafts, Link, Renamed, block_mark, parts_of, stem, title_span
from kb_plugins.lsp.changes import workspace_edit
from kb_plugins.lsp.desk import Desk, Page
from kb_plugins.lsp.navigation import target_of

_SUFFIX = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
FILES = types.FileOperationRegistrationOptions(
    [types.FileOperationFilter(types.FileOperationPattern("**"), scheme="file")]
)


@dataclass(frozen=True, slots=True)
class Renaming:
    """Something that can get another name."""

    span: Span  # where its name stands at the cursor
    name: str
    plan: Callable[[Drafts, str], Renamed]  # given the new name


def prepare_rename(desk: Desk, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """What would be renamed, and what it is called now."""
    page = desk.page(params.text_document.uri)
    found = renaming_at(desk, page, page.places.offset(params.position)) if page else None
    if page is None or found is None:
        return None
    return types.PrepareRenamePlaceholder(page.places.span(found.span), found.name)


def rename(desk: Desk, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """Every change that a new name asks for. Raises KbError for a name that cannot be."""
    page = desk.page(params.text_document.uri)
    found = renaming_at(desk, page, page.places.offset(params.position)) if page else None
    if found is None:
        return None
    done = found.plan(desk.drafts, params.new_name.strip())
    desk.expect(done.moved)
    desk.tell_of_left(done.left)
    return workspace_edit(desk, done)


def will_rename_files(desk: Desk, params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
    """What changes in links when the editor moves files and folders. Raises KbError when they cannot go there."""
    places = {}
    for one in params.files:
        old, new = desk.place_of(one.old_uri), desk.place_of(one.new_uri)
        if old and new and old != new:
            places[old] = new
    if not places:
        return None
    done = desk.drafts.renaming.files(places)
    desk.expect(done.moved)
    desk.tell_of_left(done.left)
    return workspace_edit(desk, done, moves=False)


def renaming_at(desk: Desk, page: Page, offset: int) -> Renaming | None:
    """What at `offset` can be renamed: what a link means, a heading, a block, a tag or an alias."""
    link = page.link_at(offset)
    if link is not None and link.kind not in ("url", "tag"):
        return _of_link(desk, page, link, offset)
    return (
        _of_heading(page, offset)
        or _of_block(page, offset)
        or _of_tag(page, offset)
        or _of_alias(page, offset)
    )


def _of_link(desk: Desk, page: Page, link: Link, offset: int) -> Renaming | None:
    target = target_of(desk, page, link)
    written = parts_of(page.note.text, link)
    if target is None or target.page is None or written is None:
        return None
    path = target.path
    if written.anchor_span and written.anchor_span.start <= offset <= written.anchor_span.end:
        if link.block:
            return Renaming(written.anchor_span, f"^{link.block}", _part(path, f"^{link.block}"))
        for section in target.page.note.sections:
            if section.span == target.part:
                return Renaming(written.anchor_span, section.title, _part(path, "#".join(section.path)))
        return None
    alias = next((one for one in target.page.note.aliases if one.casefold() == link.target.casefold()), None)
    if alias and alias.casefold() != stem(path).casefold():
        return Renaming(written.path_span, alias, lambda drafts, new: drafts.renaming.alias(alias, new, path))
    return Renaming(
        written.path_span, stem(path), lambda drafts, new: drafts.renaming.note(path, _beside(path, new))
    )


def _beside(path: str, new: str) -> str:
    """The new path of a note; a bare name stays in its folder."""
    folder = path.rpartition("/")[0]
    name = new if _SUFFIX.search(new) else f"{new}{path[len(_SUFFIX.sub('', path)) :]}"
    return f"{folder}/{name}" if folder and "/" not in new else name


def _part(path: str, part: str) -> Callable[[Drafts, str], Renamed]:
    return lambda drafts, new: drafts.renaming.note(f"{path}#{part}", new)


def _of_heading(page: Page, offset: int) -> Renaming | None:
    for section in page.note.sections:
        if section.heading.start <= offset <= section.heading.end:
            span = title_span(page.note.text, section)
            part = "#".join(section.path)
            return Renaming(span, page.note.text[span.start : span.end], _part(page.path, part))
    return None


def _of_block(page: Page, offset: int) -> Renaming | None:
    for name in page.note.block_ids:
        mark = block_mark(page.note, name)
        if mark and mark.start - 1 <= offset <= mark.end:
            return Renaming(mark, name, _part(page.path, f"^{name}"))
    return None


def _of_tag(page: Page, offset: int) -> Renaming | None:
    text = page.note.text
    for tag in page.note.tags:
        span = tag.span or _in_front(page, offset, tag.name)
        if span and span.start <= offset <= span.end:
            start = span.start + (1 if text.startswith("#", span.start) else 0)
            return Renaming(Span(start, span.end), tag.name, _tag(tag))
    return None


def _tag(tag: Tag) -> Callable[[Drafts, str], Renamed]:
    return lambda drafts, new: drafts.renaming.tag(tag.name, new)


def _of_alias(page: Page, offset: int) -> Renaming | None:
    for alias in page.note.aliases:
        if span := _in_front(page, offset, alias):
            return Renaming(span, alias, _alias(page.path, alias))
    return None


def _alias(path: str, alias: str) -> Callable[[Drafts, str], Renamed]:
    return lambda drafts, new: drafts.renaming.alias(alias, new, path)


def _in_front(page: Page, offset: int, name: str) -> Span | None:
    """The place of `name` at `offset` in the front matter."""
    text = page.note.text
    if offset > page.note.body.start:
        return None
    start = text.find(name, max(0, offset - len(name)), min(page.note.body.start, offset + len(name)))
    if start < 0 or not start <= offset <= start + len(name):
        return None
    before, after = text[start - 1 : start], text[start + len(name) : start + len(name) + 1]
    return None if before.isalnum() or after.isalnum() or after == ":" else Span(start, start + len(name))
