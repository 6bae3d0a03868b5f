"""Where a text speaks of a note by one of its names: the longest match over words, in time linear in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from kb.linking.reading.words import Word, length_of, words
from kb.notes.note import Span

Key = tuple[str, ...]

# What may stand between the words of one name, besides what the name itself has there.
_JOINTS = frozenset({"", "-", "_", "/", "–", "&", "'", "’"})
MAX_WORDS = 12  # of a name that is suggested; a longer one is a sentence, in which no other name is
MAX_NAME = 160  # characters


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the prose of a note, linked or not."""

    span: Span  # in the prose
    text: str
    key: Key  # stems of its words
    word: int  # place of its first word among the note's
    count: int  # its words


@dataclass(slots=True)
class _Node:
    next: dict[str, _Node] = field(default_factory=dict)
    is_name: bool = False
    is_sentence: bool = False  # too long to be suggested


class Lexicon:
    """All names that are looked for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._root = _Node()
        self._gaps: set[str] = set(_JOINTS)
        for name in names:
            self._add(name)

    def _add(self, name: str) -> None:
        if len(name) > MAX_NAME:
            return
        found = words(name)
        if not found:
            return
        node = self._root
        for word in found:
            node = node.next.setdefault(word.stem, _Node())
        node.is_name = True
        node.is_sentence = length_of(name) > MAX_WORDS
        for before, after in pairwise(found):
            gap = name[before.end : after.start]
            if "\n" not in gap and "\r" not in gap and "[" not in gap and "]" not in gap and "|" not in gap:
                self._gaps.add(gap.strip())

    def mentions(self, text: str, found: list[Word] | None = None) -> Iterator[Mention]:
        """The names in `text` from left to right, none overlapping another."""
        found = words(text) if found is None else found
        index, count = 0, len(found)
        while index < count:
            length, is_sentence = self._longest(text, found, index)
            if is_sentence:
                index += length
            elif length and _stands_alone(text, found[index].start, found[index + length - 1].end):
                start, end = found[index].start, found[index + length - 1].end
                key = tuple(word.stem for word in found[index : index + length])
                yield Mention(Span(start, end), text[start:end], key, index, length)
                index += length
            else:
                index += 1

    def _longest(self, text: str, found: list[Word], index: int) -> tuple[int, bool]:
        """How many words the longest name at `index` has, and whether it is too long to be suggested."""
        node = self._root
        best, is_sentence = 0, False
        position = index
        while (following := node.next.get(found[position].stem)) is not None:
            node = following
            position += 1
            if node.is_name:
                best, is_sentence = position - index, node.is_sentence
            if position == len(found):
                break
            gap = text[found[position - 1].end : found[position].start]
            if gap != " " and not self._joins(gap):
                break
        return best, is_sentence

    def _joins(self, gap: str) -> bool:
        return "\n" not in gap and "\r" not in gap and gap.strip() in self._gaps


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the stretch is no part of an identifier, file name or address."""
    before, after = text[start - 1 : start], text[end : end + 2]
    if before in ("@", "\\", "#", "~") and before:
        return False
    if before == "_" and start > 1 and text[start - 2].isalnum():
        return False
    if before == "." and start > 1 and text[start - 2].isalnum():
        return False
    return not (len(after) == 2 and after[0] in "_.@\\" and after[1].isalnum())
