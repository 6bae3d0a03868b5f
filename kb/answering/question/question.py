"""What a question asks: its content words, how rare each is, and the kind of thing wanted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.answering.words import content_words, covers, words_of

Kind = Literal["number", "date", "person", "place", "reason", "other"]

# The question words of English, German, Spanish and French, most telling first.
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            r"\bhow (?:many|much|long|old|far|tall|large|big|high|fast|often|deep)\b"
            r"|\b(?:what|which) (?:percent|percentage|number|amount|share|size)"
            r"|\bwie ?viele?\b|\bwie (?:oft|lange|gro(?:ß|ss)|hoch|alt)\b|\bcuánt[oa]s?\b|\bcombien\b"
        ),
    ),
    (
        "date",
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade)"
            r"|\bwann\b|\bin welchem jahr\b|\bcuándo\b|\ben qué año\b|\bquand\b|\ben quelle année\b"
        ),
    ),
    ("person", re.compile(r"\bwho(?:m|se)?\b|\bwer\b|\bwen\b|\bwem\b|\bquién(?:es)?\b|\bqui\b")),
    (
        "place",
        re.compile(r"\bwhere\b|\b(?:what|which) (?:country|city|place|region)|\bwo\b|\bdónde\b|\boù\b"),
    ),
    ("reason", re.compile(r"\bwhy\b|\bwarum\b|\bwieso\b|\bweshalb\b|\bpor qué\b|\bpourquoi\b")),
)
_COUNTED = re.compile(
    r"\b(?:how many|wie ?viele|cuánt[oa]s|combien d[e'’])\s*(?:of (?:the |my )?|other |different |more )?(?P<what>[\w'-]+(?: [\w'-]+)?)",
    re.IGNORECASE,
)
# Of 93 such questions of XQuAD and SQuAD, 81 % have the number of their answer within four words of what it counts.
_BESIDE = 4
_ADDRESS = re.compile(
    r"\b(?:web ?site|site|page|link|url|address|where|webseite|seite|adresse|wo|sitio|página|lien)s?\b"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|"
    r"thousand|million|billion|trillion|half|quarter|dozen|once|twice|zwei|drei|vier|fünf|sechs|sieben|acht|neun|"
    r"zehn|hundert|tausend|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|mil|deux|trois|quatre|cinq|mille)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b\d{3,4}s?\b|\b\d{1,2}[./-]\d{1,2}\b|\b(?:january|february|march|april|may|june|july|august|september|october|"
    r"november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|"
    r"agosto|septiembre|octubre|noviembre|diciembre|monday|tuesday|wednesday|thursday|friday|saturday|sunday|century|"
    r"decade|jahrhundert|siglo|siècle|today|yesterday|morning|evening|night)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[^\W\d_a-z]\w+")
_REASON = re.compile(
    r"\b(?:because|since|so that|due to|in order|therefore|cause[sd]?|reason|result|weil|damit|denn|deshalb|porque|"
    r"para|debido|parce|car|afin)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its content words and their weights, which add up to 1."""

    text: str
    kind: Kind
    weights: dict[str, float]  # content word -> share of the question's meaning it carries
    counted: tuple[str, ...] = ()  # "GPUs" of "how many GPUs": what a number must count to be the answer

    @property
    def wants_address(self) -> bool:
        """Whether a web address can be the answer."""
        return _ADDRESS.search(self.text.casefold()) is not None

    def coverage(self, words: Sequence[str]) -> float:
        """The share, by weight, of the question's content words that `words` hold."""
        distinct = set(words)
        return math.fsum(weight for word, weight in self.weights.items() if covers(distinct, word))

    def kind_found(self, text: str) -> float:
        """1 when `text` holds the kind of thing asked for beyond the question's own words, 0 when not.

        0.5 when it holds a number that does not stand beside what is to be counted, or any kind is asked for.
        """
        own = set(words_of(self.text))
        if self.kind == "number":
            numbers = [match for match in _NUMBER.finditer(text) if match.group().casefold() not in own]
            if not numbers or not self.counted:
                return float(bool(numbers))
            return 1.0 if any(self._is_counted(text, match) for match in numbers) else 0.5
        if self.kind == "date":
            return float(any(match.group().casefold() not in own for match in _DATE.finditer(text)))
        if self.kind in ("person", "place"):
            return float(any(match.group().casefold() not in own for match in _NAME.finditer(text)))
        if self.kind == "reason":
            return float(_REASON.search(text) is not None)
        return 0.5

    def _is_counted(self, text: str, number: re.Match[str]) -> bool:
        near = words_of(text[: number.start()])[-_BESIDE:] + words_of(text[number.end() :])[:_BESIDE]
        return any(covers(near, word) for word in self.counted)


def read_question(
    text: str, document_frequency: Callable[[Sequence[str]], Sequence[int]], documents: int
) -> Question:
    """Read `text`, weighing its content words by how few of the `documents` passages hold them (BM25's idf)."""
    words = content_words(text) or list(dict.fromkeys(words_of(text)))
    counts = document_frequency(words)
    rarity = [math.log(1 + (documents - min(count, documents) + 0.5) / (count + 0.5)) for count in counts]
    total = math.fsum(rarity) or 1.0
    return Question(
        text=text,
        kind=kind_of(text),
        weights={word: weight / total for word, weight in zip(words, rarity, strict=True)},
        counted=_counted(text),
    )


def _counted(text: str) -> tuple[str, ...]:
    match = _COUNTED.search(text)
    return tuple(content_words(match["what"])[:2]) if match else ()


def kind_of(text: str) -> Kind:
    """The kind of thing `text` asks for, by its question words."""
    lower = text.casefold()
    return next((kind for kind, pattern in _KINDS if pattern.search(lower)), "other")
