"""`base.links`: which notes are linked, which may want to be, and what was said to that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.indexing.connections import Connections, NoteGraph
    from kb.knowledge_base.parts import Parts
    from kb.linking.advisor import LinkAdvisor
    from kb.linking.decisions import DecisionLog
    from kb.linking.related import Proposal, RelatedNote, Wanted
    from kb.linking.suggestions import LinkSuggestion
    from kb.notes.edit import Edit
    from kb.notes.vault import Vault


class Links:
    """The links of a knowledge base. Notes are named as in a link: by title, alias or path."""

    def __init__(self, parts: Parts, vault: Vault) -> None:
        self._parts = parts
        self._vault = vault
        self._advisor: tuple[object, LinkAdvisor] | None = None  # as of that version of the index

    def of(self, note: str) -> Connections:
        """The links of the note called `note`, in both directions. Raises UsageError where none is called so."""
        from kb.indexing.connections import connections

        return connections(self._parts.catalog, note)

    def graph(self) -> NoteGraph:
        """All notes and the links between them."""
        from kb.indexing.connections import graph

        return graph(self._parts.catalog)

    def suggestions(
        self, note: str, min_confidence: float | None = None, text: str | None = None
    ) -> list[LinkSuggestion]:
        """The links that the note called `note` may want, in the order of its text.

        With `text`, which is not saved yet, `note` is its path.
        """
        from kb.linking.suggestions import MIN_CONFIDENCE

        path = note if text is not None else self.of(note).path
        return self.advisor.links(path, text, MIN_CONFIDENCE if min_confidence is None else min_confidence)

    def related(self, note: str, count: int = 5, text: str | None = None) -> list[RelatedNote]:
        """Notes that belong with the one called `note` and that it neither links nor mentions.

        With `text`, which is not saved yet, `note` is its path.
        """
        return self.advisor.related(note if text is not None else self.of(note).path, text, count)

    def related_edits(self, path: str, text: str) -> list[Edit]:
        """What puts a section of related notes into the note at `path`, whose text is `text`; nothing without any."""
        from kb.linking.apply import related_section
        from kb.notes.vault import RawNote

        return related_section(self.advisor, RawNote(path, text, "utf-8", False, "", 0, 0, 0, 0))

    def proposals(self, note: str) -> tuple[list[Proposal], list[Proposal]]:
        """Tags, and properties with a link, that notes like the one called `note` have and it lacks."""
        path = self.of(note).path
        return self.advisor.tags(path), self.advisor.typed_relations(path)

    def wanted(self) -> list[Wanted]:
        """Notes that are linked to and not written yet, the most wanted first."""
        return self.advisor.wanted()

    def apply(
        self,
        what: str,
        suggestions: Sequence[LinkSuggestion],
        *,
        settled_for: float = 0.0,
        related_for: str = "",
    ) -> tuple[list[str], list[str]]:
        """Make links of `suggestions`, as one step that can be undone and is called `what`; see kb.linking.apply."""
        from kb.linking.apply import apply_links

        parts = self._parts
        return apply_links(
            self.advisor,
            self._vault,
            parts.edits,
            what,
            suggestions,
            settled_for=settled_for,
            related_for=self.of(related_for).path if related_for else "",
        )

    @cached_property
    def decisions(self) -> DecisionLog:
        """What was said to suggestions; `add` to it what is said now."""
        from kb.linking.decisions import DecisionLog

        return DecisionLog(self._parts.logs.of("links"))

    @property
    def advisor(self) -> LinkAdvisor:
        """What suggests links, learned anew when the index has changed."""
        from kb.indexing.catalog import VECTORS_VERSION
        from kb.linking.advisor import LinkAdvisor

        parts = self._parts
        version = (parts.upkeep.last_sync(), parts.catalog.meta(VECTORS_VERSION))
        if self._advisor is None or self._advisor[0] != version:
            advisor = LinkAdvisor(parts.catalog, self._vault, parts.models.embedder, self.decisions)
            self._advisor = (version, advisor)
        return self._advisor[1]

    def forget(self) -> None:
        """The catalog is another file now."""
        self._advisor = None
