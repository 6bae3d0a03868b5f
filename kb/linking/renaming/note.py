"""Gives a note or folder another path; every link to it, and in it, keeps its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kb.errors import NoteExists, NoteUnwritable
from kb.linking.renaming.relinking import Plan, RenameContext, Renamed, carry_out
from kb.notes.create import path_of_new_note
from kb.notes.parse import parse_note
from kb.notes.renames import Renames
from kb.notes.resolve import NoteNames, names_of
from kb.notes.suffixes import is_markdown, stem
from kb.notes.vault import Vault

_IN_NO_LINK = re.compile(r"[#^\[\]]|%%")


def rename(context: RenameContext, old: str, name: str) -> Renamed:
    """Move the note at `old` to `name`: a path, or a folder that ends with a slash; the index must be in step.

    Everything is read and proved before the first note is changed; what is done is one step that can be undone.
    Raises NoteExists, NoteUnwritable, NoteChanged.
    """
    new = _new_path(old, f"{name.strip()}{stem(old)}" if name.strip().endswith("/") else name)
    check_free(context.vault, old, new)
    moved = _moved(context, old, new)
    plan = Plan(old, new, f"{old} renamed to {new}", Renames({old: new}), [moved], [old], [(old, new)])
    return carry_out(context, plan)


def rename_folder(context: RenameContext, old: str, name: str) -> Renamed:
    """Move the folder `old`, with all that is in it, to `name`, or into `name` when that ends with a slash."""
    old = old.strip("/")
    wanted = f"{name.strip()}{old.rsplit('/', 1)[-1]}" if name.strip().endswith("/") else name.strip()
    new = path_of_new_note(f"{wanted}/x").removesuffix("/x.md")
    if new == old or new.startswith(f"{old}/"):
        raise NoteUnwritable(f"The folder {old} cannot be moved to {new}. Choose a place outside of it.")
    check_free(context.vault, old, new)
    inside = [one for one in context.before.all_names() if one.path.startswith(f"{old}/")]
    paths = {one.path: new + one.path[len(old) :] for one in inside}
    files = {
        path: new + path[len(old) :] for path in context.vault.attachments() if path.startswith(f"{old}/")
    }
    files |= _folders(old, new, [*paths, *files])
    names = [replace(one, path=paths[one.path]) for one in inside]
    what = f"folder {old} renamed to {new}"
    plan = Plan(old, new, what, Renames(paths, files), names, list(paths), [(old, new)])
    return carry_out(context, plan)


def move(context: RenameContext, places: Mapping[str, str]) -> Renamed:
    """Move notes, other files and folders, old path to new one, all at once, as a file manager does.

    Raises NoteExists, NoteUnwritable, NoteChanged.
    """
    known = {one.path: one for one in context.before.all_names()}
    others = context.vault.attachments()
    paths: dict[str, str] = {}
    files: dict[str, str] = {}
    for old, new in places.items():
        check_free(context.vault, old, new)
        if old in known:
            paths[old] = _new_path(old, new)
        elif old in others:
            files[old] = new
        else:
            paths |= {one: new + one[len(old) :] for one in known if one.startswith(f"{old}/")}
            files |= {one: new + one[len(old) :] for one in others if one.startswith(f"{old}/")}
            files |= _folders(old, new, [one for one in (*paths, *files) if one.startswith(f"{old}/")])
    names = []
    for path, place in paths.items():
        if stem(place) != stem(path):  # which may be its title
            names.append(_moved(context, path, place))
        else:
            names.append(replace(known[path], path=place))
    old, new = next(iter(places.items()))
    what = f"{old} moved to {new}" if len(places) == 1 else f"{len(places)} files moved"
    return carry_out(
        context, Plan(old, new, what, Renames(paths, files), names, list(paths), list(places.items()))
    )


def _new_path(old: str, name: str) -> str:
    """Where the file at `old` shall lie; what is no Markdown keeps its suffix. Raises NoteUnwritable."""
    if is_markdown(old):
        return path_of_new_note(name)
    suffix = old[old.rfind(".") :]
    bare = name.strip()[: -len(suffix)] if name.strip().lower().endswith(suffix.lower()) else name.strip()
    return path_of_new_note(f"{bare}.md").removesuffix(".md") + suffix


def _moved(context: RenameContext, old: str, new: str) -> NoteNames:
    """What the note at `old` is called once it lies at `new`."""
    known = context.before.names(old)
    if known is not None and not is_markdown(old):
        return replace(known, path=new)
    return names_of(parse_note(new, context.vault.read(old).text))


def _folders(old: str, new: str, inside: Iterable[str]) -> dict[str, str]:
    """The folder `old` and those in it that hold something, each with a slash at its end, and where they are afterwards."""
    found = {old}
    for path in inside:
        while (path := path.rpartition("/")[0]) and path not in found:
            found.add(path)
    return {f"{one}/": f"{new}{one[len(old) :]}/" for one in found if one == old or one.startswith(f"{old}/")}


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
