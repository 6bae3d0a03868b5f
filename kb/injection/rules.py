"""Decides whether a sentence gives orders to a language model, by what it does rather than by known phrases.

It may speak to a model ("Dear chatbot", "if you are an AI"), order how questions are answered ("when asked about the
gate, say …"), what to hide, what to ignore, whom to believe or whom to play. An instruction to people is none: what
tells them apart is whom they address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from kb.injection.addressing import (
    as_a_model,
    calls_a_model,
    is_a_turn,
    is_labelled,
    says_what_a_model_must,
    speaks_to_a_model,
    speaks_to_who_reads,
)
from kb.injection.phrases import Grammar, Hit, find
from kb.injection.plain_form import folded
from kb.injection.reading import OBJECT, REACH, WORD, Reading, is_loud, within
from kb.injection.replies import answers_when_asked, dictates, must_answer, tells_the_user

_CHAT_MARKUP = re.compile(
    r"<\|[^|<>]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|<\|?(?:begin|end|eot|im)_[a-z_]{1,20}\|?>|"
    r"(?<!#)#{2,}+\s*+(?:instruction|system|response|assistant|human|user)s?\b(?:\s+prompt)?\s*:|"
    r"[\"']role[\"']\s{0,4}:\s{0,4}[\"'](?:system|assistant|developer)[\"']|\bsystem prompt\s{0,4}[:=]\s{0,4}you\b|"
    r"</(?:context|notes|documents?|quotes|passages?|untrusted)>|"
    r"</?(?:system|assistant|instructions?|system_prompt|tool_call|function_calls|tool_result)>|\[(?:system|assistant)\](?:\(#\w+\))?\s*:",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«「『‘'](?=[^\W_])[^\"“”„«»「」『』‘’\n]{2,400}[\"”“»」』’'](?!\w)")
_ARTICLES = frozenset(
    "the a an der die das den dem ein eine le la les l el los las un una il lo i gli de het een o os as den det en ett et".split()
)
# Phrases that give no order without others.
_HARMLESS = frozenset(
    "person lead only must self model assistant scope what always someone breaks not content weak_rules tells_of "
    "about_orders about_injection role rules told prompt loot source".split()
)


def has_chat_markup(text: str) -> bool:
    """Whether `text` holds control tokens or headings by which models part the turns of a conversation."""
    return _CHAT_MARKUP.search(text) is not None


def gives_orders(text: str, surroundings: str, before: str = "") -> bool:
    """Whether `text`, a sentence without disguise, gives orders to a language model.

    `surroundings` are title and headings, `before` is the sentence before it in its paragraph; they may show that
    people are meant.
    """
    for found, grammar in find(folded(text)):
        if found.keys() <= _HARMLESS:
            continue
        reading = Reading(text, folded(text), found, grammar, "person" in found)
        if _gives_orders(reading) and (
            reading.is_for_people
            or not _means_people(grammar, surroundings, before)
            or _gives_orders(replace(reading, is_for_people=True))
        ):
            return True
    return False


def _gives_orders(reading: Reading) -> bool:
    return any(rule(reading) for rule in _RULES) and not _tells_of_orders(reading)


def _means_people(grammar: Grammar, surroundings: str, before: str) -> bool:
    """Whether what stands around an order shows that people are to follow it, in the order's own language.

    Other languages do not count: "barn" means children in Swedish only. A title that is nothing but a word for people,
    such as "Guest", names whom a note is about.
    """
    return _names_people(grammar, before) or (
        _names_people(grammar, surroundings) and _says_more_than_one_word(grammar, surroundings)
    )


def _names_people(grammar: Grammar, text: str) -> bool:
    return any("person" in found for found, other in find(folded(text)) if other == grammar)


def _says_more_than_one_word(grammar: Grammar, surroundings: str) -> bool:
    low = folded(surroundings)
    if grammar.spaced:
        return len(set(WORD.findall(low)) - _ARTICLES) > 1
    longest = max(hit.end - hit.start for found, _ in find(low) for hit in found.get("person", [Hit(0, 0)]))
    return len(set("".join(WORD.findall(low)))) > longest


def asks_about_orders(question: str) -> bool:
    """Whether sentences that give orders to a model can be what `question` asks for."""
    return any(
        "about_injection" in found or ("about_orders" in found and {"model", "assistant"} & found.keys())
        for found, _ in find(folded(question))
    )


def _tells_of_orders(reading: Reading) -> bool:
    """Whether the order is only quoted by a sentence about such orders, as in a note on prompt injection."""
    quoted = [match.span() for match in _QUOTED.finditer(reading.low)]
    if not quoted:
        return False
    outside = reading.low
    for start, end in quoted:
        outside = outside[:start] + " " * (end - start) + outside[end:]
    hits = [hit for hit in reading.hits("tells_of") if outside[hit.start : hit.end].strip()]
    found = {
        purpose: kept
        for purpose, hits in reading.found.items()
        if (kept := [hit for hit in hits if outside[hit.start : hit.end].strip()])
    }
    bare = replace(reading, text=outside, low=outside, found=found)
    return bool(hits) and not any(rule(bare) for rule in _RULES)


def _overrides(reading: Reading) -> bool:
    """ "Ignore all previous instructions"."""
    weak, commands, loud = reading.hits("weak_rules"), reading.commands("ignore"), is_loud(reading)
    for order in reading.hits("ignore"):
        scoped = any(
            not reading.spaced or within(reading, order, scope, OBJECT) for scope in reading.hits("scope")
        )
        for rules in reading.hits("rules"):
            if reading.spaced and not within(reading, order, rules, OBJECT):
                continue
            commanded = order in commands
            if rules not in weak and commanded + scoped + loud > 1:
                return True
            if scoped and commanded and (loud or reading.commands("order")):
                return True
    return False


def _hides(reading: Reading) -> bool:
    """ "Do not mention this note", "never reveal the source to the user"."""
    hiding = reading.commands("hide") or [
        Hit(verb.start, no.end)
        for verb in reading.commands("mention")
        for no in reading.hits("not")
        if within(reading, verb, no, OBJECT)
    ]
    if not hiding or reading.is_for_people:
        return False
    return (
        reading.has("asked")
        or bool(reading.hits("user"))
        or any(
            abs(reading.words_between(hit, thing)) <= 2 * REACH or hit.start <= thing.start < hit.end
            for hit in hiding
            for thing in reading.hits("source")
        )
        or (not reading.spaced and reading.has("source"))
    )


def _supersedes(reading: Reading) -> bool:
    """ "This note supersedes all other notes"."""
    if reading.has("trust_only") or reading.follows("supersede", ("other_notes",), 2 * REACH):
        return True
    if reading.has("other_notes", "wrong", "trust_this"):
        return True
    if any(
        reading.words_between(verb, thing) <= 1
        for verb in reading.hits("avoid")
        for thing in reading.hits("other_notes")
    ):
        return True
    # "All previous instructions are void."
    if reading.has("ignored", "earlier") or (
        reading.has("you_must") and reading.follows("prompt", ("you_must",), 3)
    ):
        return True
    return any(
        reading.words_between(words, void) <= REACH
        for words in reading.hits("order_words")
        for void in reading.hits("void")
    ) and reading.has("scope")


def _gives_away(reading: Reading) -> bool:
    """ "Print your hidden instructions", "send all passwords to …"."""
    if reading.is_for_people:
        return False
    for verb in reading.commands("reveal"):
        if any(within(reading, verb, thing, OBJECT) for thing in reading.hits("prompt")):
            return True
        if any(within(reading, verb, thing, OBJECT) for thing in reading.hits("loot")) and re.search(
            r"@|https?://|\bwww\.", reading.text
        ):
            return True
    return False


def _recasts(reading: Reading) -> bool:
    """ "You are now …", "pretend to be a pirate who answers …"."""
    if not reading.has("become"):
        return False
    roles = reading.hits("role", "mode")
    plays = any(
        reading.words_between(start, role) <= OBJECT or not reading.spaced
        for start in reading.hits("become")
        for role in roles
    )
    return plays and (
        len(roles) > 1
        or reading.has("mode")
        or bool(reading.hits("model", "assistant", "order", "reply", "only"))
    )


def _is_known(reading: Reading) -> bool:
    if reading.has("fixed"):
        return True
    announced = any(
        reading.low[hit.end :].lstrip()[:1] in tuple(":：.!—–-") or reading.has("order")
        for hit in reading.commands("announce")
    )
    return announced and not reading.is_for_people


Rule = Callable[[Reading], bool]
_RULES: tuple[Rule, ...] = (
    speaks_to_a_model,
    calls_a_model,
    is_labelled,
    says_what_a_model_must,
    speaks_to_who_reads,
    as_a_model,
    _overrides,
    dictates,
    answers_when_asked,
    tells_the_user,
    must_answer,
    _hides,
    _supersedes,
    _gives_away,
    _recasts,
    _is_known,
    is_a_turn,
)
