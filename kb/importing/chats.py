"""Conversations with language models: a heading for each turn, and what was said below it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HEADING = re.compile(r"(#{1,6})(?=[ \t])")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_BELOW = 2  # levels of the note's title and the turn
# What ChatGPT's own page shows as a small number: between characters of the private use area, or in such brackets.
_CITATION = re.compile("[ \t]?\ue200[^\ue200\ue201]{0,400}\ue201|【\\d+[†:][^】\n]{0,200}】")
Turn = tuple[str, str]  # who, what


def transcript(turns: Iterable[Turn]) -> str:
    """The turns one below the other; several of one speaker in a row are one."""
    parts: list[str] = []
    last = ""
    for who, what in turns:
        text = lowered(_CITATION.sub("", what).strip("\n").rstrip())
        if not text:
            continue
        if who != last:
            parts.append(f"## {who}")
        parts.append(text)
        last = who
    return "\n\n".join(parts)


def lowered(text: str) -> str:
    """`text` with its headings set below those of the turn; code stays as it is."""
    lines = []
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not line.strip(" \t`~"):
                fence = ""
        elif match:
            fence = match[1]
        elif heading := _HEADING.match(line):
            line = "#" * min(6, len(heading[1]) + _BELOW) + line[heading.end() :]
        lines.append(line)
    # A fence that a reply left open would swallow the turns after it.
    return "\n".join([*lines, fence] if fence else lines)


def fenced(code: str, language: str = "") -> str:
    """`code` in a fence that nothing in it can close."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.strip(chr(10))}\n{fence}"
