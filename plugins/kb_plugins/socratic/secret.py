"""Keeps an answer secret: hides it from the model's prompt, and finds it in what is about to be shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.plugin_api import content_words, covers, numbers_of, same_word, words_of
from kb_plugins.quiz.item import Item, leaks

MASK = "____"
_LONG = 5  # content words from which a key is a statement, which can be told in other words
_TOLD = 0.5  # share of a statement's own content words that tell it
_SEQUENCE = 4  # words in a row, with content, that quote a statement
_SIMILAR = 0.8  # cosine of a sentence to a statement that says it otherwise
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"[^.!?。！？]+[.!?。！？]*")
Similarity = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Secret:
    """The answer to a question, with all its names."""

    key: str
    aliases: tuple[str, ...]
    known: str  # what may be said: the question's own words

    @classmethod
    def of(cls, item: Item, aliases: Sequence[str], question: str) -> Secret:
        return cls(item.key, tuple(aliases), question)

    @property
    def is_statement(self) -> bool:
        """Whether the answer is a sentence rather than a term or a number."""
        return len(content_words(self.key)) >= _LONG

    def hide(self, text: str) -> str:
        """`text` with every form of the answer's own words masked."""
        asked = words_of(self.known)
        own = [
            word
            for name in (self.key, *self.aliases)
            for word in (content_words(name) or words_of(name))
            if not covers(asked, word)
        ]
        numbers = set(numbers_of(self.key))

        def masked(match: re.Match[str]) -> str:
            parts = [*words_of(match[0]), match[0].casefold()]
            hit = any(same_word(part, word) for part in parts for word in own)
            return MASK if hit or set(numbers_of(match[0])) & numbers else match[0]

        hidden = _WORD.sub(masked, text)
        return re.sub(rf"{MASK}(?:\s+{MASK})+", MASK, hidden)

    def is_told_by(self, text: str, similarity: Similarity | None = None) -> bool:
        """Whether `text` tells the answer: by name, in another form, spelt apart, or in other words."""
        numbers = set(numbers_of(self.key)) - set(numbers_of(self.known))
        if numbers & set(numbers_of(text)):
            return True
        for name in (self.key, *self.aliases):
            if leaks(self.known, name):
                continue  # the question says it itself
            if leaks(text, name) or _is_spelt(text, name):
                return True
        if self.is_statement:
            return self._is_paraphrased(text, similarity)
        asked = words_of(self.known)
        own = [word for word in content_words(self.key) if not covers(asked, word)]
        said = words_of(text)
        # Of a term in several words, half told is as good as told.
        return bool(own) and sum(covers(said, word) for word in own) >= max(1, len(own) * 2 / 3)

    def _is_paraphrased(self, text: str, similarity: Similarity | None) -> bool:
        asked, said = words_of(self.known), words_of(text)
        own = [word for word in content_words(self.key) if not covers(asked, word)]
        if own and sum(covers(said, word) for word in own) / len(own) >= _TOLD:
            return True
        key = " ".join(words_of(self.key))
        for start in range(len(said) - _SEQUENCE + 1):
            run = said[start : start + _SEQUENCE]
            if " ".join(run) in key and not all(covers(asked, word) for word in run):
                return True
        return similarity is not None and any(
            similarity(sentence, self.key) >= _SIMILAR
            for sentence in _SENTENCE.findall(text)
            if sentence.strip()
        )


def _is_spelt(text: str, name: str) -> bool:
    """Whether `text` holds `name` with its letters set apart, as in t-o-k-e-n."""
    compact = "".join(words_of(name))
    letters = [word for word in re.findall(r"[^\W_]+", text.casefold()) if len(word) == 1]
    return len(compact) >= 4 and compact in "".join(letters)
