"""From what a source read to the note that stands for the file."""

from __future__ import annotations

from dataclasses import replace

from kb.notes.extract import Extract
from kb.notes.note import Note, Place, Problem, Span, Tag
from kb.notes.parse import parse_note
from kb.notes.places import WHOLE
from kb.notes.suffixes import page_name


def note_of_extract(path: str, extract: Extract) -> Note:
    """The note that stands for the file at `path`."""
    note = parse_note(path, extract.text)
    links = note.links if extract.is_markup else tuple(one for one in note.links if one.kind == "url")
    own = note if extract.is_markup else replace(note, tasks=(), block_ids={}, definitions=(), tags=())
    name = page_name(path.rsplit(".", 1)[0])
    title = extract.title or name
    return replace(
        own,
        title=title,
        aliases=(name,) if name != title else (),  # it is found by what its file is called, too
        tags=(*(Tag(name, None, 1) for name in extract.tags), *own.tags),
        properties=extract.properties,
        created=extract.created,
        modified=extract.modified,
        links=links,
        places=_places(extract),
        problems=tuple(Problem(message, 1) for message in extract.problems),
    )


def _places(extract: Extract) -> tuple[Place, ...]:
    if extract.by_line:
        return ()
    starts = extract.starts or ((WHOLE, 0, 0),)
    ends = [*(start for _, _, start in starts[1:]), len(extract.text)]
    return tuple(
        Place(name, number, Span(start, end)) for (name, number, start), end in zip(starts, ends, strict=True)
    )
