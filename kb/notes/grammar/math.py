"""`$formula$` and `$$formula$$` within a paragraph."""

from __future__ import annotations

import re

from kb.notes.grammar.scan import Scan

# Pandoc's rule: no space inside the dollars, no digit after, so that "$5 and $6" is money.
_INLINE = re.compile(r"\$(?=[^\s$])(?:\\.|[^$\n\r\\])*+(?<!\s)\$(?!\d)")


def math(scan: Scan, match: re.Match[str]) -> int | None:
    """Both forms."""
    if match[0] == "$$":
        closing = scan.find("$$", match.end())
        return scan.mask(match.start(), closing + 2) if closing >= 0 else None
    formula = _INLINE.match(scan.text, match.start(), scan.end)
    return scan.mask(match.start(), formula.end()) if formula else None
