"""Names of files as people read them."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(name: str) -> str:
    """`name`, of a file or as it was typed, with U+FFFD for bytes that are no UTF-8."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", name)
