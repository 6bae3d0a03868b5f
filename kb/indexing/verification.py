"""Proof that the index holds what the notes say: a second catalog is made from the notes and compared, row by row."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.indexing.catalog import Catalog
from kb.indexing.catalog_writer import CatalogWriter
from kb.indexing.embedder import FEW, Embedder
from kb.indexing.pending_work import resolve_pending_links
from kb.indexing.reading import read_changes
from kb.indexing.seal import sweep
from kb.indexing.vectors import ChromaIndex
from kb.notes.vault import Vault

_FOLDER = "verifying"
_SAMPLE = 64  # vectors computed again
# bfloat16 in bulk, float32 for few and float16 on disk together stayed above 0.9995 (tests/bench/README.md).
_SAME_VECTOR = 0.999

# What is known of a note, without the numbers that SQLite gave to rows and the dates that files bear.
_FACTS = {
    "its file": "SELECT path, fingerprint, size FROM notes",
    "its title, dates and names": "SELECT path, title, created, modified, language, names FROM notes",
    "its aliases": "SELECT path, alias FROM notes JOIN aliases ON note = id",
    "its tags": "SELECT path, tag, line FROM notes JOIN tags ON note = id",
    "its properties": "SELECT path, name, value FROM notes JOIN properties ON note = id",
    "its tasks": "SELECT path, state, text, line FROM notes JOIN tasks ON note = id",
    "its problems": "SELECT path, message, line FROM notes JOIN problems ON note = id",
    "its links": "SELECT path, kind, target, label, heading, block, relation, definition, start, stop, line, status, "
    "resolved FROM notes JOIN links ON note = notes.id",
    "what its links look for": "SELECT path, name FROM notes JOIN linked_names ON note = id",
    "its passages": "SELECT path, ordinal, key, start, stop, line, heading_path, text FROM notes "
    "JOIN passages ON note = notes.id",
    "its words": "SELECT path, ordinal, f.title, headings, f.text, bigrams, stems, forms FROM notes "
    "JOIN passages ON note = notes.id JOIN passages_fts AS f ON f.rowid = passages.id",
    "its words as a whole": "SELECT path, f.title, headings, text, bigrams, stems, forms FROM notes "
    "JOIN notes_fts AS f ON f.rowid = notes.id",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a new index would hold otherwise."""

    where: str  # a note's path, or a part of the index
    what: str


def compare_notes(vault: Vault, catalog: Catalog, embedder: Embedder, folder: Path) -> list[Difference]:
    """Where the catalog differs from the notes. A note that cannot be read keeps its last state, rightly."""
    with _second_catalog(folder) as writer:
        fresh = Catalog(writer.folder, writer.connection)
        writer.adopt(embedder.name, embedder.source)
        tally = read_changes(vault, writer, fresh, embedder, lambda *_: None, accept_removals=True)
        excused = {path for path, _ in tally.unreadable}
        resolve_pending_links(
            writer, fresh, vault, [names for names in catalog.names() if names.path in excused]
        )
        expected, found = _digests(fresh), _digests(catalog)
        differences = [
            Difference(path, what)
            for path in sorted(expected.keys() | found.keys())
            if path not in excused and (what := _difference(expected.get(path), found.get(path)))
        ]
        return [*differences, *_compare_vectors(writer, catalog, embedder)]


def compare_chroma(
    chroma: ChromaIndex, writer: CatalogWriter, catalog: Catalog, model: str
) -> list[Difference]:
    """Where the catalog's vectors are damaged, or Chroma holds others."""
    if harmed := writer.vectors.harmed(model):
        return [Difference("catalog", f"{harmed} vectors are damaged.")]
    keys, matrix = catalog.vectors(model)
    if not chroma.is_current(writer) and not chroma.lags_little(writer):
        return [Difference("chroma", "out of date with the catalog.")] if keys else []
    held = chroma.contents(writer)
    listed = chroma.listed(writer)
    where = "chroma"
    differences = []
    if missing := sum(key in listed and key not in held for key in keys):
        differences.append(Difference(where, f"{missing} vectors are missing."))
    if extra := len(held.keys() - set(keys) - set(writer.vectors.unlisted())):
        differences.append(Difference(where, f"{extra} orphaned vectors."))
    wrong = sum(key in held and not _is_same(held[key], row) for key, row in zip(keys, matrix, strict=True))
    if wrong:
        differences.append(Difference(where, f"{wrong} vectors don't match the catalog."))
    return differences


def _compare_vectors(fresh: CatalogWriter, catalog: Catalog, embedder: Embedder) -> Iterator[Difference]:
    keys, matrix = catalog.vectors(embedder.name)
    rows = dict(zip(keys, matrix, strict=True))
    waiting = {row[0] for row in catalog.rows("SELECT key FROM pending")}
    wanted = fresh.vectors.pending_keys()
    missing = [key for key in wanted if key not in rows]
    if lost := sum(key not in waiting for key in missing):
        yield Difference("catalog", f"{lost} passages have no vector and are not waiting for one.")
    if without := len(waiting - rows.keys()):  # the others are found by one that was lent to them
        yield Difference("catalog", f"{without} passages are waiting for their vectors.")
    some = [key for key in wanted if key in rows and key not in waiting]
    texts = fresh.vectors.pending(some[:: max(1, len(some) // _SAMPLE)][:FEW])
    if texts:
        again = embedder.embed_passages([text for _, text in texts])
        pairs = zip(again, (rows[key] for key, _ in texts), strict=True)
        if wrong := sum(not _is_same(new, row) for new, row in pairs):
            yield Difference("catalog", f"{wrong} of {len(texts)} recomputed vectors differ.")


def _is_same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Whether two vectors have one direction; a vector with NaN or without length has none."""
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return length > 0 and bool(float(one @ other) / length >= _SAME_VECTOR)


def _digests(catalog: Catalog) -> dict[str, dict[str, bytes]]:
    """A hash of each kind of facts about each note."""
    digests: dict[str, dict[str, bytes]] = {}
    for kind, query in _FACTS.items():
        hashes: dict[str, list[bytes]] = {}
        for path, *values in catalog.rows(query):
            digest = blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).digest()
            hashes.setdefault(path, []).append(digest)
        for path, rows in hashes.items():
            digests.setdefault(path, {})[kind] = b"".join(sorted(rows))
    return digests


def _difference(expected: dict[str, bytes] | None, found: dict[str, bytes] | None) -> str:
    if found is None:
        return "not indexed."
    if expected is None:
        return "indexed, but the file is gone."
    kinds = [kind for kind in _FACTS if expected.get(kind) != found.get(kind)]
    if "its file" in kinds:
        return "changed since it was indexed."
    return f"{', '.join(kinds)} differ." if kinds else ""


@contextmanager
def _second_catalog(folder: Path) -> Iterator[CatalogWriter]:
    """An empty catalog inside the index's folder, gone afterwards, for it holds the notes' text."""
    path = folder / _FOLDER
    sweep(folder)
    shutil.rmtree(path, ignore_errors=True)
    writer = CatalogWriter(path)
    try:
        yield writer
    finally:
        writer.close()
        shutil.rmtree(path, ignore_errors=True)
