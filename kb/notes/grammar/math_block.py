"""`$$` that begins a line: a formula up to a line that ends in `$$`."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock

MARK = "$$"


def math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule. Only a mark alone on its line may have blank lines before the closing one."""
    first = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(MARK, first) or state.is_code_block(start):
        return False
    last = _last_line(state, start, end)
    if last is None:
        return False
    if not silent:
        state.line = last + 1
        token = state.push("math_block", "math", 0)
        token.map = [start, state.line]
    return True


def _last_line(state: StateBlock, start: int, end: int) -> int | None:
    opening = _text(state, start)
    if len(opening) > 3 and opening.endswith(MARK):
        return start
    if MARK in opening[2:]:
        return None
    for number in range(start + 1, end):
        text = _text(state, number)
        if text and state.sCount[number] < state.blkIndent:
            return None
        if text.endswith(MARK):
            return number
        # A second opening, or the end of the paragraph or item: then the first one was no formula.
        if text.startswith(MARK) or (not text and opening != MARK):
            return None
    return None


def _text(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].strip()
