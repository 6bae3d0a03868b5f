"""A question set made from a vault itself: what its notes, headings and links already say belongs together."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from kb.answering.words import content_words
from kb.errors import KbError
from kb.evaluation.questions import GoldQuestion
from kb.knowledge_base import KnowledgeBase
from kb.notes.note import Note
from kb.notes.sentences import split_sentences

_FEWEST_WORDS = 3  # content words that a question must have
_LONGEST_SENTENCE = 300  # characters


def own_questions(base: KnowledgeBase, most: int = 300, seed: int = 0) -> list[GoldQuestion]:
    """Up to `most` questions, in equal shares where there are enough of each kind.

    Headings that only one note has ask for that note; sentences around a link, without its words, ask for the note
    that is linked: that note tells of it in words of its own.
    """
    notes = list(_notes(base))
    kinds = [_headings(notes), list(_links(base, notes))]
    chance = random.Random(seed)
    for questions in kinds:
        chance.shuffle(questions)
    share = most // len(kinds)
    chosen = [question for questions in kinds for question in questions[:share]]
    left = [question for questions in kinds for question in questions[share:]]
    return chosen + left[: most - len(chosen)]


def _notes(base: KnowledgeBase) -> Iterator[Note]:
    for stored in base.catalog.notes():
        try:
            yield base.note(stored.path)
        except KbError:
            continue  # indexing reports it


def _headings(notes: Sequence[Note]) -> list[GoldQuestion]:
    rows = [(section.title, note) for note in notes for section in note.sections if len(section.path) > 1]
    count = Counter(title.casefold() for title, _ in rows)
    return [
        _question(f"heading-{number}", f"{note.title}: {title}", note.path)
        for number, (title, note) in enumerate(rows)
        if count[title.casefold()] == 1 and len(content_words(title)) >= _FEWEST_WORDS - 1
    ]


def _links(base: KnowledgeBase, notes: Sequence[Note]) -> Iterator[GoldQuestion]:
    for note in notes:
        targets = {(link.target, link.line): link.resolved for link in base.catalog.links_from(note.path)}
        for block in note.blocks:
            inside = [link for link in note.links if block.span.start <= link.span.start < block.span.end]
            if block.kind != "paragraph" or not inside:
                continue
            for sentence in split_sentences(note.text, block.span):
                own = [link for link in inside if sentence.span.start <= link.span.start < sentence.span.end]
                target = targets.get((own[0].target, own[0].line)) if len(own) == 1 else None
                if not target or target == note.path or len(sentence.text) > _LONGEST_SENTENCE:
                    continue
                shown = own[0].label or own[0].target
                text = " ".join(sentence.text.replace(shown, " ").split())
                if len(content_words(text)) >= _FEWEST_WORDS + 1:
                    yield _question(f"link-{note.path}-{own[0].line}", text, target)


def _question(id: str, text: str, path: str) -> GoldQuestion:
    return GoldQuestion(id=id, question=text, answers=(), notes=(path,), unanswerable=False)
