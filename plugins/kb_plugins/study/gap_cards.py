"""Cards of marked gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.plugin_api import Span, plain_text, split_sentences
from kb_plugins.study.card import CLOSES, GAP, HINTS, OPENS, Written, block_id_of
from kb_plugins.study.card_tags import deck_of_tags, holds_card_tag, tags_before
from kb_plugins.study.cloze import Asked, Gap, cards_of, gaps_of
from kb_plugins.study.page import CLOSED, Line, Page, without_quote_marks
from kb_plugins.study.parents import parents_of

_LONGEST = 500  # characters of a text that a gap is shown in; of a longer one its sentence is shown
_HIDDEN, _PLACE = "\ue101", "\ue100"


def gap_cards(page: Page, run: Sequence[Line], free: bool, deck: str) -> Iterator[Written]:
    """The cards of the gaps in `run`, lines without a blank one between them."""
    if not run:
        return
    whole = gaps_of(page.masked, Span(run[0].start, run[-1].end), free)
    # Numbers tie gaps of several items together.
    units = [run] if any(gap.number for gap in whole) else _units(run)
    for unit in units:
        first = page.content(unit[0])
        if first.startswith("|") or CLOSED * 3 in first[:3]:
            continue
        tags = tags_before(first)
        tagged = holds_card_tag(tags)
        span = Span(unit[0].start + len(tags), unit[-1].end)
        gaps = gaps_of(page.masked, span, free or tagged)
        for asked in cards_of(gaps):
            if card := _card(page, asked, gaps, span, unit, deck_of_tags(tags) if tagged else deck):
                yield card


def _units(run: Sequence[Line]) -> Iterator[list[Line]]:
    """A paragraph as a whole, and each item of a list with what belongs to it."""
    unit: list[Line] = []
    for line in run:
        if line.indent is not None and unit:
            yield unit
            unit = []
        unit.append(line)
    if unit:
        yield unit


def _card(
    page: Page, asked: Asked, gaps: Sequence[Gap], span: Span, unit: Sequence[Line], deck: str
) -> Written | None:
    shown = _shown(page, asked, span)
    text = page.note.text
    hints = [f"{_PLACE} ({gap.hint})" if gap.hint else _PLACE for gap in asked.gaps]
    plain = _filled(page, shown, gaps, asked, hints)
    question = " ".join(plain_text(plain).split()).replace(_PLACE, GAP).replace(_HIDDEN, "…")
    for mark in ("**", "=="):
        question = question.replace(f"{mark}{GAP}{mark}", GAP)
    around = question.replace(GAP, "").replace("…", "")
    if not any(character.isalnum() for character in around) and not asked.hidden:
        return None  # a line in bold print is a heading of a kind
    keys = [text[gap.key.start : gap.key.end] for gap in asked.gaps]
    marked = [f"{OPENS}{key}{HINTS}{gap.hint}{CLOSES}" for key, gap in zip(keys, asked.gaps, strict=True)]
    front = without_quote_marks(_filled(page, shown, gaps, asked, marked)).replace(_HIDDEN, "…")
    whole = (
        asked.gaps[0].key if len(asked.gaps) == 1 else Span(asked.gaps[0].key.start, asked.gaps[-1].key.end)
    )
    return Written(
        "gap",
        question,
        front,
        "; ".join(" ".join(plain_text(key).split()) for key in keys),
        "; ".join(keys),
        whole,
        shown,
        unit[0].number,
        parents_of(page, unit[0]),
        deck,
        block_id_of(page.content(unit[-1])),
    )


def _shown(page: Page, asked: Asked, span: Span) -> Span:
    """All of the text that the gaps stand in, or their sentences where it is long."""
    if span.end - span.start <= _LONGEST:
        return span
    first, last = asked.gaps[0].whole.start, asked.gaps[-1].whole.end
    around = [
        sentence.span
        for sentence in split_sentences(page.note.text, span)
        if sentence.span.start < last and first < sentence.span.end
    ]
    return Span(min(around[0].start, first), max(around[-1].end, last)) if around else span


def _filled(page: Page, span: Span, gaps: Sequence[Gap], asked: Asked, fillings: Sequence[str]) -> str:
    """The text at `span`: what is asked as `fillings`, the other gaps as their words."""
    text, parts, position = page.note.text, [], span.start
    filling = dict(zip(asked.gaps, fillings, strict=True))
    for gap in gaps:
        if gap.whole.start < position or gap.whole.end > span.end:
            continue
        inner = filling.get(gap, _HIDDEN if gap in asked.hidden else text[gap.key.start : gap.key.end])
        parts += [text[position : gap.whole.start], inner]
        position = gap.whole.end
    return "".join((*parts, text[position : span.end]))
