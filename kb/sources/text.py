"""Plain text, as a note that is only read: people who write notes without Markdown link and tag in them all the same."""

from __future__ import annotations

from typing import BinaryIO

from kb.notes.decode import NotText, decode
from kb.notes.extract import Extract
from kb.sources.source import Asked, Unreadable

_MOST_BYTES = 5_000_000  # a longer text is a log or data; its first part tells what it is about


def read(file: BinaryIO, asked: Asked, /) -> Extract:  # noqa: ARG001 - every source is asked alike
    """The text in `file`, in whatever encoding."""
    data = file.read(_MOST_BYTES + 1)
    try:
        text = decode(data[:_MOST_BYTES]).text
    except NotText as error:
        raise Unreadable(f"is {error}") from error
    cut = ("Only its first 5 MB are read.",) if len(data) > _MOST_BYTES else ()
    return Extract(text, is_markup=True, by_line=True, problems=cut)
