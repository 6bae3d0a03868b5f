"""The few words that a question about a fact needs, in the languages of notes; elsewhere signs do."""

from __future__ import annotations

import re

from kb.plugin_api import Note, language_of

_WHAT = {
    "": "What is {}?", "de": "Was ist {}?", "fr": "Qu’est-ce que {} ?", "es": "¿Qué es {}?", "it": "Che cos’è {}?",
    "pt": "O que é {}?", "nl": "Wat is {}?", "zh": "什么是{}？", "ja": "{}とは何ですか？", "ko": "{}: 무엇인가요?",
    "ru": "Что такое {}?", "sv": "Vad är {}?", "pl": "Co to jest {}?",
}  # fmt: skip
_WHY = {
    "": "Why? {}", "de": "Warum? {}", "fr": "Pourquoi ? {}", "es": "¿Por qué? {}", "it": "Perché? {}", "pt": "Por quê? {}",
    "nl": "Waarom? {}", "zh": "为什么？{}", "ja": "なぜ？{}", "ru": "Почему? {}", "sv": "Varför? {}", "pl": "Dlaczego? {}",
}  # fmt: skip
_HAN, _KANA, _HANGUL = (
    re.compile(r"[\u4e00-\u9fff]"),
    re.compile(r"[\u3040-\u30ff]"),
    re.compile(r"[\uac00-\ud7af]"),
)
_PLURAL = re.compile(r"(?<!s)(?<!u)(?<!i)s$")
_READ = 3_000


_SAYS = {
    "": "What does the note say about {}?", "de": "Was sagt die Notiz über {}?", "fr": "Que dit la note sur {} ?",
    "es": "¿Qué dice la nota sobre {}?", "it": "Che cosa dice la nota su {}?", "pt": "O que diz a nota sobre {}?",
    "nl": "Wat zegt de notitie over {}?", "zh": "关于{}，笔记说了什么？", "ja": "{}について何と書いてありますか？",
}  # fmt: skip


class Wording:
    """How a note's questions are put."""

    def __init__(self, note: Note) -> None:
        text = note.text[note.body.start : note.body.start + _READ]
        self.language = _script(text) or language_of(text)

    def what_is(self, name: str) -> str:
        """Asks what `name` is."""
        bare = name.partition(" (")[0]
        if not self.language and _PLURAL.search(bare) and bare[:1].isupper() and len(bare.split()) <= 4:
            return f"What are {name}?"
        return _WHAT.get(self.language, "{}: ?").format(name)

    def says_of(self, name: str) -> str:
        """Asks what the note says of `name`."""
        return _SAYS.get(self.language, "{}: …?").format(name)

    def why(self, statement: str) -> str:
        """Asks why `statement` holds."""
        return _WHY.get(self.language, "{} — ?").format(statement)


def _script(text: str) -> str:
    """The language that the letters tell."""
    for pattern, language in ((_KANA, "ja"), (_HANGUL, "ko"), (_HAN, "zh")):
        if len(pattern.findall(text)) > 0.2 * max(1, len("".join(text.split()))):
            return language
    return ""
