"""`%%` at the beginning of a line and no second one on it: a comment up to the next `%%`, as in Obsidian."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock

MARK = "%%"


def comment_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule; what follows the closing mark on its line is read as text again."""
    first = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(MARK, first) or state.is_code_block(start):
        return False
    if state.src.find(MARK, first + 2, state.eMarks[start]) >= 0:
        return False
    closing = state.src.find(MARK, state.eMarks[start], state.eMarks[end - 1])
    if closing < 0:
        return False
    line = start
    while state.eMarks[line] < closing:
        line += 1
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return False  # the list item ends before
    if silent:
        return True
    rest = state.eMarks[line] - closing - 2
    is_whole = not state.src[closing + 2 : state.eMarks[line]].strip()
    # (first line, last line, characters behind the closing mark)
    state.env.setdefault("comments", []).append((start, line, 0 if is_whole else rest))
    state.line = line + 1 if is_whole else line
    token = state.push("comment_block", "", 0)
    token.map = [start, state.line]
    return True
