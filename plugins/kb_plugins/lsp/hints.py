"""Words that may want to be links, shown behind them; only where the editor's settings ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from kb.plugin_api import Span
from kb.plugin_api.editing import LinkSuggestion, stem
from kb_plugins.lsp.desk import Page

OPTION = "mentionHints"  # of initializationOptions


def wanted(options: object) -> bool:
    """Whether the editor's initializationOptions ask for hints."""
    return isinstance(options, dict) and options.get(OPTION) is True


def hints(page: Page, shown: types.Range, mentions: Sequence[LinkSuggestion]) -> list[types.InlayHint]:
    """One for each mention that begins in the stretch."""
    place = Span(page.places.offset(shown.start), page.places.offset(shown.end))
    return [
        types.InlayHint(
            page.places.position(one.span.end),
            f"→ {stem(one.target)}",
            padding_left=True,
            tooltip=f"May be a link to {one.target} ({one.confidence:.0%}). A code action makes it one.",
        )
        for one in mentions
        if place.start <= one.span.start <= place.end
    ]
