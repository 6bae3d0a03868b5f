"""Answers in words: negations, terms, statements, and what only a model can tell."""

from __future__ import annotations

import re

from kb.plugin_api import content_words, contradicts, covers, language_told, polarity, words_of
from kb_plugins.quiz.forms import is_name
from kb_plugins.quiz.graded import Attempt, Graded

_LONG = 4  # content words of a key from which an answer may say it otherwise
_COVERED = 0.6  # of a long key's content words that make an answer right
_TURNED = 0.6  # of the key's words, from which an answer that denies one of them is wrong
# Cosines of multilingual-e5-small and probabilities of the reader, fitted on one half of
# tests/plugins/graded_answers.json; figures of the other half are in tests/bench/README.md.
_SAME, _UNLIKE = 0.58, 0.36
_CONTRARY, _DENIED, _FOLLOWS = 0.66, 0.3, 0.4  # _DENIED: where one side alone says `not`
_STRANGE = 0.45  # the same for an answer without a word of the key that is not in the question
_CLOSE = 0.5  # from which a short answer without a common word may still be meant
_NEARER = 0.12  # by which an answer is nearer to the key than to the question
_HALF, _LITTLE = 0.5, 0.3  # of the key's words
_SWAPPED = 0.65  # cosine below which two terms that share a word are two things
_WHOLE = 0.6  # of a statement's words that an answer in other words has at least
_DENIES = re.compile(
    r"\b(?:not|never|no|none|cannot|without|instead of|rather than|nicht|kein\w*|nie|niemals|ohne|statt|anstatt|sans|sin|au lieu de|en vez de|pas|jamais|aucune?|nunca|ning[uú]n\w*)\b|\bnon[- ](?=\w)|n['’]t\b|[不没未无非]",
    re.IGNORECASE,
)
_WITHOUT = re.compile(r"\b(?:without|ohne|sans|sin)\b", re.IGNORECASE)
_SETS_RIGHT = re.compile(
    r"\b(?:but|rather|instead|only|sondern|nur|mais|seulement|sino|solo|sólo)\b|而是|不仅|不只", re.IGNORECASE
)
_YES = re.compile(r"(?:yes|yeah|ja|jawohl|oui|si|sí|是的?|对)(?:\b|(?=[，,。]))", re.IGNORECASE)
_NO = re.compile(r"(?:no|nope|nein|non|不是|不)(?:\b|(?=[，,。]))", re.IGNORECASE)
_OPPOSITE = "That may be the opposite of what the note says."
_LATIN_END = "\u024f"


def of_negation(attempt: Attempt) -> Graded | None:
    """An answer that has the key's words and denies one of them, or affirms what the key denies, is wrong."""
    if (_YES.match(attempt.key) and _NO.match(attempt.given)) or (
        _NO.match(attempt.key) and _YES.match(attempt.given)
    ):
        return Graded("wrong", "Your note says the opposite.")
    if not attempt.held:
        return None
    turned = _turned(attempt)
    if turned is None:
        return None
    if turned and (attempt.share >= _TURNED or not attempt.added):
        return Graded("wrong", "Your note says the opposite.")
    # Who says it in other words may say `not` where the note does not: models of meaning decide.
    return None if attempt.share < _TURNED and attempt.supports else Graded("unsure", _OPPOSITE)


def _turned(attempt: Attempt) -> bool | None:
    """Whether the answer plainly turns the key round; None where nothing is denied on one side alone."""
    key = attempt.key if len(attempt.wanted) >= _LONG else attempt.source
    mine, theirs = polarity(attempt.given), polarity(key)
    by_without = bool(_WITHOUT.search(attempt.given)) != bool(_WITHOUT.search(attempt.key))
    if by_without and _DENIES.search(attempt.given) and _DENIES.search(attempt.key):
        return None  # `without being used up` and `is not used up` deny the same
    if contradicts(mine, theirs):
        denied = any(covers(attempt.wanted, word) for word in mine.denied)
        return denied or any(covers(mine.affirmed, word) for word in theirs.denied)
    if bool(_DENIES.search(attempt.given)) == bool(_DENIES.search(attempt.key)):
        return None
    if bool(_DENIES.search(attempt.given)) == bool(_DENIES.search(attempt.source)):
        return None
    return not _SETS_RIGHT.search(attempt.given) and attempt.share >= _TURNED


