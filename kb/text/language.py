"""The language a note is written in, and its words cut to their stems.

SQLite's tokeniser stems English alone. With Snowball's stemmers nDCG@10 rose from .860 to .918 on XQuAD (ar), from
.948 to .959 (es) and from .914 to .939 (de), by words alone (tests/bench/README.md).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Literal

from kb.text.characters import plain
from kb.text.language_data import language_data
from kb.text.scripts import languages_of_script

ENGLISH = ""  # or another language without a stemmer
UNCERTAIN = "und"  # as ISO 639-2 has it: too short, or no prose
_CERTAIN = 0.5  # probability; dates, lists of names and lines of code get 0.2 at most
_READ = 4_000  # characters that tell the language
_FEWEST_WORDS = 8
_FEWEST_LETTERS = 12  # of a script other than Latin
_MAYBE_OTHER = re.compile("[\u0370-\u1dff\u1f00-\U0010ffff]")  # what is no Latin letter, if it is a letter
_GREEK, _LATIN_ADDITIONS = "\u0370", ("\u1e00", "\u1eff")
# A text of which so many words are these is English, and needs no identifier, which takes 0.6 s to load.
_COMMON = frozenset("the of and to that it for as with was are be this by or from".split())
_PLAINLY = 0.1  # of German, Spanish, Arabic and Chinese texts, 0.07 at most
_WORD = re.compile(r"\w+")
_KANA = re.compile("[\u3041-\u30ff]")
_KANA_SHARE = 0.1  # of the characters of Japanese; Chinese has none
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
    """The same, but UNCERTAIN where `text` may be in any language, or each of its words tells by its script."""
    language = language_told(text)
    if language in STEMMERS and STEMMERS[language] in _algorithms():
        return language
    return UNCERTAIN if language == UNCERTAIN or _is_of_other_script(text[:_READ]) else ENGLISH


@lru_cache(maxsize=256)
def language_told(text: str) -> str:
    """The code of the language of `text`, whatever kb knows of it: `en`, `zh`; UNCERTAIN where it may be any."""
    text = text[:_READ]
    if _is_of_other_script(text) and (language := _told_by_script(text)):
        return language
    words = _WORD.findall(text.casefold())
    if _is_plainly_english(words):
        return "en"
    if len(words) < _FEWEST_WORDS:
        return UNCERTAIN
    language, probability = _identifier().classify(text)
    return str(language) if probability >= _CERTAIN else UNCERTAIN


def likely_languages(text: str, usual: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Those of `known` that a short text is likely in: by its scripts, else by its function words; `usual` if nothing tells."""
    words = list(map(plain, _WORD.findall(text)))
    by_script = dict.fromkeys(code for word in words for code in languages_of_script(word) if code in known)
    if "ja" in by_script and "zh" in by_script and _KANA.search(text):
        del by_script["zh"]
    shared = {code: sum(map(language_data(code).function_words.__contains__, words)) for code in known}
    most = max(shared.values(), default=0)
    latin = [code for code in known if most and shared[code] >= (most / 2 if code in usual else most)]
    found = (*by_script, *sorted(latin, key=lambda code: -shared[code]))
    return found or tuple(usual)


def _told_by_script(text: str) -> str:
    """The one language that is written in the script of `text`; empty for several."""
    found = Counter(code for word in _WORD.findall(text) if (code := "|".join(languages_of_script(word))))
    if not found:
        return ""
    languages = found.most_common(1)[0][0].split("|")
    if "zh" in languages:
        return "ja" if len(_KANA.findall(text)) >= _KANA_SHARE * len(text) else "zh"
    return languages[0] if len(languages) == 1 else ""


def _is_of_other_script(text: str) -> bool:
    if text.isascii() or not any(map(str.isalpha, _MAYBE_OTHER.findall(text))):
        return False
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and sum(map(_is_latin, letters)) < len(letters) / 2


def is_foreign(text: str) -> bool | None:
    """Whether `text` is in another language than English; None where it is too short or too odd to tell."""
    seen = is_foreign_at_a_glance(text)
    if seen != "perhaps":
        return seen
    language = language_told(text[:_READ])
    return None if language == UNCERTAIN else language != "en"


def is_foreign_at_a_glance(text: str) -> bool | Literal["perhaps"] | None:
    """The same without the identifier of languages, which takes 0.4 s to load; "perhaps" where that is to be asked."""
    text = text[:_READ]
    if sum(map(str.isalpha, text)) >= _FEWEST_LETTERS and _is_of_other_script(text):
        return True
    words = _WORD.findall(text.casefold())
    if len(words) < _FEWEST_WORDS:
        return None
    return False if _is_plainly_english(words) else "perhaps"


def english_share(text: str) -> float:
    """The share of English function words among the words of `text`."""
    words = _WORD.findall(text[:_READ].casefold())
    return sum(map(language_data("en").function_words.__contains__, words)) / (len(words) or 1)


def _is_plainly_english(words: Sequence[str]) -> bool:
    return bool(words) and sum(map(_COMMON.__contains__, words)) >= _PLAINLY * len(words)


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
