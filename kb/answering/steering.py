"""Sentences of notes that speak to a language model instead of to a reader.

Notes are data: an answer never follows them, and none is made of them either. There is no sure way to know such a
sentence; these patterns are the common ones, and a question about such sentences may still be answered with them.
"""

from __future__ import annotations

import re

_STEERS = re.compile(
    "|".join(
        (
            (
                r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|prompts?|notes?|above|previous|"
                r"prior|earlier|everything|guidelines?|restrictions?|citations?)\b"
            ),
            r"\b(?:ignoriere|vergiss|missachte)\b.{0,40}\b(?:anweisung\w*|regeln?|notizen|vorherige\w*|alles)\b",
            r"\b(?:ignora|olvida)\b.{0,40}\b(?:instrucciones|reglas|todo|anterior\w*)\b",
            r"\b(?:ignore[rz]?|oublie[rz]?)\b.{0,40}\b(?:instructions|consignes|règles|tout|précédente\w*)\b",
            r"忽略.{0,12}(?:指令|指示|说明)|игнорируй.{0,30}(?:инструкци|правил)|تجاهل.{0,30}التعليمات",
            (
                r"\b(?:reply|respond|answer|output|print|say|write|repeat|antworte|schreibe?|sage?|responde|escribe|réponds|écris)\b"
                r"[^.]{0,30}\b(?:only|exactly|just|nothing but|nur|ausschließlich|solo|seulement|with the word|with the text)\b"
            ),
            (
                r"\b(?:reveal|show|print|repeat|output|leak|disclose|send)\b.{0,30}\b(?:system prompt|your (?:prompt|instructions|rules)|"
                r"hidden|passwords?|api keys?|secrets?)\b"
            ),
            (
                r"\b(?:you are|you're|act as|pretend (?:to be|you are)|du bist|eres|tu es|from now on)\b.{0,20}\b(?:now|an? (?:ai|assistant|"
                r"language model|pirate|hacker|unrestricted|different|evil)|jetzt|ahora|maintenant|dan|you (?:are|must|will|shall))\b"
            ),
            r"\bas an? (?:ai|artificial intelligence|(?:large )?language model|assistant)\b",
            r"\b(?:developer|jailbreak|god|debug|admin|maintenance|sudo) mode\b",
            r"^\W*(?:system|assistant|user|human|ai)\s*:|\bbegin (?:system|instructions?)\b|\bend of (?:notes|context|prompt)\b",
            r"<\|[^|<>]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|###\s*(?:instruction|system|response)",
            (
                r"\b(?:the (?:correct|right|true|only) answer (?:to (?:every|any|all|this) question )?is(?: always)?|always (?:answer|say|reply|cite)|"
                r"never (?:cite|answer|mention)|must (?:answer|say|reply|cite|respond))\b"
            ),
            r"\b(?:new|updated|important) (?:instructions?|system (?:message|prompt))\b|\binstructions? for (?:the )?(?:ai|assistant|model)\b",
            r"\b(?:note|message|attention|hinweis) (?:to|for|an|für) (?:the |any |die |all )?(?:ai|assistants?|llms?|language models?|chatbots?|ki)\b",
        )
    ),
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:prompts?|injections?|instructions?|jailbreak\w*|inject\w*|attack\w*|anweisung\w*|angriff\w*)\b",
    re.IGNORECASE,
)


def steers(text: str) -> bool:
    """Whether `text` tells a language model what to do."""
    return _STEERS.search(text) is not None


def asks_about_steering(question: str) -> bool:
    """Whether such sentences can be what `question` asks for."""
    return _ABOUT.search(question) is not None
