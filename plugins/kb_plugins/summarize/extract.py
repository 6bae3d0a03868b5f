"""Finds the sentences that carry a text: by what they are close to, where they stand, what they define."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.plugin_api import Note, Quote, Selection, Sentence, content_words, covers, split_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]

PER_NOTE = 40  # sentences of one note that are compared, the best placed first
TOTAL = 400  # sentences of all notes together: the map step's share of the reduce step
_PROSE = ("paragraph", "list", "quote", "callout", "definition")
_CENTRAL, _PLACED, _TITLED, _DEFINES, _WANTED = 1.0, 0.35, 0.25, 0.3, 0.8
_DANGLES = 0.3
_REPEATS = 0.8  # cosine from which two sentences say the same
_MIN_WORDS, _MAX_CHARACTERS = 4, 360
# Without what stands before it, such a sentence says little, or something else.
_POINTS_BACK = re.compile(
    r"(?:this|that|these|those|such|it|its|they|their|he|she|here|there|so|then|also|but|and|or|see|therefore|however|"
    r"otherwise|thus|dies\w*|das|es|sie|damit|dabei|so|hier|aber|und|siehe|daher|deshalb)\b",
    re.IGNORECASE,
)
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:above|below|following|previous|oben|unten|folgende\w*)\b", re.IGNORECASE
)
_DEFINITION = re.compile(
    r"\b(?:is|are|means|ist|sind|bedeutet)\s+(?:an?|the|one|any|eine?|der|die|das)\b", re.IGNORECASE
)
_OPEN = re.compile(r"\b(?:open|questions?|unclear|todo|to do|offene?|fragen?|unklar)\b", re.IGNORECASE)
_CARD = re.compile(r"[^\n:`]{3,200}:::?\S|\w[\w ]*::\s")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could stand in the summary."""

    note: Note
    sentence: Sentence
    heading_path: tuple[str, ...]
    prior: float  # how well it is placed, from 0
    order: tuple[int, int]  # of its note, and within it

    def as_quote(self, number: int) -> Quote:
        span = self.sentence.span
        return Quote(
            number=number,
            path=self.note.path,
            line=self.sentence.line,
            span=span,
            title=self.note.title,
            heading_path=self.heading_path,
            quote=self.note.text[span.start : span.end],
            text=self.sentence.text,
            relevance=1.0,
        )


def candidates(notes: Sequence[Note], selection: Selection) -> list[Candidate]:
    """The best placed sentences of each note, so many that all together can be compared."""
    share = max(3, min(PER_NOTE, TOTAL // max(1, len(notes))))
    found: list[Candidate] = []
    for place, note in enumerate(notes):
        spans = [passage.span for passage in selection.passages if passage.note_path == note.path]
        own = [
            candidate
            for candidate in _sentences(note, place)
            if not spans or any(span.start <= candidate.sentence.span.start < span.end for span in spans)
        ]
        own.sort(key=lambda candidate: (-candidate.prior, candidate.order))
        found += own[:share]
    return found[:TOTAL]


def key_sentences(
    found: Sequence[Candidate], count: int, embed: Embed, wanted: str = "", per_note: int | None = None
) -> list[Candidate]:
    """The `count` sentences that together say most, in the order of the notes; `wanted` is what was searched for."""
    import numpy as np

    if not found:
        return []
    vectors = embed([candidate.sentence.text for candidate in found])
    likeness = vectors @ vectors.T
    central = np.clip(likeness, 0.0, 1.0).mean(axis=1)
    central = central / max(float(central.max()), 1e-6)
    score = _CENTRAL * central + np.array([candidate.prior for candidate in found])
    if wanted:
        score = score + _WANTED * (vectors @ embed([wanted])[0])
    chosen: list[int] = []
    of_note: Counter[str] = Counter()
    for _ in range(len(found)):
        if len(chosen) == count:
            break
        nearest = likeness[:, chosen].max(axis=1) if chosen else np.zeros(len(found))
        gain = np.where(nearest >= _REPEATS, -np.inf, score - nearest)
        gain[chosen] = -np.inf
        for index, candidate in enumerate(found):
            if per_note is not None and of_note[candidate.note.path] >= per_note:
                gain[index] = -np.inf
        best = int(gain.argmax())
        if not np.isfinite(gain[best]):
            break
        chosen.append(best)
        of_note[found[best].note.path] += 1
    return sorted((found[index] for index in chosen), key=lambda candidate: candidate.order)


def questions(notes: Sequence[Note]) -> list[tuple[Note, Sentence]]:
    """The questions that stand open in the notes: under a heading that says so, or in a list of tasks.

    Questions elsewhere are mostly rhetorical, and are answered by the next sentence.
    """
    found = []
    for note in notes:
        for block in note.blocks:
            if block.kind not in _PROSE or not any(map(_OPEN.search, block.heading_path[-1:])):
                continue
            for sentence in split_sentences(note.text, block.span):
                raw = note.text[sentence.span.start : sentence.span.end]
                if sentence.text.endswith(("?", "？")) and "::" not in raw:
                    found.append((note, sentence))
    return found


def _sentences(note: Note, place: int) -> Iterator[Candidate]:
    title = content_words(" ".join((note.title, *note.aliases)))
    seen_sections: set[tuple[str, ...]] = set()
    for block in note.blocks:
        if block.kind not in _PROSE:
            continue
        for index, sentence in enumerate(split_sentences(note.text, block.span)):
            raw = note.text[sentence.span.start : sentence.span.end]
            words = content_words(sentence.text)
            is_whole = block.kind == "list" or sentence.text.endswith((".", "!", "…", "。"))
            if not is_whole or not _says_something(sentence.text, raw, words):
                continue
            opens_note = not seen_sections
            opens_section = block.heading_path not in seen_sections
            seen_sections.add(block.heading_path)
            headings = content_words(" ".join(block.heading_path)) or title
            titled = sum(covers(words, word) for word in headings) / max(1, len(headings))
            prior = (
                _PLACED * (1.0 if opens_note else 0.6 if opens_section else 0.3 if index == 0 else 0.0)
                + _TITLED * titled
                + _DEFINES * bool(_DEFINITION.search(sentence.text[:80]))
                - _DANGLES * bool(_POINTS_ELSEWHERE.search(sentence.text))
            )
            yield Candidate(note, sentence, block.heading_path, prior, (place, sentence.span.start))


def _says_something(text: str, raw: str, words: Sequence[str]) -> bool:
    return (
        len(words) >= _MIN_WORDS
        and len(text) <= _MAX_CHARACTERS
        and not text.endswith(("?", ":", "？", "："))
        and not _POINTS_BACK.match(text)
        and not _CARD.match(raw)
        and "[ ]" not in raw[:6]
        and "://" not in raw
    )
