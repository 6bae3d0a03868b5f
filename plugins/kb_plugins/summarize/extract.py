"""Finds the sentences that carry a text: by what they are close to, where they stand, what they define."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.plugin_api import (
    Block,
    Note,
    Quote,
    Selection,
    Sentence,
    content_words,
    covers,
    place_at,
    plain_text,
    split_sentences,
)
from kb_plugins.study.context import context_of
from kb_plugins.study.page import Page, page_of
from kb_plugins.study.shapes import (
    DEFINES,
    EXAMPLE,
    GUIDES,
    LEADS_AWAY,
    ORDERS,
    POINTS_BACK,
    POINTS_ELSEWHERE,
    STEERS,
)
from kb_plugins.study.tables import rows_of
from kb_plugins.summarize.lists import ListLine, list_line, table_line
from kb_plugins.summarize.parts import from_all_parts, in_parts
from kb_plugins.summarize.signs import (
    ASIDE,
    CONCLUDES,
    DECISION,
    FIGURE,
    IS_LINK,
    MAX_CHARACTERS,
    NAMED,
    OF_EXAMPLES,
    OPEN,
    SOMEBODY,
    STANDS_FOR_HEADING,
    STRESS,
    SUMS_UP,
    says_something,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]

TOTAL = 400  # sentences of all notes together that are compared: the map step's share of the reduce step
_PROSE = ("paragraph", "list", "quote", "callout", "definition")
_CENTRAL, _PLACED, _TITLED, _DEFINES, _DECIDES, _WANTED = 1.0, 0.35, 0.25, 0.3, 0.25, 0.8
_DANGLES, _EXAMPLE, _BARE, _ITEM, _STEP = 0.3, 0.3, 0.2, 0.35, 0.3
_FIGURES, _GUIDES, _POOR = 0.1, 0.4, -0.2
_WHOLE_LIST, _WHOLE_TABLE = 0.6, 0.35  # of a list, and of a table, in one line
_STRESSED = 0.2  # what its author set in bold print or marked
_TELLING = 6  # content words from which a sentence says much
_REPEATS = 0.8  # cosine from which two sentences say the same
_MIN_ITEM = 6  # words from which an item of a list states something


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could stand in the summary."""

    note: Note
    sentence: Sentence
    heading_path: tuple[str, ...]
    prior: float  # how well it is placed, from 0
    order: tuple[int, int]  # of its note, and within it
    part: int = 0  # of its note: the section, or the stretch of a note without sections
    context: str = ""  # the heading or item it stands under, where it does not say so itself

    @property
    def text(self) -> str:
        """The sentence with what it needs to be understood alone."""
        return f"{self.context}: {self.sentence.text}" if self.context else self.sentence.text

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
            place=place_at(self.note, span.start),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The sentences that are compared, and out of how many."""

    candidates: tuple[Candidate, ...]
    sentences: int  # that say something, of all notes


def candidates(notes: Sequence[Note], selection: Selection) -> Found:
    """Sentences from all parts of each note, so many that all together can be compared."""
    share = max(3, TOTAL // max(1, len(notes)))
    found: list[Candidate] = []
    sentences = 0
    for place, note in enumerate(notes):
        spans = [passage.span for passage in selection.passages if passage.note_path == note.path]
        own = [
            candidate
            for candidate in _sentences(note, place, is_alone=len(notes) == 1)
            if not spans or any(span.start <= candidate.sentence.span.start < span.end for span in spans)
        ]
        sentences += len(own)
        found += from_all_parts(in_parts(note, own), share)
    return Found(tuple(found[:TOTAL]), sentences)


def key_sentences(
    found: Sequence[Candidate], count: int, embed: Embed, wanted: str = "", per_note: int | None = None
) -> list[Candidate]:
    """The `count` sentences that together say most, in the order of the notes; `wanted` is what was searched for.

    Of a single note each part has its line before a second one of any part.
    """
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
    # A part that says nothing worth a line gets none before the others have had their say.
    parts = {one.part for one in found if one.prior > _POOR} if per_note is None else set()
    chosen: list[int] = []
    of_note: Counter[str] = Counter()
    for _ in range(2 * len(found)):
        if len(chosen) == count:
            break
        nearest = likeness[:, chosen].max(axis=1) if chosen else np.zeros(len(found))
        gain = np.where(nearest >= _REPEATS, -np.inf, score - nearest)
        gain[chosen] = -np.inf
        for index, candidate in enumerate(found):
            full = per_note is not None and of_note[candidate.note.path] >= per_note
            if full or (parts and candidate.part not in parts):
                gain[index] = -np.inf
        best = int(gain.argmax())
        if not np.isfinite(gain[best]):
            if not parts:
                break
            parts = set()  # what is left in the other parts has been said
            continue
        chosen.append(best)
        of_note[found[best].note.path] += 1
        parts.discard(found[best].part)
    return sorted((found[index] for index in chosen), key=lambda candidate: candidate.order)


def questions(notes: Sequence[Note]) -> list[tuple[Note, Sentence]]:
    """The questions that stand open in the notes: under a heading that says so, or in a list of tasks.

    Questions elsewhere are mostly rhetorical, and are answered by the next sentence.
    """
    found = []
    for note in (page_of(note).note for note in notes):
        for block in note.blocks:
            if block.kind not in _PROSE or not any(map(OPEN.search, block.heading_path[-1:])):
                continue
            for sentence in split_sentences(note.text, block.span):
                raw = note.text[sentence.span.start : sentence.span.end]
                if sentence.text.endswith(("?", "？")) and "::" not in raw:
                    found.append((note, sentence))
    return found


def _sentences(note: Note, place: int, *, is_alone: bool) -> Iterator[Candidate]:
    page = page_of(note)
    title = content_words(" ".join((note.title, *note.aliases)))
    seen_sections: set[tuple[str, ...]] = set()
    for block in note.blocks:
        opens_note, opens_section = not seen_sections, block.heading_path not in seen_sections
        if block.kind == "table":
            yield from _table(page, block, place)
        whole = list_line(page, block) if block.kind == "list" and not _leads_on(block) else None
        if whole:
            yield _listed(page, whole, block, place, is_alone)
            seen_sections.add(block.heading_path)
        if block.kind not in _PROSE or _leads_on(block):
            continue
        in_opening = opens_note  # all of the first paragraph says what the note is about
        names_title = False  # whether the sentence before is about the note's subject
        sums_up = any(map(SUMS_UP.match, block.heading_path[-1:]))
        for index, sentence in enumerate(split_sentences(page.note.text, block.span)):
            raw = page.note.text[sentence.span.start : sentence.span.end]
            words = content_words(sentence.text)
            is_item = (
                block.kind == "list"
                and len(sentence.text.split()) >= _MIN_ITEM
                and not IS_LINK.match(raw)
                and not any(
                    task.span.start <= sentence.span.start < task.span.end for task in page.note.tasks
                )
            )
            is_whole = is_item or sentence.text.endswith((".", "!", "…", "。"))
            if not is_whole or ASIDE.search(sentence.text) or not says_something(sentence.text, raw, words):
                continue
            context = context_of(page, sentence.span.start, block.heading_path, sentence.text)
            if is_alone and context == note.title:
                context = ""  # it is the note that was asked for
            concludes = bool(CONCLUDES.match(sentence.text))
            if POINTS_BACK.match(sentence.text) and not concludes:
                follows = index > 0 and block.kind != "list"
                if in_opening and names_title and STANDS_FOR_HEADING.match(sentence.text):
                    follows, context = False, note.title  # the first sentence tells what it is
                elif context == note.title:
                    continue  # what the title names is not what the sentence before was about
                if follows or not context or not STANDS_FOR_HEADING.match(sentence.text):
                    continue
            names_title = any(covers(words, word) for word in title)
            seen_sections.add(block.heading_path)
            headings = content_words(" ".join(block.heading_path)) or title
            titled = sum(covers(words, word) for word in headings) / max(1, len(headings))
            prior = (
                _PLACED
                * (1.0 if opens_note else 0.6 if opens_section or in_opening else 0.3 if index == 0 else 0.0)
                + _STRESSED * bool(STRESS.search(raw))
                + _TITLED * titled
                + _DEFINES * bool(DEFINES.search(sentence.text[:80]))
                + _DEFINES * sums_up
                + _DECIDES * (concludes or bool(DECISION.search(sentence.text)))
                + _FIGURES * bool(FIGURE.search(sentence.text))
                - _DANGLES * bool(POINTS_ELSEWHERE.search(sentence.text))
                - _EXAMPLE
                * bool(EXAMPLE.search(sentence.text) or any(map(OF_EXAMPLES.match, block.heading_path[-1:])))
                - _GUIDES * bool(GUIDES.search(sentence.text))
                - _DANGLES * bool(SOMEBODY.search(sentence.text) and not NAMED.search(sentence.text[1:]))
                - _BARE * (len(words) < _TELLING)
                - _ITEM * bool(whole)
                - _STEP * bool(ORDERS.match(sentence.text) or STEERS.search(sentence.text))
            )
            opens_note = opens_section = False
            yield Candidate(
                page.note, sentence, block.heading_path, prior, (place, sentence.span.start), context=context
            )


def _table(page: Page, block: Block, place: int) -> Iterator[Candidate]:
    """A table as one line."""
    text = table_line([[cell.text for cell in row] for row in rows_of(page.note.text, block.span)])
    if not text or len(text) > MAX_CHARACTERS:
        return
    context = context_of(page, block.span.start, block.heading_path, text)
    sentence = Sentence(block.span, block.line, text)
    order = (place, block.span.start)
    yield Candidate(page.note, sentence, block.heading_path, _WHOLE_TABLE, order, context=context)


def _listed(page: Page, line: ListLine, block: Block, place: int, is_alone: bool) -> Candidate:
    """A list as one line: what its items name, in their order."""
    heading = " ".join(plain_text(block.heading_path[-1]).split()) if block.heading_path else ""
    context = line.lead or heading or context_of(page, block.span.start, block.heading_path, line.text)
    if is_alone and context == page.note.title:
        context = ""
    sentence = Sentence(line.span, block.line, line.text)
    return Candidate(
        page.note, sentence, block.heading_path, _WHOLE_LIST, (place, block.span.start), context=context
    )


def _leads_away(heading: str) -> bool:
    return heading.casefold() == "links" or bool(LEADS_AWAY.fullmatch(heading))


def _leads_on(block: Block) -> bool:
    return any(map(_leads_away, block.heading_path[-1:]))
