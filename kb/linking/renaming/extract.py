"""Takes a section out of a note and makes it a note of its own; a link stays behind, and links to it follow."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.errors import NoteUnwritable
from kb.linking.reading.style import Place, Style, Writer
from kb.linking.renaming.note import check_free
from kb.linking.renaming.part import find_section
from kb.linking.renaming.relinking import Plan, RenameContext, Renamed, Rewritten, carry_out
from kb.notes.create import path_of_new_note
from kb.notes.edit import Edit, apply_edits, check_markdown
from kb.notes.labels import taken_along
from kb.notes.note import Link, Note, Section, Span
from kb.notes.parse import parse_note
from kb.notes.relink import Relinker
from kb.notes.renames import Moved, Renames
from kb.notes.resolve import LinkResolver, NoteNames, names_of
from kb.notes.suffixes import stem

_NOT_IN_NAME = re.compile(r'[\\/<>:"|?*#^\[\]%\x00-\x1f]+')


def extract(context: RenameContext, path: str, part: str, name: str = "") -> Renamed:
    """Make the section below the heading `part` of the note at `path` a note called `name`, else as the heading.

    Raises NoteUnwritable, NoteExists, NoteChanged.
    """
    check_markdown(path)
    note = parse_note(path, context.vault.read(path).text)
    section = find_section(note, part)
    new = path_of_new_note(_name(path, section, name))
    check_free(context.vault, path, new)
    cut = _Cut(note, section, new)
    kinds = [link.kind for link in context.catalog.links()]
    style = Style(markdown=kinds.count("markdown") > kinds.count("wiki"))
    link = cut.link(style, [*context.before.all_names(), NoteNames(new, stem(new))])
    rest, piece = cut.rest(link, hide=True), cut.piece()
    after = [names_of(parse_note(path, rest)), names_of(parse_note(new, piece))]
    old = f"{path}#{part}"
    plan = Plan(
        old,
        new,
        f"{old} made a note of its own, {new}",
        Renames(moved=cut.moved()),
        after,
        rewrite=lambda relinker: _rewrite(relinker, cut, link),
    )
    return carry_out(context, plan)


def _name(path: str, section: Section, name: str) -> str:
    folder = path.rpartition("/")[0]
    own = " ".join(_NOT_IN_NAME.sub(" ", section.title).split()).strip(" .")
    if name.strip().endswith("/"):
        return f"{name.strip()}{own}"
    if not name.strip() and not own:
        raise NoteUnwritable(
            f"No note can be called {section.title!r}. Name it, as in: kb extract NOTE#HEADING NAME"
        )
    return name.strip() or (f"{folder}/{own}" if folder else own)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A note, and the section that leaves it."""

    note: Note
    section: Section
    new: str  # path of the section's note

    @property
    def span(self) -> Span:
        """The section without the blank lines at its end."""
        start, end = self.section.span.start, self.section.span.end
        return Span(start, start + len(self.note.text[start:end].rstrip()))

    @property
    def newline(self) -> str:
        """As most of the note's lines end."""
        return "\r\n" if "\r\n" in self.note.text else "\n"

    def moved(self) -> Moved:
        """What goes where."""
        inside = [
            number
            for number, one in enumerate(self.note.sections)
            if self.section.span.start <= one.heading.start < self.section.span.end
        ]
        blocks = {
            block.casefold()
            for block, span in self.note.block_ids.items()
            if self.span.start <= span.start and span.end <= self.section.span.end
        }
        return Moved(
            self.note.path, self.new, range(inside[0], inside[-1] + 1), 0, frozenset(blocks), opens=True
        )

    def link(self, style: Style, names: list[NoteNames]) -> str:
        """The link that stays behind."""
        writer = Writer(style, LinkResolver(names), {one.path: one for one in names})
        place = Place(self.note.path, stem(self.new))
        return writer.write(place, self.new) or f"[[{self.new.removesuffix('.md')}]]"

    def put(self, link: str, *, hide: bool = False) -> str:
        """What stands in the section's place; with `hide`, letters as many as it has."""
        text, newline = self.note.text, self.newline
        before, behind = text[: self.span.start], text[self.span.end :]
        lead = "" if not before or re.search(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)$", before) else newline
        around = [Span(0, self.span.start), Span(self.span.end, len(text))]
        kept = taken_along(self.note, around)
        parts = [lead + ("x" * len(link) if hide else link), *kept]
        is_close = behind.strip() and not re.match(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)", behind)
        return (newline * 2).join(parts) + (newline if is_close else "")

    def rest(self, link: str, *, hide: bool = False) -> str:
        """The note without its section."""
        text = self.note.text
        return text[: self.span.start] + self.put(link, hide=hide) + text[self.span.end :]

    def piece(self) -> str:
        """The text of the new note, its links as they were."""
        text, newline = self.note.text, self.newline
        taken = taken_along(self.note, [self.span])
        return (newline * 2).join([text[self.span.start : self.span.end], *taken]) + newline


def _rewrite(relinker: Relinker, cut: _Cut, link: str) -> Rewritten:
    note, path, new = cut.note, cut.note.path, cut.new
    hidden, piece = parse_note(path, cut.rest(link, hide=True)), parse_note(path, cut.piece())
    _check_same(note, hidden, piece)
    of_rest, of_piece = relinker.changes(hidden), relinker.changes(piece, place=new)
    shift = len(note.text) - len(hidden.text)
    edits = [
        Edit(Span(one.span.start + shift, one.span.end + shift), one.text)
        if one.span.start >= cut.span.start
        else one
        for one in of_rest.edits
    ]
    edits.append(Edit(cut.span, cut.put(link)))
    made = apply_edits(piece.text, of_piece.edits)
    left = [f"{path}:{line}" for line in of_rest.left]
    left += [f"{path}:{line + cut.section.line - 1}" for line in of_piece.left]
    return Rewritten({path: tuple(edits)}, {new: made}, left=tuple(left))


def _check_same(note: Note, rest: Note, piece: Note) -> None:
    """Raise NoteUnwritable when a mark of the section belongs with the text around it."""

    def shapes(links: tuple[Link, ...]) -> list[tuple[object, ...]]:
        return sorted(
            (one.kind, one.target, one.heading or "", one.block or "", one.label or "") for one in links
        )

    if shapes(note.links) == shapes((*rest.links, *piece.links)):
        return
    raise NoteUnwritable(
        f"The section of {note.path} cannot be taken out alone, because links in it or around it would change. "
        "Move it by hand."
    )
