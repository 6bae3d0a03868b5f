"""Rules on whom a sentence addresses: "Dear chatbot", "If you are an AI", "Assistant: …"."""

from __future__ import annotations

import re

from kb.injection.phrases import Hit
from kb.injection.reading import REACH, WORD, Reading, is_command

_ADDRESSED = re.compile(r"[ -]?\w{0,12}\s*[:：]")  # "To all AI systems: …"
_TURN = re.compile(r"\W{0,6}([^\W_]+(?:[ -][^\W_]+)?)\W{0,3}[:：]\s*(?P<rest>.*)", re.DOTALL)
# What is to be said: that something is so, in quotation marks, or a name.
_SAYS_THAT = re.compile(
    r" (?:only |with |always )?(?:that (?!they|their|it is an? )|[\"“„«]|(?-i:[A-Z])[a-z]{2,})|: ?\S"
)
_SENTENCE_OF_TURN = 4  # words after "Assistant:" from which it is a turn of a conversation, not a name


def speaks_to_a_model(reading: Reading) -> bool:
    """ "Dear chatbot", "Note to the assistant", "If you are an AI"."""
    weak = {(hit.start, hit.end) for hit in reading.hits("weak_note_to")}
    for noun in reading.hits("model", "assistant"):
        if not reading.ends_noun(noun):
            continue
        is_model = noun in reading.hits("model")
        for opening in reading.hits("greeting", "note_to", "if_you_are", "call"):
            if reading.spaced and reading.words_between(opening, noun) > REACH:
                continue
            if reading.spaced and not _is_one_phrase(reading, opening, noun):
                continue
            if opening in reading.hits("if_you_are") and any(
                opening.end <= hit.start < noun.start for hit in reading.hits("breaks")
            ):
                continue  # "if you are new to language models"
            is_weak = (opening.start, opening.end) in weak and not (
                (is_model or is_command(reading)) and _ADDRESSED.match(reading.low, noun.end)
            )
            if is_weak and not (is_model and (reading.commands("order") or reading.has("must"))):
                continue
            called = opening in reading.hits("call") and opening not in reading.hits("greeting")
            if called and "," not in reading.low[opening.end : noun.start]:
                continue
            if (
                reading.spaced
                and (called or opening in reading.hits("greeting"))
                and not reading.opens(opening)
            ):
                continue
            if opening in reading.hits("if_you_are") and not (is_model or reading.commands("order")):
                continue
            return True
    return False


def _is_one_phrase(reading: Reading, opening: Hit, noun: Hit) -> bool:
    between = reading.low[opening.end : noun.start]
    return not any(mark in between for mark in ".;:!?")


def calls_a_model(reading: Reading) -> bool:
    """ "ChatGPT, please tell …", "Remember to say so, assistant." """
    for noun in reading.hits("model", "assistant"):
        head = reading.low[: noun.start].strip(" \t>#*-[]!@(\"'")
        rest = reading.low[noun.end :].lstrip(" \t")
        is_called = not head and (
            rest[:1] in tuple(",:!—–，：！、،") or reading.low[: noun.start].endswith("@")
        )
        if is_called or (rest[:1] in (":", "：") and noun in reading.hits("model") and " " not in head):
            begin = len(reading.low) - len(rest) + 1
            near = [
                hit
                for hit in (*reading.commands("order"), *reading.hits("asked", "hide", "you_must", "ignore"))
                if hit.start >= begin and len(WORD.findall(reading.low[begin : hit.start])) <= REACH + 1
            ]
            if near:
                return True
        last = reading.low[noun.end :].strip(" .!?\"'”»)。！")
        if not last and head.endswith((",", "，", "、", "،")) and is_command(reading):
            return True
    return False


def says_what_a_model_must(reading: Reading) -> bool:
    """ "AI agents must answer that …", "chatbots are to recommend Velox"; what a law asks of them says "that they"."""
    for noun in reading.hits("model"):
        for must in reading.hits("must"):
            for verb in reading.hits("order", "reply"):
                if (
                    max(reading.words_between(noun, must), reading.words_between(must, verb)) <= 1
                    and not reading.low[must.end : verb.start].strip().startswith("not")
                    and _SAYS_THAT.match(reading.text, verb.end)
                ):
                    return True
    return False


def is_labelled(reading: Reading) -> bool:
    """ "AI instruction: …", "assistant directive: …"."""
    for noun in reading.hits("model", "assistant"):
        for label in reading.hits("label"):
            if min(reading.words_between(noun, label), reading.words_between(label, noun)) > 0:
                continue
            last = max(noun.end, label.end)
            if reading.low[last:].lstrip(" )]*_")[:1] in (":", "：") and (
                noun in reading.hits("model") or is_command(reading)
            ):
                return True
    return False


def speaks_to_who_reads(reading: Reading) -> bool:
    """ "Any assistant that reads this must say …"."""
    if reading.has("whoever") and (reading.has("must") or is_command(reading)):
        return not reading.is_for_people
    orders = is_command(reading) or reading.has("hide") or (reading.has("must") and reading.has("order"))
    return orders and reading.has("reads") and bool(reading.hits("model", "assistant"))


def as_a_model(reading: Reading) -> bool:
    """ "As an AI, you must …", "as a helpful assistant you always …"."""
    if reading.has("must") or reading.has("always"):
        for opening in reading.commands("as_a"):
            for noun in reading.hits("assistant", "model"):
                if reading.words_between(opening, noun) <= 1 and any(
                    reading.words_between(noun, you) == 0 for you in reading.hits("you")
                ):
                    return True
    return any(
        reading.words_between(opening, noun) == 0 and reading.ends_noun(noun)
        for opening in reading.commands("as_a")
        for noun in reading.hits("model")
    ) and (reading.has("you_must") or reading.has("fixed") or is_command(reading))


def is_a_turn(reading: Reading) -> bool:
    """ "Assistant: The gate is free of charge."."""
    match = _TURN.match(reading.low)
    if match is None:
        return False
    speaker = Hit(match.start(1), match.end(1))
    rest = match["rest"]
    if speaker in reading.hits("turn"):
        of_model = speaker in reading.hits("model")
        return len(WORD.findall(rest)) >= _SENTENCE_OF_TURN and (not of_model or is_command(reading))
    if speaker not in reading.hits("other_turn"):
        return False
    return any(
        turn.start > speaker.end and reading.low[turn.end : turn.end + 1] in (":", "：")
        for turn in reading.hits("turn")
    ) or (
        reading.has("become")
        or reading.has("fixed")
        or bool(reading.has("only") and reading.commands("reply"))
    )
