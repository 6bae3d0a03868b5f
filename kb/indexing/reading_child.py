"""A child process that turns the texts of notes into rows, see kb.indexing.reading_beside."""

from __future__ import annotations

import os
import pickle
import sys

from kb.indexing.embedder import Embedder
from kb.indexing.note_rows import rows_of_text

_NICER = 5  # than the process that shows what a person types


def main() -> None:
    """Answer each batch of (path, text) on stdin with its rows on stdout, until stdin ends."""
    if hasattr(os, "nice"):
        os.nice(_NICER)
    embedder = Embedder(sys.argv[1])
    while True:
        try:
            batch: list[tuple[str, str]] = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        rows = [rows_of_text(path, text, embedder.count_tokens) for path, text in batch]
        pickle.dump(rows, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
