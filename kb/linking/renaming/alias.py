"""Writes another alias in place of one, where a note says it has it and where links use it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kb.errors import NoteExists, NoteUnwritable
from kb.linking.renaming.relinking import Plan, RenameContext, Renamed, carry_out
from kb.notes.edit import Edit, apply_edits
from kb.notes.note import Note, Span
from kb.notes.parse import parse_note
from kb.notes.renames import Renames
from kb.notes.resolve import names_of

# The entry of the front matter, or the line of the text, that lists aliases.
_ENTRY = re.compile(
    r"^(?:[\"']?alias(?:es)?[\"']?[ \t]*:(?!:)[^\r\n]*(?:(?:\r\n?|\n)(?:[ \t]+[^\r\n]*|[ \t]*-[ \t][^\r\n]*|[ \t]*(?=[\r\n])))*"
    r"|[ \t]*(?:[-*+][ \t]+)?alias(?:es)?::[^\r\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_UNFIT = re.compile(r"[#^|\[\]\r\n]|%%|^\s*$")


def rename_alias(context: RenameContext, old: str, new: str, path: str = "") -> Renamed:
    """Write the alias `new` where a note says `old`; links by the old alias follow.

    `path` names the note where several have the alias. Raises NoteUnwritable, NoteExists, NoteChanged.
    """
    old, new = old.strip(), " ".join(new.split())
    having = [
        one.path
        for one in context.before.all_names()
        if (not path or one.path == path) and old.casefold() in map(str.casefold, one.aliases)
    ]
    if not having:
        raise NoteUnwritable(
            f"{path or 'No note'} has {'no' if path else 'the'} alias {old!r}. See the aliases with: kb aliases"
        )
    if len(having) > 1:
        raise NoteUnwritable(
            f"{old!r} is an alias of {' and '.join(having[:5])}. Name the note with --note, or change them one by one."
        )
    if _UNFIT.search(new):
        raise NoteUnwritable(f"{new!r} cannot be linked to as an alias. Leave out # ^ [ ] | and %%.")
    raw = context.vault.read(having[0])
    note = parse_note(raw.path, raw.text)
    alias, edit = alias_change(note, old, new)
    after = names_of(parse_note(note.path, apply_edits(raw.text, (edit,))))
    renames = Renames(aliases={(note.path, alias): new})
    plan = Plan(alias, new, f"alias {alias} renamed to {new}", renames, [after], own={note.path: (edit,)})
    return carry_out(context, plan)


def alias_change(note: Note, old: str, new: str) -> tuple[str, Edit]:
    """The alias as the note has it, and the edit that makes it `new`. Raises NoteUnwritable, NoteExists."""
    alias = next((one for one in note.aliases if one.casefold() == old.casefold()), None)
    if alias is None:
        raise NoteUnwritable(f"{note.path} has no alias {old!r}.")
    if any(one.casefold() == new.casefold() for one in note.aliases if one != alias):
        raise NoteExists(f"{note.path} has the alias {new!r} already. Choose another name.")
    for edit in _edits(note, alias, new):
        if _is_proved(note, edit, alias, new):
            return alias, edit
    raise NoteUnwritable(
        f"The alias {alias!r} of {note.path} is written in a way that kb cannot change. Change it by hand."
    )


def _edits(note: Note, alias: str, new: str) -> Iterator[Edit]:
    """Ways to write the new alias in each place where the old one may stand, plain ones first."""
    written = (
        json.dumps(alias, ensure_ascii=False, allow_nan=False),
        "'" + alias.replace("'", "''") + "'",
        alias,
    )
    for entry in _ENTRY.finditer(note.text):
        if entry.start() >= note.body.start and "::" not in entry[0]:
            continue
        colon = entry.start() + entry[0].index(":") + 1
        for form in written:
            start = note.text.find(form, colon, entry.end())
            while start >= 0:
                span = Span(start, start + len(form))
                mark = form[0] if form != alias else ""
                if mark == "'":
                    yield Edit(span, "'" + new.replace("'", "''") + "'")
                elif not mark:
                    yield Edit(span, new)
                yield Edit(span, json.dumps(new, ensure_ascii=False, allow_nan=False))
                start = note.text.find(form, start + 1, entry.end())


def _is_proved(note: Note, edit: Edit, alias: str, new: str) -> bool:
    """Whether the changed note has the new alias where it had the old one, and is the same otherwise."""
    changed = parse_note(note.path, apply_edits(note.text, (edit,)))
    others = [key for key in note.properties if key.casefold() not in ("alias", "aliases")]
    return (
        changed.aliases == tuple(new if one == alias else one for one in note.aliases)
        and list(changed.properties) == list(note.properties)
        and all(changed.properties[key] == note.properties[key] for key in others)
        and len(changed.problems) == len(note.problems)
        and [(one.kind, one.target) for one in changed.links]
        == [(one.kind, one.target) for one in note.links]
    )
