"""The stretches of a note that give orders to a language model."""

from __future__ import annotations

from kb.injection.sentences import injected
from kb.notes.note import Note, Span
from kb.notes.sentences import split_sentences


def injected_spans(note: Note, at: int | None = None) -> list[Span]:
    """The sentences of `note`, in comments and code, too, that give orders to a language model, in order.

    With `at`, only those of the block that holds this place.
    """
    spans = []
    for block in note.blocks:
        if at is not None and not block.span.start <= at < block.span.end:
            continue
        sentences = split_sentences(note.text, block.span)
        verdicts = injected(note.text, sentences, " ".join((note.title, *block.heading_path)))
        spans += [sentence.span for sentence, verdict in zip(sentences, verdicts, strict=True) if verdict]
    return spans
