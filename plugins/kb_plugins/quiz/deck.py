"""Which cards to ask: those that are due, then new ones from the notes that were named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from random import Random

from kb.plugin_api import KbError, KnowledgeBase, Note, Selection, same_word, words_of
from kb_plugins.quiz.cards import read_cards
from kb_plugins.quiz.identity import Elsewhere, KnownCards
from kb_plugins.quiz.item import WRITTEN, Item
from kb_plugins.quiz.kinds import choose_formats
from kb_plugins.quiz.reviews import Known, Review, ReviewLog, now
from kb_plugins.study.card import GAP, Unusable
from kb_plugins.study.card_tags import is_card_tag
from kb_plugins.study.proof import Prover
from kb_plugins.study.wording import without_asking

_SIBLINGS = 30  # notes of the same folder looked at for wrong options
_PER_NOTE = 3  # new cards of one note in a session over several
_READ = 3  # times as many cards of a note are read by the reader as are asked
_RETRIEVED = 3  # passages among which a stem must find its source


class Deck:
    """The cards that the notes hold; nothing is stored but the log of reviews."""

    def __init__(self, base: KnowledgeBase, log: ReviewLog) -> None:
        self._base = base
        self._log = log
        self._notes: dict[str, tuple[Note, list[Item]] | None] = {}
        self._known: dict[str, list[Item]] = {}
        self._unusable: dict[str, list[Unusable]] = {}

    def items(self, selection: Selection, seed: int = 0) -> Iterator[Item]:
        """The cards of the selected notes, note by note; over many notes in an order that `seed` chooses."""
        paths = list(selection.paths)
        if selection.kind != "search":
            Random(seed).shuffle(paths)
        for path in paths:
            for item in self.of_note(path):
                if is_of_deck(item, selection) and (
                    not selection.passages
                    or any(
                        passage.note_path == path
                        and passage.span.start < item.source.end
                        and item.source.start < passage.span.end
                        for passage in selection.passages
                    )
                ):
                    yield item

    def facts(self, selection: Selection, seed: int = 0) -> Iterator[Item]:
        """The cards of the selected notes as their rules made them, without options."""
        for item in self.items(selection, seed):
            yield next(fact for fact in self._items(item.path) if fact.id == item.id)

    def of_note(self, path: str) -> list[Item]:
        """The cards of one note that the learner wants, each in the form its id chooses; none when it cannot be read."""
        read = self._read(path)
        if read is None:
            return []
        items = self._items(path)
        pool = [*items, *(item for sibling in self._siblings(path) for item in self._made(sibling))]
        known = self._log.ledger.known
        wanted = [item for item in items if not (item.id in known and _is_put_away(known[item.id]))]
        return [_as_wanted(item, known.get(item.id)) for item in choose_formats(wanted, pool, read[0].text)]

    def aliases(self, item: Item) -> tuple[str, ...]:
        """Other names of the note that `item` asks for."""
        read = self._read(item.path)
        if read is None or not _same_words(item.key, read[0].title):
            return ()
        return (read[0].title, *read[0].aliases)

    def due(self, moment: datetime, within: Iterable[str] | None = None) -> list[Item]:
        """The cards to review at `moment`; one whose text is gone from every note is retired."""
        wanted = set(within) if within is not None else None
        found: dict[str, Item] = {}
        for card in self._log.due(moment):
            item = self._item_of(self._log.ledger.known[card.card])
            if item is None:
                # A note that is not there may be one that a syncer has still to bring.
                if card.path in self._paths and self._read(card.path) is not None:
                    self._log.add(Review(card.card, now().isoformat(), 0, card.path, act="retire"))
            elif wanted is None or item.path in wanted:
                found[item.id] = item
        return list(found.values())

    def unusable(self, selection: Selection) -> list[str]:
        """A sentence for each place in the selected notes that was meant as a card and cannot be asked."""
        return [
            f"{path}:{card.line} is not asked: {card.reason}."
            for path in selection.paths
            for card in self._unusable.get(path, ())
        ]

    def card(self, name: str) -> Item | None:
        """The card of this id: one that the log knows, or one of any note."""
        known = self._log.ledger.known.get(name)
        paths = [*(self._places_of(known) if known else ()), *self._paths]
        return next(
            (item for path in dict.fromkeys(paths) for item in self._items(path) if item.id == name), None
        )

    def put_away(self) -> list[Known]:
        """The cards that the learner suspended or deleted."""
        return [card for card in self._log.ledger.known.values() if _is_put_away(card)]

    def _item_of(self, card: Known) -> Item | None:
        """The card as its note has it now, wherever that is."""
        for path in self._places_of(card):
            for item in self.of_note(path):
                if item.id == card.card:
                    return item
        return None

    def _places_of(self, card: Known) -> Iterator[str]:
        """Where the card may stand: its note, one of that title, and what is found by its question."""
        places = [card.path] if card.path in self._paths else []
        places += [
            path for path, title in self._paths.items() if title == card.concept and path not in places
        ]
        yield from places
        if card.question:
            for hit in self._base.retriever.search(
                card.question.replace(GAP, " "), limit=_RETRIEVED, per_note=1
            ):
                if hit.passage.note_path not in places:
                    yield hit.passage.note_path

    def new(self, selection: Selection, count: int, seed: int) -> list[Item]:
        """Up to `count` cards never reviewed, whose stems find their notes again."""
        known = self._log.ledger.cards
        asked: set[str] = set()
        of_note: Counter[str] = Counter()
        limit = _PER_NOTE if len(selection.paths) > 1 else count
        chosen: list[Item] = []
        for path_items in self._planned_by_note(selection, seed):
            for item in self._proved([item for item in path_items if item.id not in known], limit):
                if len(chosen) == count:
                    return _mixed(chosen)
                if item.id in asked or of_note[item.path] >= limit:
                    continue
                if item.rule in WRITTEN or self.is_found(item):
                    self._revive(item)
                    asked.add(item.id)
                    of_note[item.path] += 1
                    chosen.append(item)
        return _mixed(chosen)

    def _proved(self, items: Sequence[Item], limit: int) -> Iterator[Item]:
        """`items` of one note without those that the reader refuses, those that it leaves open last."""
        left_open: list[Item] = []
        read = self._read(items[0].path) if items else None
        for number, item in enumerate(items):
            # Of a long note not every card is read.
            verdict = self._prover.verdict(item, read[0]) if read and number < _READ * limit else "open"
            if verdict == "proved":
                yield item
            elif verdict == "open":
                left_open.append(item)
        yield from left_open

    @cached_property
    def _prover(self) -> Prover:
        return Prover(self._base)

    def is_found(self, item: Item) -> bool:
        """Whether searching for the stem brings up the note it was made from."""
        words = without_asking(item.stem).replace(GAP, " ")
        hits = self._base.retriever.search(words, limit=_RETRIEVED, per_note=None)
        return any(hit.passage.note_path == item.path for hit in hits)

    def _planned_by_note(self, selection: Selection, seed: int) -> Iterator[list[Item]]:
        order = Random(seed)
        items: list[Item] = []
        for item in self.items(selection, seed):
            if items and items[0].path != item.path:
                yield _planned(items, order)
                items = []
            items.append(item)
        yield _planned(items, order)

    @cached_property
    def _paths(self) -> dict[str, str]:
        return {note.path: note.title for note in self._base.catalog.notes()}

    @cached_property
    def _files(self) -> frozenset[str]:
        """Paths of what is no Markdown: papers and books, too long to be read for wrong options alone."""
        return frozenset(note.path for note in self._base.catalog.notes() if note.stamp)

    def _revive(self, item: Item) -> None:
        """A card whose text went and came back is as well known as before."""
        if item.id in self._log.ledger.retired:
            self._log.add(Review(item.id, now().isoformat(), 0, item.path, item.title, act="revive"))

    def _items(self, path: str) -> list[Item]:
        """The cards of a note under the ids by which the log knows them."""
        if path not in self._known:
            self._known[path] = self._known_cards.recognised(self._made(path))
        return self._known[path]

    @cached_property
    def _known_cards(self) -> KnownCards:
        return KnownCards(self._log.ledger.known, Elsewhere(self._paths.__contains__, self._holds))

    def _holds(self, path: str, card: str) -> bool:
        return any(item.id == card for item in self._made(path))

    def _made(self, path: str) -> list[Item]:
        """The cards of a note under the ids that their words make."""
        read = self._read(path)
        return read[1] if read else []

    def _read(self, path: str) -> tuple[Note, list[Item]] | None:
        if path not in self._notes:
            try:
                note = self._base.note(path)
            except KbError:
                self._notes[path] = None  # indexing reports it
                return None
            items, unusable = read_cards(note)
            self._notes[path] = (note, items)
            self._unusable[path] = unusable
        return self._notes[path]

    def _siblings(self, path: str) -> list[str]:
        folder = path.rpartition("/")[0]
        beside = [one for one in self._paths if one.rpartition("/")[0] == folder and one not in self._files]
        return [other for other in beside if other != path][:_SIBLINGS]


def is_of_deck(item: Item, selection: Selection) -> bool:
    """Whether `item` is of the deck that a flashcard tag names below itself, such as `words` of `#flashcards/words`."""
    name, _, below = selection.label.removeprefix("#").casefold().partition("/")
    if selection.kind != "tag" or not below or not is_card_tag(name):
        return True
    return f"{item.deck.casefold()}/".startswith(f"{below}/")


def _is_put_away(card: Known) -> bool:
    return card.is_suspended or card.is_deleted


def overridden(item: Item, question: str, key: str) -> Item:
    """`item` as the learner wants to be asked it; its place in the note stays what it was."""
    return replace(item, kind="short", stem=question, key=key, options=(), expected="", front="", answer="")


def _as_wanted(item: Item, card: Known | None) -> Item:
    return overridden(item, card.own_question, card.own_key) if card and card.own_question else item


def _planned(items: Sequence[Item], order: Random) -> list[Item]:
    """The cards of a note in the order to learn them: of each section its best before a second of any."""
    shuffled = sorted(items, key=lambda item: (-round(item.worth, 1), order.random()))
    of_section: Counter[tuple[str, ...]] = Counter()
    rounds: list[tuple[int, Item]] = []
    for item in shuffled:
        rounds.append((of_section[item.heading_path], item))
        of_section[item.heading_path] += 1
    return [item for _, item in sorted(rounds, key=lambda pair: (pair[0], -round(pair[1].worth, 1)))]


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
