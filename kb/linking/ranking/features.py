"""What speaks for and against linking a mention to a note, as numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import log, log1p
from operator import itemgetter

from kb.linking.ranking.context import NoteContext, NoteSimilarity
from kb.linking.reading.graph import LinkGraph
from kb.linking.reading.link_statistics import LinkStatistics, Read
from kb.linking.reading.mentions import Key, Mention
from kb.linking.reading.names import Frequencies, Names
from kb.linking.reading.words import key_of
from kb.text.characters import fold

Features = Mapping[str, float]
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
    "inflected",  # the mention is no name of the target, not even with case ignored
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
_IN_ORDER: Callable[[Features], tuple[float, ...]] = itemgetter(*NAMES)
CONSTANT = "constant"  # the name of the last weight
_LINE_MARKS = re.compile(r"[ \t>]*+(?:[-*+]|\d{1,9}[.)])?[ \t]*+(?:\[.\][ \t]++)?")
_SEE = re.compile(
    r"(?:see|also|read|siehe|voir|véase|vgl)\b[^\w\r\n]{0,4}(?:the|also|our|auch)?[^\w\r\n]{0,4}$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?:^|[.!?:]\s++|(?<!\s)[^\S\r\n]*+[\r\n]\s*+|[|>*_\"“‘(-]\s*+)$")
_NEAR = 24  # characters before a mention that may say "see"
_LINE = 400  # characters to either side of a mention that are read as its line
_HYPHENS = frozenset("-/")
_EMPHASIS = frozenset("*_=\"“'‘")
MAX_CANDIDATES = 8  # of one mention
MAX_MENTIONS = 12  # of one name in one note


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention and a note it may mean."""

    mention: Mention
    target: str
    row: tuple[float, ...]  # features, in the order of NAMES
    linked: str | None  # what it links to already


@dataclass(slots=True)
class Knowledge:
    """All that is known of the vault."""

    names: Names
    habits: LinkStatistics
    graph: LinkGraph
    context: NoteSimilarity
    frequencies: Frequencies

    def candidates(
        self, read: Read, context: NoteContext | None = None, *, as_new: bool = False
    ) -> list[Candidate]:
        """Every mention of `read` with each note it may mean, in the order of the text.

        With `as_new` the note is judged as if no other note linked to it yet.
        """
        return list(_Reader(self, read, context or self.context.of(read.path), as_new).candidates())


class _Reader:
    """Works out the features of one note."""

    def __init__(self, known: Knowledge, read: Read, context: NoteContext, as_new: bool) -> None:
        self.known, self.read, self.context = known, read, context
        self.is_new = as_new
        self.text = read.prose.text
        self.path = read.path
        self.folder = self.path.rpartition("/")[0]
        self.nearest = frozenset(context.nearest)
        self.neighbours = read.prose.elsewhere if self.is_new else known.graph.known(self.path)
        self.counts = Counter(mention.key for mention in read.mentions)
        own = known.names.spellings(self.path)
        self.own_words = {word for name in own for word in key_of(name)}
        self.lines = [self._line(mention) for mention in read.mentions]
        self.index_share = sum(line.whole for line in self.lines) / max(1, len(self.lines))
        self._targets: dict[str, Features] = {}
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
            shared = self._of_mention(place, mention, seen[mention.key])
            links = sum(targets.values())
            for path in paths[:MAX_CANDIDATES]:
                found = {
                    **shared,
                    **self._of_name(mention, path),
                    **self._of_target(path),
                    "commonness": (targets.get(path, 0) + 1 / len(paths)) / (links + 1),
                    "used as label": min(targets.get(path, 0), 3) / 3,
                    "one of many names": log(len(paths)),
                    "passage like target": self.context.at(self._passage(mention.span.start), path) / 2,
                }
                yield Candidate(mention, path, _IN_ORDER(found), link.target if link else None)

    def _of_mention(self, place: int, mention: Mention, nth: int) -> Features:
        habits, line, text = self.known.habits, self.lines[place], mention.text
        rate, form = habits.rate(mention.key, self.path), habits.form_rate(text, self.path)
        share = rate.smoothed(habits.prior)
        exact = form.smoothed(share)
        idfs = [self.known.frequencies.idf(word) for word in mention.key]
        start, end = mention.span.start, mention.span.end
        before, after = self.text[max(0, start - _NEAR) : start], self.text[end : end + 1]
        capital = text[:1].isupper()
        begins = not before or _SENTENCE_END.search(before[-8:]) is not None
        return {
            "linked by others": log(share / (1 - share)),
            "linked in this form": log(exact / (1 - exact)),
            "evidence": log1p(rate.notes),
            "never linked": rate.notes > 0 and rate.linking == 0,
            "unseen": rate.notes == 0,
            "words": log(mention.count),
            "length": log(len(text)) / 2,
            "capital": capital,
            "capital within a sentence": capital and not begins,
            "all lower case": text.islower(),
            "all capitals": len(text) > 1 and text.isupper(),
            "idf": max(idfs) / 3,
            "idf of all": sum(idfs) / 6,
            "list item": line.is_item,
            "whole line": line.whole,
            "line start": line.starts,
            "table": line.in_table,
            "before a colon": after == ":",
            "after see": _SEE.search(before) is not None,
            "in a compound": after in _HYPHENS or (before[-1:] in _HYPHENS and not before[-2:-1].isspace()),
            "first mention": nth == 1,
            "later mention": log(nth),
            "mentions": log(self.counts[mention.key]),
            "position": start / max(1, len(self.text)),
            "own title": all(word in self.own_words for word in mention.key),
            "index note": self.index_share,
            "emphasis": before[-1:] in _EMPHASIS,
            "digits": all(word.isdigit() for word in mention.key),
        }

    def _of_name(self, mention: Mention, path: str) -> Features:
        spelled = self.known.names.spellings(path)
        folded = fold(mention.text)
        kinds = {kind for name, kind in spelled.items() if fold(name) == folded}
        return {
            "title": "title" in kinds,
            "alias": "alias" in kinds and "title" not in kinds,
            "same spelling": mention.text in spelled,
            "inflected": not kinds,
        }

    def _of_target(self, path: str) -> Features:
        if path not in self._targets:
            graph = self.known.graph
            into = graph.into(path)
            if self.path in into:
                into = into - {self.path}
            beside = sum(one.rpartition("/")[0] == self.folder for one in into)
            self._targets[path] = {
                "also linked elsewhere": path in self.read.prose.elsewhere,
                "note like target": self.context.to(path) / 2,
                "nearest notes link it": len(self.nearest & into) / max(1, len(self.nearest)),
                "folder links it": log1p(beside),
                "popular target": log1p(len(into)),
                "links back": not self.is_new and self.path in graph.out(path),
                "shared neighbours": log1p(graph.shared(self.neighbours, path)),
                "same folder": path.rpartition("/")[0] == self.folder,
            }
        return self._targets[path]

    def _line(self, mention: Mention) -> _Line:
        # Of a very long line only what is near counts.
        floor, roof = max(0, mention.span.start - _LINE), min(len(self.text), mention.span.end + _LINE)
        start = max(floor, self.text.rfind("\n", floor, mention.span.start) + 1)
        end = self.text.find("\n", mention.span.end, roof)
        end = roof if end < 0 else end
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
