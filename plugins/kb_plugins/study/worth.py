"""How much a fact is worth an evening: what explains, defines or sets apart, before what labels, steers or points."""

from __future__ import annotations

import re

from kb.plugin_api import content_words, covers, words_of
from kb_plugins.study.fact import Fact, FactKind
from kb_plugins.study.shapes import EXAMPLE, LEADS_AWAY, ORDERS, STEERS

LEAST = 0.5  # worth from which a fact is asked
LEAST_ALONE = 0.39  # of the one fact of a note that has none worth more
_OF_KIND: dict[FactKind, float] = {
    "answer": 0.9, "term": 0.8, "cause": 0.8, "attribute": 0.7, "contrast": 0.7, "members": 0.65, "steps": 0.65,
    "relation": 0.55, "cell": 0.6, "section": 0.55,
}  # fmt: skip
_POINTS = re.compile(
    r"\b(?:see(?: also)?|check the|shows all|refer to|read more|click here|this page|this section|these docs|the docs|documentation|below|above|"
    r"following|as follows|previous|check out|visit|take a look|have a look|siehe|unten|oben|folgende\w*|voir)\b|://|www\.",
    re.IGNORECASE,
)
_EXAMPLE_PLACE = re.compile(
    r"\b(?:examples?|sample(?! size)|step-by-step|explanation of the code|workflow|demo|beispiel\w*|exemples?)\b",
    re.IGNORECASE,
)
# Marks of a program that fills something in when the note is shown.
_FOREIGN = re.compile(r"\{\{|#\+[A-Z]|\(\(|<%|\$=|^\(.*\)$")
_INTRODUCED = re.compile(
    r"\b(?:introduced|added|available|released|new|deprecated|removed) (?:in|since)\b|\bsince (?:\w+ )?v?\d+\.\d|\bthe new\b|\b(?:initial|evolving|experimental) support\b|\b\d+\.\d+\.\d+\b",
    re.IGNORECASE,
)
_TALKS = re.compile(
    r"\b(?:sure|i hope|let me know|feel free|keep in mind|here(?:'s| is| are)|happy to|hope this|you're welcome|thanks?|please|"
    r"i think|not sure|provided (?:code|snippet)|(?:not|n.t) visible|maybe|perhaps|likely takes|the (?:\w+ )?(?:class|app|code|script) (?:likely|might|may)|todo|tbd|coming soon|work in progress)\b",
    re.IGNORECASE,
)
_PRAISES = re.compile(
    r"\b(?:powerful|great|best|perfect|ideal|amazing|awesome|simple|easy|easily|enhanc\w+|seamless\w*|robust|nice|impressive|"
    r"various|several|many|some|different|important|useful|valuable)\b",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"\b(?:because|so that|therefore|means|refers to|process of|kind of|type of|consists? of|defined as|unlike|whereas|instead of|"
    r"rather than|weil|damit|deshalb|bedeutet|bezeichnet|besteht aus|parce que|afin)\b|\d",
    re.IGNORECASE,
)
# Names of fields, options and commands.
_CODE_NAME = re.compile(r"\w[._]\w+\(?|\w\(|[a-z][A-Z][a-z]|\w\[|^--?\w|^[A-Z]+_[A-Z_]+$|</?\w")
_KEYS_PLACE = re.compile(
    r"\b(?:fields?|filter keys|keys|arguments?|flags?|methods|variables|placeholders|options|properties|settings|commands?|subcommands|panels|shortcuts|modifiers|actions|valid values|queries)\b(?! of)",
    re.IGNORECASE,
)
# What stands over names of a program, whatever they are called there.
_KEYS_OWNER = re.compile(
    r"\b(?:filter keys|query elements|commands?|subcommands|panels|shortcuts|modifiers|variables|placeholders|flags|arguments|options|"
    r"settings|valid values|quick \w+ actions)\b(?! of)",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"[$/<{]\S|[YMDHQWS]{2,}[-/:. ]?\w*")
