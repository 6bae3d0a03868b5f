"""Words of the notes that a query's word is a part of, or made of; they count less than the word itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from kb.text.characters import fold
from kb.text.forms import further_stems, possible_languages
from kb.text.function_words import FUNCTION_WORDS
from kb.text.language import ENGLISH, UNCERTAIN
from kb.text.words import pieces

# Languages that write compounds as one word; there a part counts even where it stands alone elsewhere.
_COMPOUNDING = frozenset({"da", "de", "et", "fi", "hu", "nb", "nl", "nn", "no", "sv"})
_SHORTEST_BEGINNING, _SHORTEST_PART = 2, 4
_SHORTEST_COMPOUND = 8
# Between the parts of a compound, in German and its neighbours.
_LINKING = ("", "s", "es", "n", "en", "er", "e")
_MOST_RELATED = 128  # words; SQLite looks each of them up
# Of the best score, in a query of several words: on XQuAD (de) .3 gave nDCG@10 .953, .15 .951, .5 .946, none .945. In a
# query of one word, of the worst, so that the word itself always comes first.
_PAIRED_SHARE, _SINGLE_SHARE = 0.3, 0.5


class WordStore(Protocol):
    """What is asked of the words of all notes; see kb.indexing.catalog_queries.CatalogQueries."""

    def words_beginning(self, start: str) -> list[str]: ...
    def words_containing(self, part: str) -> list[str]: ...
    def known_words(self, words: Collection[str]) -> set[str]: ...


def related_words(
    frequency: Mapping[str, int], beginnings: Collection[str], languages: Collection[str], store: WordStore
) -> list[str]:
    """Words of the notes that have to do with those of a query, which stand in `frequency` passages.

    `beginnings` may be only the beginning of the word that is meant.
    """
    found: dict[str, None] = {}
    compounding = not _COMPOUNDING.isdisjoint(languages)
    for word, count in frequency.items():
        folded = fold(word)
        if any(piece.kind not in ("word", "hangul") for piece in pieces(folded)):
            continue
        if not count or word in beginnings:
            found.update(dict.fromkeys(_beginning_with(folded, store)))
        if not count or (compounding and word not in FUNCTION_WORDS):
            found.update(dict.fromkeys(_containing(folded, store)))
        if not count:
            found.update(dict.fromkeys(_made_of(folded, store)))
            codes = {*languages, *(possible_languages(word) if UNCERTAIN in languages else ()), ENGLISH}
            found.update((form, None) for code in sorted(codes) for form in further_stems(word, code))
    return [word for word in found if word not in frequency][:_MOST_RELATED]


def with_related(
    whole: Sequence[tuple[int, float]], related: Sequence[tuple[int, float]], *, single: bool
) -> list[tuple[int, float]]:
    """The scores of both, best first; what holds only related words comes below what holds a `single` word asked for."""
    if not whole or not related:
        return list(whole or related)
    scores = dict(whole)
    most = _SINGLE_SHARE * min(scores.values()) if single else _PAIRED_SHARE * max(scores.values())
    best = max(score for _, score in related)
    for id, score in related:
        scores[id] = scores.get(id, 0.0) + most * score / best
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _beginning_with(word: str, store: WordStore) -> list[str]:
    return store.words_beginning(word) if len(word) >= _SHORTEST_BEGINNING else []


def _containing(word: str, store: WordStore) -> list[str]:
    return store.words_containing(word) if len(word) >= _SHORTEST_PART else []


def _made_of(word: str, store: WordStore) -> Iterator[str]:
    """The two words that make up a compound, where the notes hold both."""
    if len(word) < _SHORTEST_COMPOUND:
        return
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        first, second = word[:cut], word[cut:]
        starts = {first.removesuffix(link) for link in _LINKING if first.endswith(link)}
        starts = {start for start in starts if len(start) >= _SHORTEST_PART - 1}
        if store.known_words({second}) and (known := store.known_words(starts)):
            yield from (max(known, key=len), second)
            return
