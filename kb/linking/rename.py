"""Gives a note or folder another path; every link to it, and in it, keeps its meaning."""

from __future__ import annotations

import re
from dataclasses import replace

from kb.errors import NoteExists, NoteUnwritable
from kb.linking.relinking import Plan, Renamed, Way, carry_out
from kb.notes.create import path_of_new_note
from kb.notes.parse import parse_note, stem
from kb.notes.renames import Renames
from kb.notes.resolve import names_of
from kb.notes.vault import Vault

_IN_NO_LINK = re.compile(r"[#^\[\]]|%%")


def rename(way: Way, old: str, name: str) -> Renamed:
    """Move the note at `old` to `name`: a path, or a folder that ends with a slash; the index must be in step.

    Everything is read and proved before the first note is changed; what is done is one step that can be undone.
    Raises NoteExists, NoteUnwritable, NoteChanged.
    """
    new = path_of_new_note(f"{name.strip()}{stem(old)}" if name.strip().endswith("/") else name)
    check_free(way.vault, old, new)
    moved = names_of(parse_note(new, way.vault.read(old).text))
    names = [moved if one.path == old else one for one in way.catalog.names()]
    plan = Plan(old, new, f"{old} renamed to {new}", Renames({old: new}), names, [(old, new)])
    return carry_out(way, plan)


def rename_folder(way: Way, old: str, name: str) -> Renamed:
    """Move the folder `old`, with all that is in it, to `name`, or into `name` when that ends with a slash."""
    old = old.strip("/")
    wanted = f"{name.strip()}{old.rsplit('/', 1)[-1]}" if name.strip().endswith("/") else name.strip()
    new = path_of_new_note(f"{wanted}/x").removesuffix("/x.md")
    if new == old or new.startswith(f"{old}/"):
        raise NoteUnwritable(f"The folder {old} cannot be moved to {new}. Choose a place outside of it.")
    check_free(way.vault, old, new)
    paths = {
        one.path: new + one.path[len(old) :] for one in way.catalog.names() if one.path.startswith(f"{old}/")
    }
    files = {path: new + path[len(old) :] for path in way.vault.attachments() if path.startswith(f"{old}/")}
    names = [replace(one, path=paths.get(one.path, one.path)) for one in way.catalog.names()]
    plan = Plan(old, new, f"folder {old} renamed to {new}", Renames(paths, files), names, [(old, new)])
    return carry_out(way, plan)


def check_free(vault: Vault, old: str, new: str) -> None:
    """Raise NoteUnwritable when no link could lead to `new`, NoteExists when it is taken."""
    if found := _IN_NO_LINK.search(new):
        raise NoteUnwritable(
            f"{new!r} can't be a note's name: {found[0]!r} has a special meaning in links. "
            "Choose a name without # ^ [ ] | and %%."
        )
    target = vault.root / new
    if new == old or (target.exists() and not target.samefile(vault.root / old)):
        raise NoteExists(f"{new} already exists; {old} was not moved. Choose another name.")
