"""What the server has before it: the notes as they are being written, and how the editor names and counts them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsprotocol.types import Location, Position
from pygls.uris import from_fs_path, to_fs_path

from kb.plugin_api import KbError, Note, Span
from kb.plugin_api.editing import Drafts, Link, NoteNames
from kb_plugins.lsp.positions import Places

_NAMED = 5  # places that one message names


@dataclass(frozen=True)
class Page:
    """A note with the places in it."""

    path: str  # in the vault
    uri: str  # as the editor names it
    note: Note
    places: Places

    def link_at(self, offset: int) -> Link | None:
        """The innermost link that holds the character before or behind `offset`."""
        found = [one for one in self.note.links if one.span.start <= offset <= one.span.end]
        return min(found, key=lambda one: one.span.end - one.span.start, default=None)


class Desk:
    """The open documents of one editor over one vault."""

    def __init__(self, drafts: Drafts, encoding: Callable[[], str], tell: Callable[[str], None]) -> None:
        """`encoding` says how the editor counts; `tell` shows the person a sentence."""
        self.drafts = drafts
        self._encoding = encoding
        self.tell = tell
        self.moves: list[tuple[str, str]] = []  # of notes, that the editor is to make
        self._uris: dict[str, str] = {}  # of what is open, by path, as the editor writes them
        self._root = drafts.settings.vault
        self._roots = tuple(dict.fromkeys([self._root.absolute(), self._root.resolve()]))

    @property
    def open_paths(self) -> list[str]:
        """Paths of the notes that are open."""
        return list(self._uris)

    def path_of(self, uri: str) -> str | None:
        """The path in the vault of the note that the editor calls `uri`; None for what is no note of this vault."""
        name = to_fs_path(uri) if uri.startswith("file:") else None
        if not name:
            return None
        file = Path(name)
        for place in (file, file.parent.resolve() / file.name):
            for root in self._roots:
                if place.is_relative_to(root):
                    path = unicodedata.normalize("NFC", place.relative_to(root).as_posix())
                    return path if path in self._uris or self.drafts.holds(path) else None
        return None

    def place_of(self, uri: str) -> str | None:
        """The path in the vault of any file or folder that the editor calls `uri`."""
        name = to_fs_path(uri) if uri.startswith("file:") else None
        for root in self._roots if name else ():
            if Path(str(name)).is_relative_to(root):
                return unicodedata.normalize("NFC", Path(str(name)).relative_to(root).as_posix())
        return None

    def uri_of(self, path: str) -> str:
        """How the editor calls the note at `path`."""
        return self._uris.get(path) or str(from_fs_path(str(self.drafts.file_of(path).absolute())))

    def uri_of_file(self, path: str) -> str:
        """How the editor calls a file of the vault that is no note."""
        return str(from_fs_path(str(self._root.absolute().joinpath(*path.split("/")))))

    def is_there(self, path: str) -> bool:
        """Whether there is a file at `path`."""
        return self._root.joinpath(*path.split("/")).exists()

    def expect(self, moved: Sequence[tuple[str, str]]) -> None:
        """Remember that the editor will move notes, old path to new one."""
        self.moves.extend(moved)

    def settle_moves(self) -> bool:
        """Tell plugins of the expected moves that were made; whether any was."""
        made = [(old, new) for old, new in self.moves if self.is_there(new) and not self.is_there(old)]
        self.moves = [one for one in self.moves if one not in made]
        for old, new in made:
            self.drafts.moved(old, new)
        return bool(made)

    def tell_of_left(self, left: Sequence[str]) -> None:
        """Name what has to be changed by hand."""
        if left:
            more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
            self.tell(f"Change this by hand: {', '.join(left[:_NAMED])}{more}.")

    def open(self, uri: str, text: str) -> str | None:
        """Take in a document's text; its path in the vault, None where it is none of the vault's."""
        path = self.path_of(uri)
        if path is not None:
            self._uris[path] = uri
            self.drafts.put(path, text)
        return path

    def close(self, uri: str) -> str | None:
        """Let the file count again."""
        path = self.path_of(uri)
        if path is not None:
            self._uris.pop(path, None)
            self.drafts.drop(path)
        return path

    def page(self, uri: str) -> Page | None:
        """The note that the editor calls `uri`; None for what is none, or cannot be read."""
        path = self.path_of(uri)
        try:
            return None if path is None else self.page_at(path)
        except KbError:
            return None

    def page_at(self, path: str) -> Page:
        """The note at `path` in the vault. Raises KbError when it cannot be read."""
        note = self.drafts.note(path)
        return Page(path, self.uri_of(path), note, self.places(note.text))

    def places(self, text: str) -> Places:
        """The places in a text, as the editor counts them."""
        return Places(text, self._encoding())

    def location(self, page: Page, span: Span) -> Location:
        """Where a stretch of a note stands."""
        return Location(page.uri, page.places.span(span))

    def names(self, path: str) -> NoteNames | None:
        """What the note at `path` is called."""
        return self.drafts.resolver.names(path)


def start_of_file() -> Position:
    """The first place in any file."""
    return Position(0, 0)
