"""By which names links look notes up, and notes answer: what tells which links a change of names can concern.

Every way of looking a note up compares the last part of a path in the end, so that part is what is kept: a link whose
parts are none of those that changed means what it meant.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kb.files.names import readable
from kb.notes.journal import journal_names
from kb.notes.note import Link, Note
from kb.notes.suffixes import SUFFIX, answers_to_title, page_name, stem

if TYPE_CHECKING:
    from kb.notes.resolve import NoteNames

ANY = ""  # the name of links that may mean any note, such as `..`
BY_PATH, BY_NAME, BY_ALIAS, BY_TITLE, BY_BLOCK = "path", "name", "alias", "title", "block"


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """Names are compared without case, normalisation and outer white space; bytes that are no text as a sign for them."""
    name = name if name.isascii() else readable(name)
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def plain_target(link: Link) -> str:
    """What a link names, without the query of a web address."""
    return link.target.split("?", 1)[0] if link.kind == "markdown" and "?" in link.target else link.target


def keys_of(names: NoteNames) -> Iterator[tuple[str, str]]:
    """All that a note can be looked up by: the way of looking, and what is compared."""
    bare = SUFFIX.sub("", names.path)
    yield BY_PATH, name_key(bare)
    folder = bare.rpartition("/")[0]
    page = page_name(names.path)
    if page != stem(names.path):
        yield BY_PATH, name_key(f"{folder}/{page}" if folder else page)
        yield BY_NAME, name_key(page)
    for name in dict.fromkeys((name_key(stem(names.path)), *map(name_key, journal_names(stem(names.path))))):
        yield BY_NAME, name
    if answers_to_title(names.path):
        for alias in dict.fromkeys(map(name_key, names.aliases)):
            yield BY_ALIAS, alias
        yield BY_TITLE, name_key(names.title)
    for block in names.block_ids:
        yield BY_BLOCK, block.casefold()


def changed_names(before: Iterable[NoteNames], after: Iterable[NoteNames]) -> set[str]:
    """The last parts of all that the notes can be looked up by at one time and not at the other."""
    was, now = ({(one.path, *key) for one in notes for key in keys_of(one)} for notes in (before, after))
    return {f"^{key}" if way == BY_BLOCK else last_part(key) for _, way, key in was ^ now} | {ANY}


def linked_names(note: Note) -> set[str]:
    """The last parts of all that the links and definitions of a note may be looked up by."""
    return {name for link in (*note.links, *note.definitions) for name in _names_of(link)}


def last_part(path: str) -> str:
    """The last part of a path as it is compared; ANY where that names no file."""
    part = path.replace("\\", "/").strip().rstrip("/").rsplit("/", 1)[-1]
    return ANY if part.strip(" .") == "" else name_key(part)


def _names_of(link: Link) -> Iterator[str]:
    if link.kind == "url":
        return
    if link.block and (link.kind == "block" or not link.target):
        yield f"^{link.block.casefold()}"
    written = {link.target, plain_target(link)} - {""}
    written |= {unquote(one, errors="replace") for one in written if "%" in one}
    if link.definition:
        written.add(unquote(link.definition.partition("#")[0], errors="replace"))
    if link.label and link.kind in ("wiki", "embed"):
        written.add(link.label.partition("#")[0])  # Dendron's [[label|target]]
    for one in written:
        yield last_part(SUFFIX.sub("", one.strip()))
        yield last_part(one)
