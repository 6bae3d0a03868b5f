"""Many notes are read in child processes, one for each processor, while this one writes what they made."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from typing import TypeVar

from kb.child_process import PipedChild, pipe_python
from kb.indexing.embedder import Embedder
from kb.indexing.note_rows import NoteRows, rows_of_text
from kb.machine import cores

Batch = Sequence[tuple[str, str]]  # (path, text) of notes
Tag = TypeVar("Tag")  # what a batch is handed over with, and comes back with

# Fewer notes are read before a child process has started, which takes about .6 s of the processor.
_MANY = 400
_MOST_CHILDREN = 8  # more make rows faster than SQLite takes them
_AHEAD = 3  # batches a child, read or waiting to be written


def rows_beside(
    batches: Iterable[tuple[Tag, Batch]], embedder: Embedder, count: int
) -> Iterator[tuple[Tag, Sequence[NoteRows]]]:
    """The rows of each batch in order; `count` notes in all tell whether child processes are worth their start."""
    children = _start(embedder) if count >= _MANY else []
    if not children:
        yield from ((tag, _rows_here(batch, embedder)) for tag, batch in batches)
        return
    idle: SimpleQueue[PipedChild] = SimpleQueue()
    for child in children:
        idle.put(child)

    def ask(batch: Batch) -> Sequence[NoteRows]:
        child = idle.get()
        try:
            return _ask(child, batch, embedder)
        finally:
            idle.put(child)

    pool = ThreadPoolExecutor(len(children), thread_name_prefix="kb-reading")
    try:
        waiting: deque[tuple[Tag, Future[Sequence[NoteRows]]]] = deque()
        for tag, batch in batches:
            waiting.append((tag, pool.submit(ask, batch)))
            if len(waiting) > _AHEAD * len(children):
                first, rows = waiting.popleft()
                yield first, rows.result()
        yield from ((tag, rows.result()) for tag, rows in waiting)
    finally:
        for child in children:
            child.end()
        pool.shutdown(cancel_futures=True)


def _start(embedder: Embedder) -> list[PipedChild]:
    processors = cores()
    if processors == 1 or not embedder.opens_elsewhere:
        return []
    words = [embedder.source]
    return [pipe_python("kb.indexing.reading_child", words) for _ in range(min(processors, _MOST_CHILDREN))]


def _ask(child: PipedChild, batch: Batch, embedder: Embedder) -> Sequence[NoteRows]:
    """What the child makes of `batch`; where it was killed, as by a lack of memory, it is made here."""
    with suppress(OSError, EOFError, pickle.UnpicklingError):
        pickle.dump(list(batch), child.stdin, pickle.HIGHEST_PROTOCOL)
        child.stdin.flush()
        rows: Sequence[NoteRows] = pickle.load(child.stdout)
        return rows
    return _rows_here(batch, embedder)


def _rows_here(batch: Batch, embedder: Embedder) -> Sequence[NoteRows]:
    return [rows_of_text(path, text, embedder.count_tokens) for path, text in batch]
