"""What llama.cpp said last. It must not reach stderr, where a full-screen program would be written over."""

from __future__ import annotations

import re
from collections import deque
from typing import Any

from kb.models.llama_library import llama

_DEBUG, _ERROR = 1, 4  # log levels
_LONGEST_REASON = 200  # characters

_log: deque[tuple[int, str]] = deque(maxlen=400)


@llama.llama_log_callback  # type: ignore[untyped-decorator]
def _keep(level: int, text: bytes, _data: Any) -> None:
    if level > _DEBUG and text != b".":
        _log.append((level, text.decode("utf-8", "replace")))


def keep() -> None:
    """From now on, have llama.cpp speak to this module."""
    llama.llama_log_set(_keep, None)


def forget() -> None:
    """Begin anew, as before a file is loaded."""
    _log.clear()


def text() -> str:
    """All that was said."""
    return "".join(text for _, text in _log)


def reason() -> str:
    """What llama.cpp complained about first, as the end of a sentence."""
    complaints = [text.strip() for level, text in _log if level >= _ERROR]
    first = complaints[0] if complaints else "no reason given"
    first = re.sub(
        r"^(\w+: )+(error loading model: )?|\s+", lambda found: " " if found[0].isspace() else "", first
    )
    return first.rstrip(".")[:_LONGEST_REASON] + "."
