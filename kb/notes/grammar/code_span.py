"""Code between runs of as many backticks."""

from __future__ import annotations

import re
from bisect import bisect_left

from kb.notes.grammar.scan import Scan

_RUN = re.compile(r"`++")


def code_span(scan: Scan, match: re.Match[str]) -> int | None:
    """A run that finds no other of its length is text."""
    if scan.ticks is None:
        scan.ticks = {}
        for run in _RUN.finditer(scan.text, match.start(), scan.end):
            scan.ticks.setdefault(run.end() - run.start(), []).append(run.start())
    size = match.end() - match.start()
    starts = scan.ticks.get(size, [])
    index = bisect_left(starts, match.end())
    return scan.mask(match.start(), starts[index] + size) if index < len(starts) else None
