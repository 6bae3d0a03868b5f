"""Shapes of sentences that cards, facts and summaries weigh alike: what points back or elsewhere, defines, or leads away."""

from __future__ import annotations

import re

# Without what stands before it, such a sentence says little, or something else.
POINTS_BACK = re.compile(
    r"(?:this|that|these|those|such|it|its|they|their|he|she|here|there(?! (?:is|are)\b)|so|then|also|but|and|or|see|therefore|however|"
    r"otherwise|thus|dies\w*|das(?!\s+(?-i:[A-ZÄÖÜ]))|es|sie|er|damit|dabei|so|hier|aber|und|siehe|daher|deshalb|"
    r"il|elle|ils|elles|cela|cette?|c'est)\b|[这它他她但]",
    re.IGNORECASE,
)
# Something counted off or shown elsewhere is meant, which the sentence alone does not tell.
POINTS_ELSEWHERE = re.compile(
    r"\b(?:above|below|following|previous|perhaps|maybe|these|those|the same|oben|unten|folgende\w*|diese[rns]?)\b|"
    r"\bthe (?:(?:first|second|third|other|last) (?:one|kind|group|case|way)|former|latter)\b",
    re.IGNORECASE,
)
# Sentences that lead the reader somewhere, or ask something of them, state nothing to know.
GUIDES = re.compile(
    r"\b(?:see|visit|click|join|explore|please|refer to|check out|have a look|take a look|read more|find (?:all|out|more)|"
    r"siehe|besuche\w*|klick\w*|bitte)\b",
    re.IGNORECASE,
)
# Headings of what leads on to other texts.
LEADS_AWAY = re.compile(
    r"\b(?:what.?s next|next steps|see also|related|learn more|further reading|contribut\w+|thanks|credits|change ?log|release notes|"
    r"(?:table of )?contents|references|resources|troubleshooting|download|license|inhalt|siehe auch|quellen|voir aussi)\b",
    re.IGNORECASE,
)
EXAMPLE = re.compile(
    r"\b(?:e\.g|for example|for instance|examples?|such as|z\. ?B|zum Beispiel|beispiel\w*|par exemple)\b",
    re.IGNORECASE,
)
DEFINES = re.compile(
    r"\b(?:is|are|means|refers to|ist|sind|bedeutet|est|sont|es|son)\s+"
    r"(?:an?|the|one|any|eine?|der|die|das|une?|la|le|les|el|los|las)\b",
    re.IGNORECASE,
)
ONESELF = re.compile(r"\b(?:I|I'm|I’m|I've|me|my|we|our|ich|mir|mich|wir|je|moi|mon|ma)\b")
# What to do is a step; it is worth learning less than what is so.
ORDERS = re.compile(
    r"(?:add|allow|apply|avoid|begin|browse|build|check|choose|click|commit|configure|consider|continue|convert|copy|craft|create|decide|define|deploy|"
    r"develop|display|download|drop|edit|employ|enable|ensure|enter|evaluate|experiment|explore|extend|find|fine-tune|follow|gather|generate|go|"
    r"implement|include|incorporate|initialize|install|integrate|"
    r"iterate|just|keep|list|load|look|make|manage|merge|monitor|organize|pin|place|print|calculate|count|assign|split|leverage|move|open|optimize|"
    r"paste|perform|"
    r"prepare|press|provide|put|reload|remove|rename|repeat|replace|return|review|run|save|search|select|set|skip|stage|start|take|tap|test|track|"
    r"train|try|type|use|"
    r"utilize|write|you (?:can|may|need)|erstelle|installiere|kopiere|nutze|öffne|wähle)\b",
    re.IGNORECASE,
)
# Where to click is looked up, not learned.
STEERS = re.compile(
    r"\b(?:click\w*|button|menu|drop-?down|check ?box|side ?bar|panel|toolbar|tab key|press(?:ing)?|select the|settings?|shortcuts?|"
    r"hotkeys?|palette|ctrl|cmd|screenshot|icon|pop-?up|install\w*|download\w*|klick\w*|taste|menü|einstellung\w*)\b",
    re.IGNORECASE,
)
