"""Indented code, but for an outline that is indented by a tab: Logseq writes the items under a heading so."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock, code

_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]")


def code_or_outline(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule in the place of markdown-it's `code`."""
    if not state.is_code_block(start):
        return False
    if state.level or not _is_outline(state, start):
        return code(state, start, end, silent)
    last = start + 1
    for number in range(start + 1, end):
        if state.is_code_block(number) and not state.isEmpty(number):
            last = number + 1
        elif not state.isEmpty(number):
            break
    _read_as_blocks(state, start, last)
    return True


def _is_outline(state: StateBlock, line: int) -> bool:
    first = state.bMarks[line]
    return (
        state.src.startswith("\t", first) and _ITEM.match(state.src, first + state.tShift[line]) is not None
    )


def _read_as_blocks(state: StateBlock, start: int, end: int) -> None:
    """Read the lines as if their indent were the margin."""
    margin = state.blkIndent
    number = start
    while number < end:
        if state.isEmpty(number):
            number += 1
            continue
        state.blkIndent = state.sCount[number]
        state.md.block.tokenize(state, number, end)
        number = max(state.line, number + 1)
    state.blkIndent = margin
    state.line = end
