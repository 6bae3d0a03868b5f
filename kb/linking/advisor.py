"""The vault as indexed, learned once and asked often: which links, neighbours, tags and notes it wants."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b

import numpy as np

from kb.errors import NoteUnreadable
from kb.indexing.catalog import Catalog
from kb.indexing.catalog_queries import CatalogQueries
from kb.indexing.embedder import Embedder
from kb.linking.decisions import DecisionLog
from kb.linking.ranking.context import NoteContext, NoteSimilarity, PassageVectors
from kb.linking.ranking.linker import Linker, train
from kb.linking.reading.graph import LinkGraph
from kb.linking.related import Proposal, RelatedNote, Relations, Wanted, wanted_notes
from kb.linking.suggestions import MIN_CONFIDENCE, LinkSuggestion, suggest_links
from kb.notes.note import Note
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages
from kb.notes.plain import one_line, plain_text
from kb.notes.resolve import LinkResolver
from kb.notes.suffixes import is_markdown
from kb.notes.vault import Vault

# Notes with links that teach the ranker; more of them change little and cost about 3 ms each.
MAX_TEACHERS = 2_000
# Passages of an unindexed text that are embedded, some 20 ms each; the others count as the last of them.
MAX_EMBEDDED = 12
_TOGETHER = 128  # notes whose likenesses are worked out at once
_QUOTED = 160  # characters
_PROSE = ("wiki", "markdown")
# Weight of how often a note is linked at all, when a link is being written; see kb.linking.targets.
POPULAR = 0.5


class LinkAdvisor:
    """Learns when first asked. Make another one when the index has changed."""

    def __init__(self, catalog: Catalog, vault: Vault, embedder: Embedder, decisions: DecisionLog) -> None:
        self._catalog = catalog
        self._vault = vault
        self._embedder = embedder
        self._decisions = decisions

    def links(
        self, path: str, text: str | None = None, min_confidence: float = MIN_CONFIDENCE
    ) -> list[LinkSuggestion]:
        """The links that a note may want, as it stands on disk or with another text. Raises NoteUnreadable."""
        if not is_markdown(path):
            return []  # nothing is ever written there
        note = self._note(path, text)
        return suggest_links(
            self.linker,
            note,
            context=self._context(note),
            decisions=self._decisions.decisions,
            min_confidence=min_confidence,
        )

    def links_of_all(self, min_confidence: float = MIN_CONFIDENCE) -> Iterator[LinkSuggestion]:
        """The same for every note of the index; unreadable notes are passed over."""
        paths = [stored.path for stored in self._catalog.notes() if not stored.stamp]
        for first in range(0, len(paths), _TOGETHER):
            some = paths[first : first + _TOGETHER]
            contexts = self._known_context.of_all(some)
            for path in some:
                try:
                    note = self._note(path)
                except NoteUnreadable:
                    continue
                context = contexts[path] if self._is_indexed(note) else self._context(note)
                yield from suggest_links(
                    self.linker,
                    note,
                    context=context,
                    decisions=self._decisions.decisions,
                    min_confidence=min_confidence,
                )

    def related(self, path: str, text: str | None = None, count: int = 10) -> list[RelatedNote]:
        """Notes that belong with a note and are neither linked nor mentioned in it, the closest first."""
        note = self._note(path, text)
        context = self._context(note)
        read = self.linker.read(note)
        mentioned: dict[str, float] = {}
        for one in self.linker.scored(read, context):
            mentioned[one.candidate.target] = max(mentioned.get(one.candidate.target, 0.0), one.odds)
        linked = {link.target for link in read.prose.links} | read.prose.elsewhere
        shown = {target for target, odds in mentioned.items() if odds >= MIN_CONFIDENCE}
        found = self.relations.related(
            path, context=context, mentioned=mentioned, without=linked | shown, count=count
        )
        return [self._with_quote(one, context) for one in found]

    def likely(self, path: str, linked: Collection[str] = ()) -> Mapping[str, float]:
        """How likely a note links each other note, whatever it says; only the order means anything.

        `linked` are notes that it links by now. By the index alone: nothing is embedded, and no mention is looked for.
        """
        return self._roughly.scores(path, linked=linked, popular=POPULAR)

    def tags(self, path: str) -> list[Proposal]:
        """Tags that a note lacks and notes like it have."""
        return self.relations.propose_tags(path, self._context(self._note(path)))

    def typed_relations(self, path: str) -> list[Proposal]:
        """Properties with a link that a note lacks and notes like it have."""
        return self.relations.propose_relations(path, self._typed, self._context(self._note(path)))

    def wanted(self) -> list[Wanted]:
        """Notes worth writing, the most linked first."""
        return wanted_notes(
            (link.source, link.target)
            for link in self._catalog.links()
            if link.status == "unresolved" and link.kind != "block"
        )

    @cached_property
    def linker(self) -> Linker:
        """What the vault's own links taught."""
        names = self._catalog.names()
        resolver = LinkResolver(names, self._vault.attachments())
        named = [one for one in names if is_markdown(one.path)]
        return train(self._teachers(), named, resolver, self._known_context, graph=self._graph)

    @cached_property
    def _roughly(self) -> Relations:
        """The same as `relations`, with one vector for each note: a fifth of the memory."""
        means = self._catalog.note_vectors(self._embedder.name)
        return Relations(
            self._graph, NoteSimilarity({path: [(0, row)] for path, row in means.items()}), self._tags
        )

    @cached_property
    def relations(self) -> Relations:
        """The vault's graph and likenesses."""
        return Relations(self._graph, self._known_context, self._tags)

    @cached_property
    def _tags(self) -> Mapping[str, frozenset[str]]:
        tags: dict[str, set[str]] = {note.path: set() for note in self._catalog.notes()}
        for path, tag in CatalogQueries(self._catalog).tags():
            tags[path].add(tag)
        return {path: frozenset(found) for path, found in tags.items()}

    @cached_property
    def _graph(self) -> LinkGraph:
        prose: dict[str, set[str]] = {}
        elsewhere: dict[str, set[str]] = {}
        for link in self._catalog.links():
            if link.resolved and link.resolved != link.source:
                kind = prose if link.kind in _PROSE else elsewhere
                kind.setdefault(link.source, set()).add(link.resolved)
        return LinkGraph(prose, elsewhere)

    @cached_property
    def _typed(self) -> Mapping[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for link in self._catalog.links():
            if link.relation and link.resolved:
                found.setdefault(link.source, []).append((link.relation, link.resolved))
        return found

    @cached_property
    def _vectors(self) -> dict[str, PassageVectors]:
        keys, matrix = self._catalog.vectors(self._embedder.name)
        place = {key: index for index, key in enumerate(keys)}
        found: dict[str, list[tuple[int, np.ndarray[tuple[int], np.dtype[np.float32]]]]] = {}
        rows = self._catalog.passage_places()
        for path, start, key in rows:
            if key in place:
                found.setdefault(path, []).append((start, matrix[place[key]]))
        return dict(found)

    def _teachers(self) -> Iterator[Note]:
        linking = {
            link.source
            for link in self._catalog.links()
            if link.kind in _PROSE and link.resolved and is_markdown(link.source)
        }
        # By hash, so that no folder or year is favoured and the choice is always the same.
        for path in sorted(linking, key=_shuffled)[:MAX_TEACHERS]:
            try:
                yield self._note(path)
            except NoteUnreadable:
                continue

    def _note(self, path: str, text: str | None = None) -> Note:
        return self._vault.note(path) if text is None else parse_note(path, text)

    def _context(self, note: Note) -> NoteContext:
        """By the vectors of the index where they are of this text, else by new ones."""
        if self._is_indexed(note):
            return self._known_context.of(note.path)
        passages = split_passages(note, self._embedder.count_tokens)[:MAX_EMBEDDED]
        rows = self._embedder.embed_passages([one.embed_text for one in passages], many=False)
        own = [(one.span.start, row) for one, row in zip(passages, rows, strict=True)]
        return self._known_context.of(note.path, own)

    def _is_indexed(self, note: Note) -> bool:
        stored = self._catalog.passages_of(note.path)
        return bool(stored) and all(note.text[one.span.start : one.span.end] == one.text for one in stored)

    @cached_property
    def _known_context(self) -> NoteSimilarity:
        return NoteSimilarity(self._vectors)

    def _with_quote(self, one: RelatedNote, context: NoteContext) -> RelatedNote:
        place = context.closest(self._vectors.get(one.path, ()))
        stored = self._catalog.passages_of(one.path)
        start = self._vectors[one.path][place][0] if place is not None else None
        text = next((passage.text for passage in stored if passage.span.start == start), "")
        # A note's first passage begins with its front matter.
        quote = one_line(plain_text(text[parse_note(one.path, text).body.start :]))
        if len(quote) > _QUOTED:
            quote = quote[:_QUOTED].rpartition(" ")[0] + " …"
        return replace(one, quote=quote or None)


def _shuffled(path: str) -> bytes:
    return blake2b(path.encode("utf-8", "replace"), digest_size=8).digest()
