"""What notes are called, and how common words are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import log

from kb.linking.reading.mentions import Key
from kb.linking.reading.words import key_of
from kb.notes.resolve import NoteNames
from kb.notes.suffixes import page_name, stem


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


def farness(source: str, path: str) -> tuple[int, int]:
    """How far the note at `path` lies from that at `source`: folders to go through, then the depth of its own."""
    ours, theirs = source.split("/")[:-1], path.split("/")[:-1]
    shared = 0
    while shared < min(len(ours), len(theirs)) and ours[shared] == theirs[shared]:
        shared += 1
    return len(ours) + len(theirs) - 2 * shared, len(theirs)


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
