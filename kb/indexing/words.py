"""What is asked of the full-text index, as FTS5 expressions.

Words of notes in `languages` are stored as stems too, in a column of their own; see kb.indexing.language. To store
them as nothing else lets the same word of the few other notes look rare, and those notes rank first.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.indexing.language import stems
from kb.indexing.tokens import unspaced_bigrams


def any_match(words: Sequence[str], bigrams: Sequence[str], languages: Sequence[str]) -> str:
    """What holds any of `words` or `bigrams`; empty when there are none."""
    parts = [_quoted(word) for word in words]
    if languages and parts:
        parts = ["- stems : (" + " OR ".join(parts) + ")"]
    cut = dict.fromkeys(stem for language in languages for stem in stems(" ".join(words), language))
    parts += [f"stems : {_quoted(stem)}" for stem in cut]
    parts += [f"bigrams : {_quoted(bigram)}" for bigram in bigrams]
    return " OR ".join(parts)


def phrase_match(text: str, languages: Sequence[str]) -> str:
    """What holds the words of `text` next to each other; a script without spaces is found by its bigrams."""
    if bigrams := unspaced_bigrams(text):
        return "bigrams : " + _quoted(" ".join(bigrams))
    plain = _quoted(text)
    if not languages:
        return plain
    cut = dict.fromkeys(" ".join(stems(text, language)) for language in languages)
    return " OR ".join([f"- stems : {plain}", *(f"stems : {_quoted(words)}" for words in cut if words)])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', " ").replace("\x00", " ") + '"'
