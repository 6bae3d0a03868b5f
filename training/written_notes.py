"""Notes written by hand with their questions (`written/`), and the headings of real notes as questions.

A passage is cut and rendered as kb gives it to the reader.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training.sets import LABELS, Example, Pair

HERE = Path(__file__).parent
_YES_TIMES = 3  # as often as a no: people who wrote the questions wrote three times as many of those
_NEAREST = 6  # passages among which a wrong one is chosen


def written_examples(chance: random.Random) -> list[Example]:
    """Questions of the notes in `written/`, each over the passage that holds its answer, and over others."""
    examples = []
    for note in written_notes():
        for lang, kind, question, answer in note.questions:
            place = find_answer(note.passages, answer)
            if place:
                passage, start, end = place
                found = note.passages[passage]
                examples.append(Example(question, found, start, end, lang=lang, answers=(answer,)))
                rest = [p for n, p in enumerate(note.passages) if n != passage]
                if rest and kind == "" and chance.random() < 0.5:
                    wrong = chance.choice(rest)
                    if answer.casefold() not in wrong.casefold():
                        examples.append(Example(question, wrong, lang=lang))
            elif answer == "-":
                examples += [Example(question, passage, lang=lang) for passage in note.passages[:2]]
    return examples + list(_of_other_notes(chance))


def _of_other_notes(chance: random.Random) -> Iterator[Example]:
    """Questions that name somebody or something, over near passages of other notes that do not hold that name."""
    from kb.answering.gates.names import missing_names
    from kb.indexing.embedder import Embedder
    from kb.indexing.embedding_model import MULTILINGUAL

    embedder = Embedder(MULTILINGUAL)
    passages = [(note.path, passage) for note in written_notes() for passage in note.passages]
    asked = [
        (note.path, lang, question, answer)
        for note in written_notes()
        for lang, kind, question, answer in note.questions
        if not kind and missing_names(question, "")
    ]
    vectors = embedder.embed_passages([passage for _, passage in passages], many=False)
    scores = embedder.embed_queries([question for _, _, question, _ in asked]) @ vectors.T
    for (path, lang, question, answer), row in zip(asked, scores, strict=True):
        near = [passages[place] for place in row.argsort()[::-1][:_NEAREST]]
        wrong = [
            passage
            for other, passage in near
            if other != path
            and missing_names(question, passage)
            and (answer == "-" or answer.casefold() not in passage.casefold())
        ]
        if wrong:
            yield Example(question, chance.choice(wrong), lang=lang)


def written_pairs(chance: random.Random) -> Iterator[Pair]:
    """Yes/no questions of the written notes over the passage that decides them, and over one that does not."""
    notes = written_notes()
    for note in notes:
        for _, kind, question, answer in note.questions:
            if not kind or not (place := find_answer(note.passages, answer)):
                continue
            decided = Pair(
                question, note.passages[place[0]], LABELS["entails" if kind == "yes" else "contradicts"]
            )
            yield from [decided] * (_YES_TIMES if kind == "yes" else 1)
            # The rest of the note speaks of the same things and does not decide it.
            others = [text for number, text in enumerate(note.passages) if number != place[0]]
            others = [text for text in others if answer.casefold() not in text.casefold()]
            if others or chance.random() < 0.3:
                yield Pair(
                    question, chance.choice(others or chance.choice(notes).passages), LABELS["neutral"]
                )


def find_answer(passages: Sequence[str], answer: str) -> tuple[int, int, int] | None:
    """Passage, start and end of `answer`, which may name only its first and last words around " … "."""
    first, _, last = answer.partition(" … ")
    for number, passage in enumerate(passages):
        body = passage.index("\n") + 1 if "\n" in passage else 0
        start = passage.find(first, body)
        if start < 0 or answer == "-":
            continue
        if not last:
            # What is told twice holds as it is told last, as in a log.
            start = passage.rfind(first)
            return number, start, start + len(first)
        end = passage.find(last, start)
        if end >= 0:
            return number, start, end + len(last)
    return None


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note written by hand, cut as kb cuts it, and its questions: language, "yes", "no" or "", text, answer."""

    path: str
    text: str
    passages: tuple[str, ...]
    questions: tuple[tuple[str, str, str, str], ...]


@cache
def written_notes() -> tuple[WrittenNote, ...]:
    """The notes in `written/`."""
    notes = []
    for file in sorted((HERE / "written").glob("*.md")):
        for block in file.read_text(encoding="utf-8").split("@@@ note:")[1:]:
            head, _, rest = block.partition("\n")
            body, _, asked = rest.partition("@@@ questions")
            path = head.rpartition("|")[0].strip() or head.strip()
            rows = [
                [part.strip() for part in line.split(" | ")] for line in asked.splitlines() if " | " in line
            ]
            questions = tuple(
                (*([*row[0].split(" "), ""])[:2], row[1], " | ".join(row[2:]))
                for row in rows
                if len(row) >= 3
            )
            notes.append(WrittenNote(path, body.strip() + "\n", tuple(passages_of(path, body)), questions))  # type: ignore[arg-type]
    return tuple(notes)


def passages_of(path: str, text: str) -> list[str]:
    """The passages of a note as the reader gets them from kb."""
    from kb.answering.evidence.reading_text import reading_text
    from kb.notes.answer_blocks import read_blocks
    from kb.notes.parse import parse_note
    from kb.notes.passages import split_passages

    note = parse_note(path, text.strip("\n") + "\n")
    found = []
    for passage in split_passages(note, lambda texts: [len(text) // 4 for text in texts], 200):
        head = " > ".join(dict.fromkeys((note.title, *passage.heading_path)))
        found.append(reading_text(passage.text, head, read_blocks(passage.text)).text.whole)
    return found


def heading_examples(vaults: Path, chance: random.Random) -> list[Example]:
    """The headings of real notes as questions: what stands below is the answer, what stands elsewhere is not."""
    sections: list[tuple[str, str, str]] = []
    for file in sorted(vaults.rglob("*.md")):
        text = file.read_text(encoding="utf-8", errors="replace")
        if len(text) > 60_000:
            continue
        for passage in passages_of(file.relative_to(vaults).as_posix(), text):
            head, _, body = passage.partition("\n")
            names = head.split(" > ")
            if len(names) > 1 and 40 < len(body) < 900 and len(names[-1].split()) in range(2, 9):
                sections.append((names[0], names[-1], passage))
    examples = []
    for title, heading, passage in sections:
        start = passage.index("\n") + 1
        name = heading.rstrip("?:. ")
        question = chance.choice(
            (
                name,
                f"{name}?",
                f"{title} {name}",
                f"What about {name[0].lower()}{name[1:]}?",
                f"{name} in {title}?",
            )
        )
        examples.append(Example(question, passage, start, len(passage.rstrip())))
        _, other, wrong = chance.choice(sections)
        if other != heading:
            examples.append(Example(question, wrong))
    return examples
