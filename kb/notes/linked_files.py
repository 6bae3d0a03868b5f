"""Files and folders that links lead to and that are no notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from posixpath import normpath
from urllib.parse import unquote

from kb.notes.closeness import nearest
from kb.notes.link_names import name_key
from kb.notes.note import Link

# Files that notes link to and that are no notes.
_ATTACHMENT = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|heic|ico|tiff?|pdf|epub|djvu|mp[34]|m4a|wav|ogg|flac|webm|mov|mkv|avi"
    r"|canvas|base|excalidraw|tldr|drawio|zip|gz|tar|7z|docx?|xlsx?|pptx?|odt|ods|odp|csv|tsv|txt|rtf|log|bib"
    r"|json|jsonl|ya?ml|toml|xml|html?|css|s[ac]ss|less|jsx?|tsx?|mjs|py|ipynb|rb|rs|go|java|kt|c|h|cpp|sh|bat"
    r"|ps1|lua|clj|cljs|edn|r|jl|sql|tex|org|ics|eml|apkg|dmg|exe|iso|gpx|geojson|stl|psd|ttf|woff2?)$",
    re.IGNORECASE,
)
_UP = re.compile(r"^(?:\.{0,2}/)+")


def names_a_file(link: Link) -> bool:
    """Whether the link's path ends as those of files do that are no notes."""
    return _ATTACHMENT.search(link.target) is not None


class LinkedFiles:
    """The files of a vault that are no notes, by what links call them."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._by_name: dict[str, list[str]] = {}
        for path in paths:
            self.add(path)

    def add(self, path: str) -> None:
        """Tell of a file."""
        self._by_name.setdefault(name_key(path.rsplit("/", 1)[-1]), []).append(path)

    def all(self) -> list[str]:
        """Paths of the files."""
        return [path for paths in self._by_name.values() for path in paths]

    def find(self, link: Link, source: str) -> tuple[str, ...]:
        """The file that a link in the note at `source` means; several where none is nearer, none where it is missing."""
        target = _path_of(link)
        named = self._by_name.get(target.rsplit("/", 1)[-1], [])
        if not named:
            return ()
        for place in _places(target, source, from_here_first=link.kind == "markdown"):
            for path in named:
                if name_key(path) == place:
                    return (path,)
        suffix = "/" + _UP.sub("", target)
        agreeing = tuple(sorted(path for path in named if f"/{name_key(path)}".endswith(suffix)))
        if len(agreeing) < 2:
            return agreeing
        best, tied = nearest(agreeing, "", source)
        return agreeing if tied else (best,)


class Folders:
    """The folders that hold something, by their paths."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._spelled: dict[str, str] = {}

    def add(self, path: str, count: int = 1) -> None:
        """Tell of `count` files more in all folders above `path`; of fewer, where it is negative."""
        while "/" in path:
            path = path.rpartition("/")[0]
            key = name_key(path)
            self._counts[key] += count
            self._spelled[key] = path

    def copy(self) -> Folders:
        """The same, to be changed for itself."""
        made = Folders()
        made._counts, made._spelled = self._counts.copy(), dict(self._spelled)
        return made

    def find(self, link: Link, source: str) -> tuple[str, ...]:
        """The folder, with a slash at its end, that a Markdown link in the note at `source` leads to."""
        if link.kind != "markdown" or not link.target.strip("./"):
            return ()
        for place in _places(_path_of(link).rstrip("/"), source, from_here_first=True):
            if self._counts[place] > 0:
                return (f"{self._spelled[place]}/",)
        return ()


def _path_of(link: Link) -> str:
    target = link.target.split("?", 1)[0] if link.kind == "markdown" else link.target
    return name_key(unquote(target, errors="replace").replace("\\", "/"))


def _places(target: str, source: str, *, from_here_first: bool) -> list[str]:
    """Where the very path may lead, as paths are compared."""
    if target.startswith("/"):
        return [target.lstrip("/")]
    folder = name_key(source.rpartition("/")[0])
    here = normpath(f"{folder}/{target}" if folder else target)
    if target.startswith(("./", "../")):
        return [here]
    return [here, target] if from_here_first else [target, here]
