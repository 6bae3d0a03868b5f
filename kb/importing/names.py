"""Titles, names of files, and tags for what other programs let people call anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from pathlib import PurePosixPath

from kb.notes.link_names import name_key

# In file names on one system or another; and what would end a wiki link, or be taken for its anchor.
_UNFIT = re.compile(
    r'[<>:"|?*\\/\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\[\]#^`]+|%%'
)
_LIKE_CODED = re.compile(r"%(?=[0-9a-fA-F]{2})")  # Logseq's way of writing what names cannot hold
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
# Endings by which editors and syncers know their own files; no scan of a vault sees these.
_TEMPORARY = re.compile(r"\.(?=(?:tmp|swp|swo|part|crdownload|bak|orig|backup|md|markdown)$)", re.IGNORECASE)
_MOST_BYTES = 180  # of a name, which leaves room for a number and a suffix
_MOST_LETTERS = 120
_TITLE_WORDS = 8
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,12}")
_TAG_UNFIT = re.compile(r"[^\w/-]+")


def title_of(said: str, otherwise: str) -> str:
    """The first words of a text that has no title, `otherwise` where there are none."""
    return " ".join(said.split()[:_TITLE_WORDS]).strip("#*`>- ") or otherwise


def file_name(title: str, *, coded: bool = False) -> str:
    """A name for a file, without suffix, that reads as `title` does; `coded` says that `%3F` means a sign."""
    name = unicodedata.normalize("NFC", title if coded else _LIKE_CODED.sub(" ", title))
    name = " ".join(_UNFIT.sub(" ", name).split())
    name = _shortened(name).strip(" .~$-") or _shortened(name).strip(" .~$")
    name = _TEMPORARY.sub("-", name)
    if not name:
        return "Untitled"
    return f"{name} (1)" if _RESERVED.fullmatch(name) else name


def folder_name(path: str) -> str:
    """A folder below another, each part of it a name that files may have."""
    return "/".join(file_name(part) for part in path.split("/") if part.strip(" ."))


def attachment_name(name: str) -> tuple[str, str]:
    """Stem and suffix of an attachment's name."""
    suffix = PurePosixPath(name).suffix
    if not _SUFFIX.fullmatch(suffix):
        return file_name(name), ""
    return file_name(name[: -len(suffix)]), suffix.lower() if suffix.isupper() else suffix


def tag_name(tag: str) -> str:
    """A tag without its mark, as notes can hold it; empty when nothing is left."""
    name = unicodedata.normalize("NFC", tag).strip().removeprefix("#")
    name = _TAG_UNFIT.sub("-", re.sub(r"(?<!\s)\s*+/\s*+", "/", name)).strip("-/")
    return f"_{name}" if name.replace("/", "").isdecimal() else name


def free_path(folder: str, name: str, suffix: str, taken: Container[str], by: str = "") -> str:
    """`folder/name suffix`, with a number where that is taken; `taken` holds paths as they are compared."""
    whole = f"{folder}/{name}" if folder else name
    if name_key(path := f"{whole}{by}{suffix}") not in taken:
        return path
    # By doubling, then by halves: thousands of pictures may be called "image".
    low, high = 1, 2
    while name_key(f"{whole}{by} {high}{suffix}") in taken:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        is_taken = name_key(f"{whole}{by} {middle}{suffix}") in taken
        low, high = (middle, high) if is_taken else (low, middle)
    return f"{whole}{by} {high}{suffix}"


def _shortened(name: str) -> str:
    name = name[:_MOST_LETTERS]
    while len(name.encode("utf-8", "replace")) > _MOST_BYTES:
        name = name[:-1]
    return name
