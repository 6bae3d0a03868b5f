"""The lexical retriever: BM25 over the words of a query, and below them over words that have to do with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from kb.indexing.words import any_match
from kb.retrieval.expansion import related_words, with_related
from kb.retrieval.filters import NoteFacts
from kb.retrieval.fusion import with_whole_notes
from kb.retrieval.query import Query, words_of_title
from kb.text.characters import plain

# A slip of one letter from here on, and of two in a long word; in shorter words, every word is near another.
_SHORTEST_TYPO, _LONG_TYPO = 5, 8
# SQLite scores some 1,300 passages a millisecond, and fewer notes.
_SCORED_PASSAGES = 8_000
_SCORED_NOTES = 3_000
_HAN_AND_KANA = re.compile("[\u3400-\u9fff][\u3041-\u3096]")


class FullText(Protocol):
    """What is asked of the full-text index."""

    def lexical(self, match: str, limit: int) -> list[tuple[int, float]]: ...
    def lexical_notes(self, match: str, limit: int) -> list[tuple[int, float]]: ...
    def owners(self, passages: Sequence[int]) -> dict[int, int]: ...
    def languages(self) -> list[str]: ...
    def document_frequency(self, terms: Sequence[str]) -> list[int]: ...


class LexicalSearch:
    """Scores passages by the words of a query."""

    def __init__(self, store: FullText, facts: NoteFacts | None) -> None:
        self._store = store
        self._facts = facts

    def scores(self, query: Query, allowed: set[int] | None, wide: int, count: int) -> dict[int, float]:
        """The `count` best passages of `allowed` (None for all) among the `wide` best, with their scores."""
        languages = self._store.languages()
        frequency = self._frequency(query.words)
        pieces = self._mere_pieces(query)
        words = {word: found for word, found in frequency.items() if word not in pieces}
        words |= self._corrected(words)
        related = [word for word in frequency if word in pieces]
        if self._facts is not None:
            related += related_words(words, query.beginnings, languages, self._facts)
        telling = tuple(words) if allowed is not None else _telling(words, _SCORED_PASSAGES)
        match = any_match(telling, query.compounds, query.bigrams, languages)
        match_of_note = any_match(_telling(words, _SCORED_NOTES), query.compounds, query.bigrams, languages)
        ranked = self._store.lexical(match, wide) if match else []
        notes = self._store.lexical_notes(match_of_note, wide) if match_of_note else []
        if match := any_match(related, (), (), languages):
            single = len(words) + len(query.compounds) == 1
            ranked = with_related(ranked, self._store.lexical(match, wide), single=single)
            notes = with_related(notes, self._store.lexical_notes(match, wide), single=single)
        if not ranked and (starts := _first_characters(query.bigrams)):
            match = any_match((), (), starts, languages)
            ranked, notes = self._store.lexical(match, wide), self._store.lexical_notes(match, wide)
        passages = dict([(id, score) for id, score in ranked if allowed is None or id in allowed][:count])
        return with_whole_notes(passages, dict(notes), self._store.owners(list(passages)))

    def _frequency(self, words: Sequence[str]) -> dict[str, int]:
        return dict(zip(words, self._store.document_frequency(words), strict=True))

    def _mere_pieces(self, query: Query) -> set[str]:
        """The pieces of a query that is one compound and stands in the notes as such; they count less than the whole."""
        if len(query.compounds) != 1:
            return set()
        (compound,) = query.compounds
        pieces = {plain(word) for word in compound.words}
        is_alone = pieces.issuperset(query.words)
        return pieces if is_alone and any(self._store.document_frequency([compound.joined])) else set()

    def _corrected(self, frequency: Mapping[str, int]) -> dict[str, int]:
        """Words of titles and aliases that are nearly one of the words that stand nowhere, with their frequency."""
        unknown = [word for word, count in frequency.items() if not count and len(word) >= _SHORTEST_TYPO]
        if not unknown or self._facts is None:
            return {}
        from rapidfuzz import process
        from rapidfuzz.distance import DamerauLevenshtein

        named = {word for _, title in self._facts.titles() for word in words_of_title(title)} - set(frequency)
        near = {
            found[0]
            for word in unknown
            if (
                found := process.extractOne(
                    word,
                    named,
                    scorer=DamerauLevenshtein.distance,
                    score_cutoff=1 if len(word) < _LONG_TYPO else 2,
                )
            )
        }
        return self._frequency(sorted(near))


def _first_characters(pairs: Sequence[str]) -> list[str]:
    """The Han characters that a word in kana ends, as in 書く: it may stand in the notes with another ending, 書いた."""
    return [pair[0] for pair in pairs if _HAN_AND_KANA.fullmatch(pair)]


def _telling(frequency: Mapping[str, int], rows: int) -> tuple[str, ...]:
    """The words that say most: as many of the rarest as stand in `rows` passages together, but one at least.

    In a vault of some thousand passages that is all of them.
    """
    kept: set[str] = set()
    for word in sorted(frequency, key=lambda word: frequency[word]):
        rows -= frequency[word]
        if kept and rows < 0:
            break
        if frequency[word]:
            kept.add(word)
    return tuple(word for word in frequency if word in kept) or tuple(frequency)
