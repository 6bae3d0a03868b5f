"""Examples to token ids, and token ids to batches of about equal length."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from training.sets import Example, Pair

MAX_TOKENS = 256  # of question and passage together
BATCH_TOKENS = 3072
_SORTED_TOGETHER = 640  # rows among which lengths are sorted: chance stays, padding goes


@dataclass(frozen=True, slots=True)
class Row:
    """What a batch holds: token ids, and start and end token of the answer (0 where there is none) or a label."""

    ids: list[int]
    start: int = 0
    end: int = 0
    label: int = -1  # of a sentence pair, else -1


def open_tokenizer(base: Path) -> Tokenizer:
    """The base model's tokenizer; only the passage is cut when a pair is too long."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    tokenizer.no_padding()
    return tokenizer


def pack_examples(examples: Sequence[Example], tokenizer: Tokenizer) -> list[Row]:
    """Rows of `examples`; those whose answer was cut off are left out."""
    rows = []
    for begin in range(0, len(examples), 2000):
        some = examples[begin : begin + 2000]
        encodings = tokenizer.encode_batch([(example.question, example.context) for example in some])
        for example, encoding in zip(some, encodings, strict=True):
            if not example.answerable:
                rows.append(Row(encoding.ids))
            elif tokens := answer_tokens(encoding, example):
                rows.append(Row(encoding.ids, *tokens))
    return rows


def pack_pairs(pairs: Sequence[Pair], tokenizer: Tokenizer) -> list[Row]:
    """Rows of sentence pairs."""
    encodings = tokenizer.encode_batch([(pair.hypothesis, pair.premise) for pair in pairs])
    return [Row(encoding.ids, label=pair.label) for pair, encoding in zip(pairs, encodings, strict=True)]


def answer_tokens(encoding: Encoding, example: Example) -> tuple[int, int] | None:
    """First and last token of the answer; None where the passage was cut before its end."""
    first = last = 0
    for place, (part, (low, high)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True)):
        if part != 1 or low == high:
            continue
        if not first and high > example.start:
            first = place
        if low < example.end:
            last = place
    whole = encoding.offsets[last][1] >= example.end
    return (first, last) if first and last >= first and whole else None


def batches(rows: Sequence[Row], chance: random.Random) -> list[list[Row]]:
    """Shuffled batches of at most BATCH_TOKENS padded tokens, questions and pairs apart."""
    made: list[list[Row]] = []
    for kind in ([row for row in rows if row.label < 0], [row for row in rows if row.label >= 0]):
        chance.shuffle(kind)
        for begin in range(0, len(kind), _SORTED_TOGETHER):
            batch: list[Row] = []
            for row in sorted(kind[begin : begin + _SORTED_TOGETHER], key=lambda row: len(row.ids)):
                if batch and len(row.ids) * (len(batch) + 1) > BATCH_TOKENS:
                    made.append(batch)
                    batch = []
                batch.append(row)
            if batch:
                made.append(batch)
    chance.shuffle(made)
    return made
