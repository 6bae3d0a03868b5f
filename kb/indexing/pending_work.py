"""Work left after notes changed: resolve links again, collect garbage, erase deleted words.

What is left is recorded in the same transaction as the change that causes it, so that the next run finishes what a
killed one left undone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import blake2b

from kb.indexing.catalog import Catalog
from kb.indexing.catalog_writer import CatalogWriter
from kb.indexing.schema import discard_set_aside
from kb.notes.resolve import ROOT, LinkResolver, NoteNames
from kb.notes.vault import Vault

# The links of changed notes, those that lead to them, and those that look for a name that changed are marked one by one;
# every link is pending where too much changed for that.
_ALL_LINKS = "all_links_due"
_SOME_LINKS = "some_links_due"
_TIDYING = "tidying_due"
_ATTACHMENTS = "attachments"
_MANY_NAMES = 2_000  # where more changed, to look all links up costs less than to find those concerned


def mark_pending(writer: CatalogWriter, names: Collection[str] | None = None) -> None:
    """Record that notes changed; call it within the batch that changes them.

    `names` are those by which links find a note now and did not before, or the reverse; None stands for any.
    """
    writer.set_meta(_TIDYING, "yes")
    # Whether there is a note of Dendron's tells what labels mean everywhere.
    if names is None or ROOT in names or len(names) > _MANY_NAMES:
        writer.set_meta(_ALL_LINKS, "yes")
        return
    writer.links_due(names)
    writer.set_meta(_SOME_LINKS, "yes")


def resolve_pending_links(
    writer: CatalogWriter, catalog: Catalog, vault: Vault, also: Sequence[NoteNames] = ()
) -> None:
    """Look up the links that are due, among the notes of the catalog and those called `also`."""
    attachments = vault.attachments()
    listed = blake2b("\0".join(attachments).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    every = _is_due(catalog, _ALL_LINKS) or catalog.meta(_ATTACHMENTS) != listed
    if not every and not _is_due(catalog, _SOME_LINKS):
        return
    resolver = LinkResolver([*catalog.names(), *also], attachments)
    with writer.batch():
        writer.resolve_links(resolver, only_due=not every)
        for mark in (_ALL_LINKS, _SOME_LINKS):
            writer.set_meta(mark, "no")
        writer.set_meta(_ATTACHMENTS, listed)


def needs_tidying(catalog: Catalog) -> bool:
    """Whether words of deleted passages may still stand in the index's files."""
    return _is_due(catalog, _TIDYING)


def tidy(writer: CatalogWriter, catalog: Catalog) -> None:
    """Let nothing of deleted passages remain: vectors without a passage, words in the full-text index and the log."""
    if not needs_tidying(catalog):
        return
    with writer.batch():
        writer.collect_garbage()
        writer.erase_deleted_words()
    discard_set_aside(writer.folder)
    if writer.fold_log():
        with writer.batch():
            writer.set_meta(_TIDYING, "no")


def _is_due(catalog: Catalog, mark: str) -> bool:
    return catalog.meta(mark) == "yes"
