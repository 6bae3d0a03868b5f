"""What speaks for and against linking a mention to a note, as numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log, log1p

from kb.linking.context import Context, NoteContext
from kb.linking.graph import LinkGraph
from kb.linking.habits import Habits, Read
from kb.linking.mentions import Key, Mention
from kb.linking.words import fold, key_of
from kb.notes.parse import page_name, stem
from kb.notes.resolve import NoteNames

# One weight each, in this order.
NAMES = (
    "linked by others",  # log odds that a note mentioning the name links it
    "linked in this form",  # the same for the very spelling
    "evidence",  # log of how many other notes mention it
    "never linked",  # mentioned elsewhere, linked nowhere
    "unseen",  # mentioned nowhere else
    "commonness",  # share of its links that go to this note
    "used as label",  # others link this note by this name
    "title",
    "alias",
    "same spelling",  # as the title, alias or file name has it, case included
    "inflected",  # not even with case ignored
    "words",
    "length",
    "capital",
    "capital within a sentence",
    "all lower case",
    "all capitals",
    "idf",  # of its rarest word
    "idf of all",
    "also linked elsewhere",  # in a property, heading or embed
    "passage like target",
    "note like target",
    "nearest notes link it",
    "folder links it",
    "popular target",
    "links back",
    "shared neighbours",
    "same folder",
    "list item",
    "whole line",
    "line start",
    "table",
    "before a colon",
    "after see",
    "in a compound",
    "first mention",
    "later mention",
    "mentions",
    "position",
    "own title",  # the note's own title holds the name
    "one of many names",  # other notes are called so
    "index note",  # share of mentions that are whole lines
    "emphasis",
    "digits",
)
CONSTANT = "constant"  # the name of the last weight
_LINE_MARKS = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t]*(?:\[.\][ \t]+)?")
_SEE = re.compile(
    r"(?:see|also|read|siehe|voir|véase|vgl)\b[^\w\r\n]{0,4}(?:the|also|our|auch)?[^\w\r\n]{0,4}$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?:^|[.!?:]\s+|[\r\n|>*_\"“‘(-]\s*)$")
MAX_CANDIDATES = 8
MAX_MENTIONS = 12  # of one name in one note


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention and a note it may mean."""

    mention: Mention
    target: str
    row: tuple[float, ...]  # features, in the order of NAMES
    linked: str | None  # what it links to already


class Names:
    """Which notes are called what."""

    def __init__(self, names: Iterable[NoteNames]) -> None:
        self.by_key: dict[Key, dict[str, None]] = {}
        self._spellings: dict[str, dict[str, str]] = {}
        self.by_path: dict[str, NoteNames] = {}
        for one in names:
            self.add(one)

    def add(self, one: NoteNames) -> None:
        """Tell of a note."""
        self.by_path[one.path] = one
        spelled: dict[str, str] = {}
        for alias in one.aliases:
            spelled[alias] = "alias"
        for name in (stem(one.path), page_name(one.path), one.title):
            spelled[name] = "title"
        self._spellings[one.path] = spelled
        for name in spelled:
            if key := key_of(name):
                self.by_key.setdefault(key, {})[one.path] = None

    def all(self) -> Iterator[str]:
        """Every name."""
        for spelled in self._spellings.values():
            yield from spelled

    def spellings(self, path: str) -> Mapping[str, str]:
        """The names of a note, each `title` or `alias`."""
        return self._spellings.get(path, {})

    @cached_property
    def folded(self) -> dict[str, frozenset[str]]:
        return {path: frozenset(map(fold, spelled)) for path, spelled in self._spellings.items()}


class Frequencies:
    """In how many notes words stand."""

    def __init__(self, notes: Iterable[frozenset[str]]) -> None:
        self._counts: Counter[str] = Counter()
        self._notes = 0
        self._known: dict[str, float] = {}
        for stems in notes:
            self._counts.update(stems)
            self._notes += 1

    def idf(self, word: str) -> float:
        """0 for a word of every note, up to log(notes)."""
        value = self._known.get(word)
        if value is None:
            value = self._known[word] = log((self._notes + 1) / (self._counts.get(word, 0) + 1))
        return value


@dataclass(slots=True)
class Knowledge:
    """All that is known of the vault."""

    names: Names
    habits: Habits
    graph: LinkGraph
    context: Context
    frequencies: Frequencies

    def candidates(self, read: Read, context: NoteContext | None = None) -> list[Candidate]:
        """Every mention of `read` with each note it may mean, in the order of the text."""
        return list(_Reader(self, read, context or self.context.of(read.path)).candidates())


