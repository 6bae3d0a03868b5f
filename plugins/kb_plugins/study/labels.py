"""Labels: what a line announces before a colon, and whether a label names a thing, says what is said of one, or neither."""

from __future__ import annotations

import re

from kb.plugin_api import content_words, plain_text

_LABEL = re.compile(
    r"(?:\*\*|__|==)(?P<bold>[^*_=\n]{2,70}?)\s*[:：]?(?:\*\*|__|==)\s*(?:[:：]|[–—-](?=\s)|=(?=\s))?(?:\s+|(?<=：))(?=\S)"
    r"|`(?P<code>[^`\n]{2,50})`\s*(?:[:：]|[–—-](?=\s))\s+"
    r"|(?P<bare>[^\W_][^:：\n.!?;*`。！？；，]{1,60}?)(?::\s+|：\s*|\s+(?:=|[–—])\s+)(?=\S)"
)
_SEPARATES = re.compile(r"[:：=–—]|\s-\s")
# A label that tells what kind of thing is said of the thing above.
ATTRIBUTE = re.compile(
    r"(?:main |key |primary )?(?:purpose|tasks?|metrics?|functions?|components?|goal|aim|role|method|mechanism|causes?|reasons?|effects?|"
    r"symptoms?|treatment|capital|population|area|author|date|year|founded|born|died|inventor|advantages?|disadvantages?|benefits?|"
    r"limitations?|strengths?|weakness(?:es)?|pros|cons|cost|price|size|weight|height|length|speed|time|duration|temperature|yield|"
    r"ingredients?|requirements?|inputs?|outputs?|default|parameters?|performance|training data|architecture|license|formula|units?|"
    r"zweck|aufgaben?|ziel|ursachen?|wirkung|hauptstadt|einwohner|vorteile?|nachteile?|preis|größe|gewicht|dauer|menge|zutaten|"
    r"but|rôle|avantages?|inconvénients?|durée|prix|ingrédients|objetivo|ventajas?|用途|作者|优点|缺点|原因|时间)$",
    re.IGNORECASE,
)
DEFINES = re.compile(
    r"(?:definition|meaning|definiert als|bedeutung|définition|definición|定义)$", re.IGNORECASE
)
NO_LABEL = re.compile(
    r"(?:notes?|none|good|bad|better|worse|avoid|do|don.t|wrong|right|我的.*|下次.*|next .*|prochaine? .*|nächste\w* .*|próxim\w* .*|scenario|from scratch|.*[月日号年]|[一二三四五六七八九十\d]+[点时]|functionality|.*\blinks|.*\breading|highlights|legend.*|screenshots?|set-?up|tools?|property|properties|feature|instructions?|known issues?|eg|related.*|tips?|warning|important|hints?|caution|info|examples?|e\.g|ex|default|optional|required|todo|see(?: also)?|link|url|source|"
    r"answers?|question|q|a|my .*|mein\w* .*|as in .*|reference|gpt .*|ai .*|status|step \d+|monday|tuesday|wednesday|thursday|friday|saturday|sunday|usage|result|"
    r"results|output|input|type|name|value|description|overall|summary|conclusion|beispiel\w*|hinweis|achtung|quelle|wichtig|"
    r"questions?|terms?|use cases?|solutions?|(?:common |key |basic )?(?:terminology|concepts|definitions|terms|techniques|points|takeaways|ideas)|"
    r"glossary|vocabulary|basics|anecdotes|why|how|what|who|when|where|faq|misc|other|others|more|resources|references|fragen|begriffe|"
    r"montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|exemple|remarque|attention|nota|https?|am|pm|re|cc|to|from|ps|nb)$",
    re.IGNORECASE,
)
DEFINING = re.compile(
    r"(?:this |these |it |they )?(?:is |are |refers? to |means |ist |sind |est |sont |es )?(?:an? |the |any |one of |some |process |technique |"
    r"method |set |kind |type |part |when (?:an? |the )|wenn |eine? |ein |der |die |das |une? |le |la |les |el |los |las )|[A-Z]?[a-z]{2,}ing\b",
    re.IGNORECASE,
)
ENUMERATES = re.compile(
    r"\b(?:types?|kinds?|parts?|phases?|stages?|steps?|forms?|categories|classes|groups|levels?|grades|principles|rules|factors|reasons|causes|"
    r"ways|methods|layers|elements|components|features|properties|advantages|disadvantages|arten|teile|phasen|stufen|formen|gründe|regeln|"
    r"schritte|types|étapes|parties|formes|raisons|tipos|partes|fases|两种|三种|四种|步骤|种类)\b|[种类]",
    re.IGNORECASE,
)
# What begins so is a clause or a heading of a kind, and no name.
NO_TERM = re.compile(
    r"(?:since|note|you|we|i|there|all|some|any|each|don.t|the same|what|how|why|when|where|who|which|it|this|that|these|those|they|if|for|in|on|with|when|to|can|does|do|is|are|issues|ways|things|"
    r"benefits|use|using|was|wie|warum|wenn|dies\w*|es|für|bei|mit|non)\b|.*://|.*\.(?:com|org|io|net|md)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.!?:;]$")
_MOST_TERM = 7  # words of a label in bold print or code
_MOST_TERM_WORDS = 4  # of an item above its description
_MOST_BARE, _STATEMENT = 5, 5


def label_of(raw: str) -> tuple[str, int] | None:
    """The label that opens `raw`, and where what it announces begins."""
    match = _LABEL.match(raw)
    if match:
        name = match["bold"] or match["code"] or match["bare"]
        if "](" in name or "[[" in name:
            return None  # it leads to another note, and what follows is what is said there
        bare = " ".join(plain_text(name).split()).rstrip(":：")
        most = _MOST_TERM if match["bold"] or match["code"] else _MOST_BARE
        if match["bold"] and not _SEPARATES.search(match[0]) and "\n" not in match[0]:
            return None  # a sentence that begins in bold print
        if (
            0 < len(bare.split()) <= most
            and not _is_statement(bare)
            and not bare[0].isdigit()
            and not NO_LABEL.match(bare)
        ):
            return bare, match.end()
    return None


def is_term(name: str) -> bool:
    """Whether `name` may name something."""
    words = content_words(name)
    return bool(words) and not _CLAUSE.search(name) and not all(word.isdigit() for word in words)


def names(text: str) -> bool:
    """Whether an item over others names what they describe."""
    is_clause = NO_TERM.match(text) or ATTRIBUTE.match(text) or not content_words(text.split()[-1])
    return is_term(text) and not text[0].isdigit() and len(text.split()) <= _MOST_TERM_WORDS and not is_clause


def _is_statement(label: str) -> bool:
    """`Bees find their way home` says something; `Generative Adversarial Networks (GANs)` names something."""
    words = label.split()
    return (
        len(words) >= _STATEMENT
        and label.isascii()
        and sum(word[0].islower() for word in words) >= _STATEMENT - 2
    )
