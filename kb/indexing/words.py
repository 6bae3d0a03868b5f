"""The words of notes as the full-text index holds them, and what is asked of it, as FTS5 expressions.

All are cut by kb.text; the tokenizer of FTS5 only splits them at spaces. Words of notes in `languages` are stored as
the stems of that language too, in a column of their own: to store them as nothing else lets the same word of the few
other notes look rare, and those notes rank first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from kb.text.characters import fold
from kb.text.forms import further_stems, part_stems, run_terms, stem, variants
from kb.text.language import ENGLISH, UNCERTAIN
from kb.text.scripts import is_written_in
from kb.text.words import Compound, Piece, bare, bigrams, compounds, may_hold_runs, pieces


class Columns(NamedTuple):
    """A row of the full-text index, each column its terms with spaces between."""

    title: str
    headings: str
    text: str
    bigrams: str  # of scripts without spaces, and of Hangul
    stems: str  # in the language of the note
    forms: str  # other forms of its words, compounds as one, parts of words, signs


@dataclass(slots=True)
class _Terms:
    """The terms of a stretch of text."""

    words: list[str] = field(default_factory=list)
    stems: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # its words as written, folded


class _WordTerms(NamedTuple):
    """The terms of one word."""

    word: str
    stems: tuple[str, ...]
    forms: tuple[str, ...]
    seen: str


class NoteWords:
    """The words of one note, from which its rows are made."""

    def __init__(self, title: str, language: str) -> None:
        self.language = language
        self.seen: set[str] = set()  # words as written, folded: what a beginning of a word is looked up in
        self._title = self._cut(title)
        self._headings: dict[str, _Terms] = {}
        self._texts: list[_Terms] = []
        self._bigrams: list[str] = []

    def add(self, headings: str, text: str, embed_text: str) -> Columns:
        """The row of the note's next passage; `embed_text` holds all that is read with it."""
        heads = self._headings.get(headings)
        if heads is None:
            heads = self._headings[headings] = self._cut(headings)
        self._texts.append(self._cut(text))
        cut = pieces(embed_text) if may_hold_runs(embed_text) else ()
        runs = [piece.text for piece in cut if piece.kind in ("hangul", "unspaced")]
        self._bigrams.append(" ".join(term for run in runs for term in run_terms(run)))
        return self._row([heads], self._texts[-1:], self._bigrams[-1:])

    def whole(self) -> Columns:
        """The row of the note itself."""
        return self._row([*self._headings.values()], self._texts, self._bigrams)

    def _row(self, headings: Sequence[_Terms], texts: Sequence[_Terms], pairs: Iterable[str]) -> Columns:
        every = (self._title, *headings, *texts)
        return Columns(
            " ".join(self._title.words),
            " ".join(word for one in headings for word in one.words),
            " ".join(word for one in texts for word in one.words),
            " ".join(pairs),
            " ".join(term for one in every for term in one.stems),
            " ".join(term for one in every for term in one.forms),
        )

    def _cut(self, text: str) -> _Terms:
        found = _Terms()
        cut = pieces(text)
        for piece in cut:
            if piece.kind == "unspaced":
                continue
            if piece.kind == "sign":
                found.forms.append(fold(piece.text))
                continue
            word = _word_terms(piece.text, self.language)
            found.words.append(word.word)
            found.stems += word.stems
            found.forms += word.forms
            found.seen.add(word.seen)
        found.forms += (stem(one.joined) for one in compounds(text, cut))
        self.seen |= found.seen
        return found


@lru_cache(maxsize=262_144)
def _word_terms(text: str, language: str) -> _WordTerms:
    word = bare(text)
    forms = [fold(text)] if word != text else []
    further = further_stems(word, language)
    stems: tuple[str, ...] = ()
    if language in (ENGLISH, UNCERTAIN):
        forms += further
    else:
        own = language if is_written_in(word, language) else ENGLISH
        stems = (stem(word, own), *further)
    return _WordTerms(stem(word), stems, (*forms, *variants(word), *part_stems(word)), fold(word))


def any_match(
    words: Sequence[str], compounds: Sequence[Compound], pairs: Sequence[str], languages: Sequence[str]
) -> str:
    """What holds any of `words`, `compounds` or `pairs` of characters; empty when there are none."""
    return " OR ".join(
        [
            *_terms_match(words, languages),
            *(_not_stems(compound_match(one), languages) for one in compounds),
            *(_bigram(pair) for pair in pairs),
        ]
    )


def compound_match(compound: Compound) -> str:
    """What holds a word of several pieces as one, or its pieces next to each other."""
    return f"{_quoted(stem(compound.joined))} OR {_quoted(' '.join(map(stem, compound.words)))}"


def word_match(word: str, languages: Sequence[str]) -> str:
    """What holds `word` in any form."""
    return " OR ".join(_terms_match([word], languages))


def phrase_match(text: str, languages: Sequence[str]) -> str:
    """What holds the words of `text` next to each other; empty where it has none."""
    found = [
        part
        for is_run, group in groupby(pieces(text), key=lambda piece: piece.kind in ("hangul", "unspaced"))
        for part in (
            [_runs_match([piece.text for piece in group])] if is_run else _words_match(list(group), languages)
        )
    ]
    return " AND ".join(f"({part})" for part in found)


def _words_match(cut: Sequence[Piece], languages: Sequence[str]) -> Iterator[str]:
    """What holds each stretch of words between signs, and each sign."""
    for is_sign, group in groupby(cut, key=lambda piece: _is_sign(piece.text)):
        if is_sign:
            yield from (f"forms : {_quoted(fold(piece.text))}" for piece in group)
            continue
        words = [piece.text for piece in group]
        known = [language for language in languages if language != UNCERTAIN]
        alternatives = [_not_stems(_quoted(" ".join(map(stem, words))), known)]
        for language in known:
            cut_words = " ".join(stem(word, language) for word in words)
            alternatives.append(f"stems : {_quoted(cut_words)}")
        yield " OR ".join(dict.fromkeys(alternatives))


def _runs_match(runs: Sequence[str]) -> str:
    """What holds these runs of characters one after the other; more may precede the first and follow the last."""
    last = bigrams(runs[-1])
    terms = [*(term for run in runs[:-1] for term in run_terms(run)), *last]
    return f"bigrams : {_quoted(' '.join(terms))}" + (" *" if len(last[-1]) == 1 else "")


def _terms_match(words: Iterable[str], languages: Sequence[str]) -> list[str]:
    known = [language for language in languages if language != UNCERTAIN]
    anywhere: dict[str, None] = {}
    stems: dict[str, None] = {}
    for word in words:
        if _is_sign(word):
            anywhere[fold(word)] = None
            continue
        anywhere[stem(word)] = None
        anywhere.update(dict.fromkeys(variants(word)))
        stems.update((stem(word, language), None) for language in known if is_written_in(word, language))
    parts = [_not_stems(" OR ".join(map(_quoted, anywhere)), known)] if anywhere else []
    return parts + [f"stems : {_quoted(term)}" for term in stems if term]


def _not_stems(match: str, languages: Sequence[str]) -> str:
    return f"- stems : ({match})" if languages else match


def _bigram(pair: str) -> str:
    return f"bigrams : {_quoted(pair)}" + (" *" if len(pair) == 1 else "")


def _is_sign(word: str) -> bool:
    return bare(word) != word or not any(map(str.isalnum, word))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', " ").replace("\x00", " ") + '"'
