"""Links within quoted values of front matter: the marks that YAML escapes there, undone for reading and made for writing."""

from __future__ import annotations

import re

# A quoted value, where one may begin: after a key, a dash, or within a list or mapping on one line.
_QUOTED = re.compile(
    r"(?:^[ \t]*+|[:,\[{]|(?:^|[ \t])-[ \t]|(?<=[:\-,\[{])[ \t]++)"
    r"(?:'(?P<single>(?:[^']|'')*+)'|\"(?P<double>(?:[^\"\\]|\\.)*+)\")"
)
_ESCAPE = re.compile(r"\\(?:([\"\\/])|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")


def quote_around(line: str, place: int) -> str:
    """The quotation mark of the value that holds `place`, a position in `line`; nothing where there is none."""
    for match in _QUOTED.finditer(line):
        for name, mark in (("single", "'"), ("double", '"')):
            if match.start(name) <= place < match.end(name):
                return mark
    return ""


def without_escapes(written: str, mark: str) -> str:
    """What `written`, within quotation marks `mark`, means."""
    if mark == "'":
        return written.replace("''", "'")
    return _ESCAPE.sub(_character, written) if mark else written


def with_escapes(text: str, mark: str) -> str:
    """`text` as it is written within quotation marks `mark`."""
    if mark == "'":
        return text.replace("'", "''")
    return text.replace("\\", "\\\\").replace('"', '\\"') if mark else text


def _character(match: re.Match[str]) -> str:
    return match[1] or chr(int(match[2] or match[3], 16))
