"""What a note's properties say of the thing it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.plugin_api import Note, Span, plain_text, words_of
from kb_plugins.study.fact import Fact

# Properties that organise notes and tell nothing of what they are about.
_TECHNICAL = re.compile(
    r"(?:tags?|alias(?:es)?|title|created|modified|updated|date.*|last.*|id|uuid|type|is|of|class|css.*|publish.*|permalink|slug|url|link|"
    r"source|cover|image|icon|status|rating|layout|draft|template|category|categories|topics?|up|related|parent|made-by|sr-.*|banner.*|"
    r"archived|favorite|keywords?|currency|relation|kind|sort.*|order|weight|read|added|finished|watched|last|scheduled|due|priority|done|start|end|people|via|lang)$",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"^(?P<key>[A-Za-zÀ-ÿ\u4e00-\u9fff][\w -]{1,30}):[ \t]+(?P<value>\S(?:[^\n]*\S)?)[ \t]*$", re.MULTILINE
)
_MOST_WORDS = 8


def relations_of(note: Note) -> Iterator[Fact]:
    """A fact for each property of one short value that says something of the note's subject."""
    for match in _LINE.finditer(note.text, 0, note.body.start):
        start, end = match.span("value")
        raw = match["value"]
        if _TECHNICAL.match(match["key"]) or raw.startswith(("{", "<", "|", ">", "&", "*")) or "://" in raw:
            continue
        if raw.startswith("[") and not raw.startswith("[["):
            continue  # a list
        if raw[0] in "\"'" and raw[-1:] == raw[0] and len(raw) > 2:
            start, end = start + 1, end - 1
        value = " ".join(plain_text(note.text[start:end]).split())
        if (
            words_of(value)
            and len(value.split()) <= _MOST_WORDS
            and value.casefold() not in ("true", "false", "null")
        ):
            key = match["key"].replace("_", " ").replace("-", " ")
            question = f"{note.title} — {key}?"
            yield Fact(
                "relation",
                question,
                Span(start, end),
                Span(*match.span()),
                (),
                family=f"property {key.casefold()}",
            )
