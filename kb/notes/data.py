"""Stretches without words: base64, hexadecimal, minified JSON, drawings, long tables of numbers. Nobody reads them."""

from __future__ import annotations

import re

# Shorter ones cost nothing, and may be the very key or checksum that is looked for.
MIN_CHARACTERS = 400
# A long word of plain ASCII without a space; an address is one that a reader may look for.
_RUN = re.compile(r"[!-~]{60,}+")
_NUMBERS_ONLY = 5_000  # characters from which a block without words is a table of data
_LETTERS = re.compile(r"[^\W\d_]{2,}+")


def is_data(text: str) -> bool:
    """Whether a block is data: mostly long runs without spaces, or very long and nearly without words."""
    if len(text) < MIN_CHARACTERS:
        return False
    runs = sum(len(run) for run in _RUN.findall(text) if "://" not in run and "](" not in run)
    if runs > 0.6 * len(text):
        return True
    if len(text) < _NUMBERS_ONLY:
        return False
    return sum(map(len, _LETTERS.findall(text))) < 0.08 * len(text)
