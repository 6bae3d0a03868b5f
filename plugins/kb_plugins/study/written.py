"""Cards that people write into their notes, read whole.

The forms are those of the flashcard plugins for Obsidian: `question::answer`, `:::` for both ways, `?` or `??` on a
line of its own between a question and an answer of any number of lines, and marked gaps. A blank line ends a card;
one within a block of code or math does not, nor does any before a line `+++`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kb.plugin_api import Span
from kb_plugins.study.card import Unusable, Written, as_question, block_id_of, lines_of, without_block_id
from kb_plugins.study.card_tags import deck_of_tags, holds_card_tag, is_card_tag, is_tag_line, tags_before
from kb_plugins.study.double_colon import parting
from kb_plugins.study.gap_cards import gap_cards
from kb_plugins.study.page import Line, Page, closes, fence_of, without_quote_marks
from kb_plugins.study.parents import parents_of

_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_END = re.compile(r"(?:-{3,}|\*{3,}|_{3,}|\+{3,}|(?:- ){2,}-)$")
_LONG_END = re.compile(r"\+{3,}$")
_ONE_WAY, _BOTH_WAYS = ("?", "？"), ("??", "？？")


def written_cards(page: Page) -> tuple[list[Written], list[Unusable]]:
    """The cards of a note in the order of its text, and what is no card for want of a question or an answer."""
    reader = _Reader(page)
    reader.read()
    return reader.cards, reader.unusable


class _Reader:
    """Goes through the lines once."""

    def __init__(self, page: Page) -> None:
        self._page, self._note = page, page.note
        self.cards: list[Written] = []
        self.unusable: list[Unusable] = []
        self._run: list[Line] = []  # lines since the last blank one
        tags = [tag for tag in self._note.tags if is_card_tag(tag.name)]
        contents = map(page.content, page.lines)
        self._free = any(tag.span is None for tag in tags) or any(
            is_tag_line(content) and holds_card_tag(content) for content in contents
        )
        self._deck = deck_of_tags(tags[0].name) if tags else ""

    def read(self) -> None:
        lines, index = self._page.lines, 0
        while index < len(lines):
            index = self._take(index)
        self._flush()

    def _take(self, index: int) -> int:
        """Read the line at `index`; returns the next one to read."""
        line = self._page.lines[index]
        if line.hidden:
            return index + 1
        content = self._page.content(line)
        if not content or _HEADING.match(content) or _END.match(content):
            self._flush()
            return index + 1
        if is_tag_line(content):
            self._flush()
            if holds_card_tag(content):
                self._deck = deck_of_tags(content)
            return index + 1
        if self._run and self._run[-1].quote != line.quote:
            self._flush()
        if fence := fence_of(self._page.text(line)):
            end = self._end_of_fence(index, fence)
            self._run += self._page.lines[index:end]
            return end
        if content.strip() in (*_ONE_WAY, *_BOTH_WAYS):
            return self._take_lines(index, content.strip() in _BOTH_WAYS)
        tags = tags_before(content)
        at = parting(content, self._free or holds_card_tag(tags))
        if at is None:
            self._run.append(line)
            return index + 1
        self._flush()
        start = line.start + len(tags)
        question, answer = Span(start, line.start + at.start), Span(line.start + at.end, line.end)
        deck = deck_of_tags(tags) if holds_card_tag(tags) else self._deck
        self._add(question, answer, line, [line], at.both_ways, deck)
        return index + 1

    def _take_lines(self, index: int, both_ways: bool) -> int:
        """A card whose sides are parted by the line at `index`."""
        mark = self._page.lines[index]
        front, self._run = self._run, []
        item = next((line for line in reversed(front) if line.indent is not None), None)
        inside = item is not None and mark.indent is None and mark.depth > (item.indent or 0)
        if item is not None and inside:
            front = front[front.index(item) :]
        answer, end = self._answer(index, item if inside else None)
        while front and front[0].hidden:
            front = front[1:]
        first = front[0] if front else mark
        if not front or not answer:
            if self._free or front:
                self.unusable.append(
                    Unusable(first.number, "it has no " + ("answer" if front else "question"))
                )
            return end
        tags = tags_before(self._page.content(first))
        start = first.start + len(tags)
        deck = deck_of_tags(tags) if holds_card_tag(tags) else self._deck
        opened = answer[0].begin if answer[0].indent is not None and len(answer) > 1 else answer[0].start
        question, key = Span(start, front[-1].end), Span(opened, answer[-1].end)
        self._add(question, key, first, [*front, mark, *answer], both_ways, deck)
        return end

    def _answer(self, index: int, item: Line | None) -> tuple[list[Line], int]:
        """The lines after the mark at `index`, up to what ends the card, and the line to go on with."""
        lines, place = self._page.lines, index + 1
        quote = lines[index].quote
        last = self._long_end(index)
        while place < len(lines) and self._is_blank(lines[place], quote) and place - index <= 2:
            place += 1
        taken: list[Line] = []
        while place < len(lines):
            line = lines[place]
            content = self._page.content(line)
            if line.quote != quote and content:
                break
            if last is None:
                if not line.hidden and (not content or _HEADING.match(content) or _END.match(content)):
                    break
                if item is not None and line.indent is not None and line.indent <= (item.indent or 0):
                    break
            elif place >= last:
                place += 1
                break
            fence = fence_of(self._page.text(line))
            end = self._end_of_fence(place, fence) if fence else place + 1
            taken += lines[place:end]
            place = end
        while taken and (taken[-1].hidden or not self._page.content(taken[-1])):
            taken.pop()
        return taken, place

    def _is_blank(self, line: Line, quote: int) -> bool:
        return not self._page.content(line) and line.quote == quote

    def _long_end(self, index: int) -> int | None:
        """The line `+++` that ends an answer with blank lines, if there is one before the next card or heading."""
        for place in range(index + 1, len(self._page.lines)):
            content = self._page.content(self._page.lines[place]).strip()
            if _LONG_END.match(content):
                return place
            if content in (*_ONE_WAY, *_BOTH_WAYS) or _HEADING.match(content):
                return None
        return None

    def _end_of_fence(self, index: int, fence: str) -> int:
        for place in range(index + 1, len(self._page.lines)):
            if closes(self._page.text(self._page.lines[place]), fence):
                return place + 1
        return len(self._page.lines)

    def _add(
        self, question: Span, answer: Span, first: Line, lines: Sequence[Line], both_ways: bool, deck: str
    ) -> None:
        sides = [self._trimmed(question), self._trimmed(answer)]
        texts = [lines_of(self._note.text[side.start : side.end]) for side in sides]
        if not all(texts):
            self.unusable.append(
                Unusable(first.number, "it has no " + ("answer" if texts[0] else "question"))
            )
            return
        card = Written(
            "card",
            as_question(texts[0], self._note.text[sides[0].start : sides[0].end]),
            self._markdown(sides[0]),
            texts[1],
            self._markdown(sides[1]),
            sides[1],
            Span(lines[0].start, lines[-1].end),
            first.number,
            parents_of(self._page, first),
            deck,
            block_id_of(self._page.content(lines[-1])),
        )
        self.cards.append(card)
        if both_ways:
            self.cards.append(
                replace(
                    card,
                    question=as_question(texts[1], card.answer),
                    front=card.answer,
                    key=texts[0],
                    answer=card.front,
                    span=sides[0],
                )
            )

    def _markdown(self, span: Span) -> str:
        return without_quote_marks(self._note.text[span.start : span.end]).strip("\r\n")

    def _trimmed(self, span: Span) -> Span:
        text = without_block_id(self._note.text[span.start : span.end])
        bare = text.strip()
        start = span.start + (text.index(bare) if bare and "\n" not in bare else 0)
        return Span(start, start + len(text[start - span.start :].rstrip()))

    def _flush(self) -> None:
        """Read the gaps of the lines since the last blank one."""
        run, self._run = self._run, []
        self.cards += gap_cards(self._page, run, self._free, self._deck)
