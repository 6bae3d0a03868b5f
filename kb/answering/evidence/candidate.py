"""A block, or a stretch of one, that may answer, and what speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from kb.answering.evidence.flash_cards import both_sides
from kb.answering.evidence.sections import Section
from kb.notes.answer_blocks import AnswerBlock, plain_block
from kb.notes.note import Span
from kb.notes.plain import plain_text


class Features(NamedTuple):
    """What speaks for a candidate."""

    span: float  # logit of the reader's best span in it
    answerable: float  # logit of the reader for its section
    passage: float  # score of its passage in the search, 0 to 1
    note: float  # the best score of its note, 0 to 1
    headed: float  # share of the question that title and headings hold
    own: float  # share of the question that its own words hold, less that of the candidate that holds most
    section: float  # the same of its whole section
    meaning: float  # cosine of its embedding and the question's
    kind: float  # whether it holds the kind of thing asked for: .5, -.5, or 0 where any will do
    unheld: float  # 1 where its section holds next to nothing of the question, in the question's language
    whole: float  # 1 where it is all of a block of several parts, and no short paragraph
    foreign: float  # 1 where its section is surely in another language than the question
    meaning_abroad: float  # the same cosine where it is, for translations are less alike; else 0
    whole_asked: float  # the same where the question's words ask for all of something

    @property
    def log_odds(self) -> float:
        """Of its block holding the answer."""
        return INTERCEPT + sum(weight * value for weight, value in zip(WEIGHTS, self, strict=True))


# Fitted by `python -m training.calibrate`; what is abroad later, with the others held (`--only foreign,meaning_abroad`): a fit
# of all at once was worse on the folds left out (log loss 465 against 449).
WEIGHTS = Features(
    0.252, -0.0316, 1.92, -0.949, 1.82, 0.905, 2.74, 7.46, 0.0421, -0.13, 0.536, -2.03, 9.41, 0.277
)
INTERCEPT = -3.127
NOTHING_KNOWN = Features(*[0.0] * len(Features._fields))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of a section that may answer."""

    section: Section
    block: AnswerBlock
    span: Span  # in the section's text
    short: str  # the answer's own words, without markup
    features: Features
    score: float  # log odds that it holds the answer
    day: date | None  # of its entry or heading; None where neither is dated
    whole: bool = False  # all of its block

    @property
    def is_several(self) -> bool:
        """Whether it is all of a block of several parts."""
        return self.whole and len(self.block.parts) > 1

    @property
    def source(self) -> str:
        """As it stands in the note."""
        return self.section.text[self.span.start : self.span.end]

    @property
    def text(self) -> str:
        """Without markup; a table's row under its header, a flash card's two sides one after the other."""
        own = both_sides(plain_block(self.section.text, self.block, self.span).strip())
        if self.block.kind == "table" and self.block.lead and self.span.start > self.block.lead.start:
            head = self.section.text[self.block.lead.start : self.block.lead.end]
            return f"{head.strip()}\n{own}"
        return own

    @property
    def under(self) -> str:
        """What the item stands under, outermost first: its lead-in and the items above it."""
        if self.block.kind not in ("list", "steps") or self.whole:
            return ""
        number, _ = self.block.part_at(self.span.start, self.span.end)
        spans = [self.block.parts[above].span for above in self.block.ancestors(number)]
        if self.block.lead:
            spans.insert(0, self.block.lead)
        names = (plain_text(self.section.text[span.start : span.end]).strip().rstrip(":：") for span in spans)
        return " > ".join(name for name in names if name)


def touches(span: Span, others: Sequence[Span]) -> bool:
    """Whether `span` overlaps one of `others`."""
    return any(span.start < other.end and other.start < span.end for other in others)
