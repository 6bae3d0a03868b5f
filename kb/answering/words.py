"""Words as the evidence checks see them: which carry content, which are the same word in another form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from kb.indexing.tokens import unspaced_bigrams

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BRITISH = re.compile(r"(.{3,})is(e|ed|es|er|ing|ation|ations)$")
_MAX_ENDING = 3  # letters two forms of a word may differ in at their end: -s, -ed, -ing
_MIN_STEM = 4

# Closed classes of words that say how a sentence is built, not what it is about (English, German, Spanish, French).
FUNCTION_WORDS = frozenset(
    """
a an the this that these those it its he she they them his her their i me my mine we us our you your who whom whose
which what when where why how much many there here is are was were be been being am do does did done have has had
having can could may might must shall should will would of in on at to for from by with about into onto over under
between during before after than then as if or and but so nor because while until also just only very too some any
each all both more most other such own same again further once up down out off through not no
mean means meant called according kind type
der die das ein eine einer eines einem einen den dem des und oder aber denn wenn weil dass ob als wie wer wen wem
wessen was wann wo warum wieso welche welcher welches welchen welchem ist sind war waren sein wird werden wurde
wurden hat haben hatte kann können muss soll sollte darf man sich es er sie wir ihr ich du mein dein im am vom zum zur
bei mit nach von zu auf aus an in für über unter durch gegen ohne um nicht kein keine viel viele auch nur noch schon
el la los las un una unos unas y o pero que quien quién quiénes cual cuál cuáles cuando cuándo donde dónde como cómo
cuanto cuánto cuántos cuántas por para con sin sobre entre de del al en es son era eran fue fueron ser estar está
están ha han había se su sus lo le les no sí más muy ya
le les une des du et ou mais où qui quoi quel quelle quels quelles quand comment pourquoi combien est sont était
étaient être avoir a ont avait dans sur avec pour par sans ce cette ces son sa ses leur leurs il elle ils elles ne pas
""".split()
)
NEGATIONS = frozenset(
    "not no never none nothing neither nor cannot without nicht kein keine keinen keiner nie niemals ohne ni nunca "
    "ningún ninguna sin pas jamais aucun aucune sans".split()
)


def words_of(text: str) -> list[str]:
    """The words of `text` in order, lower case; scripts without spaces give their character bigrams."""
    spaced = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    return [word for word in spaced if not _is_unspaced(word)] + unspaced_bigrams(text)


def content_words(text: str) -> list[str]:
    """The distinct words of `text` that say what it is about, in order."""
    return [word for word in dict.fromkeys(words_of(text)) if _stem(word) not in FUNCTION_WORDS]


def numbers_of(text: str) -> list[str]:
    """The numbers of `text` as written with digits, without thousands separators: `1,190` gives `1190`."""
    return [_plain_number(number) for number in _NUMBER.findall(unicodedata.normalize("NFKC", text))]


def is_negated(text: str) -> bool:
    """Whether a word of `text` denies something."""
    return any(word in NEGATIONS or word.endswith("n't") for word in words_of(text))


def same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: equal but for a short ending, as in `reduces` and `reducing`.

    Needs no dictionary and serves every language that puts its endings last.
    """
    one, other = _stem(one), _stem(other)
    if one == other:
        return True
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= _MIN_STEM and max(len(one), len(other)) - shared <= _MAX_ENDING


def covers(words: Iterable[str], word: str) -> bool:
    """Whether one of `words` is a form of `word`."""
    return any(same_word(candidate, word) for candidate in words)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """`word` without possessive ending, in one of its two English spellings."""
    bare = word.removesuffix("'s").removesuffix("'")
    return _BRITISH.sub(r"\1iz\2", bare)


def _plain_number(number: str) -> str:
    """`1,190` and `1.190` as `1190`; `1.4` and `1,4` as `1.4`."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        return re.sub(r"[.,]", "", number)
    return number.replace(",", ".")


def _is_unspaced(word: str) -> bool:
    return bool(unspaced_bigrams(word))