_KEY_PRESSED = re.compile(r"(?:F\d{1,2}|(?:Ctrl|Cmd|Alt|Shift|Strg)\b.*)$", re.IGNORECASE)
# Where somebody is reached, and what is still to be done.
_CONTACT = re.compile(r"\S@\w|(?:\d{2}[ .]){4}\d{2}|\+\d{2}[ \d]{7}|[📅⏳🛫]")
_DIARY = re.compile(r"(?:.*/)?\d{4}[-_.]?\d{2}[-_.]?\d{2}\.\w+$")  # the path of a note on one day
DIARY_KINDS = ("attribute", "cause", "term", "cell", "section")
# Headings over how something is set up and shown.
_SETS_UP = re.compile(
    r"\b(?:configur\w+|customi[sz]\w+|metadata|panels|commands?|settings|options|install\w*|set-?up|syntax|hide|show|checking|sync|appendix|searching|using|adding|creating|writing|"
    r"integration|compatibility|appearance|konfiguration|einrichtung)\b",
    re.IGNORECASE,
)
_OPENS_WEAKLY = re.compile(
    r"(?:first|if|when|there|a lot|lots|some|many|depending|apart from|establish|make sure)\b", re.IGNORECASE
)
_PROVIDES = re.compile(
    r"\b(?:provides?|supports?|offers?|allows?|has|includes?|comes with|explores|covers) (?:a lot of|many|several|various|different|multiple|lots)\b|"
    r"\b(?:is|are) the (?:backbone|heart|core|foundation|key|cornerstone)\b|!$",
    re.IGNORECASE,
)
_YOU = re.compile(r"\b(?:you|your|our)\b", re.IGNORECASE)
_LETS = re.compile(r"\b(?:lets?|allows?|helps?|enables?) you\b", re.IGNORECASE)
# An answer that leans on another one, or names nothing in particular.
_VAGUE = re.compile(
    r"similar(?:ly)? to\b|(?:can be |is |are )?used for (?:a (?:wide )?(?:variety|range)|many|various)\b",
    re.IGNORECASE,
)
_ADVERTISES = re.compile(r"\b(?:perfect|ideal|great|best|good|powerful) (?:for|ways)\b", re.IGNORECASE)
_HOW_TO = re.compile(r"how to\b|wie man\b|comment\b|cómo\b", re.IGNORECASE)
_ASKS_BACK = re.compile(r"[^.!?]{0,60}\?")  # it opens with a question of its own
_TICK = re.compile(r"[✔✓✅✗✘❌☑]")
_ROUGH_FIGURE = re.compile(
    r"(?:[~≈]?\d[\d.,]*+(?:\s?[-–]\s?\d[\d.,]*+)?\s?%?(?:\s?\([^()]{1,12}\))?,?\s*+)++|#?\d{1,2}"
)
_FILE_NAME = re.compile(r"\A(?:(?=\S*[^\W\d])\S+\.[a-z]\w{1,4}|\[[^\]]*\]\([^)]*\)|`[^`]*`)")
_REPEATED, _CIRCULAR, _FIGURE = 0.6, 0.5, 3  # share of words; characters of a figure that ranks or counts
_ENDS = (".", "!", "。", "！", "”", '"', ")")
_VALUE_WORDS = 5  # of a value, which may be digits and signs
_ONESELF = re.compile(r"(?:note that|i |we |you )", re.IGNORECASE)
_BENEFITS = re.compile(
    r"\b(?:benefits|why choose|key features|perfect for|use cases|vorteile von)\b", re.IGNORECASE
)
_SECTION_WORDS = 7  # content words that what stands under a heading has at least
_ARTICLE = 5  # characters before a label with which its definition begins
_SPELT_OUT = 18  # words
_MOSTLY_LETTERS = 0.6  # of a statement; code and literals have fewer
_LONG_ANSWER, _LONGEST_ANSWER = 60, 130  # words


def is_diary(path: str) -> bool:
    """Whether the note at `path` is of one day: what happened is remembered, and not learned."""
    return bool(_DIARY.match(path))


def _is_looked_up(fact: Fact, asked: str, answer: str) -> bool:
    """Whether it is a name in a program, a key of a form or a rough figure: looked up, not learned."""
    name = _bare(asked)
    code = answer if fact.is_name else name
    owner = "" if fact.is_name else fact.question.partition(" — ")[0]
    return bool(
        _CODE_NAME.search(code)
        or (
            fact.kind in ("cell", "attribute", "term")
            and _KEYS_PLACE.search(" ".join((*fact.place, _question_head(asked, fact))))
        )
        or (_ROUGH_FIGURE.fullmatch(answer) and ("~" in answer or "≈" in answer or len(answer) < _FIGURE))
        or (fact.kind in ("cell", "attribute", "term") and _KEYS_OWNER.search(owner))
        or (fact.kind == "members" and _KEYS_OWNER.search(fact.question))
        or _FILE_NAME.fullmatch(answer)
        or _VARIABLE.match(answer)
        or _KEY_PRESSED.match(asked)
        or _CONTACT.search(answer)
        or _TICK.match(answer)
    )


def _bare(asked: str) -> str:
    return asked.removeprefix("What is ").removeprefix("What are ").rstrip("?… :")


def _question_head(asked: str, fact: Fact) -> str:
    """What stands before the dash of a question, and the headings nearest to it."""
    return " ".join((*fact.heading_path[-1:], asked))


def _repeats(question: str, answer: str, share: float = _REPEATED) -> bool:
    """Whether the answer says little that the question does not."""
    asked, words = words_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question)), content_words(answer)
    return bool(words) and sum(covers(asked, word) for word in words) >= share * len(words)


def _spells_out(label: str, answer: str) -> bool:
    """Whether a short answer is its label as a sentence: `User feedback: use the feedback of users`."""
    label = _bare(label)
    words, said = content_words(label), words_of(answer)
    return (
        bool(words)
        and label.casefold() not in answer[: len(label) + _ARTICLE].casefold()
        and len(answer.split()) <= _SPELT_OUT
        and not _EXPLAINS.search(answer)
        and all(covers(said, word) for word in words)
    )


