"""Questions that a note itself asks, with the answers that it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.plugin_api import Span, plain_text, words_of
from kb_plugins.study.fact import Fact
from kb_plugins.study.outline import Entry
from kb_plugins.study.shapes import POINTS_BACK
from kb_plugins.study.source import Source

QUESTION_END = ("?", "？", "؟")
_INLINE = re.compile(r"(?P<question>[^?？\n]{12,160}[?？])\s+(?P<answer>\S[^\n]{8,})", re.DOTALL)
_ASKS = re.compile(
    r"\b(?:what|why|how|who|whom|whose|when|where|which|is|are|was|were|do|does|did|can|could|should|will|would|has|have|"
    r"was|wer|wie|warum|wieso|wann|wo|woher|wohin|wozu|womit|welche\w*|ist|sind|kann|hat|haben|"
    r"que|qui|quoi|comment|pourquoi|où|quand|quel\w*|combien|est-ce|qué|cómo|cuál\w*|dónde|cuándo|cuánt\w*|quién)\b|"
    r"[吗呢谁哪几]|什么|怎么|多少|为何",
    re.IGNORECASE,
)
_ANSWERED = re.compile(r"(?:a|answer|antwort|réponse)\s*[:：]\s*", re.IGNORECASE)
_OWN = re.compile(r"(?:my|meine?|ma|mi)\b", re.IGNORECASE)
_ANSWER_LABEL = re.compile(
    r"(?:[\w’']+\s+){0,3}(?:answers?|antwort|réponse|respuesta)\s*(?:[:：]\s*|$)", re.IGNORECASE
)
HOW_TO = re.compile(
    r"(?:how|steps|stages|phases|wie|ablauf|schritte|phasen|comment|étapes|cómo|pasos)\b",
    re.IGNORECASE,
)
_RECIPE = re.compile(r"\b(?:how[- ]?to|anleitung|mode d[’']emploi|instrucciones)\b", re.IGNORECASE)
MOST_STEPS = 8


def heading_questions(source: Source) -> Iterator[Fact]:
    for section in source.note.sections:
        title = " ".join(plain_text(section.title).split())
        below = [
            top
            for top in source.tops
            if top.heading_path == section.path and top.span.start > section.heading.end
        ]
        if not below or len(title.split()) < (2 if _RECIPE.search(title) else 3):
            continue
        if title.endswith(QUESTION_END):
            yield source.fact("answer", title, source.span_of(_whole(below)), below[0], section.path[:-1])
        elif (HOW_TO.match(title) or _RECIPE.search(title)) and _is_steps(source, below[0]):
            run = [top for top in below if top.is_ordered]
            answer = Span(run[0].span.start, run[-1].end)
            yield source.fact("steps", f"{title}: ({len(run)})", answer, below[0], section.path[:-1])


def _whole(below: list[Entry]) -> list[Entry]:
    """What answers a heading: the paragraph below it, or the whole list."""
    end = next((number for number, one in enumerate(below) if not one.is_item), len(below))
    return below[: max(1, end)]


def _is_steps(source: Source, first: Entry) -> bool:
    siblings = [top for top in source.tops if top.heading_path == first.heading_path and top.is_ordered]
    return first.is_ordered and 2 <= len(siblings) <= MOST_STEPS


def asked(source: Source, entry: Entry, text: str) -> Iterator[Fact]:
    if not entry.children or len(words_of(text)) < 2 or len(text) > 200:
        return
    labelled = [child for child in entry.children if _ANSWER_LABEL.match(source.text(child))]
    # Of "my answer" and the book's the book's is the one to know.
    chosen = next(
        (child for child in labelled if not _OWN.match(source.text(child))),
        labelled[0] if labelled else None,
    )
    if chosen is None:
        answer = source.span_of(entry.children)
    elif chosen.children:
        answer = source.span_of(chosen.children)
    else:
        raw = source.note.text[chosen.span.start : chosen.span.end]
        match = _ANSWER_LABEL.match(raw)
        answer = Span(chosen.span.start + (match.end() if match else 0), chosen.span.end)
    yield source.fact("answer", text, answer, entry)


def inline_question(source: Source, entry: Entry) -> Fact | None:
    raw = source.note.text[entry.span.start : entry.span.end]
    # A question mark within code ends no question.
    match = _INLINE.fullmatch(source.page.masked[entry.span.start : entry.span.end])
    if not match or "::" in raw:
        return None
    question = " ".join(plain_text(raw[: match.end("question")]).split())
    answered = _ANSWERED.match(raw[match.start("answer") :])
    start = entry.span.start + match.start("answer") + (answered.end() if answered else 0)
    if not _ASKS.search(question):
        return None  # an aside with a question mark
    if POINTS_BACK.match(question) or re.search(r"[.!][\"”’']\s", question):
        return None  # asked of something quoted, and rhetorically
    if len(words_of(question)) < 3 or source.plain(Span(start, entry.span.end)).endswith(QUESTION_END):
        return None
    question = re.sub(r"^(?:q|question|frage)\s*[:：]\s*", "", question, flags=re.IGNORECASE)
    return source.fact("answer", question, Span(start, entry.span.end), entry)
