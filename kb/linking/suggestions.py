"""Links that a note may want, as values: where, to what, how it is written, how sure, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.linking.decisions import Decisions
from kb.linking.ranking.context import NoteContext
from kb.linking.ranking.features import NAMES, Candidate
from kb.linking.ranking.linker import Linker, Scored
from kb.linking.reading.link_statistics import Read
from kb.linking.reading.style import Place
from kb.notes.injected import injected_spans
from kb.notes.note import Note, Span
from kb.notes.source import Lines
from kb.notes.written import in_table

# Less likely ones are noise: of those 1 to 7 in a hundred are right (tests/bench/README.md).
MIN_CONFIDENCE = 0.1
# The first mention gets the link unless a later one deserves it by this much more.
FIRST = 0.1
_PLACE = {name: index for index, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class LinkSuggestion:
    """A link that a mention in a note may become."""

    path: str  # of the note
    span: Span  # of the mention, in the note's text
    line: int  # 1-based
    mention: str  # as it stands there
    target: str  # path of the note to link to
    replacement: str  # what stands there afterwards
    confidence: float  # 0 to 1
    reasons: tuple[str, ...]
    rivals: tuple[str, ...] = ()  # paths of other notes it may as well mean; then the person should choose


def suggest_links(
    linker: Linker,
    note: Note,
    *,
    context: NoteContext | None = None,
    decisions: Decisions | None = None,
    min_confidence: float = MIN_CONFIDENCE,
) -> list[LinkSuggestion]:
    """The links that `note` may want, in the order of its text; one for each target it does not link yet."""
    read = linker.read(note)
    decided = decisions or Decisions()
    page = _Page(note, read, Lines(note.text))
    linked = {link.target for link in read.prose.links}
    by_target: dict[str, list[LinkSuggestion]] = {}
    for scored in linker.scored(read, context):
        candidate = scored.candidate
        if candidate.linked is not None or candidate.target in linked:
            continue
        verdict = decided.on(candidate.mention.text, note.path, candidate.target)
        if verdict in ("never", "reject"):
            continue
        confidence = 1.0 if verdict == "always" else scored.confidence
        if confidence < min_confidence:
            continue
        if made := _suggestion(linker, page, scored, confidence, verdict == "always"):
            by_target.setdefault(candidate.target, []).append(made)
    found = [_first(suggestions) for suggestions in by_target.values()]
    return sorted(found, key=lambda one: one.span.start)


def with_links(text: str, suggestions: Iterable[LinkSuggestion]) -> str:
    """`text` with the suggested links in it."""
    parts: list[str] = []
    position = 0
    for one in sorted(suggestions, key=lambda one: one.span.start):
        parts += text[position : one.span.start], one.replacement
        position = one.span.end
    return "".join((*parts, text[position:]))


@dataclass(frozen=True, slots=True)
class _Page:
    note: Note
    read: Read
    lines: Lines


def _first(suggestions: Sequence[LinkSuggestion]) -> LinkSuggestion:
    best = max(one.confidence for one in suggestions)
    return next(one for one in suggestions if one.confidence >= best - FIRST)


def _suggestion(
    linker: Linker, page: _Page, scored: Scored, confidence: float, always: bool
) -> LinkSuggestion | None:
    note = page.note
    candidate = scored.candidate
    mention = candidate.mention
    span = page.read.prose.source(mention.span)
    before, after = note.text[span.start - 1 : span.start], note.text[span.end : span.end + 1]
    # A bracket or mark next to a new link would make something else of it.
    if note.text[span.start : span.end] != mention.text or before in ("[", "!") or after in ("]", "("):
        return None
    place = Place(note.path, mention.text, in_table(note, span.start))
    heading = linker.known.habits.heading(mention.key, candidate.target)
    replacement = linker.writer.write(place, candidate.target, heading)
    if replacement is None:
        return None
    if any(order.start <= span.start < order.end for order in injected_spans(note, span.start)):
        return None  # nothing is made of what speaks to a language model
    return LinkSuggestion(
        path=note.path,
        span=span,
        line=page.lines.number_at(span.start),
        mention=mention.text,
        target=candidate.target,
        replacement=replacement,
        confidence=round(confidence, 4),
        reasons=_reasons(linker, note.path, candidate, scored.rivals, always),
        rivals=() if always else scored.rivals,
    )


def _reasons(
    linker: Linker, path: str, candidate: Candidate, rivals: tuple[str, ...], always: bool
) -> tuple[str, ...]:
    def value(name: str) -> float:
        return candidate.row[_PLACE[name]]

    mention = candidate.mention
    reasons = ["you said always"] if always else []
    if value("title"):
        reasons.append("its title" if value("same spelling") else "title, different capitalisation")
    elif value("alias"):
        reasons.append("its alias")
    elif not value("used as label"):
        reasons.append("an inflected form of its name")
    rate = linker.known.habits.rate(mention.key, path)
    to_target = linker.known.habits.targets(mention.key, path).get(candidate.target, 0)
    if to_target:
        reasons.append(_linked_in(to_target, rate.notes))
    if value("also linked elsewhere"):
        reasons.append("linked in a property, heading or embed of this note")
    if value("nearest notes link it") >= 0.2:
        reasons.append(f"{value('nearest notes link it'):.0%} of the notes most like this one link it")
    if value("links back"):
        reasons.append("it links to this note")
    if value("passage like target") >= 0.75:
        reasons.append("similar passage")
    reasons += [f"may also mean {rival}" for rival in rivals]
    return tuple(reasons)


def _linked_in(linked: int, notes: int) -> str:
    """In how many of the other notes that mention a name it has this link."""
    if notes == 1:
        return "the one other note that mentions it links it this way"
    return f"{linked} of {notes} other notes that mention it link it this way"
