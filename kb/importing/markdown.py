"""Markdown of other programs: their links are read by the grammar of kb's own notes, as their programs resolve them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from posixpath import normpath
from urllib.parse import unquote

from kb.importing.imported_note import Body, Ref
from kb.importing.tree import Tree
from kb.notes.note import Link, Note
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, names_of

NOTES = (".md", ".markdown", ".mdown")


@dataclass(frozen=True)
class Pages:
    """The Markdown files of an export, by their names in it."""

    tree: Tree
    notes: Mapping[str, Note]
    resolver: LinkResolver

    def text(self, name: str, body: Body, special: Callable[[Link], str | None] = lambda _: None) -> str:
        """The text of a page below its front matter, its links left open.

        `special` says what stands for a link that is neither to a page nor to a file; None for what is written.
        """
        note = self.notes[name]
        parts: list[str] = []
        position = note.body.start
        for link in sorted(note.links, key=lambda link: (link.span.start, -link.span.end)):
            if link.span.start < position or link.kind == "property":
                continue
            stands = special(link)
            if stands is None:
                stands = self._open(link, name, note.text[link.span.start : link.span.end], body)
            if stands is not None:
                parts += note.text[position : link.span.start], stands
                position = link.span.end
        return "".join((*parts, note.text[position:]))

    def _open(self, link: Link, name: str, written: str, body: Body) -> str | None:
        if link.kind in ("url", "tag", "block"):
            return None
        meant = self.resolver.resolve(link, name)
        shown = link.label or ""
        if meant.path is not None and meant.status != "ambiguous":
            heading, block = link.heading or "", link.block or ""
            if meant.path == name and not link.target:
                return None  # within the note
            shown = shown or self.notes[meant.path].title
            return body.ref(Ref("note", meant.path, shown, link.kind == "embed", heading, block, written))
        file = self._file(link, name, meant.candidates)
        if not file:
            return None
        shown = "" if shown == file.rpartition("/")[2] or shown.isdecimal() else shown
        return body.file(self.tree.attachment(file), shown, embed=link.kind == "embed")

    def _file(self, link: Link, name: str, candidates: tuple[str, ...]) -> str:
        if len(candidates) == 1 and self.tree.has(candidates[0]):
            return candidates[0]
        if link.kind == "wiki" or not link.target:
            return ""
        # A single file is imported without its folder being looked through.
        path = unquote(link.target, errors="replace")
        beside = normpath(f"{name.rpartition('/')[0]}/{path}").lstrip("/")
        return beside if self.tree.has(beside) else ""


def read_pages(tree: Tree, names: Iterable[str], texts: Mapping[str, str]) -> Pages:
    """The pages `names`, whose texts are given."""
    notes = {name: parse_note(name, texts[name]) for name in names}
    files = [name for name in tree.names() if name not in notes]
    return Pages(tree, notes, LinkResolver(map(names_of, notes.values()), files))


def front_lines(note: Note) -> tuple[str, ...]:
    """The lines of a note's front matter, without those around it."""
    if not note.body.start:
        return ()
    lines = note.text[: note.body.start].strip("\n").splitlines()
    return tuple(line for line in lines[1:-1] if line.strip()) if len(lines) > 2 else ()
