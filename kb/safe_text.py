"""Makes text from notes and models harmless to a terminal.

Rich and Textual hand escape sequences in content on to the terminal, so that a note could move the cursor,
change the clipboard or forge output. Everything that did not come from kb itself passes here first.
"""

from __future__ import annotations

import re
import unicodedata

# Bidirectional overrides and isolates can make text read as something else than it is (CVE-2021-42574).
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# A whole sequence, for without its first character the rest of it would stay as text: CSI, OSC and the short ones.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]"
)


_CREDENTIALS = re.compile(r"(?<=://)[^\s?#]*@")
_QUERY = re.compile(r"(?<=[?#])\S+")


def safe_text(text: str) -> str:
    """`text` without C0 and C1 controls (but tab and newline), DEL, bidi controls and lone surrogates."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character for character in text if _is_safe(character))


def escape_unsafe(json: str) -> str:
    """JSON text in which every character that a terminal would obey, or cannot take, is written as an escape."""
    if json.isascii() and "\x7f" not in json:
        return json
    return "".join(character if _is_safe(character) else f"\\u{ord(character):04x}" for character in json)


def safe_line(text: str) -> str:
    """`safe_text` on one line: runs of white space become one space."""
    return " ".join(safe_text(text).split())


def without_secrets(address: str) -> str:
    """A web address for a person to read: without name, password and what stands behind `?`, which may be a key."""
    return _QUERY.sub("…", _CREDENTIALS.sub("", address)) if "://" in address else address


def pasted_line(text: str) -> str:
    """Pasted `text` as one line: all of its lines, joined by blanks, without escape sequences and controls."""
    lines = [safe_text(line.replace("\t", " ")) for line in _ESCAPE.sub("", text).splitlines()]
    kept = [line for line in lines if line.strip()]
    return lines[0] if len(lines) == 1 else " ".join(line.strip() for line in kept)


def _is_safe(character: str) -> bool:
    if character in "\t\n":
        return True
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in _BIDI
