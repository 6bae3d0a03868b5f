"""Makes text from notes and models harmless to a terminal.

Rich and Textual hand escape sequences in content on to the terminal, so that a note could move the cursor,
change the clipboard or forge output. Everything that did not come from kb itself passes here first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.segment import Segment

# Controls (C0 but tab and newline, DEL, C1), lone surrogates, and what makes text read in another direction than it
# has: bidirectional marks, overrides and isolates (CVE-2021-42574).
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

# And what programs that read line by line take for an end of one.
_UNSAFE_IN_JSON = re.compile(_UNSAFE.pattern[:-1] + "\u2028\u2029]")

# A whole sequence, for without its first character the rest of it would stay as text: CSI, OSC and the short ones.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]"
)


_CREDENTIALS = re.compile(r"(?<=://)[^\s?#]*@")
_QUERY = re.compile(r"(?<=[?#])\S+")


def safe_text(text: str) -> str:
    """`text` without C0 and C1 controls (but tab and newline), DEL, bidi controls and lone surrogates."""
    return _UNSAFE.sub("", text)


def escape_unsafe(json: str) -> str:
    """JSON text in which every character that a terminal would obey, or cannot take, is written as an escape."""
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


OWN_LINK = (
    "kb"  # marks in a style's meta that kb itself made its link, percent-encoded, to a file of the vault
)


def safe_segments(segments: Iterable[Segment]) -> Iterator[Segment]:
    """`segments` of a screen as they may be written: nothing in their text or style is from elsewhere but characters.

    Every console and every screen writes through here, so that text which nobody made safe before does no harm.
    """
    for segment in segments:
        text, style, control = segment
        if control:  # kb's own, such as a move of the cursor
            yield segment
            continue
        safe = safe_text(text)
        if style is not None and style.link and OWN_LINK not in style.meta:  # an address from a note
            style = style.update_link(None)
        yield segment if safe is text and style is segment.style else segment._replace(text=safe, style=style)


def safe_line(text: str) -> str:
    """`safe_text` on one line: runs of white space become one space."""
    return " ".join(safe_text(text).split())


def notebook_line(text: str) -> str:
    """`text` on one line of Markdown, without what a notebook would take for HTML or an image."""
    return safe_line(text).replace("&", "&amp;").replace("<", "&lt;").replace("![", "!\\[")


def without_secrets(address: str) -> str:
    """A web address for a person to read: without name, password and what stands behind `?`, which may be a key."""
    return _QUERY.sub("…", _CREDENTIALS.sub("", address)) if "://" in address else address


def pasted_line(text: str) -> str:
    """Pasted `text` as one line: all of its lines, joined by blanks, without escape sequences and controls."""
    lines = [safe_text(line.replace("\t", " ")) for line in _ESCAPE.sub("", text).splitlines()]
    kept = [line for line in lines if line.strip()]
    return lines[0] if len(lines) == 1 else " ".join(line.strip() for line in kept)
