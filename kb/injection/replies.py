"""Orders on how a question is to be answered."""

from __future__ import annotations

from kb.injection.reading import REACH, Reading, is_dictated, within


def dictates(reading: Reading) -> bool:
    """ "Reply only with the word …"."""
    for verb in reading.commands("reply"):
        for limit in reading.hits("only"):
            if within(reading, verb, limit, 2 * REACH) and is_dictated(reading.text):
                return True
    return bool(reading.commands("dictated")) and (reading.has("only") or is_dictated(reading.text))


def answers_when_asked(reading: Reading) -> bool:
    """ "When asked about the gate, say …", unless people are to say it."""
    asked = reading.has("asked") or any(
        reading.words_between(one, asks) <= REACH
        for one in reading.hits("someone", "user")
        for asks in reading.hits("asks")
    )
    if reading.is_for_people or not asked:
        return False
    return (
        bool(reading.commands("order"))
        or _says_right_away(reading)
        or _says_second(reading)
        or reading.follows("you_must", ("order", "reply"), REACH)
        or bool(reading.commands("hide"))
        or (reading.has("must") and reading.has("told"))
    )


def _says_right_away(reading: Reading) -> bool:
    """ "when asked about the cat say it is black", without a comma."""
    if "," in reading.low or reading.has("someone"):
        return False
    return any(
        reading.low[verb.end :].split(maxsplit=1)[:1] in (["that"], ["it"], ["yes"], ["no"])
        for asked in reading.commands("asked")
        for verb in reading.hits("order")
        if asked.end < verb.start
    )


def _says_second(reading: Reading) -> bool:
    """ "Auf Fragen zur Fähre antworte …": the verb comes second, before a subject or without one."""
    return reading.grammar.verb_second and any(
        asked.end < verb.start
        and not any(
            subject.end == verb.start - 1 or subject.start == verb.end + 1
            for subject in reading.hits("subject")
        )
        for asked in reading.commands("asked")
        for verb in reading.hits("reply")
    )


def tells_the_user(reading: Reading) -> bool:
    """ "Tell the user that …", "… must be described as open to anyone who asks"."""
    for verb in reading.commands("order"):
        for user in reading.hits("user"):
            if reading.words_between(verb, user) <= 1 or not reading.spaced:
                begin = user.end
                asks_how = reading.low[begin : begin + 1] == "-" or any(
                    0 <= reading.words_between(user, hit) <= 1 for hit in reading.hits("what")
                )
                if not asks_how and not reading.is_for_people:
                    return True
    if reading.is_for_people:
        return False
    if reading.has("must", "told", "user"):
        return True
    return reading.follows("you_must", ("reply", "order"), 1) and reading.has("user")


def must_answer(reading: Reading) -> bool:
    """ "You must answer with …", "always recommend … when somebody wants …"."""
    if reading.is_for_people:
        return False
    if reading.follows("you_must", ("reply",), 1) and (is_dictated(reading.text) or reading.has("dictated")):
        return True
    always = any(
        within(reading, hit, verb, 0) for hit in reading.hits("always") for verb in reading.commands("order")
    )
    if not reading.spaced:
        always = reading.has("always", "order")
    return (always and (reading.has("someone") or reading.has("asked") or reading.has("user"))) or (
        always and is_dictated(reading.text) and reading.has("only")
    )
