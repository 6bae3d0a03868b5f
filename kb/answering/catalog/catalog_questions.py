"""Questions about the notes themselves, which the catalog answers exactly: lists, counts, when, what changed.

A question that names no tag, property, folder, heading, period or word of the notes is left to the search.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kb.answering.answer import AnswerSentence, Quote
from kb.answering.catalog.due_tasks import DueTask, due_tasks, labels
from kb.answering.catalog.phrases import (
    ABOUT,
    CHANGED,
    HAS,
    HOW_MANY,
    LEADING,
    WHEN,
    WHICH_NOTES,
    WHICH_THINGS,
    rest_of,
    same_name,
    stretch_of_time,
)
from kb.answering.words import content_words, words_of
from kb.errors import UsageError
from kb.indexing.catalog import Catalog
from kb.indexing.catalog_queries import CatalogQueries
from kb.indexing.stored import StoredNote
from kb.notes.note import Span
from kb.text.periods import period_of

_LISTED = 20  # notes named at most; the rest are counted
_KINDS = ("type", "kind", "category", "categories", "is", "class")  # properties that say what a note is about
_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?:\[.\][ \t]+)?(?P<text>\S[^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Record:
    """An exact answer from the catalog."""

    sentences: tuple[AnswerSentence, ...]
    quotes: tuple[Quote, ...]
    reason: str  # how it was found


class CatalogQuestions:
    """Answers questions about the notes themselves."""

    def __init__(self, catalog: Catalog, today: date | None = None) -> None:
        self._catalog = catalog
        self._lookup = CatalogQueries(catalog)
        self._today = today or date.today()

    def answer(self, question: str) -> Record | None:
        """The exact answer, or None when the question is not of these kinds or names nothing that is known."""
        text = " ".join(question.split())
        if (due := due_tasks(text, self._lookup, self._today)) is not None:
            return self._due(due)
        if match := HOW_MANY.match(text):
            return self._notes_about(rest_of(match), count_only=True)
        if match := WHICH_NOTES.match(text):
            return self._notes_about(rest_of(match))
        if match := CHANGED.match(text):
            return self._changed(rest_of(match))
        if match := WHEN.match(text):
            return self._when(match["rest"].strip())
        if match := WHICH_THINGS.match(text):
            return self._things((match["things"] or match["listed"]).strip())
        return None

    def _due(self, due: Sequence[DueTask]) -> Record:
        if not due:
            return Record(
                (AnswerSentence("No open task is due then.", True, (), "exact"),), (), "due dates of tasks"
            )
        quotes = []
        for number, (item, label) in enumerate(zip(due, labels(due), strict=True), start=1):
            span = self._line_span(item.task.path, item.task.line)
            quotes.append(
                Quote(
                    number=number,
                    path=item.task.path,
                    line=item.task.line,
                    span=span,
                    title=item.task.title,
                    heading_path=(),
                    quote=item.task.text,
                    text=label,
                    relevance=1.0,
                    date=item.due.isoformat(),
                )
            )
        sentences = tuple(AnswerSentence(quote.text, True, (quote.number,), "exact") for quote in quotes)
        return Record(sentences, tuple(quotes), "due dates of tasks")

    def _line_span(self, path: str, line: int) -> Span:
        """Where a line of a note stands, by the passage that holds it."""
        for passage in self._catalog.passages_of(path):
            lines = passage.text.split("\n")
            if 0 <= line - passage.line < len(lines):
                start = passage.span.start + sum(len(text) + 1 for text in lines[: line - passage.line])
                return Span(start, start + len(lines[line - passage.line]))
        return Span(0, 0)

    def _notes_about(self, rest: str, *, count_only: bool = False) -> Record | None:
        notes = {note.path: note for note in self._catalog.notes()}
        if not rest.strip(" ?."):
            found, said = set(notes), "in your vault"
        elif having := self._having(rest):
            found, said = having
        elif (about := ABOUT.match(rest)) and (value := about["value"].strip(" ?.\"'“”")):
            if about["tag"]:
                wanted = value.removeprefix("#").casefold()
                found = {
                    path for path, tag in self._lookup.tags() if f"{tag.casefold()}/".startswith(f"{wanted}/")
                }
                said = f"tagged #{wanted}"
            elif about["link"]:
                found, said = self._lookup.linking_to(value.strip("[]")), f"linking to {value}"
            elif about["folder"]:
                wanted = value.strip("/").casefold() + "/"
                found, said = {path for path in notes if wanted in f"/{path.casefold()}"}, f"in {value}"
            else:
                ids = self._lookup.passages_with(value)
                found = {passage.note_path for passage in self._catalog.passages(sorted(ids))}
                said = f"mentioning “{value}”"
        elif period := self._period(rest):
            first, last = period
            found = {path for path, note in notes.items() if first <= note.day <= last}
            said = stretch_of_time(first, last)
        else:
            return None
        return self._listing(_by_title(notes, found), said, "counted in the catalog", count_only=count_only)

    def _having(self, rest: str) -> tuple[set[str], str] | None:
        """Paths of the notes with a property and its value, as in "have country NO", and how to say so."""
        has = HAS.match(rest)
        name, value = (has["property"].casefold(), has["value"].strip(" .\"'“”")) if has else ("", "")
        stored = self._lookup.properties(name) if name in self._lookup.property_names() else ()
        found = {path for path, held in stored if words_of(value) in map(words_of, _values(held))}
        return (found, f"with {name} {value}") if found else None

    def _changed(self, rest: str) -> Record | None:
        period = self._period(rest)
        if not period:
            return None
        first, last = period
        notes = [note for note in self._catalog.notes() if first <= note.changed <= last]
        notes.sort(key=lambda note: (note.changed, note.title), reverse=True)
        days = {note.path: note.changed.isoformat() for note in notes}
        return self._listing(
            notes, f"changed {stretch_of_time(first, last)}", "dates of notes and files", days
        )

    def _when(self, rest: str) -> Record | None:
        wanted = words_of(LEADING.sub("", rest))
        named = {path for path, name in self._lookup.titles() if same_name(words_of(name), wanted)}
        notes = [note for note in self._catalog.notes() if note.path in named]
        if not notes:
            return None
        sentences, quotes = [], []
        for number, note in enumerate(notes[:_LISTED], start=1):
            parts = [f"created {note.created[:10]}"] if note.created else []
            parts.append(f"changed {note.changed.isoformat()}")
            sentences.append(AnswerSentence(f"{note.title}: {', '.join(parts)}.", True, (number,), "exact"))
            quotes.append(self._quote(number, note))
        return Record(tuple(sentences), tuple(quotes), "dates of the note")

    def _things(self, things: str) -> Record | None:
        """Notes, or items of lists, of the kind called `things`."""
        wanted = content_words(things)
        if not wanted or len(wanted) > 3:
            return None
        notes = {note.path: note for note in self._catalog.notes()}
        tagged: dict[str, set[str]] = {}
        for path, tag in self._lookup.tags():
            if any(same_name(words_of(part), wanted) for part in tag.split("/")):
                tagged.setdefault(tag, set()).add(path)
        if tagged:
            label = min(tagged, key=len)
            found = _by_title(notes, set().union(*tagged.values()))
            return self._listing(found, f"tagged #{label}", f"notes with the tag #{label}")
        for name in self._lookup.property_names():
            if name in _KINDS:
                found = _by_title(
                    notes,
                    {
                        path
                        for path, value in self._lookup.properties(name)
                        if any(same_name(words_of(item), wanted) for item in _values(value))
                    },
                )
                if found:
                    return self._listing(found, f"with {name}: {things}", f"notes with the property {name}")
        if items := self._items_below(wanted):
            return items
        inside = {
            path for path in notes if any(same_name(words_of(part), wanted) for part in path.split("/")[:-1])
        }
        found = _by_title(notes, inside)
        return self._listing(found, f"in the folder {things}", "the notes of a folder") if found else None

    def _items_below(self, wanted: Sequence[str]) -> Record | None:
        """Items of the lists below headings called so."""
        sentences: list[AnswerSentence] = []
        quotes: list[Quote] = []
        below = [id for id, headings in self._lookup.headings() if same_name(words_of(headings[-1]), wanted)]
        for passage in self._catalog.passages(below):
            for item in _ITEM.finditer(passage.text):
                number = len(quotes) + 1
                if number > _LISTED:
                    break
                start, end = item.span("text")
                quote = Quote(
                    number=number,
                    path=passage.note_path,
                    line=passage.line + passage.text.count("\n", 0, start),
                    span=Span(passage.span.start + start, passage.span.start + end),
                    title=passage.title,
                    heading_path=passage.heading_path,
                    quote=item["text"],
                    text=" ".join(item["text"].split()),
                    relevance=1.0,
                    place=passage.place,
                )
                quotes.append(quote)
                sentences.append(AnswerSentence(quote.text, True, (number,), "exact"))
        if not quotes:
            return None
        return Record(tuple(sentences), tuple(quotes), "lists below a heading of that name")

    def _listing(
        self,
        notes: Sequence[StoredNote],
        said: str,
        reason: str,
        remarks: dict[str, str] | None = None,
        *,
        count_only: bool = False,
    ) -> Record:
        shown = notes[:_LISTED]
        noun = "note" if len(notes) == 1 else "notes"
        quotes = tuple(self._quote(number, note) for number, note in enumerate(shown, start=1))
        head = f"You have {len(notes) or 'no'} {noun} {said}"
        if count_only or not notes:
            cited = tuple(quote.number for quote in quotes) if len(quotes) <= 3 else ()
            return Record(
                (AnswerSentence(head + ".", True, cited, "exact"),), quotes if cited else (), reason
            )
        rest = len(notes) - len(shown)
        more = f" Here are {len(shown)} of them." if rest else ""
        sentences = [AnswerSentence(f"{head}.{more}", True, (), "exact")]
        for quote, note in zip(quotes, shown, strict=True):
            remark = f" ({remarks[note.path]})" if remarks else ""
            sentences.append(AnswerSentence(f"{note.title}{remark}", True, (quote.number,), "exact"))
        return Record(tuple(sentences), quotes, reason)

    def _quote(self, number: int, note: StoredNote) -> Quote:
        """The first line of a note's text, for showing where it is."""
        passages = self._catalog.passages_of(note.path)
        passages = [passage for passage in passages if not passage.text.startswith("---")] or passages
        line = (
            passages[0].text.strip().splitlines()[0] if passages and passages[0].text.strip() else note.title
        )
        start = passages[0].span.start + passages[0].text.find(line) if passages else 0
        return Quote(
            number=number,
            path=note.path,
            line=passages[0].line if passages else 1,
            span=Span(start, start + len(line) if passages else 0),
            title=note.title,
            heading_path=(),
            quote=line,
            text=line,
            relevance=1.0,
            date=note.created or note.modified or "",
            place=passages[0].place if passages else "",
        )

    def _period(self, text: str) -> tuple[date, date] | None:
        try:
            return period_of(text, self._today)
        except UsageError:
            return None


def _by_title(notes: Mapping[str, StoredNote], paths: Iterable[str]) -> list[StoredNote]:
    found = {path: notes[path] for path in paths if path in notes}
    return sorted(found.values(), key=lambda note: note.title.casefold())


def _values(stored: str) -> list[str]:
    value = json.loads(stored)
    return [str(item).strip("[]") for item in (value if isinstance(value, list) else [value])]
