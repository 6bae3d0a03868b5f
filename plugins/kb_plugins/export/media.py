"""Pictures, sound and documents that notes show, as a site holds them: none that could run in a browser."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from kb.plugin_api import KbError, KnowledgeBase
from kb_plugins.export.addresses import Addresses, address
from kb_plugins.export.page import text

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp")
_SOUND = (".mp3", ".wav", ".m4a", ".ogg", ".oga", ".flac", ".opus")
_FILM = (".mp4", ".webm", ".mov", ".ogv")
_PAPERS = (
    ".pdf",
    ".txt",
    ".csv",
    ".epub",
    ".zip",
    ".bib",
    ".docx",
    ".xlsx",
    ".pptx",
    ".odt",
    ".ods",
    ".odp",
    ".apkg",
)
# A drawing may hold scripts, which run when it is opened by itself; within an <img> they never do.
_DRAWING = ".svg"
_MOST, _MOST_DRAWN = 200_000_000, 1_000_000  # bytes


class Media:
    """The files that the pages of a site show, read when they are written out."""

    def __init__(self, base: KnowledgeBase, addresses: Addresses) -> None:
        self._base, self._addresses = base, addresses
        self._wanted: dict[str, str] = {}  # path in the vault -> name in the site
        self.skipped: list[str] = []

    def shown(self, path: str, page: str, label: str, *, is_picture: bool, part: str = "") -> str:
        """HTML of the vault's file at `path`, within the text or as a link, such as to its `part` "page=2".

        Its label where it is of no such kind.
        """
        name = path.casefold()
        if name.endswith(_DRAWING):
            return self._drawing(path, label) if is_picture else f'<span class="missing">{label}</span>'
        if not name.endswith((*_PICTURES, *_SOUND, *_FILM, *_PAPERS)):
            return f'<span class="missing">{label}</span>'
        self._wanted.setdefault(path, self._addresses.add_file(path))
        to = text(address(self._wanted[path], page))
        if is_picture and name.endswith(_PICTURES):
            return f'<img src="{to}" alt="{label}" loading="lazy">'
        if is_picture and name.endswith(_SOUND):
            return f'<audio controls src="{to}"></audio>'
        if is_picture and name.endswith(_FILM):
            return f'<video controls src="{to}"></video>'
        return f'<a href="{to}{f"#{part}" if part else ""}">{label}</a>'

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file that was shown; one that cannot be read is told in `skipped`."""
        for path, name in self._wanted.items():
            data = self._read(path, _MOST)
            if data is not None:
                yield name, data

    def _drawing(self, path: str, label: str) -> str:
        data = self._read(path, _MOST_DRAWN)
        if data is None:
            return f'<span class="missing">{label}</span>'
        return f'<img src="data:image/svg+xml;base64,{b64encode(data).decode()}" alt="{label}">'

    def _read(self, path: str, most: int) -> bytes | None:
        try:
            return self._base.files.attachment(path, most)
        except KbError as error:
            self.skipped.append(str(error))
        except OSError as error:
            self.skipped.append(f"{path} cannot be read: {error.strerror}.")
        return None
