"""How much a fact is worth an evening: what explains, defines or sets apart, before what labels, steers or points."""

from __future__ import annotations

import re

from kb.plugin_api import content_words, covers, words_of
from kb_plugins.study.fact import Fact, FactKind
from kb_plugins.study.shapes import EXAMPLE, LEADS_AWAY, ORDERS, STEERS

LEAST = 0.5  # worth from which a fact is asked
_OF_KIND: dict[FactKind, float] = {
    "answer": 0.9, "term": 0.8, "cause": 0.8, "attribute": 0.7, "contrast": 0.7, "members": 0.65, "steps": 0.65,
    "relation": 0.55, "cell": 0.6, "section": 0.55,
}  # fmt: skip
_POINTS = re.compile(
    r"\b(?:see(?: also)?|check the|shows all|refer to|read more|click here|this page|this section|these docs|the docs|documentation|below|above|"
    r"following|as follows|previous|link to|check out|visit|take a look|have a look|siehe|unten|oben|folgende\w*|voir)\b|://|www\.",
    re.IGNORECASE,
)
_EXAMPLE_PLACE = re.compile(
    r"\b(?:examples?|sample|step-by-step|explanation of the code|workflow|demo|beispiel\w*|exemples?)\b",
    re.IGNORECASE,
)
# Marks of a program that fills something in when the note is shown.
_FOREIGN = re.compile(r"\{\{|#\+[A-Z]|\(\(|<%|\$=|^\(.*\)$")
_INTRODUCED = re.compile(
    r"\b(?:introduced|added|available|released|new|deprecated|removed) (?:in|since)\b", re.IGNORECASE
)
_TALKS = re.compile(
    r"\b(?:sure|i hope|let me know|feel free|keep in mind|here(?:'s| is| are)|happy to|hope this|you're welcome|thanks?|please|"
    r"i think|not sure|maybe|perhaps|todo|tbd|coming soon|work in progress)\b",
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
    r"\b(?:fields?|filter keys|keys|arguments?|flags?|methods|variables|placeholders|options|properties|settings|commands?)\b(?! of)",
    re.IGNORECASE,
)
_OPENS_WEAKLY = re.compile(
    r"(?:first|if|when|there|a lot|lots|some|many|depending|apart from|establish|make sure)\b", re.IGNORECASE
)
_PROVIDES = re.compile(r"\bprovides? (?:a lot of|many|several|various)\b", re.IGNORECASE)
_YOU = re.compile(r"\b(?:you|your|our)\b", re.IGNORECASE)
_TICK = re.compile(r"[✔✓✅✗✘❌☑]")
_ROUGH_FIGURE = re.compile(
    r"(?:[~≈]?\d[\d.,]*+(?:\s?[-–]\s?\d[\d.,]*+)?\s?%?(?:\s?\([^()]{1,12}\))?,?\s*+)++|#?\d{1,2}"
)
_FILE_NAME = re.compile(r"[^\s\d]\S*\.\w{1,5}|\[.*\]\(.*\)|`[^`]*`")
_REPEATED, _FIGURE = 0.6, 3  # share of words; characters of a figure that ranks or counts
_ENDS = (".", "!", "。", "！", "”", '"', ")")
_VALUE_WORDS = 5  # of a value, which may be digits and signs
_ONESELF = re.compile(r"(?:note that|i |we |you )", re.IGNORECASE)
_BENEFITS = re.compile(
    r"\b(?:benefits|why choose|key features|perfect for|use cases|vorteile von)\b", re.IGNORECASE
)
_SECTION_WORDS = 7  # content words that what stands under a heading has at least
_MOSTLY_LETTERS = 0.6  # of a statement; code and literals have fewer
_LONG_ANSWER, _LONGEST_ANSWER = 60, 130  # words


def _is_looked_up(fact: Fact, asked: str, answer: str) -> bool:
    """Whether it is a name in a program, a key of a form or a rough figure: looked up, not learned."""
    name = asked.removeprefix("What is ").removeprefix("What are ").rstrip("?… :")
    code = answer if fact.is_name else name
    return bool(
        _CODE_NAME.search(code)
        or (
            fact.kind in ("cell", "attribute", "term")
            and _KEYS_PLACE.search(" ".join((*fact.place, _question_head(asked, fact))))
        )
        or (_ROUGH_FIGURE.fullmatch(answer) and ("~" in answer or "≈" in answer or len(answer) < _FIGURE))
        or _FILE_NAME.fullmatch(answer)
        or _TICK.match(answer)
    )


def _question_head(asked: str, fact: Fact) -> str:
    """What stands before the dash of a question, and the headings nearest to it."""
    return " ".join((*fact.heading_path[-1:], asked))


def _repeats(question: str, answer: str) -> bool:
    """Whether the answer says little that the question does not."""
    told, words = words_of(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question)), content_words(answer)
    return bool(words) and sum(covers(told, word) for word in words) >= _REPEATED * len(words)


def _letters(text: str) -> float:
    """The share of letters in what is no blank."""
    bare = "".join(text.split())
    return sum(map(str.isalpha, bare)) / max(1, len(bare))


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
    value -= 0.3 * bool(_POINTS.match(answer)) + 0.25 * bool(_BENEFITS.search(place))
    has_reason = bool(_EXPLAINS.search(answer))
    value -= 0.25 * (
        fact.kind == "attribute" and question.endswith("…?") and len(words) < 6 and not has_reason
    )
    value -= 0.2 * bool(_ONESELF.match(answer))
    value -= 0.3 * bool(_INTRODUCED.search(answer) and len(words) < 25)
    value -= 0.3 * bool(_POINTS.search(both))
    value -= 0.15 * bool(EXAMPLE.search(both)) + 0.45 * bool(
        _EXAMPLE_PLACE.search(place) or EXAMPLE.match(answer)
    )
    value -= 0.4 * bool(_TALKS.search(both))
    asked = question.rpartition(" — ")[2]
    orders = ORDERS.match(answer) or (fact.kind == "attribute" and ORDERS.match(asked))
    value -= 0.3 * bool(orders and fact.kind != "steps")
    value -= 0.4 * _is_looked_up(fact, asked, answer)
    value -= 0.4 * (
        fact.kind in ("cause", "cell", "attribute", "term")
        and not fact.is_name
        and _repeats(question, answer)
    )
    is_value = fact.kind in ("cell", "relation", "attribute") and len(words) <= _VALUE_WORDS
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
        )
        value = max(value, 0.6) if stands else value - 0.15
    if fact.kind == "section":
        # What to do, and how much there is of something, is no statement about a thing.
        value -= 0.2 * bool(_OPENS_WEAKLY.match(answer) or _PROVIDES.search(answer)) + 0.2 * (
            len(_YOU.findall(answer)) >= 2
        )
    if fact.kind == "section" and (len(content_words(answer)) < _SECTION_WORDS or not answer.endswith(_ENDS)):
        value -= 0.3
    if fact.kind not in ("relation", "members", "attribute", "cell") and not fact.is_name:
        # A question is answered by a statement; two words are a label.
        value -= 0.35 * (len(content_words(answer)) < 3)
    return max(0.0, min(1.0, value))
