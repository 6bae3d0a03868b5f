"""Questions over notes as people keep them, which encyclopaedias lack: logs, lists, tables, properties, contacts.

Vaults are made here by chance from `words.txt`, `relations.txt` and `lines.txt`. Every answer is a stretch of its passage, and a wrong passage never tells what was
asked of its subject: both are known when a note is made, not guessed afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from training.made_vaults import make_vault
from training.sets import LABELS, Example, Pair, keywords, typo
from training.values import value_of
from training.vault_words import (
    LANGUAGES,
    Fact,
    Passage,
    bare_name,
    kind_of,
    known_relations,
)
from training.written_notes import heading_examples, written_examples, written_pairs

_VAULTS = 1500
_WRITTEN = 2  # questions over written notes for each over a made one
_OTHER_LANGUAGE = 0.35  # share of questions in another language than the note
_YES_NO = {
    "thing.shop": "Did I buy {x} at {v}?|Habe ich {x} bei {v} gekauft?|Ai-je acheté {x} chez {v} ?|¿Compré {x} en {v}?|{x}是在{v}买的吗？",
    "thing.colour": "Is {x} {v}?|Ist {x} {v}?|{x}, c'est {v} ?|¿{x} es {v}?|{x}是{v}的吗？",
    "thing.lent": "Did I lend {x} to {v}?|Habe ich {x} {v} geliehen?|Ai-je prêté {x} à {v} ?|¿Le presté {x} a {v}?|我把{x}借给{v}了吗？",
    "person.allergy": "Is {x} allergic to {v}?|Ist {x} allergisch gegen {v}?|{x} est allergique : {v} ?|¿{x} es alérgico a {v}?|{x}对{v}过敏吗？",
    "event.place": "Does {x} take place at {v}?|Findet {x} in {v} statt?|{x} a lieu à {v} ?|¿{x} es en {v}?|{x}在{v}吗？",
    "event.date": "Is {x} on {v}?|Ist {x} am {v}?|{x} est le {v} ?|¿{x} es el {v}?|{x}是{v}吗？",
    "project.status": "Is {x} {v}?|Ist {x} {v}?|{x} est {v} ?|¿{x} está {v}?|{x}{v}了吗？",
    "thing.price": "Did {x} cost {v}?|Hat {x} {v} gekostet?|{x} a coûté {v} ?|¿{x} costó {v}?|{x}花了{v}吗？",
}


def note_examples(vaults: Path | None, chance: random.Random) -> list[Example]:
    """Questions over made and written notes, and over the headings of `vaults`."""
    examples = [example for _ in range(_VAULTS) for example in examples_of_vault(make_vault(chance), chance)]
    written = written_examples(chance)
    examples += written * max(1, _WRITTEN * len(examples) // max(1, len(written)))
    if vaults:
        examples += heading_examples(vaults, chance)
    return examples


def note_pairs(chance: random.Random) -> list[Pair]:
    """Yes/no questions over made notes: yes entails, no contradicts, not told is neutral; and those written."""
    pairs = [pair for _ in range(_VAULTS // 2) for pair in _pairs_of(make_vault(chance), chance)]
    return pairs + list(written_pairs(chance)) * 4


# Made vaults


# Questions


def examples_of_vault(passages: Sequence[Passage], chance: random.Random) -> Iterator[Example]:
    """Questions over the passages of one vault, each also over a passage that does not tell."""
    for passage in passages:
        for fact in chance.sample(passage.facts, min(3, len(passage.facts))):
            lang = chance.choice(LANGUAGES) if chance.random() < _OTHER_LANGUAGE else passage.lang
            question = _question(fact, lang, chance)
            answer = passage.text[fact.start : fact.end]
            yield Example(question, passage.text, fact.start, fact.end, lang=passage.lang, answers=(answer,))
            if wrong := _wrong(fact, passages, chance):
                yield Example(question, wrong.text, lang=wrong.lang)


def _wrong(fact: Fact, passages: Sequence[Passage], chance: random.Random) -> Passage | None:
    """A passage that a search would bring and that does not tell it: on the same subject, or the same of another."""
    others = [passage for passage in passages if not passage.tells(fact)]

    def nearness(passage: Passage) -> float:
        subject = any(own.subject == fact.subject for own in passage.facts)
        relation = any(own.relation == fact.relation for own in passage.facts)
        return 2 * subject + 1.5 * relation + chance.random()

    return max(others, key=nearness, default=None)


def _question(fact: Fact, lang: str, chance: random.Random) -> str:
    at = LANGUAGES.index(lang)
    name = fact.subject[at]
    if lang == "en" and chance.random() < 0.4:
        name = name.replace("the ", "my ", 1) if chance.random() < 0.5 else bare_name(name)
    question = chance.choice(known_relations()[fact.relation][1][at]).replace("{x}", name)
    roll = chance.random()
    if roll < 0.08 and lang != "zh":
        return typo(question, chance)
    if roll < 0.16 and lang == "en":
        return keywords(question)
    return question[0].upper() + question[1:] if roll < 0.7 else question


def _pairs_of(passages: Sequence[Passage], chance: random.Random) -> Iterator[Pair]:
    for passage in passages:
        for fact in passage.facts:
            if fact.relation in _YES_NO:
                yield _yes_no(fact, passage, passages, chance)


def _yes_no(fact: Fact, passage: Passage, passages: Sequence[Passage], chance: random.Random) -> Pair:
    lang = chance.choice(LANGUAGES) if chance.random() < _OTHER_LANGUAGE else passage.lang
    shape = _YES_NO[fact.relation].split("|")[LANGUAGES.index(lang)]
    value = passage.text[fact.start : fact.end]
    label, premise = "entails", passage
    roll = chance.random()
    if roll < 0.35:
        other = value_of(kind_of(fact.relation), passage.lang, chance)
        label, value = ("contradicts", other) if other not in passage.text else ("entails", value)
    elif roll < 0.65 and (wrong := _wrong(fact, passages, chance)):
        label, premise = "neutral", wrong
    question = shape.replace("{x}", fact.subject[LANGUAGES.index(lang)]).replace("{v}", value)
    return Pair(question[0].upper() + question[1:], premise.text, LABELS[label])


# The data files
