"""Addresses: `<https://example.org>` and bare ones."""

from __future__ import annotations

import re

from kb.notes.grammar.scan import Scan
from kb.notes.note import Link, Span

_AUTOLINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\x00-\x20]*+)>")
_MAIL = re.compile(r"<([a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]++@[a-zA-Z0-9][a-zA-Z0-9.-]*+)>")
_BARE = re.compile(r"https?://[^\s<>\"`|\\^{}\[\]]++")


def autolink(scan: Scan, match: re.Match[str]) -> int | None:
    """An address in angle brackets, of a page or of a mailbox."""
    scheme = ""
    found = _AUTOLINK.match(scan.text, match.start(), scan.end)
    if found is None:
        scheme, found = "mailto:", _MAIL.match(scan.text, match.start(), scan.end)
    if found is None:
        return None
    line = scan.lines.number_at(match.start())
    scan.links.append(Link("url", scheme + found[1], Span(*found.span()), line))
    return found.end()


def bare_url(scan: Scan, match: re.Match[str]) -> int | None:
    """An address as it stands in a sentence."""
    found = _BARE.match(scan.text, match.start(), scan.end)
    if not found:
        return None
    url = _trimmed(found[0])
    end = match.start() + len(url)
    scan.links.append(Link("url", url, Span(match.start(), end), scan.lines.number_at(match.start())))
    return end


def _trimmed(url: str) -> str:
    """A bare URL without the punctuation of the sentence it stands in; brackets it opened are its own."""
    extra = url.count(")") - url.count("(")
    end = len(url)
    while end and (url[end - 1] in ".,;:!?'*_~" or (url[end - 1] == ")" and extra > 0)):
        extra -= url[end - 1] == ")"
        end -= 1
    return url[:end]
