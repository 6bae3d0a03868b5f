"""Which cards to ask: those that are due, then new ones from the notes that were named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from random import Random

from kb.plugin_api import KbError, KnowledgeBase, Note, Selection, same_word, words_of
from kb_plugins.quiz.item import GAP, Item
from kb_plugins.quiz.kinds import put_items
from kb_plugins.quiz.reviews import Review, ReviewLog, Scheduled
from kb_plugins.quiz.rules import items_of

_SIBLINGS = 30  # notes of the same folder looked at for wrong options
_PER_NOTE = 3  # new cards of one note in a session over several
_RETRIEVED = 3  # passages among which a stem must find its source


class Deck:
    """The cards that the notes hold; nothing is stored but the log of reviews."""

    def __init__(self, base: KnowledgeBase, log: ReviewLog) -> None:
        self._base = base
        self._log = log
        self._notes: dict[str, tuple[Note, list[Item]] | None] = {}

    def items(self, selection: Selection, seed: int = 0) -> Iterator[Item]:
        """The cards of the selected notes, note by note; over many notes in an order that `seed` chooses."""
        paths = list(selection.paths)
        if selection.kind != "search":
            Random(seed).shuffle(paths)
        for path in paths:
            for item in self.of_note(path):
                if not selection.passages or any(
                    passage.note_path == path
                    and passage.span.start < item.source.end
                    and item.source.start < passage.span.end
                    for passage in selection.passages
                ):
                    yield item

    def facts(self, selection: Selection, seed: int = 0) -> Iterator[Item]:
        """The cards of the selected notes as their rules made them, without options."""
        for item in self.items(selection, seed):
            yield next(fact for fact in self._items(item.path) if fact.id == item.id)

    def of_note(self, path: str) -> list[Item]:
        """The cards of one note, each in the form its id chooses; none when it cannot be read."""
        read = self._read(path)
        if read is None:
            return []
        note, items = read
        pool = [*items, *(item for sibling in self._siblings(path) for item in self._items(sibling))]
        return put_items(items, pool, note.text)

    def aliases(self, item: Item) -> tuple[str, ...]:
        """Other names of the note that `item` asks for."""
        read = self._read(item.path)
        if read is None or not _same_words(item.key, read[0].title):
            return ()
        return (read[0].title, *read[0].aliases)

    def due(self, now: datetime, within: Iterable[str] | None = None) -> list[Item]:
        """The cards to review now. One whose text is gone is retired; if its answer is still there, asked anew."""
        wanted = set(within) if within is not None else None
        scheduled = self._log.schedule()
        found: dict[str, Item] = {}
        for card in self._log.due(now):
            path = self._path_of(card)
            if wanted is not None and path not in wanted:
                continue
            items = {item.id: item for item in self.of_note(path)}
            if card.card in items:
                found[card.card] = items[card.card]
            elif self._read(path) is not None:
                # A note that is not there may be one that a syncer has still to bring.
                self._retire(card, now)
                for item in self._successors(card, items.values(), scheduled):
                    found[item.id] = item
        return list(found.values())

    def new(self, selection: Selection, count: int, seed: int) -> list[Item]:
        """Up to `count` cards never reviewed, whose stems find their notes again."""
        known = self._log.schedule()
        of_note: Counter[str] = Counter()
        limit = _PER_NOTE if len(selection.paths) > 1 else count
        chosen: list[Item] = []
        for path_items in self._shuffled_by_note(selection, seed):
            for item in path_items:
                if len(chosen) == count:
                    return _mixed(chosen)
                if item.id not in known and of_note[item.path] < limit and self.is_found(item):
                    of_note[item.path] += 1
                    chosen.append(item)
        return _mixed(chosen)

    def is_found(self, item: Item) -> bool:
        """Whether searching for the stem brings up the note it was made from."""
        words = item.stem.replace(GAP, " ").removeprefix("True or false?")
        hits = self._base.retriever.search(words, limit=_RETRIEVED, per_note=None)
        return any(hit.passage.note_path == item.path for hit in hits)

    def _shuffled_by_note(self, selection: Selection, seed: int) -> Iterator[list[Item]]:
        order = Random(seed)
        items: list[Item] = []
        for item in self.items(selection, seed):
            if items and items[0].path != item.path:
                order.shuffle(items)
                yield items
                items = []
            items.append(item)
        order.shuffle(items)
        yield items

    def _retire(self, card: Scheduled, now: datetime) -> None:
        self._log.add(Review(card.card, now.isoformat(), 1, card.path, act="retire"))

    def _successors(
        self, card: Scheduled, items: Iterable[Item], known: dict[str, Scheduled]
    ) -> Sequence[Item]:
        """A new card of the same note for one that went, if the log knows what its key was."""
        key = next(
            (review.key for review in reversed(self._log.reviews) if review.card == card.card and review.key),
            "",
        )
        return [item for item in items if key and item.key == key and item.id not in known][:1]

    def _path_of(self, card: Scheduled) -> str:
        """Where the card's note is now: renamed, it is found by its title."""
        if card.path in self._paths:
            return card.path
        return next((path for path, title in self._paths.items() if title == card.concept), card.path)

    @cached_property
    def _paths(self) -> dict[str, str]:
        return {note.path: note.title for note in self._base.catalog.notes()}

    def _items(self, path: str) -> list[Item]:
        read = self._read(path)
        return read[1] if read else []

    def _read(self, path: str) -> tuple[Note, list[Item]] | None:
        if path not in self._notes:
            try:
                note = self._base.note(path)
                self._notes[path] = (note, items_of(note))
            except KbError:
                self._notes[path] = None  # indexing reports it
        return self._notes[path]

    def _siblings(self, path: str) -> list[str]:
        folder = path.rpartition("/")[0]
        return [other for other in self._paths if other.rpartition("/")[0] == folder and other != path][
            :_SIBLINGS
        ]


def _mixed(items: Sequence[Item]) -> list[Item]:
    """The notes in turn: mixed practice lasts longer than one subject after another."""
    of_note: Counter[str] = Counter()
    rounds: list[tuple[int, Item]] = []
    for item in items:
        rounds.append((of_note[item.path], item))
        of_note[item.path] += 1
    return [item for _, item in sorted(rounds, key=lambda pair: pair[0])]


def _same_words(one: str, other: str) -> bool:
    mine, theirs = words_of(one), words_of(other)
    return len(mine) == len(theirs) and all(map(same_word, mine, theirs))
