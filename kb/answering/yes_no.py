"""Yes and no, in the language of the question."""

from __future__ import annotations

import re

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


def answer_word(question: str, support: Support) -> str:
    """ "Yes" or "No" in the language of `question`, or "" where the passage decides neither."""
    yes, no = next(words for pattern, words in _WORDS if pattern.search(question))
    if support.entails >= _SURE:
        return yes
    return no if support.contradicts >= _SURE else ""
