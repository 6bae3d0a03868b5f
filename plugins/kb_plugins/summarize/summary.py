"""A summary: what it says, each point with its quote, and how it reads as Markdown, note and JSON."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kb.plugin_api import AnswerSentence, Quote, cite, language_told, safe_line, where

_DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Noticed:
    """An open question or task with its place."""

    text: str
    path: str
    line: int
    place: str = ""  # of a file that is no Markdown


@dataclass(frozen=True, slots=True)
class Summary:
    """What was found in the selected notes. Every sentence was checked against the quotes that it cites."""

    label: str
    paths: tuple[str, ...]
    overview: tuple[AnswerSentence, ...]  # the model's, supported ones only; empty without a model
    points: tuple[AnswerSentence, ...]
    quotes: tuple[Quote, ...]
    questions: tuple[Noticed, ...]
    tasks: tuple[Noticed, ...]
    contents: tuple[
        tuple[str, str, str], ...
    ]  # path, title and one line of each note, where there are several
    words_read: int
    compared: int = 0  # sentences that were compared with each other
    sentences: int = 0  # that say something, in all notes
    lines: int = 0  # of the note, where there is one
    notes_named: int = 0  # that were selected; more than `paths` where some were not read
    model: str = ""  # empty when no sentence is a model's
    seconds: float = 0.0

    @property
    def headings(self) -> Mapping[str, str]:
        """The words of its headings, in the language of the notes; English where there is no table for it."""
        file = _DATA / f"{language_told(' '.join(quote.text for quote in self.quotes))}.toml"
        return _headings(file if file.is_file() else _DATA / "en.toml")

    @property
    def words_written(self) -> int:
        """Words of overview and points."""
        return sum(len(sentence.text.split()) for sentence in (*self.overview, *self.points))

    @property
    def figures(self) -> str:
        """How much was made of how much."""
        share = self.words_written / max(1, self.words_read)
        by = f"phrased by {self.model}, every sentence checked" if self.model else "in the notes' own words"
        return (
            f"{self.words_written:,} words of {self.words_read:,} ({share:.0%}) from "
            f"{self._notes}, {by}{self._coverage}"
        )

    @property
    def _notes(self) -> str:
        count = len(self.paths)
        of = f" of {self.notes_named:,}" if self.notes_named > count else ""
        return f"{count:,}{of} {'note' if count == 1 and not of else 'notes'}"

    @property
    def _coverage(self) -> str:
        """What the points were chosen from, where that is not every sentence."""
        if self.compared >= self.sentences:
            return ""
        where = f"all {self.lines:,} lines" if self.lines else "all parts of the notes"
        return f"; chosen from {self.compared:,} of {self.sentences:,} sentences, taken from {where}"


def sections(summary: Summary) -> list[str]:
    """The summary as blocks of Markdown, in order."""
    said = summary.headings
    blocks = (
        [" ".join(safe_line(cite(sentence)) for sentence in summary.overview)] if summary.overview else []
    )
    blocks.append("\n".join(f"- {safe_line(cite(point))}" for point in summary.points))
    if summary.contents:
        rows = [f"- {safe_line(title)}: {safe_line(line)}" for _, title, line in summary.contents]
        blocks.append(f"**{said['notes']}**\n\n" + "\n".join(rows))
    for heading, noticed in ((said["questions"], summary.questions), (said["tasks"], summary.tasks)):
        if noticed:
            rows = [
                f"- {safe_line(item.text)} ({safe_line(where(item.path, item.line, item.place))})"
                for item in noticed
            ]
            blocks.append(f"**{heading}**\n\n" + "\n".join(rows))
    return [block for block in blocks if block]


def as_note(summary: Summary, today: date) -> str:
    """The summary as a note of its own, with links to what it rests on."""
    said = summary.headings
    titles = {quote.path: quote.title for quote in summary.quotes}
    parts = [
        f"---\nmade-by: kb\ncreated: {today.isoformat()}\ntags: [summary]\n---",
        f"# {said['summary']}: {safe_line(summary.label)}",
    ]
    if summary.overview:
        parts.append(" ".join(safe_line(cite(sentence)) for sentence in summary.overview))
    parts.append(
        f"## {said['points']}\n\n" + "\n".join(f"- {safe_line(cite(point))}" for point in summary.points)
    )
    if summary.contents:
        rows = [f"- {_link(path, title)}: {safe_line(line)}" for path, title, line in summary.contents]
        parts.append(f"## {said['notes']}\n\n" + "\n".join(rows))
    for heading, noticed in ((said["questions"], summary.questions), (said["tasks"], summary.tasks)):
        if noticed:
            rows = [
                f"- {safe_line(item.text)} ({_link(item.path, titles.get(item.path, item.path))})"
                for item in noticed
            ]
            parts.append(f"## {heading}\n\n" + "\n".join(rows))
    rows = [
        f"- \\[{quote.number}\\] {_link(quote.link, quote.title)}{_line(quote, said)}: {safe_line(quote.text)}"
        for quote in summary.quotes
    ]
    parts.append(f"## {said['sources']}\n\n" + "\n".join(rows))
    parts.append(f"*{safe_line(summary.figures)}.*")
    return "\n\n".join(parts) + "\n"


def as_json(summary: Summary) -> dict[str, Any]:
    """The documented form for machines."""

    def rows(sentences: Sequence[AnswerSentence]) -> list[dict[str, Any]]:
        return [
            {"text": item.text, "citations": list(item.citations), "verdict": item.verdict}
            for item in sentences
        ]

    return {
        "label": summary.label,
        "notes": list(summary.paths),
        "overview": rows(summary.overview),
        "points": rows(summary.points),
        "sources": [
            {
                "number": quote.number,
                "path": quote.path,
                "line": quote.line,
                "place": quote.place,
                "quote": quote.quote,
            }
            for quote in summary.quotes
        ],
        "questions": [asdict(item) for item in summary.questions],
        "tasks": [asdict(item) for item in summary.tasks],
        "contents": [{"path": path, "title": title, "line": line} for path, title, line in summary.contents],
        "words_read": summary.words_read,
        "words_written": summary.words_written,
        "sentences": summary.sentences,
        "sentences_compared": summary.compared,
        "notes_named": summary.notes_named,
        "model": summary.model,
        "seconds": round(summary.seconds, 3),
    }


@cache
def _headings(file: Path) -> Mapping[str, str]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _line(quote: Quote, said: Mapping[str, str]) -> str:
    return "" if quote.place else f", {said['line']} {quote.line}"


def _link(path: str, title: str) -> str:
    name = path.removesuffix(".md")
    return f"[[{name}|{safe_line(title).replace('|', ' ').replace(']', ')').replace('[', '(')}]]"
