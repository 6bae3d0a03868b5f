"""Writes another tag in place of one, and of those below it, in the text and in properties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.errors import NoteUnwritable
from kb.linking.renaming.relinking import Plan, RenameContext, Renamed, carry_out
from kb.notes.edit import Edit, apply_edits
from kb.notes.note import Link, Note, Span
from kb.notes.parse import parse_note
from kb.notes.renames import Renames
from kb.notes.resolve import LinkResolver
from kb.notes.suffixes import is_markdown

# The entry of the front matter, or the line of the text, that lists tags.
_ENTRY = re.compile(
    r"^(?:(?:[\"']?tags?[\"']?[ \t]*:(?!:)[^\r\n]*(?:(?:\r\n?|\n)(?:[ \t]*-[ \t][^\r\n]*|[ \t]*))*)|[ \t]*(?:[-*+][ \t]+)?tags?::[^\r\n]*)",
    re.MULTILINE | re.IGNORECASE,
)


def rename_tag(context: RenameContext, old: str, new: str) -> Renamed:
    """Write #new where notes say #old, and #new/x for #old/x; each note is read again and proved.

    Raises NoteUnwritable when no note has the tag, or `new` cannot be one.
    """
    old, new = old.strip().lstrip("#").strip("/"), new.strip().lstrip("#").strip("/")
    if [tag.name for tag in parse_note("x.md", f"#{new}").tags] != [new]:
        raise NoteUnwritable(
            f"#{new} cannot be a tag. Use letters, digits, _, - and /, and not digits alone."
        )
    own: dict[str, tuple[Edit, ...]] = {}
    left: list[str] = []
    having = {path for path, tag in context.catalog.tags() if renamed_tag(tag, old, new)}
    for path in sorted(having | context.unindexed):
        note = context.vault.note(path)
        if not any(renamed_tag(tag.name, old, new) for tag in note.tags):
            continue
        # What is no Markdown is never written to; where its tags stand is told.
        edits = tuple(tag_edits(note, old, new)) if is_markdown(path) else ()
        if edits and tags_proved(note, edits, old, new, context.before):
            own[note.path] = edits
        else:
            left += sorted(
                {f"{note.path}:{tag.line}" for tag in note.tags if renamed_tag(tag.name, old, new)}
            )
    if not own and not left:
        raise NoteUnwritable(f"No note has the tag #{old}. See the tags with: kb tags")
    plan = Plan(f"#{old}", f"#{new}", f"tag #{old} renamed to #{new}", Renames(), [], own=own)
    return carry_out(context, plan, left)


def renamed_tag(name: str, old: str, new: str) -> str | None:
    """The tag's new name, when it is `old` or below it."""
    folded, wanted = name.casefold(), old.casefold()
    if folded == wanted or folded.startswith(f"{wanted}/"):
        return new + name[len(old) :]
    return None


def tag_edits(note: Note, old: str, new: str) -> Iterator[Edit]:
    """What to write for the tag in the text and the properties of `note`."""
    for tag in note.tags:
        if tag.span and note.text.startswith("#", tag.span.start) and renamed_tag(tag.name, old, new):
            start = note.text.find(tag.name, tag.span.start, tag.span.end)
            if start >= 0:
                yield Edit(Span(start, start + len(old)), new)
    name = re.compile(rf"(?<![\w/-]){re.escape(old)}(?=[/\s,#\]\"'}}]|$)", re.IGNORECASE)
    taken = [tag.span for tag in note.tags if tag.span]
    for entry in _ENTRY.finditer(note.text):
        is_front = entry.start() < note.body.start
        if not is_front and "::" not in entry[0]:
            continue
        colon = entry.start() + entry[0].index(":") + 1
        for match in name.finditer(note.text, colon, entry.end()):
            if not any(span.start <= match.start() < span.end for span in taken):
                yield Edit(Span(*match.span()), new)


def tags_proved(note: Note, edits: tuple[Edit, ...], old: str, new: str, resolver: LinkResolver) -> bool:
    """Whether the changed note has the tags that it should have, and is the same otherwise.

    `tags:: [[Tea]]` and `#[[Tea]]` are links, too: where there is a note of that name, they must go on leading to it.
    """
    try:
        changed = parse_note(note.path, apply_edits(note.text, edits))
    except ValueError:
        return False
    wanted = list(dict.fromkeys(renamed_tag(tag.name, old, new) or tag.name for tag in note.tags))
    if list(dict.fromkeys(tag.name for tag in changed.tags)) != wanted:
        return False
    others = [key for key in note.properties if key.casefold() not in ("tags", "tag")]
    return (
        list(note.properties) == list(changed.properties)
        and all(note.properties[key] == changed.properties[key] for key in others)
        and len(note.problems) == len(changed.problems)
        and len(note.links) == len(changed.links)
        and all(
            _leads_alike(*pair, note.path, resolver) for pair in zip(note.links, changed.links, strict=True)
        )
    )


def _leads_alike(was: Link, now: Link, source: str, resolver: LinkResolver) -> bool:
    if (was.kind, was.heading, was.block) != (now.kind, now.heading, now.block):
        return False
    if was.target == now.target:
        return True
    meant = resolver.resolve(was, source).path
    return meant is None or resolver.resolve(now, source).path == meant
