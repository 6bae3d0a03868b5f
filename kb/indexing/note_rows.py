"""A note as the rows that the catalog stores: plain values, which any process can make and hand over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from kb.files.small import finite
from kb.indexing.words import Columns, NoteWords
from kb.notes.link_names import linked_names
from kb.notes.note import Note, Passage, PropertyValue
from kb.notes.parse import parse_note
from kb.notes.passages import CountTokens, split_passages
from kb.notes.plain import plain_text
from kb.notes.resolve import NoteNames, names_of
from kb.text.language import language_or_uncertain

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage, and its words."""

    key: str
    embed_text: str
    stored: Row  # start, stop, line, heading_path, text, place
    words: Columns

    @property
    def text(self) -> str:
        """As it is written in the note."""
        return str(self.stored[4])


@dataclass(frozen=True, slots=True)
class NoteRows:
    """All that the catalog stores of a note but the state of its file; each row lacks the note's number in front."""

    path: str
    title: str
    created: str | None  # ISO 8601
    modified: str | None
    language: str
    names: NoteNames
    names_as_json: str
    aliases: Sequence[Row]
    tags: Sequence[Row]  # name, line
    properties: Sequence[Row]  # name, value as JSON
    tasks: Sequence[Row]  # state, text, line
    problems: Sequence[Row]  # message, line
    links: Sequence[Row]  # kind, target, label, heading, block, relation, definition, start, stop, line
    linked_names: Sequence[Row]
    passages: Sequence[PassageRow]
    words: Columns  # of the whole note
    seen: Sequence[str]  # its words as written, folded


def rows_of_text(path: str, text: str, count_tokens: CountTokens) -> NoteRows:
    """The rows of the Markdown note at vault-relative `path`."""
    note = parse_note(path, text)
    return rows_of(note, split_passages(note, count_tokens))


def rows_of(note: Note, passages: Sequence[Passage], beside: str = "") -> NoteRows:
    """The rows of a note; `beside` is what else is known of it and should be found with its first passage."""
    texts = [plain_text(passage.text, keep_urls=True) for passage in passages]
    if beside and texts:
        texts[0] = f"{texts[0]}\n{beside}".strip()
    language = language_or_uncertain("\n".join(texts))
    words = NoteWords(note.title, language)
    names = names_of(note)
    return NoteRows(
        path=note.path,
        title=note.title,
        created=note.created.isoformat() if note.created else None,
        modified=note.modified.isoformat() if note.modified else None,
        language=language,
        names=names,
        names_as_json=json.dumps(asdict(names), ensure_ascii=False, allow_nan=False),
        aliases=[(alias,) for alias in note.aliases],
        tags=[(tag.name, tag.line) for tag in note.tags],
        properties=[
            (name, json.dumps(finite(value), ensure_ascii=False, default=_plain, allow_nan=False))
            for name, value in note.properties.items()
        ],
        tasks=[(task.state, task.text, task.line) for task in note.tasks],
        problems=[(problem.message, problem.line) for problem in note.problems],
        links=[
            (
                link.kind, link.target, link.label, link.heading, link.block, link.relation, link.definition,
                link.span.start, link.span.end, link.line,
            )
            for link in note.links
        ],
        linked_names=[(name,) for name in sorted(linked_names(note))],
        passages=[
            PassageRow(
                passage.key,
                passage.embed_text,
                (
                    passage.span.start, passage.span.end, passage.line,
                    json.dumps(passage.heading_path, ensure_ascii=False, allow_nan=False), passage.text, passage.place,
                ),
                words.add("\n".join(passage.heading_path), text, passage.embed_text),
            )
            for passage, text in zip(passages, texts, strict=True)
        ],
        words=words.whole(),
        seen=sorted(words.seen),
    )  # fmt: skip


def told_beside(note: Note) -> str:
    """What is known of a file beside its text, such as its name and author; a note has that in its front matter."""
    values = [value for value in note.properties.values() if isinstance(value, str)]
    return "\n".join([*note.aliases, *values])


def _plain(value: PropertyValue) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
