"""`%%comment%%` within a paragraph."""

from __future__ import annotations

import re

from kb.notes.grammar.scan import Scan


def comment(scan: Scan, match: re.Match[str]) -> int | None:
    """Up to the next mark of the same paragraph."""
    closing = scan.find("%%", match.end())
    return scan.mask(match.start(), closing + 2) if closing >= 0 else None
