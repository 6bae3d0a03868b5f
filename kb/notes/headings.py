"""What a heading is called: the text a reader sees, and the other forms in which links name it."""

from __future__ import annotations

import re
import unicodedata

from kb.notes.plain import one_line, plain_inline

# Pandoc's and Hugo's own name for a heading: `## Title {#name}`.
_OWN_NAME = re.compile(r"(?:(?<![ \t])[ \t]++)?\{(?>[^{}]*?#([\w:.-]++))[^{}]*+\}(?=[ \t]*+$)[ \t]*+")
_NOT_WORD = re.compile(r"[\W_]+")


def read_heading(raw: str) -> tuple[str, tuple[str, ...]]:
    """The heading's title, and what else a link may call it by: its own name, and its source as Obsidian has it."""
    own = _OWN_NAME.search(raw)
    source = raw[: own.start()] if own else raw
    title = one_line(plain_inline(source)) or one_line(source)
    names = [own[1]] if own else []
    if heading_key(source) != heading_key(title):
        names.append(one_line(source))
    return title, tuple(names)


def heading_key(title: str) -> str:
    """Letters and digits only: Obsidian's anchors and the web's slugs of one heading are then the same."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", title).casefold())
