"""`#+BEGIN_SRC` up to `#+END_SRC`, and its kin: blocks that Logseq takes over from Org, of which some are no text."""

from __future__ import annotations

import re
from bisect import bisect

from markdown_it.rules_block import StateBlock

# Quotes, notes and tips of this form are text.
_OPENING = re.compile(r"#\+BEGIN_(SRC|EXAMPLE|QUERY|EXPORT|COMMENT)(?![\w-])", re.IGNORECASE)
_CLOSING = re.compile(
    r"^[ \t>]*+#\+END_(SRC|EXAMPLE|QUERY|EXPORT|COMMENT)[ \t]*+$", re.MULTILINE | re.IGNORECASE
)


def org_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule: code, as far as the line that closes it within the same item."""
    first = state.bMarks[start] + state.tShift[start]
    opening = (
        _OPENING.match(state.src, first, state.eMarks[start]) if state.src.startswith("#+", first) else None
    )
    if opening is None or state.is_code_block(start):
        return False
    # Found once for the whole note, so that many blocks without an end take no longer than one.
    closings = state.env.get("org_closings")
    if closings is None:
        closings = state.env["org_closings"] = {}
        for match in _CLOSING.finditer(state.src):
            closings.setdefault(match[1].upper(), []).append(match.end())
    ends = closings.get(opening[1].upper(), [])
    index = bisect(ends, first)
    if index == len(ends) or ends[index] > state.eMarks[end - 1]:
        return False
    last = start
    while state.eMarks[last] < ends[index]:
        last += 1
        if state.sCount[last] < state.blkIndent and not state.isEmpty(last):
            return False  # the list item ends before
    if not silent:
        state.line = last + 1
        token = state.push("fence", "code", 0)
        token.map = [start, state.line]
    return True
