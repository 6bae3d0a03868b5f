"""Properties of imported notes, in front matter or as Logseq writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from kb.importing.imported_note import ImportedNote
from kb.importing.names import tag_name
from kb.importing.target_vault import ID, TargetVault
from kb.notes.front_matter import top_entries
from kb.notes.note import PropertyValue
from kb.notes.parse import parse_note
from kb.notes.suffixes import page_name

_PLAIN = re.compile(
    r"[^\W\d_](?:[\w /.-]*[\w/.-])?"  # words
    r"|\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d)?"  # days and times
    r"|-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?"  # numbers
    r"|https?://[^\s#,\[\]{}\"']+"
)
_WORDS = frozenset("true false yes no on off null y n".split())  # to one YAML or another these are no text
_UNFIT_KEY = re.compile(r"[:\r\n#\[\]{}\"',&*!|>%@`]")

Entry = tuple[str, PropertyValue]


def entries(found: ImportedNote, path: str, mark: str, home: TargetVault) -> Iterator[Entry]:
    """The properties of the note to lie at `path`, which `mark` tells from others."""
    name = page_name(path)
    if home.is_logseq:
        if name != found.title and found.day is None:
            yield "title", found.title
        if found.aliases:
            yield "alias", found.aliases
    elif aliases := tuple(dict.fromkeys([*found.aliases, *([found.title] if name != found.title else [])])):
        yield "aliases", aliases
    if tags := tuple(dict.fromkeys(filter(None, map(tag_name, found.tags)))):
        yield "tags", tags
    if found.created:
        yield home.created, local(found.created)
    if found.updated:
        yield home.updated, local(found.updated)
    if found.source:
        yield "source", found.source
    own = {"aliases", "alias", "tags", "tag", home.created, home.updated, "source", "title", ID}
    for key, value in found.properties.items():
        name = " ".join(_UNFIT_KEY.sub(" ", key).split())
        if name and name.casefold() not in own and value not in ("", None, ()):
            yield name, value
    yield ID, mark


def from_front(found: ImportedNote) -> ImportedNote:
    """The same note with what its front matter says as properties of their own."""
    note = parse_note("note.md", "\n".join(["---", *found.front, "---", ""]))
    own = {"tags", "tag", "aliases", "alias"}
    return replace(
        found,
        tags=(*found.tags, *(tag.name for tag in note.tags)),
        aliases=(*found.aliases, *note.aliases),
        properties={
            **{key: value for key, value in note.properties.items() if key.casefold() not in own},
            **found.properties,
        },
        front=(),
    )


def front_matter(there: Iterable[str], added: Iterable[Entry]) -> str:
    """Front matter of the lines that are `there`, and of what they lack."""
    lines = [line for line in there if not line.startswith(f"{ID}:")]
    known = {
        one[0].partition(":")[0].strip("\"' ").casefold() for _, one in top_entries("\n".join(lines)) if one
    }
    new = [f"{key}: {yaml(value)}" for key, value in added if key.casefold() not in known]
    return "\n".join(["---", *lines, *new, "---", ""])


def page_properties(added: Iterable[Entry]) -> str:
    """The properties of a page of Logseq."""
    return "".join(f"{key.casefold().replace(' ', '-')}:: {_bare(value)}\n" for key, value in added)


def local(moment: datetime) -> str:
    """A time as properties have it: the local one of this machine, to the second."""
    try:
        moment = moment.astimezone() if moment.tzinfo else moment
    except (ValueError, OverflowError):  # at the ends of the calendar
        moment = moment.replace(tzinfo=None)
    return moment.replace(tzinfo=None, microsecond=0).isoformat()


def yaml(value: PropertyValue) -> str:
    """A value as it stands in front matter."""
    if isinstance(value, tuple):
        return f"[{', '.join(yaml(one) for one in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if not isinstance(value, str) or (_PLAIN.fullmatch(text) and text.casefold() not in _WORDS):
        return text
    return json.dumps(text, ensure_ascii=False, allow_nan=False)


def _bare(value: PropertyValue) -> str:
    if isinstance(value, tuple):
        return ", ".join(_bare(one) for one in value)
    return " ".join(str(value).split())
