"""The inline marks of a note: which rule begins with which character."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb.notes.grammar.bracket import close_bracket, open_bracket
from kb.notes.grammar.code_span import code_span
from kb.notes.grammar.comment import comment
from kb.notes.grammar.definition import Definitions
from kb.notes.grammar.html import html
from kb.notes.grammar.math import math
from kb.notes.grammar.scan import Rule, Scan, read_stretches
from kb.notes.grammar.tag import tag
from kb.notes.grammar.url import autolink, bare_url
from kb.notes.grammar.wiki import block_reference, wiki
from kb.notes.note import Link, Span
from kb.notes.source import Lines

# Where a rule may begin; all between is text.
_OPENING = re.compile(
    r"\\[!-/:-@\[-`{-~]|`++|%%|\$\$?|<|!?\[|\]|\#|\(\((?!\()|(?<![\w/])https?://(?=[^\s<>\"`|\\^{}\[\]])"
)
# An escaped character has no rule: it is text.
_RULES: dict[str, tuple[Rule, ...]] = {
    "`": (code_span,),
    "%": (comment,),
    "$": (math,),
    "<": (autolink, html),
    "!": (wiki, open_bracket),
    "[": (wiki, open_bracket),
    "]": (close_bracket,),
    "#": (wiki, tag),
    "(": (block_reference,),
    "h": (bare_url,),
}


def read_inline(
    text: str, prose: str, lines: Lines, stretches: Iterable[Span], definitions: Definitions
) -> Scan:
    """The links, tags and masks of the stretches of `prose`, which is `text` with all else blanked out."""
    scan = Scan(prose, text, lines, definitions)
    read_stretches(scan, stretches, _OPENING, _RULES)
    scan.links.sort(key=lambda link: (link.span.start, -link.span.end))
    return scan


def read_line(text: str) -> list[Link]:
    """The links of a text that stands for itself, such as a property's value."""
    return read_inline(text, text, Lines(text), (Span(0, len(text)),), {}).links
