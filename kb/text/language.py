"""The language a note is written in, and its words cut to their stems.

SQLite's tokeniser stems English alone. With Snowball's stemmers nDCG@10 rose from .860 to .918 on XQuAD (ar), from
.948 to .959 (es) and from .914 to .939 (de), by words alone (tests/bench/README.md).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

ENGLISH = ""  # or another language without a stemmer
UNCERTAIN = "und"  # as ISO 639-2 has it: too short, or no prose
_CERTAIN = 0.5  # probability; dates, lists of names and lines of code get 0.2 at most
_READ = 4_000  # characters that tell the language
_FEWEST_WORDS = 8
_FEWEST_LETTERS = 12  # of a script other than Latin
_GREEK, _LATIN_ADDITIONS = "\u0370", ("\u1e00", "\u1eff")
# A text of which so many words are these is English, and needs no identifier, which takes 0.6 s to load.
_COMMON = frozenset("the of and to that it for as with was are be this by or from".split())
_PLAINLY = 0.1  # of German, Spanish, Arabic and Chinese texts, 0.07 at most
_WORD = re.compile(r"\w+")
# ISO 639-1 codes, as the identifier tells them, and Snowball's names.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "es": "spanish",
    "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian",
    "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
    "yi": "yiddish",
}  # fmt: skip


def language_of(text: str) -> str:
    """The code of the language of `text` when it is certain and has a stemmer of its own; else ENGLISH."""
    language = language_or_uncertain(text)
    return ENGLISH if language == UNCERTAIN else language


def language_or_uncertain(text: str) -> str:
    """The same, but UNCERTAIN where `text` may be in any language."""
    text = text[:_READ]
    words = _WORD.findall(text.casefold())
    if words and sum(map(_COMMON.__contains__, words)) >= _PLAINLY * len(words):
        return ENGLISH
    if len(words) < _FEWEST_WORDS:
        return UNCERTAIN
    language, probability = _identifier().classify(text)
    if probability < _CERTAIN:
        return UNCERTAIN
    return str(language) if language in STEMMERS and STEMMERS[language] in _algorithms() else ENGLISH


def is_foreign(text: str) -> bool | None:
    """Whether `text` is in another language than English; None where it is too short or too odd to tell."""
    text = text[:_READ]
    letters = [character for character in text if character.isalpha()]
    if len(letters) >= _FEWEST_LETTERS and sum(map(_is_latin, letters)) < len(letters) / 2:
        return True
    words = _WORD.findall(text.casefold())
    if len(words) < _FEWEST_WORDS:
        return None
    if sum(map(_COMMON.__contains__, words)) >= _PLAINLY * len(words):
        return False
    language, probability = _identifier().classify(text)
    return str(language) != "en" if probability >= _CERTAIN else None


def _is_latin(letter: str) -> bool:
    return letter < _GREEK or _LATIN_ADDITIONS[0] <= letter <= _LATIN_ADDITIONS[1]


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _algorithms() -> frozenset[str]:
    import Stemmer

    return frozenset(Stemmer.algorithms())
