"""A note as an export has it: Markdown, in which links are left open until it is known where their targets will lie."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Literal

from kb.notes.note import PropertyValue

# Two characters of the private use area stand around the number of a link in a text that is being made.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
_MARK = re.compile(f"{_OPEN}(\\d{{1,9}}){_CLOSE}")
# What no note's text holds: these two and others that importers mark places with, and control characters but for tab and line ends.
_UNFIT = re.compile(f"[{_OPEN}-\ue0f3\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")

RefKind = Literal["note", "file", "id"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along with a note."""

    key: str  # what it is called by in the export; one file of two notes has one key
    name: str  # its file name
    read: Callable[[], bytes]  # raises ExportUnreadable


@dataclass(frozen=True, slots=True)
class Ref:
    """A link, or with the kind "id" the name by which links call the block it stands at the end of."""

    kind: RefKind
    target: str  # a name of a note, the key of an attachment, or the id of a block
    shown: str = ""  # what the link reads; of an id, the white space its line begins with
    embed: bool = False
    heading: str = ""  # of the note
    block: str = ""  # of the note; with an empty `target`, of whichever note has it
    otherwise: str = ""  # what stands there when the target was not imported; `shown` when empty


@dataclass(frozen=True, slots=True)
class ImportedNote:
    """One note of an export."""

    key: str  # what tells it from all others of its format, whatever changes in it
    title: str
    text: str  # Markdown with marks for `refs`, without front matter
    refs: tuple[Ref, ...] = ()
    names: tuple[str, ...] = ()  # what else links of the export call it
    folder: str = ""  # below the folder of the import, with slashes
    day: date | None = None  # of a journal's page
    created: datetime | None = None  # with a time zone, or local
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    source: str = ""  # the web page it was taken from
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)
    front: tuple[str, ...] = ()  # lines of front matter that it has already
    files: Mapping[str, Attachment] = field(default_factory=dict)  # by key
    stem: str = ""  # the name of its file, where it is to stay, however a program writes `a/b` and `a?` in it
    headed: bool = True  # whether its title is to stand above its text

    @property
    def fingerprint(self) -> str:
        """12 hex digits over what the note says."""
        parts = (self.title, self.text, *(f"{ref.target}\t{ref.shown}" for ref in self.refs), *self.tags)
        return short_hash("\x00".join(parts))


class Body:
    """The text of a note in the making: hands out marks for the links in it."""

    def __init__(self) -> None:
        self.refs: list[Ref] = []
        self.files: dict[str, Attachment] = {}

    def ref(self, ref: Ref) -> str:
        """What stands for `ref` in the text."""
        self.refs.append(ref)
        return f"{_OPEN}{len(self.refs) - 1}{_CLOSE}"

    def file(self, file: Attachment, shown: str = "", *, embed: bool = True) -> str:
        """What stands in the text for a link to `file`, or for the file itself."""
        self.files[file.key] = file
        return self.ref(Ref("file", file.key, shown, embed))


def with_refs(text: str, write: Callable[[int], str]) -> str:
    """`text` with what `write` makes of the number of each mark."""
    return _MARK.sub(lambda match: write(int(match[1])), text)


def has_refs(text: str) -> bool:
    """Whether a link stands in `text`."""
    return _MARK.search(text) is not None


def clean(text: str) -> str:
    """`text` with plain line ends and without what no note may hold."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def short_hash(text: str) -> str:
    """12 hex digits."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()