def _letters(text: str) -> float:
    """The share of letters in what is no blank."""
    bare = "".join(text.split())
    return sum(map(str.isalpha, bare)) / max(1, len(bare))


def _names_its_thing(question: str, answer: str) -> bool:
    """Whether the first sentence under a heading speaks of what the heading names."""
    said = words_of(answer.partition(". ")[0])
    return any(covers(said, word) for word in content_words(question))


def worth_of(fact: Fact, question: str, answer: str) -> float:
    """From 0 to 1."""
    answer = answer.replace("’", "'")
    both = f"{question} {answer}"
    place = " ".join((*fact.heading_path, *fact.place))
    words = answer.split()
    value = _OF_KIND[fact.kind]
    value += 0.1 * bool(_EXPLAINS.search(answer))
    steers = bool(STEERS.search(f"{place} {both}"))
    value -= 0.35 * steers
    value -= 0.5 * bool(LEADS_AWAY.search(f"{place} {question}"))
    value -= 0.5 * (answer.endswith((":", "：", "?", "？")) or bool(_FOREIGN.search(answer)))
    value -= 0.3 * bool(_POINTS.match(answer)) + 0.25 * bool(
        fact.kind != "members" and _BENEFITS.search(place)
    )
    has_reason = bool(_EXPLAINS.search(answer))
    value -= 0.25 * (
        fact.kind == "attribute" and question.endswith("…?") and len(words) < 6 and not has_reason
    )
    value -= 0.4 * bool(_ASKS_BACK.match(answer))
    value -= 0.2 * bool(_ONESELF.match(answer))
    value -= 0.3 * bool(_INTRODUCED.search(answer) and len(words) < 25)
    value -= 0.3 * bool(_POINTS.search(both))
    value -= 0.15 * bool(EXAMPLE.search(both)) + 0.45 * bool(
        _EXAMPLE_PLACE.search(place) or EXAMPLE.match(answer)
    )
    value -= 0.4 * bool(_TALKS.search(f"{place} {both}"))
    asked = question.rpartition(" — ")[2]
    # What stands below an order is one of its steps.
    value -= 0.3 * bool(fact.kind == "attribute" and ORDERS.match(question.partition(" — ")[0]))
    orders = ORDERS.match(answer) or (fact.kind == "attribute" and ORDERS.match(asked))
    value -= 0.35 * bool(orders and fact.kind != "steps")
    value -= 0.4 * _is_looked_up(fact, asked, answer)
    value -= 0.4 * (
        fact.kind in ("cause", "cell", "attribute", "term")
        and not fact.is_name
        and _repeats(question, answer, _CIRCULAR if fact.kind == "cause" else _REPEATED)
    )
    is_value = fact.kind in ("cell", "relation", "attribute") and len(words) <= _VALUE_WORDS
    value -= 0.35 * (fact.kind in ("attribute", "term") and _spells_out(asked, answer))
    value -= 0.25 * bool(fact.kind in ("attribute", "cell") and _VAGUE.match(answer))
    value -= 0.2 * bool(fact.kind == "members" and _ADVERTISES.search(question))
    value -= 0.4 * (_letters(answer) < _MOSTLY_LETTERS and not is_value)
    value -= 0.05 * min(3, len(_PRAISES.findall(answer)))
    value -= 0.1 * (len(words) > _LONG_ANSWER) + 0.4 * (len(words) > _LONGEST_ANSWER)
    if fact.kind == "answer":
        # Its author asked it, so that only its length and its asides can speak against it.
        stands = not (
            steers
            or _TALKS.match(answer)
            or _POINTS.search(answer)
            or _FOREIGN.search(answer)
            or ORDERS.match(answer)
            or answer.endswith((":", "："))
            or _BENEFITS.search(question)
            or LEADS_AWAY.search(question)
        )
        value = max(value, 0.6) if stands else value - 0.15 - 0.3 * bool(_BENEFITS.search(question))
    if fact.kind == "section":
        # What to do, and how much there is of something, is no statement about a thing.
        value -= 0.2 * bool(_OPENS_WEAKLY.match(answer) or _PROVIDES.search(answer)) + 0.2 * (
            len(_YOU.findall(answer)) >= (4 if _LETS.search(answer) else 2)
        )
    if fact.kind == "section":
        value -= 0.2 * bool(_SETS_UP.search(question) or _HOW_TO.match(" ".join(fact.heading_path[-2:])))
        value -= 0.1 * (not _names_its_thing(question, answer))
    if fact.kind == "section" and (len(content_words(answer)) < _SECTION_WORDS or not answer.endswith(_ENDS)):
        value -= 0.3
    if fact.kind not in ("relation", "members", "attribute", "cell") and not fact.is_name:
        # A question is answered by a statement; two words are a label.
        value -= 0.35 * (len(content_words(answer)) < 3)
    return max(0.0, min(1.0, value))
