"""The words that a link shows though nobody wrote a label: an alias or a title, which stay when the path changes."""

from __future__ import annotations

from kb.notes.edit import Edit
from kb.notes.link_names import name_key
from kb.notes.note import Link, Note, Span
from kb.notes.renames import Renames
from kb.notes.suffixes import page_name, stem
from kb.notes.written import Written, in_table


def read_as(link: Link) -> str:
    """What a reader sees of a link: its label, else its target and heading."""
    return link.label or " > ".join(filter(None, (link.target, (link.heading or "").replace("#", " > "))))


def shown_words(link: Link, path: str) -> str:
    """What a wiki link without a label shows, where that is not the name of the file at `path`; else nothing."""
    if link.label or link.kind not in ("wiki", "property") or not link.target or "/" in link.target:
        return ""
    if name_key(stem(link.target)) in map(name_key, (stem(path), page_name(path))):
        return ""
    return " > ".join([link.target, *(link.heading or "").split("#")]) if link.heading else link.target


def keeps_words(old: Link, new: Link, path: str, renames: Renames) -> bool:
    """Whether `new` shows what `old` showed, which led to the note at `path`; a path or a name may be another."""
    if bool(old.label) == bool(new.label):
        return True
    return not old.label and new.label in (shown_words(old, path), new_name(old, path, renames))


def label_edits(
    note: Note, link: Link, parts: Written | None, path: str, renames: Renames
) -> list[Edit | None]:
    """Ways to write down what a link of `note` shows, best first; in a table the bar needs a backslash."""
    words = "" if parts is None or parts.is_markdown or parts.by_name_only else shown_words(link, path)
    if not words or link.written is None:
        return [None]
    words = new_name(link, path, renames) or words
    end = Span(link.written.end, link.written.end)
    bar = "\\|" if in_table(note, link.span.start) else "|"
    return [Edit(end, bar + words), None]


def new_name(link: Link, path: str, renames: Renames) -> str | None:
    """The new alias, or the new title, that a link to the note at `path` names by its old one."""
    for (noted, old), new in renames.aliases.items():
        if noted == path and name_key(link.target) == name_key(old):
            return new
    return None
