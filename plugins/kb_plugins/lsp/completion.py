"""Completion: notes, headings and blocks to link to, tags, footnotes, properties and their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from kb.plugin_api import KbError, Span
from kb.plugin_api.editing import Link, stem
from kb_plugins.lsp.desk import Desk, Page
from kb_plugins.lsp.navigation import about_note
from kb_plugins.lsp.typing_place import Typed, typed_at
from kb_plugins.lsp.words import footnotes

TRIGGERS = ["[", "#", "^", "(", "/"]
_MOST = 50  # notes shown for what was typed; the list is made anew with each letter
_MOST_WORDS = 300  # tags or values
_LINE = 60  # characters of a block
Kind = types.CompletionItemKind


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to choose, and what it is written as."""

    label: str
    text: str
    kind: types.CompletionItemKind
    detail: str = ""
    path: str = ""  # of the note to tell of when it is looked at


def completion(desk: Desk, params: types.CompletionParams) -> types.CompletionList | None:
    """What may be meant at the cursor, the likeliest first."""
    page = desk.page(params.text_document.uri)
    if page is None:
        return None
    offset = page.places.offset(params.position)
    typed = typed_at(page.note.text, offset, page.note)
    if typed is None:
        return None
    offers = list(_OFFERS[typed.kind](desk, page, typed))
    items = [_item(page, typed, number, one) for number, one in enumerate(offers)]
    return types.CompletionList(is_incomplete=typed.kind in _RANKED, items=items)


def _item(page: Page, typed: Typed, number: int, one: Offer) -> types.CompletionItem:
    # Editors look at the word before the cursor, which has no brackets.
    opened = len(_OPENING) if typed.kind in _LINKS and one.text.startswith(_OPENING) else 0
    start, text = typed.start + opened, one.text[opened:]
    written = page.note.text[start : typed.cursor]
    # They leave out what does not begin as was typed, unless told that it does; the order is ours then, too.
    is_other = typed.kind in _RANKED and not text.startswith(written)
    return types.CompletionItem(
        one.label,
        kind=one.kind,
        detail=one.detail or None,
        sort_text=f"{number:04}",
        filter_text=written if is_other else None,
        text_edit=types.TextEdit(page.places.range(start, typed.end), text),
        data=one.path or None,
    )


def resolve(desk: Desk, item: types.CompletionItem) -> types.CompletionItem:
    """The same with the first lines of the note."""
    if isinstance(item.data, str):
        try:
            text = about_note(desk, item.data)
        except KbError:
            return item
        item.documentation = types.MarkupContent(types.MarkupKind.Markdown, text)
    return item


def _notes(desk: Desk, page: Page, typed: Typed) -> Iterator[Offer]:
    found = desk.drafts.targets(page.path, typed.word, _MOST)
    for one in found:
        shown = one.name if one.is_alias else stem(one.path)
        text = desk.drafts.written(page.path, shown, one.path, at=typed.start)
        if text is not None:
            yield Offer(one.name, text, Kind.Reference, one.path, one.path)
    if typed.word.startswith("!") or not typed.word.strip():
        return
    if page.note.text[typed.start - 1 : typed.start] == "!":
        yield from _files(desk, typed)
    name = typed.word.strip()
    if not any(one.name.casefold() == name.casefold() for one in found):
        yield Offer(name, f"[[{name}]]", Kind.File, "new note")


def _files(desk: Desk, typed: Typed) -> Iterator[Offer]:
    wanted = typed.word.strip().casefold()
    found = [path for path in desk.drafts.resolver.files() if wanted in path.casefold()]
    for path in sorted(found, key=len)[:_MOST]:
        name = path.rsplit("/", 1)[-1]
        yield Offer(name, f"[[{name}]]", Kind.File, path)


def _paths(desk: Desk, page: Page, typed: Typed) -> Iterator[Offer]:
    for one in desk.drafts.targets(page.path, typed.word.rsplit("/", 1)[-1].replace("%20", " "), _MOST):
        text = desk.drafts.written(page.path, "x", one.path, as_markdown=True)
        if text and text.startswith("[x]("):
            yield Offer(one.name, text[len("[x](") : -1], Kind.Reference, one.path, one.path)


def _meant(desk: Desk, page: Page, typed: Typed) -> str | None:
    """The path of the note whose heading or block is being typed."""
    if not typed.note.strip():
        return page.path
    span = Span(typed.start, typed.end)
    return desk.drafts.resolve(Link("wiki", typed.note.strip(), span, 1), page.path).path


def _headings(desk: Desk, page: Page, typed: Typed) -> Iterator[Offer]:
    path = _meant(desk, page, typed)
    names = desk.names(path) if path else None
    for number, heading in enumerate(names.headings if names else ()):
        anchor = desk.drafts.anchor(str(path), number)
        if anchor:
            yield Offer(heading[-1], f"[[{typed.note}#{anchor}]]", Kind.Reference, " > ".join(heading[:-1]))


def _blocks(desk: Desk, page: Page, typed: Typed) -> Iterator[Offer]:
    path = _meant(desk, page, typed)
    note = desk.page_at(path).note if path else None
    for block, span in note.block_ids.items() if note else ():
        line = " ".join(note.text[span.start : span.end].split())[:_LINE] if note else ""
        yield Offer(f"^{block}", f"[[{typed.note}#^{block}]]", Kind.Reference, line)


def _tags(desk: Desk, page: Page, _: Typed) -> Iterator[Offer]:
    yield from _counted(desk.drafts.usage.tags(_others(desk, page)), Kind.Keyword)


def _footnotes(_: Desk, page: Page, typed: Typed) -> Iterator[Offer]:
    for label, span in footnotes(page.note):
        line = page.note.text[span.end : span.end + _LINE + 2].lstrip("]: ").splitlines()
        end = "" if page.note.text.startswith("]", typed.cursor) else "]"
        yield Offer(label, label + end, Kind.Reference, line[0] if line else "")


def _properties(desk: Desk, page: Page, typed: Typed) -> Iterator[Offer]:
    own = {
        name.casefold() for name in page.note.properties if name.casefold() != typed.word.strip().casefold()
    }
    found = desk.drafts.usage.properties(_others(desk, page))
    for one in _counted(
        Counter({name: n for name, n in found.items() if name.casefold() not in own}), Kind.Property
    ):
        yield Offer(one.label, f"{one.text}: ", one.kind, one.detail)


def _values(desk: Desk, page: Page, typed: Typed) -> Iterator[Offer]:
    if typed.note.casefold() in ("tags", "tag"):
        yield from _tags(desk, page, typed)
    elif typed.note.casefold() not in ("alias", "aliases", "title"):
        yield from _counted(desk.drafts.usage.values(typed.note), Kind.Value)


def _others(desk: Desk, page: Page) -> Iterable[Any]:
    """The notes that are being written, but for this one, whose word is not whole yet."""
    return [note for note in desk.drafts.written_notes() if note.path != page.path]


def _counted(found: Counter[str], kind: types.CompletionItemKind) -> Iterator[Offer]:
    for name, count in sorted(found.items(), key=lambda one: (-one[1], one[0]))[:_MOST_WORDS]:
        yield Offer(name, name, kind, f"{count} {'note' if count == 1 else 'notes'}")


_RANKED = ("note", "path")
_LINKS = ("note", "heading", "block")
_OPENING = "[["
_OFFERS = {
    "note": _notes,
    "path": _paths,
    "heading": _headings,
    "block": _blocks,
    "tag": _tags,
    "footnote": _footnotes,
    "property": _properties,
    "value": _values,
}
