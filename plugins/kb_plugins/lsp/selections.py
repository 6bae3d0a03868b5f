"""What can be made of the words that are selected: a note, an alias, a card for the quiz."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types

from kb.plugin_api import KbError, Span, plain_text, split_sentences
from kb.plugin_api.editing import new_alias, path_of_new_note, stem
from kb_plugins.lsp.changes import document_edit, new_file
from kb_plugins.lsp.desk import Desk, Page

_NOT_IN_NAME = re.compile(r'[\\/<>:"|?*#^\[\]%`\x00-\x1f]+')
_MOST_IN_NAME = 60  # characters
_MOST_OF_ALIAS = 80
_GAP = "_____"
_MARK = "\ufffc"  # stands for the gap while marks of emphasis are taken away


def of_selection(desk: Desk, page: Page, place: Span) -> Iterator[types.CodeAction]:
    """The actions for a stretch that holds more than white space."""
    text = page.note.text
    start = place.start + len(text[place.start : place.end]) - len(text[place.start : place.end].lstrip())
    end = start + len(text[start : place.end].rstrip())
    if start >= end or start < page.note.body.start:
        return
    span = Span(start, end)
    yield from _note(desk, page, span)
    yield from _alias(page, span)
    yield from _card(page, span)


def _note(desk: Desk, page: Page, span: Span) -> Iterator[types.CodeAction]:
    """Nothing where a link would lose what it leads to."""
    text = page.note.text[span.start : span.end]
    if _is_bound(desk, page, span):
        return
    first = plain_text(text.lstrip("#->*+ \t").splitlines()[0])
    name = " ".join(_NOT_IN_NAME.sub(" ", first).split()).strip(" .")
    if len(name) > _MOST_IN_NAME:
        name = name[:_MOST_IN_NAME].rpartition(" ")[0]
    folder = page.path.rpartition("/")[0]
    try:
        new = path_of_new_note(f"{folder}/{name}" if folder else name)
    except KbError:
        return
    if not name or desk.is_there(new) or desk.drafts.resolver.names(new):
        return
    newline = "\r\n" if "\r\n" in page.note.text else "\n"
    whole = text if text.startswith("#") else f"# {name}{newline}{newline}{text}"
    link = f"[[{stem(new)}]]" if not desk.drafts.resolver.named(stem(new)) else f"[[{new[:-3]}|{stem(new)}]]"
    changes = [
        document_edit(page.uri, [types.TextEdit(page.places.span(span), link)]),
        *new_file(desk, new, whole + newline),
    ]
    yield types.CodeAction(
        f"Turn the selection into a note: {stem(new)}",
        types.CodeActionKind.RefactorExtract,
        edit=types.WorkspaceEdit(document_changes=changes),
    )


def _is_bound(desk: Desk, page: Page, span: Span) -> bool:
    """Whether what is selected holds half of something, or what only its own note can mean."""
    text = page.note.text[span.start : span.end]
    for link in page.note.links:
        if link.span.start < span.end and link.span.end > span.start:
            is_whole = span.start <= link.span.start and link.span.end <= span.end
            if not is_whole or not link.target or link.definition:
                return True
    if "[^" in text or text.startswith("---"):
        return True
    if any(
        code.start < span.start < code.end or code.start < span.end < code.end
        for code in (*page.note.code, *page.note.hidden)
    ):
        return True
    inside = [one.span for one in page.note.sections if span.start <= one.heading.start < span.end]
    inside += [one for one in page.note.block_ids.values() if span.start <= one.start < span.end]
    return bool(inside) and any(
        one.link.heading or one.link.block for one in desk.drafts.references(page.path)
    )


def _alias(page: Page, span: Span) -> Iterator[types.CodeAction]:
    name = plain_text(page.note.text[span.start : span.end])
    if len(name) > _MOST_OF_ALIAS or "\n" in name:
        return
    yield from alias_action(page, page, name, "this note")


def alias_action(page: Page, of: Page, name: str, called: str) -> Iterator[types.CodeAction]:
    """Make `name` one of the names of the note `of`; nothing where it cannot be."""
    edit = new_alias(of.note, name)
    if edit is None or len(name) > _MOST_OF_ALIAS:
        return
    made = document_edit(of.uri, [types.TextEdit(of.places.span(edit.span), edit.text)])
    kind = types.CodeActionKind.RefactorRewrite if of is page else types.CodeActionKind.QuickFix
    title = f'Make "{name}" an alias of {called}'
    yield types.CodeAction(title, kind, edit=types.WorkspaceEdit(document_changes=[made]))


def _card(page: Page, span: Span) -> Iterator[types.CodeAction]:
    """A question on a line of its own below the paragraph: its sentence, with a gap for what is selected."""
    block = next(
        (
            one.span
            for one in page.note.blocks
            if one.kind in ("paragraph", "list", "quote")
            and one.span.start <= span.start
            and span.end <= one.span.end
        ),
        None,
    )
    answer = plain_text(page.note.text[span.start : span.end])
    if block is None or "\n" in page.note.text[span.start : span.end] or "::" in answer:
        return
    lines = page.places.lines
    number = lines.line_at(span.start)
    row = Span(lines.starts[number], lines.ends[number])
    sentence = next(
        (
            one.span
            for one in split_sentences(page.note.text, row)
            if one.span.start <= span.start and span.end <= one.span.end
        ),
        row,
    )
    before = page.note.text[sentence.start : span.start]
    after = page.note.text[span.end : sentence.end]
    question = " ".join(plain_text(f"{before}{_MARK}{after}").replace(_MARK, _GAP).split()).lstrip("-*+> ")
    if "::" in question or not question.replace(_GAP, "").strip(" ."):
        return
    newline = "\r\n" if "\r\n" in page.note.text else "\n"
    end = block.start + len(page.note.text[block.start : block.end].rstrip())
    made = types.TextEdit(page.places.range(end, end), f"{newline}{newline}{question}::{answer}")
    yield types.CodeAction(
        "Make a quiz card from the selection",
        types.CodeActionKind.RefactorRewrite,
        edit=types.WorkspaceEdit(document_changes=[document_edit(page.uri, [made])]),
    )