def of_terms(attempt: Attempt) -> Graded | None:
    """A short key: its words in any form and order, slips of the keyboard allowed."""
    if len(attempt.wanted) >= _LONG:
        return None
    if attempt.share == 1 and len(attempt.said) <= 4 * len(attempt.wanted) + 6:
        exact = all(covers(attempt.said, word) for word in attempt.wanted)
        return Graded("right", "" if exact else f"Spelt: {attempt.key}")
    own = _own_words(attempt)
    if own and not attempt.added and all(word in attempt.held for word in own):
        return Graded("right")  # what the question says already need not be said again
    if _swaps_a_word(attempt):
        return Graded("wrong")
    if attempt.share or not _same_language(attempt.given, attempt.key):
        return None
    if is_name(attempt.key) or attempt.similarity(attempt.given, attempt.key) < _CLOSE:
        return Graded("wrong")
    return Graded("unsure", "Close; compare it with the note.")


def _swaps_a_word(attempt: Attempt) -> bool:
    """`Intrinsic load` where the note says `extraneous load`: the word that tells them apart is another one."""
    missing = [word for word in attempt.wanted if word not in attempt.held]
    return (
        len(attempt.wanted) > 1
        and len(missing) == 1
        and len(attempt.added) == 1
        and not covers(words_of(attempt.question), missing[0])
        and len(content_words(attempt.given)) == len(attempt.wanted)
        and attempt.similarity(attempt.given, attempt.key) < _SWAPPED
    )


def _own_words(attempt: Attempt) -> list[str]:
    """The words of the key that the question has not."""
    asked = words_of(attempt.question)
    return [word for word in attempt.wanted if not covers(asked, word)]


def _has_own_words(attempt: Attempt) -> bool:
    return any(word in attempt.held for word in _own_words(attempt))


def of_words(attempt: Attempt) -> Graded | None:
    """A long key: most of its words."""
    if len(attempt.wanted) >= _LONG and attempt.share >= _COVERED:
        return Graded("right")
    return None


def of_meaning(attempt: Attempt) -> Graded | None:
    """What words leave open: whether models of meaning agree that the answer says the same, or something else."""
    likeness = attempt.similarity(attempt.given, attempt.key)
    supports = (
        attempt.supports([(attempt.given, attempt.key), (attempt.key, attempt.given)])
        if attempt.supports
        else []
    )
    denies = bool(_DENIES.search(attempt.given)) != bool(_DENIES.search(attempt.key))
    contrary = max((support.contradicts for support in supports), default=0.0)
    if contrary >= (_DENIED if denies else _CONTRARY) and (denies or attempt.share >= _HALF):
        return Graded("unsure", _OPPOSITE)
    follows = max((support.entails for support in supports), default=0.0)
    is_statement = len(attempt.wanted) >= _LONG or len(attempt.key.split()) >= _LONG + 2
    is_whole = len(content_words(attempt.given)) >= _WHOLE * len(attempt.wanted)
    # What an answer shares with the question says nothing for it.
    nearer = likeness - attempt.similarity(attempt.given, attempt.question)
    if is_statement and is_whole and likeness >= _SAME and nearer >= _NEARER:
        return Graded("right")
    if (
        supports
        and is_statement
        and nearer <= 0
        and follows < _FOLLOWS
        and _same_language(attempt.given, attempt.key)
    ):
        return Graded("wrong", attempt.compare)
    # Two models must agree before an answer in other words is refused.
    if (
        supports
        and likeness < (_UNLIKE if _has_own_words(attempt) else _STRANGE)
        and follows < _FOLLOWS
        and attempt.share < _LITTLE
        and _same_language(attempt.given, attempt.key)
    ):
        return Graded("wrong", attempt.compare)
    return None


def _same_language(one: str, other: str) -> bool:
    """Whether nothing speaks for two languages."""
    languages = {language_told(one), language_told(other)} - {"und"}
    return _same_script(one, other) and len(languages) < 2


def _same_script(one: str, other: str) -> bool:
    """Whether both are in Latin letters, or neither is."""
    return _is_latin(one) == _is_latin(other)


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter <= _LATIN_END for letter in letters) * 2 >= len(letters)
