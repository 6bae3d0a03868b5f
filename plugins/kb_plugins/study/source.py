"""A note as facts are read from it: its outline, its wording, and what its entries say."""

from __future__ import annotations

import re
from collections import Counter

from kb.plugin_api import Span, plain_text
from kb_plugins.study.fact import Fact, FactKind
from kb_plugins.study.labels import ATTRIBUTE, NO_LABEL, label_of
from kb_plugins.study.outline import Entry, outline_of
from kb_plugins.study.page import Page, without_quote_marks
from kb_plugins.study.wording import Wording

_NUMBER = re.compile(r"\d{1,3}[.)] +")
_WHAT_IS = re.compile(r"^(?:\d+[.)]\s+|what (?:is|are) |was (?:ist|sind) )", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_LONGEST_ANSWER = 130  # words, beyond which only the first entries are the answer


class Source:
    """What the finders of facts share."""

    def __init__(self, page: Page) -> None:
        self.page, self.note = page, page.note
        self.wording = Wording(page.note)
        self.tops = outline_of(page)
        self.entries = [entry for top in self.tops for entry in top.walk()]
        labels = [label for label in map(self.label, self.entries) if label]
        self.repeated = Counter(
            name.casefold() for name, _ in labels
        )  # how often each label stands in the note

    def label(self, entry: Entry) -> tuple[str, int] | None:
        """The label that opens an entry, and where in it what it announces begins."""
        return label_of(self.note.text[entry.span.start : entry.span.end])

    def fact(
        self,
        kind: FactKind,
        question: str,
        answer: Span,
        entry: Entry,
        path: tuple[str, ...] | None = None,
        drop_place: bool = False,
    ) -> Fact:
        above = () if drop_place else self.above(entry, question)
        end = max(answer.end, entry.span.end)
        return Fact(
            kind,
            question,
            answer,
            Span(min(entry.span.start, answer.start), end),
            entry.heading_path if path is None else path,
            above,
        )

    def above(self, entry: Entry, question: str) -> tuple[str, ...]:
        """The names of the entries above, as far as they name something, the nearest last."""
        found: list[str] = []
        parent = entry.parent
        while parent is not None and len(found) < 2:
            label = self.label(parent)
            name = _NUMBER.sub("", label[0] if label else self.text(parent).rstrip(":： "))
            if name and len(name) <= 80 and not NO_LABEL.match(name) and name not in question:
                found.insert(0, name)
            parent = parent.parent
        return tuple(found)

    def entity(self, entry: Entry) -> str:
        """What an attribute is of: the nearest thing above that has a name."""
        parent = entry.parent
        while parent is not None:
            label = self.label(parent)
            name = _NUMBER.sub("", label[0] if label else self.text(parent).rstrip(":： "))
            if name and len(name.split()) <= 9 and not NO_LABEL.match(name) and not ATTRIBUTE.match(name):
                return name
            parent = parent.parent
        for title in (*reversed(entry.heading_path), self.note.title):
            if title.endswith("?") and not _WHAT_IS.match(title):
                continue  # a question is no thing that something could be said of
            if _DAY.match(title) and title != self.note.title:
                continue  # nor is a day
            name = _WHAT_IS.sub("", title).rstrip("?:： ")
            if name and len(name.split()) <= 9 and not NO_LABEL.match(name) and not ATTRIBUTE.match(name):
                return name
        return ""

    def span_of(self, entries: list[Entry]) -> Span:
        """Their whole text, or of a very long one the first entries."""
        end, words = entries[0].end, 0
        for entry in entries:
            words += len(self.plain(Span(entry.span.start, entry.end)).split())
            if words > _LONGEST_ANSWER and entry is not entries[0]:
                break
            end = entry.end
        return Span(entries[0].span.start, end)

    def text(self, entry: Entry) -> str:
        return self.plain(entry.span)

    def plain(self, span: Span) -> str:
        return " ".join(plain_text(without_quote_marks(self.note.text[span.start : span.end])).split())