class _Reader:
    """Works out the features of one note."""

    def __init__(self, known: Knowledge, read: Read, context: NoteContext) -> None:
        self.known, self.read, self.context = known, read, context
        self.text = read.prose.text
        self.path = read.path
        self.folder = self.path.rpartition("/")[0]
        self.neighbours = known.graph.known(self.path)
        self.counts = Counter(mention.key for mention in read.mentions)
        own = known.names.spellings(self.path)
        self.own_words = {word for name in own for word in key_of(name)}
        self.lines = [self._line(mention) for mention in read.mentions]
        self.index_share = sum(line.whole for line in self.lines) / max(1, len(self.lines))
        self._target_rows: dict[str, list[float]] = {}
        self._passages = [self.read.prose.place(start) for start in self.context.starts]

    def _passage(self, offset: int) -> int:
        """The number of the passage at an offset of the prose, where links and bare words stand alike."""
        return max(0, bisect_right(self._passages, offset) - 1)

    def candidates(self) -> Iterator[Candidate]:
        seen: Counter[Key] = Counter()
        for place, mention in enumerate(self.read.mentions):
            seen[mention.key] += 1
            if seen[mention.key] > MAX_MENTIONS:
                continue
            link = self.read.linked.get(place)
            targets = self.known.habits.targets(mention.key, self.path)
            named = self.known.names.by_key.get(mention.key, {})
            paths = [path for path in {**targets, **named} if path != self.path]
            if not paths or (not targets and _says_nothing(mention)):
                continue
            if len(paths) > MAX_CANDIDATES:
                paths = sorted(paths, key=lambda path: (-targets.get(path, 0), -self.context.to(path), path))
            shared = self._mention_row(place, mention, seen[mention.key])
            linked_count = sum(targets.values())
            for path in paths[:MAX_CANDIDATES]:
                row = (
                    *shared[:5],
                    (targets.get(path, 0) + 1 / len(paths)) / (linked_count + 1),
                    min(targets.get(path, 0), 3) / 3,
                    *self._name_row(mention, path),
                    *shared[5:13],
                    *self._target_row(path, mention),
                    *shared[13:25],
                    log(len(paths)),
                    *shared[25:],
                )
                yield Candidate(mention, path, row, link.target if link else None)

    def _mention_row(self, place: int, mention: Mention, nth: int) -> list[float]:
        habits, line = self.known.habits, self.lines[place]
        rate, form = habits.rate(mention.key, self.path), habits.form_rate(mention.text, self.path)
        share = rate.smoothed(habits.prior)
        exact = form.smoothed(share)
        idfs = [self.known.frequencies.idf(word) for word in mention.key]
        start, end = mention.span.start, mention.span.end
        before, after = self.text[max(0, start - 24) : start], self.text[end : end + 3]
        capital = mention.text[:1].isupper()
        begins = not before or _SENTENCE_END.search(before[-8:]) is not None
        total = self.counts[mention.key]
        return [
            log(share / (1 - share)),
            log(exact / (1 - exact)),
            log1p(rate.notes),
            float(rate.notes > 0 and rate.linking == 0),
            float(rate.notes == 0),
            log(mention.count),
            log(len(mention.text)) / 2,
            float(capital),
            float(capital and not begins),
            float(mention.text.islower()),
            float(len(mention.text) > 1 and mention.text.isupper()),
            max(idfs) / 3,
            sum(idfs) / 6,
            float(line.is_item),
            float(line.whole),
            float(line.starts),
            float(line.in_table),
            float(after[:1] == ":"),
            float(_SEE.search(before) is not None),
            float((before[-1:] in ("-", "/") and bool(before.strip()[:-1])) or after[:1] in ("-", "/")),
            float(nth == 1),
            log(nth),
            log(total),
            start / max(1, len(self.text)),
            float(all(word in self.own_words for word in mention.key)),
            self.index_share,
            float(before[-1:] in ("*", "_", "=", '"', "“", "'", "‘") and before[-1:] != " "),
            float(all(word.isdigit() for word in mention.key)),
        ]

    def _name_row(self, mention: Mention, path: str) -> tuple[float, ...]:
        spelled = self.known.names.spellings(path)
        folded = fold(mention.text)
        kinds = {kind for name, kind in spelled.items() if fold(name) == folded}
        return (
            float("title" in kinds),
            float("alias" in kinds and "title" not in kinds),
            float(mention.text in spelled),
            float(not kinds),
        )

    def _target_row(self, path: str, mention: Mention) -> tuple[float, ...]:
        known = self._target_rows.get(path)
        graph = self.known.graph
        if known is None:
            near = self.context.nearest
            into = graph.into(path)
            if self.path in into:
                into = into - {self.path}
            known = [
                float(path in self.read.prose.elsewhere),
                self.context.to(path) / 2,
                sum(one in into for one in near) / max(1, len(near)),
                log1p(sum(one.rpartition("/")[0] == self.folder for one in into)),
                log1p(len(into)),
                float(self.path in graph.out(path)),
                log1p(graph.shared(self.neighbours, path)),
                float(path.rpartition("/")[0] == self.folder),
            ]
            self._target_rows[path] = known
        at = self.context.at(self._passage(mention.span.start), path) / 2
        return (known[0], at, *known[1:])

    def _line(self, mention: Mention) -> _Line:
        start = self.text.rfind("\n", 0, mention.span.start) + 1
        end = self.text.find("\n", mention.span.end)
        end = len(self.text) if end < 0 else end
        marks = _LINE_MARKS.match(self.text, start, end)
        first = marks.end() if marks else start
        head = self.text[first : mention.span.start].strip("*_ \t\"'“‘(")
        tail = self.text[mention.span.end : end].strip("*_ \t\r\"'”’).:,")
        stripped = self.text[start:end].lstrip(" \t>")
        return _Line(
            is_item=stripped[:1] in ("-", "*", "+") or stripped[:2].rstrip(".)").isdigit(),
            starts=not head,
            whole=not head and not tail,
            in_table=stripped.startswith("|") or stripped.rstrip().endswith("|"),
        )


@dataclass(frozen=True, slots=True)
class _Line:
    is_item: bool
    starts: bool
    whole: bool
    in_table: bool


def _says_nothing(mention: Mention) -> bool:
    """A single letter or number is a name only where it has been linked."""
    return mention.count == 1 and (len(mention.text) < 2 or mention.text.isdigit())
