"""`#tag`, by Obsidian's rule: after white space, of letters, marks, digits, signs and `_-/`, not digits alone."""

from __future__ import annotations

import re

from kb.notes.grammar.scan import Scan
from kb.notes.note import Span, Tag

# Brackets, quotes and stars before a tag are more than Obsidian allows; other programs do.
_BEFORE = frozenset(" \t\r\n\u00a0\u3000(,;>*|'\"[{\u2018\u201c\u201e\u201a\u00ab\u2039「『（【《〈［｛、，")
# Obsidian's own list of what ends a tag, but for the joiners that emoji and Persian words need, and with the
# punctuation of other scripts, which Obsidian leaves in.
_TAG = re.compile(
    r"#([^\s\u2000-\u200b\u200e-\u206f\u2e00-\u2e7f'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\x00-\x1f\x7f"
    r"\u00a1\u00ab\u00b7\u00bb\u00bf\u060c\u061b\u061f\u0964\u0965\u3000-\u303f\uff00-\uff0f\uff1a-\uff20"
    r"\uff3b-\uff40\uff5b-\uff65]++)"
)
_DIGITS = re.compile(r"[\d/\u200c\u200d\ufe0f]*+$")


def tag(scan: Scan, match: re.Match[str]) -> int | None:
    """A tag; one that is digits alone is a number."""
    start = match.start()
    if start > scan.start and scan.text[start - 1] not in _BEFORE:
        return None
    found = _TAG.match(scan.text, start, scan.end)
    name = found[1].strip("/") if found else ""
    if not found or not name or is_number(name):
        return None
    end = found.start(1) + len(found[1].rstrip("/"))
    scan.tags.append(Tag(name, Span(start, end), scan.lines.number_at(start)))
    return found.end()


def is_number(name: str) -> bool:
    """Whether the name is digits alone, as `2024`, which is no tag for Obsidian, in text and in properties."""
    return _DIGITS.match(name) is not None
