"""Questions for an e-mail address or a phone number: what is neither cannot answer them."""

from __future__ import annotations

import re

_KINDS = (
    (
        re.compile(
            r"\be-?mail[- ]?add?ress|['’]s e-?mail\W*$|\b(?:e-?)?mail-?adresse|\badresse (?:e-?mail|mail|électronique)"
            r"|\bcourriel (?:de|d['’])|\bcorreo(?: electrónico)? (?:de|del)\b|邮箱|电子邮件地址",
            re.IGNORECASE,
        ),
        re.compile(r"\S@\S"),
    ),
    (
        re.compile(
            r"\b(?:tele)?phone number|\bmobile number|['’]s (?:phone|mobile)\W*$|\b(?:telefon|handy|mobil)nummer"
            r"|\bnuméro de (?:téléphone|portable)|\bnúmero de (?:teléfono|móvil)|电话号码|手机号",
            re.IGNORECASE,
        ),
        re.compile(r"(?:\d[\s()./-]*){5}\d"),
    ),
)


def lacks_contact(question: str, text: str) -> bool:
    """Whether `question` asks for an e-mail address or a phone number and `text` holds none."""
    return any(asks.search(question) and not form.search(text) for asks, form in _KINDS)
