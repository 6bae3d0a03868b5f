"""The ladder of four hints, cut from the note by code; none tells the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.plugin_api import Note, content_words, plain_text, split_sentences
from kb_plugins.quiz.item import Item
from kb_plugins.socratic.secret import MASK, Secret
from kb_plugins.study.card import GAP

HINTS = 4
_NEAR = 900  # characters around the source in which a neighbour is looked for


def hints(item: Item, note: Note, secret: Secret, others: Sequence[Secret] = ()) -> list[str]:
    """Four hints, each telling more: where it stands, what stands beside it, its shape, its sentence with a gap.

    What stands beside it tells none of `others` either: the answers to what is asked next.
    """
    beside = _beside(item, note, (secret, *others))
    ladder = [_where(item, secret), beside, _shape(item), _with_gap(item, secret)]
    return [hint if not secret.is_told_by(hint) else _shape(item) for hint in ladder]


def question_of(item: Item) -> str:
    """The item as an open question, with one question mark."""
    stem = item.stem.replace("?", "") if item.stem.count("?") != 1 else item.stem
    if "?" in stem:
        return stem
    if GAP in stem:
        return f"What belongs in the gap? {stem}"
    return f"{stem.rstrip('.')}: what does your note say?"


def _where(item: Item, secret: Secret) -> str:
    place = [part for part in dict.fromkeys((item.title, *item.heading_path)) if not secret.is_told_by(part)]
    if not place:
        return f"It's on line {item.line} of one of your notes, in your own words."
    return f"It's in your note on {' › '.join(place).replace('?', '')}."


def _beside(item: Item, note: Note, secrets: Sequence[Secret]) -> str:
    """The nearest sentence beside the source that tells no answer."""
    block = next(
        (block for block in note.blocks if block.span.start <= item.source.start < block.span.end), None
    )
    if block is None:
        return _shape(item)
    sentences = split_sentences(note.text, block.span)
    near = sorted(
        (sentence for sentence in sentences if abs(sentence.span.start - item.source.start) < _NEAR),
        key=lambda sentence: abs(sentence.span.start - item.source.start),
    )
    for sentence in near:
        inside = item.source.start <= sentence.span.start < item.source.end
        text = sentence.text.replace("?", "")
        if inside or len(content_words(text)) < 3:
            continue
        if not any(secret.is_told_by(text) for secret in secrets):
            return f"Next to it you wrote: “{text}”"
    return _shape(item)


def _shape(item: Item) -> str:
    words = re.findall(r"[^\W_]+", item.key)
    if len(words) > 5:
        return f"It's a whole statement of {len(words)} words."
    if any(character.isdigit() for character in item.key):
        digits = sum(character.isdigit() for character in item.key)
        return f"It's a number: {digits} {'digit' if digits == 1 else 'digits'}."
    count = (
        f"{len(words)} words" if len(words) > 1 else f"one word of {len(words[0]) if words else 0} letters"
    )
    return f"It's {count}, beginning with “{words[0][0].upper()}”." if words else "It's a single character."


def _with_gap(item: Item, secret: Secret) -> str:
    text = " ".join(plain_text(item.quote).split())
    # Of a statement a third of the words is left, too few to tell it.
    hidden = secret.hide(text.replace(item.key, MASK))
    gapped = " ".join(_thinned(text)) if secret.is_statement else hidden
    return f"The note says: “{gapped.replace('?', '')}”"


def _thinned(text: str) -> Iterator[str]:
    for index, word in enumerate(text.split()):
        yield word if index % 3 == 0 else MASK
