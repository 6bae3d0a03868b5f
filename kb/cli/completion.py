"""What the shell completes: titles of notes and tags, from the index as it is; never an error."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import typer

from kb.errors import KbError
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase

_MOST = 50


def complete_note(context: typer.Context, incomplete: str) -> list[str]:
    """Titles of notes that begin with what is typed, then those that hold it."""
    from kb.indexing.catalog_queries import CatalogQueries

    names: dict[str, None] = {}
    with contextlib.suppress(KbError), contextlib.closing(_base(context)) as base:
        names = {safe_line(title): None for _, title in CatalogQueries(base.catalog).titles()}
    return _matching(names, incomplete)


def complete_tag(context: typer.Context, incomplete: str) -> list[str]:
    """Tags that begin with what is typed, then those that hold it."""
    from kb.indexing.catalog_queries import CatalogQueries

    names: dict[str, None] = {}
    with contextlib.suppress(KbError), contextlib.closing(_base(context)) as base:
        names = {safe_line(tag): None for _, tag in CatalogQueries(base.catalog).tags()}
    return _matching(names, incomplete)


def complete_format(incomplete: str) -> list[str]:
    """What notes can be imported from."""
    from kb.importing.formats import FORMATS

    return _matching({importer.name: None for importer in FORMATS}, incomplete)


def _base(context: typer.Context) -> KnowledgeBase:
    from kb.knowledge_base import KnowledgeBase
    from kb.settings import load_settings

    # A command that is being completed has not been called, so that nobody has gathered its options yet.
    words = {
        **(context.parent.params if context.parent else {}),
        **{k: v for k, v in context.params.items() if v},
    }
    return KnowledgeBase(load_settings(vault=words.get("vault"), index=words.get("index")))


def _matching(names: dict[str, None], incomplete: str) -> list[str]:
    typed = incomplete.casefold()
    first = [name for name in names if name.casefold().startswith(typed)]
    later = [name for name in names if typed in name.casefold() and name not in first]
    return [*sorted(first), *sorted(later)][:_MOST]
