"""Where each note and file of a site lies, whatever it is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from posixpath import dirname, relpath
from urllib.parse import quote

NOTES, FILES = "notes", "files"
_LONGEST = 120  # bytes of a part of a path; file systems take 255, and a site may be packed
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\\ud800-\udfff]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # as Windows has it
_SUFFIX = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)


class Addresses:
    """Names within a site, each different from every other also where case and normalisation do not count."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}  # folded name -> what it is of
        self._known: dict[str, str] = {}  # path of a note -> its page
        self._files: dict[str, str] = {}  # path of a file -> its copy

    def add_notes(self, paths: Iterable[str]) -> None:
        """Give the page of each note a name."""
        for path in paths:
            self._known[path] = self._free(NOTES, _SUFFIX.sub("", path), ".html", path)

    def add_file(self, path: str) -> str:
        """The name of the copy of a file."""
        if path not in self._files:
            stem, dot, suffix = path.rpartition(".")
            self._files[path] = self._free(FILES, stem if dot else path, dot + suffix if dot else "", path)
        return self._files[path]

    def of(self, path: str) -> str:
        """The name that was given to a note; empty for one that is not part of the site."""
        return self._known.get(path, "")

    def _free(self, folder: str, stem: str, suffix: str, path: str) -> str:
        name = "/".join([folder, *(_fit(part) for part in stem.split("/"))])
        if name + suffix == f"{folder}/{stem}{suffix}" and self._take(name + suffix, path):
            return name + suffix
        digest = blake2b(path.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
        name = f"{name}-{digest}"
        self._take(name + suffix, path)
        return name + suffix

    def _take(self, name: str, path: str) -> bool:
        return self._taken.setdefault(unicodedata.normalize("NFC", name).casefold(), path) == path


def address(target: str, page: str) -> str:
    """The address of `target` as a page of the site writes it; both are names within the site."""
    return quote(relpath(target, dirname(page) or "."), safe="/")


def _fit(part: str) -> str:
    part = _UNFIT.sub("_", part).rstrip(" .") or "_"
    if part.startswith("."):
        part = f"_{part[1:]}"
    if _RESERVED.fullmatch(part):
        part = f"_{part}"
    while len(part.encode()) > _LONGEST:
        part = part[:-1]
    return part
