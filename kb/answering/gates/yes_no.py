"""Yes and no: said in the language of the question where the reader is sure, and cut from what a model says.

A model's own "No, …" is no statement of the notes, however true the sentence behind it may be.
"""

from __future__ import annotations

import re

from kb.answering.gates.negation import polarity
from kb.answering.words import covers
from kb.reading.reading import Support

_SURE = 0.8  # probability from which the reader's verdict is said
_WORDS = (
    (re.compile(r"[吗么嗎]|[\u3400-\u9fff]"), ("是的", "不是")),
    (
        re.compile(
            r"^\W*(?:ist|sind|war|waren|bin|hat|habe|haben|hatte|kann|darf|muss|soll|wird|werden|braucht|gibt|kommt|geht)\b",
            re.IGNORECASE,
        ),
        ("Ja", "Nein"),
    ),
    (
        re.compile(
            r"^\W*(?:est|sont|était|a-t|ai-je|as-tu|peut|puis|peux|dois|doit|faut|avons|avez)\b",
            re.IGNORECASE,
        ),
        ("Oui", "Non"),
    ),
    (
        re.compile(
            r"^\W*(?:es|son|está|están|fue|hay|puedo|puede|debo|tengo|tiene|he|se)\b|^¿", re.IGNORECASE
        ),
        ("Sí", "No"),
    ),
    (re.compile(""), ("Yes", "No")),
)

_SAID = (
    "no|nope|nah|never|not really|not at all|yes|yep|yeah|yup|sure|certainly|of course|indeed|actually|in fact|on the contrary|"
    "correct|right|wrong|incorrect|true|false|exactly|absolutely|unfortunately|"
    "nein|ja|doch|jawohl|natürlich|eigentlich|im gegenteil|stimmt|richtig|falsch|leider|"
    "non|oui|si|bien sûr|en fait|au contraire|malheureusement|sí|claro|en realidad|al contrario|por supuesto|"
    "sì|certo|in realtà|sim|não|nee|jazeker|да|нет|نعم|لا"
)
_FIRST = re.compile(
    rf"^\W*+(?:(?:{_SAID})(?:\s*[,:;!–—-]+\s*|\.\s+)|(?:是的|不是|不|是|对|對|没有|はい|いいえ)[，,。、：:！!]\s*)+",
    re.IGNORECASE,
)
_LAST = re.compile(
    rf"(?:[,;.–—-]\s*(?:isn['’]t (?:it|he|she)|aren['’]t they|right|nicht wahr|oder|n['’]est-ce pas|verdad)\?)?"
    rf"(?:(?<=[?.])\s*|[,;–—-]\s*)(?:{_SAID})\W*$",
    re.IGNORECASE,
)


def without_answer_word(sentence: str) -> str:
    """`sentence` without a yes, a no, or their like at its beginning or end; "" where it says nothing else."""
    rest = _LAST.sub("", _FIRST.sub("", sentence)).strip()
    return rest[:1].upper() + rest[1:]


def answer_word(question: str, quote: str, support: Support) -> str:
    """ "Yes" or "No" in the language of `question`, or "" where the passage decides neither.

    `quote` is what is shown for it: no yes stands before what denies a word of the question, as in "no phones".
    """
    yes, no = next(words for pattern, words in _WORDS if pattern.search(question))
    if support.entails >= _SURE:
        asked, quoted = polarity(question), polarity(quote)
        return "" if any(covers(asked.affirmed, word) for word in quoted.denied) else yes
    return no if support.contradicts >= _SURE else ""
