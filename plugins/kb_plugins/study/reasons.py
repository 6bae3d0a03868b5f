"""Sentences that give a reason or set one thing against another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.plugin_api import Note, Span, content_words, plain_text, split_sentences
from kb_plugins.study.fact import FactKind
from kb_plugins.study.shapes import DEFINES, ONESELF, ORDERS, POINTS_BACK
from kb_plugins.study.wording import Wording

_CAUSE = re.compile(
    r"(?P<main>.{20,220}?),?(?<!\s)\s++(?P<why>(?:because|since it|so that|weil|damit|denn|parce que|puisque|afin de|porque)\b.{10,220}?)"
    r"[.!]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CJK_CAUSE = re.compile(r"(?P<main>.{4,80}?)[，,]?(?P<why>因为.{3,80}?)[。！]?\s*$", re.DOTALL)
_UNLIKE = re.compile(
    r"(?P<main>(?:unlike|in contrast to|as opposed to|compared (?:to|with)|im gegensatz zu|anders als|contrairement à)\s[^,]{3,80}),\s+"
    r"(?P<why>.{12,220}?)[.!]?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CONNECTS = re.compile(
    r"(?:in addition|moreover|furthermore|essentially|however|also|in general|additionally|in fact|first(?:ly)?|second(?:ly)?|finally|note that|"
    r"außerdem|zudem|grundsätzlich|en outre|de plus)\s*,?\s+",
    re.IGNORECASE,
)
_POINTS_AT = re.compile(
    r"\b(?:into|in|of|for|with|to|from|by|on|at) (?:that|this)\b(?! (?:is|are|was)\b)|\b(?:these|those|this)\b",
    re.IGNORECASE,
)
_GERUND = re.compile(r"[-*\d. ]*[A-Z][a-z]+ing (?:the|an?|your)\b")
_LABEL = re.compile(r"[A-Z][a-z]+(?: [a-z]+)?: (?=[A-Z])")
_STRANGE = ("::", "|", "](", "```", "?")


def reasons_in(note: Note, span: Span, wording: Wording) -> Iterator[tuple[FactKind, str, Span, Span]]:
    """Kind, question, answer and source of each."""
    for sentence in split_sentences(note.text, span):
        raw = note.text[sentence.span.start : sentence.span.end]
        if (
            POINTS_BACK.match(sentence.text)
            or ONESELF.search(sentence.text)
            or any(mark in raw for mark in _STRANGE)
        ):
            continue
        if match := _UNLIKE.match(raw):
            question = f"{_plain(match['main'])}, …?"
            yield "contrast", question, _within(sentence.span, match), sentence.span
        elif match := _CAUSE.match(raw) or _CJK_CAUSE.match(raw):
            main, why = _plain(match["main"]), _plain(match["why"])
            main = _LABEL.sub("", main)
            if ORDERS.match(main) or _POINTS_AT.search(main) or _GERUND.match(main):
                continue  # what "that column" is, the sentence does not tell
            if main.count('"') % 2 or (
                DEFINES.search(main) and why.casefold().startswith(("so that", "damit", "afin"))
            ):
                continue  # within a quotation, or what a thing is for as part of what it is
            if (
                len(content_words(main)) >= 3
                and len(content_words(why)) >= 2
                and not main.endswith(("is", "are", "not", "just", "only"))
            ):
                yield (
                    "cause",
                    wording.why(f"{_sentence(main)}."),
                    _within(sentence.span, match),
                    sentence.span,
                )


def _sentence(text: str) -> str:
    bare = _CONNECTS.sub("", text.lstrip("-* "))
    return bare[:1].upper() + bare[1:]


def _plain(markdown: str) -> str:
    return " ".join(plain_text(markdown).split())


def _within(span: Span, match: re.Match[str]) -> Span:
    return Span(span.start + match.start("why"), span.start + match.end("why"))
