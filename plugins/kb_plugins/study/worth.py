"""How much a fact is worth an evening: what explains, defines or sets apart, before what labels, steers or points."""

from __future__ import annotations

import re

from kb.plugin_api import content_words
from kb_plugins.study.fact import Fact, FactKind

LEAST = 0.5  # worth from which a fact is asked
_OF_KIND: dict[FactKind, float] = {
    "answer": 0.9, "term": 0.8, "cause": 0.8, "attribute": 0.7, "contrast": 0.7, "members": 0.65, "steps": 0.65,
    "relation": 0.55, "cell": 0.6, "section": 0.55,
}  # fmt: skip
# Where to click is looked up, not learned.
_STEERS = re.compile(
    r"\b(?:click\w*|button|menu|drop-?down|check ?box|side ?bar|panel|toolbar|tab key|press(?:ing)?|select the|settings?|shortcuts?|"
    r"hotkeys?|palette|ctrl|cmd|screenshot|icon|pop-?up|install\w*|download\w*|klick\w*|taste|menü|einstellung\w*)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:see(?: also)?|check the|shows all|refer to|read more|click here|this page|this section|these docs|the docs|documentation|below|above|"
    r"following|as follows|previous|link to|check out|visit|take a look|have a look|siehe|unten|oben|folgende\w*|voir)\b|://|www\.",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"\b(?:e\.g|for example|for instance|examples?|such as|z\. ?B|beispiel\w*|par exemple)\b", re.IGNORECASE
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
_LEADS_AWAY = re.compile(
    r"\b(?:what.?s next|next steps|see also|related|learn more|further reading|contribut\w+|thanks|credits|change ?log|release notes|contents|"
    r"references|resources|troubleshooting|download|license|siehe auch|quellen|voir aussi)\b",
    re.IGNORECASE,
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
# What to do is a step; it is worth learning less than what is so.
ORDERS = re.compile(
    r"(?:add|allow|apply|avoid|begin|build|check|choose|commit|configure|consider|continue|convert|copy|create|decide|define|deploy|download|"
    r"edit|enable|ensure|enter|evaluate|explore|fine-tune|follow|gather|go|implement|include|initialize|install|integrate|iterate|keep|load|make|"
    r"merge|monitor|organize|print|calculate|count|assign|split|leverage|move|open|optimize|paste|perform|prepare|provide|put|reload|remove|repeat|replace|review|run|save|select|set|start|take|test|"
    r"track|train|try|type|use|utilize|write|you (?:can|may|need)|erstelle|nutze|öffne|wähle)\b",
    re.IGNORECASE,
)
_ENDS = (".", "!", "。", "！", "”", '"', ")")
_VALUE_WORDS = 5  # of a value, which may be digits and signs
_ONESELF = re.compile(r"(?:note that|i |we |you )", re.IGNORECASE)
_BENEFITS = re.compile(
    r"\b(?:benefits|why choose|key features|perfect for|use cases|vorteile von)\b", re.IGNORECASE
)
_SECTION_WORDS = 7  # content words that what stands under a heading has at least
_MOSTLY_LETTERS = 0.6  # of a statement; code and literals have fewer
_LONG_ANSWER, _LONGEST_ANSWER = 60, 130  # words


def _letters(text: str) -> float:
    """The share of letters in what is no blank."""
    bare = "".join(text.split())
    return sum(map(str.isalpha, bare)) / max(1, len(bare))


def worth_of(fact: Fact, question: str, answer: str) -> float:
    """From 0 to 1."""
    both = f"{question} {answer}"
    place = " ".join((*fact.heading_path, *fact.place))
    words = answer.split()
    value = _OF_KIND[fact.kind]
    value += 0.1 * bool(_EXPLAINS.search(answer))
    steers = bool(_STEERS.search(f"{place} {both}"))
    value -= 0.35 * steers
    value -= 0.5 * bool(_LEADS_AWAY.search(f"{place} {question}"))
    value -= 0.5 * (answer.endswith((":", "：", "?", "？")) or bool(_FOREIGN.search(answer)))
    value -= 0.3 * bool(_POINTS.match(answer)) + 0.25 * bool(_BENEFITS.search(place))
    has_reason = bool(_EXPLAINS.search(answer))
    value -= 0.25 * (
        fact.kind == "attribute" and question.endswith("…?") and len(words) < 6 and not has_reason
    )
    value -= 0.2 * bool(_ONESELF.match(answer))
    value -= 0.3 * bool(_INTRODUCED.search(answer) and len(words) < 25)
    value -= 0.3 * bool(_POINTS.search(both))
    value -= 0.15 * bool(_EXAMPLE.search(both)) + 0.45 * bool(
        _EXAMPLE_PLACE.search(place) or _EXAMPLE.match(answer)
    )
    value -= 0.4 * bool(_TALKS.search(both))
    asked = question.rpartition(" — ")[2]
    orders = ORDERS.match(answer) or (fact.kind == "attribute" and ORDERS.match(asked))
    value -= 0.3 * bool(orders and fact.kind != "steps")
    is_value = fact.kind in ("cell", "relation", "attribute") and len(words) <= _VALUE_WORDS
    value -= 0.4 * (_letters(answer) < _MOSTLY_LETTERS and not is_value)
    value -= 0.05 * min(3, len(_PRAISES.findall(answer)))
    value -= 0.1 * (len(words) > _LONG_ANSWER) + 0.4 * (len(words) > _LONGEST_ANSWER)
    if fact.kind == "answer":
        # Its author asked it, so that only its length and its asides can speak against it.
        stands = not (steers or _TALKS.match(answer) or _POINTS.match(answer) or _FOREIGN.search(answer))
        value = max(value, 0.6) if stands else value
    if fact.kind == "section" and (len(content_words(answer)) < _SECTION_WORDS or not answer.endswith(_ENDS)):
        value -= 0.3
    if fact.kind not in ("relation", "members", "attribute", "cell") and not fact.is_name:
        # A question is answered by a statement; two words are a label.
        value -= 0.35 * (len(content_words(answer)) < 3)
    return max(0.0, min(1.0, value))
