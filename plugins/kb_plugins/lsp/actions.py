"""Code actions: mend a link, make links of mentions, take a section out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches

from lsprotocol import types

from kb.plugin_api import KbError, Span
from kb.plugin_api.editing import Link, LinkSuggestion, NoteFinding, parts_of, stem
from kb_plugins.lsp.changes import document_edit, workspace_edit
from kb_plugins.lsp.desk import Desk, Page
from kb_plugins.lsp.diagnostics import shown
from kb_plugins.lsp.selections import alias_action, of_selection

KINDS = [
    types.CodeActionKind.QuickFix,
    types.CodeActionKind.RefactorExtract,
    types.CodeActionKind.RefactorRewrite,
    types.CodeActionKind.Source,
]
_NEAREST = 3  # targets offered for a link that leads nowhere


def actions(
    desk: Desk, page: Page, wanted: types.Range, mentions: Sequence[LinkSuggestion], sure: float
) -> list[types.CodeAction]:
    """What can be done in a range of a note; `mentions` are the links it may want, made as one from `sure` on."""
    place = Span(page.places.offset(wanted.start), page.places.offset(wanted.end))
    found = [
        *(
            fix
            for one in desk.drafts.findings(page.path)
            if _meet(one.span, place)
            for fix in _fixes(desk, page, one)
        ),
        *_linking(page, place, mentions, sure),
        *_extraction(desk, page, place),
        *of_selection(desk, page, place),
    ]
    related = types.Command('Add a section "Related"', "kb.addRelated", arguments=[page.uri])
    found.append(types.CodeAction(related.title, types.CodeActionKind.Source, command=related))
    return found


def _meet(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _fixes(desk: Desk, page: Page, one: NoteFinding) -> Iterator[types.CodeAction]:
    link, kind = one.link, one.finding.kind
    if link is None:
        return
    if kind == "broken link":
        for path in desk.drafts.resolver.suggestions(link, _NEAREST):
            yield from _other_target(desk, page, one, path, link.label or stem(path))
            if link.kind == "wiki" and "/" not in link.target:
                with suppress(KbError):
                    yield from alias_action(page, desk.page_at(path), link.target, path)
        if link.target and link.kind != "block":
            make = types.Command(f"Create the note {link.target}", "kb.createNote", arguments=[link.target])
            yield types.CodeAction(
                make.title, types.CodeActionKind.QuickFix, diagnostics=[shown(page, one)], command=make
            )
    elif kind == "ambiguous link":
        for path in desk.drafts.resolve(link, page.path).candidates:
            yield from _other_target(desk, page, one, path, link.label or link.target)
    elif kind == "missing heading":
        yield from _other_heading(desk, page, one, link)


def _other_target(
    desk: Desk, page: Page, one: NoteFinding, path: str, words: str
) -> Iterator[types.CodeAction]:
    if one.link is None:
        return
    text = desk.drafts.written(page.path, words, path, at=one.span.start)
    if text is None:
        return
    if page.note.text.startswith("!", one.span.start):
        text = f"!{text}"
    yield _fix(page, one, f"Link to {path}", one.span, text)


def _other_heading(desk: Desk, page: Page, one: NoteFinding, link: Link) -> Iterator[types.CodeAction]:
    path = desk.drafts.resolve(link, page.path).path
    names = desk.names(path) if path else None
    written = parts_of(page.note.text, link)
    if path is None or names is None or written is None or written.anchor_span is None or written.is_markdown:
        return
    titles = {heading[-1]: number for number, heading in enumerate(names.headings)}
    near = get_close_matches(str(link.heading).rpartition("#")[2], titles, _NEAREST, 0.4)
    for title in near:
        if anchor := desk.drafts.anchor(path, titles[title]):
            yield _fix(page, one, f"Link to the heading {title}", written.anchor_span, anchor)


def _fix(page: Page, one: NoteFinding, title: str, span: Span, text: str) -> types.CodeAction:
    edit = document_edit(page.uri, [types.TextEdit(page.places.span(span), text)])
    return types.CodeAction(
        title,
        types.CodeActionKind.QuickFix,
        diagnostics=[shown(page, one)],
        edit=types.WorkspaceEdit(document_changes=[edit]),
    )


def _linking(
    page: Page, place: Span, mentions: Sequence[LinkSuggestion], sure: float
) -> Iterator[types.CodeAction]:
    here = [one for one in mentions if _meet(one.span, place)]
    for one in here:
        yield _links(page, f"Link to {one.target} ({one.confidence:.0%})", [one])
    certain = [one for one in mentions if one.confidence >= sure and not one.rivals]
    if certain:
        words = "1 sure mention" if len(certain) == 1 else f"all {len(certain)} sure mentions"
        yield _links(page, f"Link {words} in this note", certain)
    for name in dict.fromkeys(one.mention for one in here):
        never = types.Command(f'Never link "{name}"', "kb.neverLink", arguments=[name])
        yield types.CodeAction(never.title, types.CodeActionKind.RefactorRewrite, command=never)


def _links(page: Page, title: str, links: Sequence[LinkSuggestion]) -> types.CodeAction:
    edits = [types.TextEdit(page.places.span(one.span), one.replacement) for one in links]
    edit = types.WorkspaceEdit(document_changes=[document_edit(page.uri, edits)])
    return types.CodeAction(title, types.CodeActionKind.RefactorRewrite, edit=edit)


def _extraction(desk: Desk, page: Page, place: Span) -> Iterator[types.CodeAction]:
    """For the section whose heading is in the range, unless it is the whole note."""
    for section in page.note.sections:
        if (
            not _meet(section.heading, place)
            or not page.note.text[page.note.body.start : section.span.start].strip()
        ):
            continue
        try:
            done = desk.drafts.renaming.extract(f"{page.path}#{'#'.join(section.path)}")
        except KbError:
            continue
        title = f"Turn the section {section.title} into a note"
        yield types.CodeAction(title, types.CodeActionKind.RefactorExtract, edit=workspace_edit(desk, done))
        return
