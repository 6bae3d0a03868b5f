"""The mark that names a block, and another id in it."""

from __future__ import annotations

import re

from kb.errors import NoteExists, NoteUnwritable
from kb.notes.edit import Edit
from kb.notes.note import Note, Span
from kb.notes.renames import Renames

_BLOCK_ID = re.compile(r"[A-Za-z0-9-]+")


def block_change(note: Note, old: str, new: str) -> tuple[Renames, Edit]:
    """What renaming the block `^old` means for links, and the edit of its mark. Raises NoteUnwritable, NoteExists."""
    known = {block.casefold(): block for block in note.block_ids}
    if old.casefold() not in known:
        raise NoteUnwritable(f"{note.path} has no block ^{old}.")
    if not _BLOCK_ID.fullmatch(new):
        raise NoteUnwritable(f"^{new} cannot be a block's name. Use letters, digits and hyphens.")
    if new.casefold() in known and new.casefold() != old.casefold():
        raise NoteExists(f"{note.path} has a block ^{new} already. Choose another name.")
    block = known[old.casefold()]
    place = block_mark(note, block)
    if place is None:
        raise NoteUnwritable(
            f"The block {block} is named by a property, which its program keeps. Change it there."
        )
    return Renames(blocks={(note.path, block.casefold()): new}), Edit(place, new)


def block_mark(note: Note, block: str) -> Span | None:
    """Where the id of a block stands; None for one that a property names."""
    mark = re.compile(rf"(?<![^\s])\^({re.escape(block)})(?=[ \t]*(?:[\r\n]|$))")
    found = mark.search(note.text, note.block_ids[block].start)
    return Span(*found.span(1)) if found else None
