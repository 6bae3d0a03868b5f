"""Text as blocks of Logseq, in which everything is an item of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_ITEM = re.compile(r"[ \t]*[-*+][ \t]")
_TASK = re.compile(r"^([ \t]*- )\[([ xX/-])\] ", re.MULTILINE)
_STATES = {" ": "TODO", "/": "DOING", "-": "CANCELED"}


def outline(body: str) -> str:
    """`body` with every paragraph, heading and code block as an item; lists stay, tasks get Logseq's words."""
    body = _TASK.sub(lambda match: f"{match[1]}{_STATES.get(match[2], 'DONE')} ", body)
    done: list[str] = []
    for chunk in _chunks(body):
        if _ITEM.match(chunk[0]) or chunk[0][:1] in " \t":
            done += chunk
        else:
            done += [f"- {chunk[0]}", *(f"  {line}" if line else "" for line in chunk[1:])]
    return "\n".join(done)


def _chunks(body: str) -> Iterator[list[str]]:
    """Lines between blank ones; code in fences is whole."""
    chunk: list[str] = []
    fence = ""
    for line in body.split("\n"):
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif match and match[1].startswith(fence) and not line.strip(" \t`~"):
            fence = ""
        if line.strip() or fence:
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
