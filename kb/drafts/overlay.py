"""A vault and a catalog in which unsaved texts count as the files do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

from kb.indexing.catalog import Catalog
from kb.indexing.stored import StoredLink, StoredNote
from kb.notes.note import Note
from kb.notes.resolve import LinkResolver, NoteNames
from kb.notes.vault import RawNote, Sources, Vault


class Texts(Protocol):
    """What lies over the files."""

    @property
    def texts(self) -> Mapping[str, str]:
        """Unsaved texts, by path."""

    @property
    def resolver(self) -> LinkResolver:
        """Every note's names, those in unsaved texts included."""

    def note(self, path: str) -> Note:
        """A note as it stands now."""

    def all_names(self) -> list[NoteNames]:
        """The names of every note as it stands now, by path."""


class DraftVault(Vault):
    """The notes of a vault, with the texts that are being written in place of the files'."""

    def __init__(self, root: Path, texts: Mapping[str, str], sources: Sources | None = None) -> None:
        super().__init__(root, sources)
        self._texts = texts

    def read(self, path: str) -> RawNote:
        """The text of a note, unsaved where there is one. Raises NoteUnreadable."""
        text = self._texts.get(path)
        if text is None:
            return super().read(path)
        data = text.encode("utf-8", "replace")
        return RawNote(
            path, text, "utf-8", False, blake2b(data, digest_size=16).hexdigest(), len(data), 0, 0, 0
        )


class DraftCatalog(Catalog):
    """What is indexed, with the names and links of unsaved texts in place of those of the files.

    Passages and vectors stay those of the files.
    """

    def __init__(self, source: Callable[[], Catalog], drafts: Texts) -> None:
        self._source = source
        self._drafts = drafts

    def close(self) -> None:
        """Nothing: whoever opened the catalog closes it."""

    def names(self) -> list[NoteNames]:
        """What every note can be called by."""
        return self._drafts.all_names()

    def notes(self) -> list[StoredNote]:
        """Every note, by path, those that were never saved included."""
        known = super().notes()
        paths = {one.path for one in known}
        fresh = [
            StoredNote(path, self._drafts.note(path).title, None, None, "", 0, 0, 0, 0)
            for path in self._drafts.texts
            if path not in paths
        ]
        return sorted([*known, *fresh], key=lambda one: one.path)

    def problems(self) -> list[tuple[str, int, str]]:
        """(path, line, message) of what could not be understood in the notes."""
        texts = self._drafts.texts
        found = [row for row in super().problems() if row[0] not in texts]
        found += [(path, one.line, one.message) for path in texts for one in self._drafts.note(path).problems]
        return sorted(found)

    def links(self) -> list[StoredLink]:
        """Every link, by the note it stands in."""
        return self._with_drafts(super().links(), self._drafts.texts)

    def links_from(self, path: str) -> list[StoredLink]:
        """The links that stand in a note, in order."""
        if path in self._drafts.texts:
            return list(self._of(path))
        return super().links_from(path)

    def links_to(self, path: str) -> list[StoredLink]:
        """The links of other notes that mean a note."""
        others = [one for one in self._drafts.texts if one != path]
        found = self._with_drafts(super().links_to(path), others)
        return [one for one in found if one.resolved == path]

    def linking(self, names: Collection[str]) -> list[str]:
        """Paths of the notes with a link or definition that looks for one of `names`, and of all that are not saved."""
        return sorted({*super().linking(names), *self._drafts.texts})

    def tags(self) -> list[tuple[str, str]]:
        """(path, tag) of every tag in a note, each once."""
        texts = self._drafts.texts
        found = {row for row in super().tags() if row[0] not in texts}
        return sorted(found | {(path, tag.name) for path in texts for tag in self._drafts.note(path).tags})

    def _with_drafts(self, stored: Iterable[StoredLink], paths: Iterable[str]) -> list[StoredLink]:
        texts = self._drafts.texts
        found = [one for one in stored if one.source not in texts]
        return [*found, *(link for path in paths for link in self._of(path))]

    def _of(self, path: str) -> Iterator[StoredLink]:
        for link in self._drafts.note(path).links:
            found = self._drafts.resolver.resolve(link, path)
            yield StoredLink(
                path, link.kind, link.target, link.label, link.relation, link.line, found.status, found.path
            )

    def _rows(self, query: str, values: Iterable[object] = ()) -> Iterator[Any]:
        return self._source().rows(query, values)
