"""HTML within a paragraph: tags with their attributes, comments, instructions."""

from __future__ import annotations

import re

from kb.notes.grammar.scan import Scan

_TAG = re.compile(
    r"<(?:/[A-Za-z][A-Za-z0-9-]*+\s*+>"
    r"|[A-Za-z][A-Za-z0-9-]*+"
    r"(?:\s++[a-zA-Z_:][a-zA-Z0-9:._-]*+(?:\s*+=\s*+(?:[^\"'=<>`\x00-\x20]++|'[^']*+'|\"[^\"]*+\"))?+)*+\s*+/?>"
    r"|![A-Za-z][^>]*+>)"
)
_ENCLOSED = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))


def html(scan: Scan, match: re.Match[str]) -> int | None:
    """What CommonMark calls raw HTML."""
    start = match.start()
    text = scan.text
    for opening, closing in _ENCLOSED:
        if text.startswith(opening, start):
            # `<!-->` and `<!--->` are whole comments.
            found = scan.find(closing, start + 2 if opening == "<!--" else start + len(opening))
            return scan.mask(start, found + len(closing)) if found >= 0 else None
    tag = _TAG.match(text, start, scan.end)
    return scan.mask(start, tag.end()) if tag else None
