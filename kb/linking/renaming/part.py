"""Gives a heading or a block id of a note another name, and changes the links to it."""

from __future__ import annotations

import re

from kb.errors import NoteExists, NoteUnwritable
from kb.linking.renaming.block import block_change
from kb.linking.renaming.relinking import Plan, RenameContext, Renamed, carry_out
from kb.notes.edit import Edit, apply_edits, check_markdown
from kb.notes.headings import heading_key, read_heading
from kb.notes.note import Note, Section, Span
from kb.notes.parse import parse_note
from kb.notes.renames import Renames
from kb.notes.resolve import names_of

_ATX = re.compile(
    r"(?P<lead>[ ]{0,3}#{1,6}[ \t]+)(?P<raw>.*?)(?P<tail>(?:(?<![ \t])[ \t]++#++)?(?:(?<![ \t])[ \t]++)?)$"
)
_KEPT = re.compile(
    r"(?<![ \t])(?:[ \t]++(?:\{[^{}]*+\}|\^[A-Za-z0-9-]++)){1,8}+$"
)  # its own name and block id stay
_UNFIT = re.compile(r"[#^|\[\]\r\n]|%%|^\s*$")


def rename_part(context: RenameContext, path: str, part: str, name: str) -> Renamed:
    """Rename the heading or `^block` called `part` in the note at `path` to `name`, which may repeat the note's name.

    Raises NoteUnwritable, NoteExists, NoteChanged.
    """
    new = name.rpartition("#")[2].strip()
    check_markdown(path)
    raw = context.vault.read(path)
    note = parse_note(path, raw.text)
    if part.startswith("^"):
        renames, edit = block_change(note, part[1:], new.removeprefix("^"))
        new = f"^{new.removeprefix('^')}"
    else:
        renames, edit = heading_change(note, part, new)
    after = names_of(parse_note(path, apply_edits(raw.text, (edit,))))
    old_name, new_name = f"{path}#{part}", f"{path}#{new}"
    plan = Plan(old_name, new_name, f"{old_name} renamed to {new}", renames, [after], own={path: (edit,)})
    return carry_out(context, plan)


def heading_change(note: Note, part: str, new: str) -> tuple[Renames, Edit]:
    """What renaming the heading `part` means for links, and the edit of the heading. Raises NoteUnwritable, NoteExists."""
    section = find_section(note, part)
    if _UNFIT.search(new):
        raise NoteUnwritable(f"{new!r} cannot be linked to as a heading. Leave out # ^ [ ] and |.")
    if any(heading_key(one.title) == heading_key(new) for one in note.sections if one is not section):
        raise NoteExists(f"{note.path} has a heading {new!r} already. Choose another name.")
    edit = Edit(title_span(note.text, section), new)
    changed = parse_note(note.path, apply_edits(note.text, (edit,)))
    titles = [one.title for one in changed.sections]
    if titles != [read_heading(new)[0] if one is section else one.title for one in note.sections]:
        raise NoteUnwritable(f"{new!r} would not be read as a heading. Choose another name.")
    aliases = {(note.path, note.title): changed.title} if changed.title != note.title else {}
    return Renames(headings={(note.path, section.title): new}, aliases=aliases), edit


def find_section(note: Note, part: str) -> Section:
    """The one heading of `note` that is called `part`. Raises NoteUnwritable."""
    wanted = [heading_key(piece) for piece in part.split("#") if piece.strip()]
    found = [
        one
        for one in note.sections
        if wanted and [heading_key(title) for title in one.path][-len(wanted) :] == wanted
    ]
    if not found:
        raise NoteUnwritable(
            f"{note.path} has no heading {part!r}. See its headings with: kb open {note.path}"
        )
    same = [one for one in note.sections if heading_key(one.title) == heading_key(found[0].title)]
    if len(found) > 1 or len(same) > 1:
        raise NoteUnwritable(
            f"{note.path} has {len(same)} headings {part!r}, and links cannot tell them apart. Change them by hand."
        )
    return found[0]


def title_span(text: str, section: Section) -> Span:
    """Where the words of a heading stand, without its signs, its own name and its block id."""
    start = section.heading.start
    line = text[start : section.heading.end].splitlines()[0]
    match = _ATX.match(line)
    begin, end = match.span("raw") if match else (len(line) - len(line.lstrip()), len(line.rstrip()))
    if kept := _KEPT.search(line, begin, end):
        end = kept.start()
    return Span(start + begin, start + end)
