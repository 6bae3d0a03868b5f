"""Sentence pairs for gate C: a true sentence of a note, and the same one made false, or said otherwise and still true."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.notes.parse import parse_note
from kb.notes.sentences import split_sentences

_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:[.,]\d+)*(?![\w-]|[.,]\d)")
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][a-z]{3,}(?: [A-Z][a-z]{2,})*)\b")
_VERB = re.compile(r"\b(?:is|are|was|were|can|has|have|does|do|will|should|must)\b(?! not| no\b)")
_NAMES = (
    "Sigmund Freud",
    "Marie Curie",
    "Portugal",
    "Oslo",
    "Immanuel Kant",
    "Siemens",
    "Montana",
    "Nigeria",
)
_MONTHS = "January February March April May June July August September October November December".split()
_DATE = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_UNITS = (
    ("percent", "degrees"),
    ("%", " kg"),
    ("GB", "TB"),
    ("MB", "GB"),
    ("kB", "MB"),
    ("hours", "days"),
    ("days", "weeks"),
    ("weeks", "years"),
    ("years", "months"),
    ("months", "hours"),
    ("minutes", "seconds"),
    ("seconds", "hours"),
    ("km", "miles"),
    ("miles", "metres"),
    ("million", "billion"),
    ("billion", "thousand"),
    ("thousand", "million"),
    ("metres", "miles"),
    ("euros", "pounds"),
    ("dollars", "euros"),
    ("bits", "bytes"),
    ("words", "pages"),
)
_QUANTITIES = (
    ("all", "none"), ("every", "no"), ("always", "never"), ("more", "less"), ("most", "least"), ("before", "after"),
    ("after", "before"), ("first", "last"), ("larger", "smaller"), ("faster", "slower"), ("higher", "lower"),
    ("increases", "decreases"), ("better", "worse"), ("best", "worst"), ("smaller", "larger"), ("longer", "shorter"),
    ("lower", "higher"), ("less", "more"), ("cheaper", "more expensive"), ("never", "always"), ("older", "younger"),
    ("largest", "smallest"), ("highest", "lowest"), ("above", "below"), ("north", "south"), ("east", "west"),
    ("two", "nine"), ("three", "seven"), ("four", "eleven"), ("twice", "ten times"), ("half", "twice"),
)  # fmt: skip
_SYNONYMS = (
    ("about", "roughly"), ("because", "since"), ("therefore", "so"), ("for example", "for instance"), ("often", "frequently"),
    ("however", "but"), ("shows", "demonstrates"), ("uses", "makes use of"), ("need", "require"), ("begin", "start"),
    ("big", "large"), ("only", "just"), ("also", "as well"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence of a note and what was made of it."""

    kind: str
    source: str
    said: str
    is_true: bool


def sentences_of(folder: Path, most: int, seed: int = 0) -> list[str]:
    """Whole sentences of the notes below `folder`, chosen at random."""
    found: list[str] = []
    for file in sorted(folder.rglob("*.md")):
        note = parse_note(file.name, file.read_text(encoding="utf-8", errors="replace"))
        for block in note.blocks:
            if block.kind == "paragraph":
                found += [
                    sentence.text
                    for sentence in split_sentences(note.text, block.span)
                    if 8 <= len(sentence.text.split()) <= 40 and sentence.text.rstrip().endswith(".")
                ]
    random.Random(seed).shuffle(found)
    return found[:most]


def pairs(sentences: Sequence[str], each: int, seed: int = 0) -> list[Pair]:
    """Up to `each` pairs of every kind."""
    chance = random.Random(seed)
    found: list[Pair] = []
    for kind, change, is_true in _CHANGES:
        made: list[Pair] = []
        for sentence in chance.sample(list(sentences), len(sentences)):
            said = change(sentence, chance)
            if said and said != sentence:
                made.append(Pair(kind, sentence, said, is_true))
            if len(made) == each:
                break
        found += made
    return found


def _number(text: str, chance: random.Random) -> str:
    matches = list(_NUMBER.finditer(text))
    if not matches:
        return ""
    match = chance.choice(matches)
    digits = [place for place, character in enumerate(match[0]) if character.isdigit()]
    place = chance.choice(digits)
    other = str((int(match[0][place]) + chance.randint(1, 8)) % 9 + 1)
    changed = match[0][:place] + other + match[0][place + 1 :]
    if changed == match[0]:
        changed = match[0] + "0"
    return "" if changed in text else text[: match.start()] + changed + text[match.end() :]


def _name(text: str, chance: random.Random) -> str:
    matches = [match for match in _NAME.finditer(text) if match[0] not in _MONTHS]
    if not matches:
        return ""
    match = chance.choice(matches)
    return text[: match.start()] + chance.choice(_NAMES) + text[match.end() :]


def _date(text: str, chance: random.Random) -> str:
    match = _DATE.search(text)
    if not match or match[0] in ("May", "March"):
        return ""
    others = [month for month in _MONTHS if month not in text]
    return text[: match.start()] + chance.choice(others) + text[match.end() :]


def _negated(text: str, _: random.Random) -> str:
    match = _VERB.search(text)
    if not match or re.search(r"\b(?:not|no|never|none|nor|without|n't)\b", text):
        return ""
    return text[: match.end()] + " not" + text[match.end() :]


def _swapped(table: Sequence[tuple[str, str]]) -> Callable[[str, random.Random], str]:
    def swap(text: str, chance: random.Random) -> str:
        for old, new in chance.sample(table, len(table)):
            pattern = rf"(?<![\w]){re.escape(old)}(?!\w)" if old[0].isalpha() else rf"(?<=\d){re.escape(old)}"
            if re.search(pattern, text) and not re.search(rf"(?<!\w){re.escape(new.strip())}(?!\w)", text):
                return re.sub(pattern, new, text, count=1)
        return ""

    return swap


def _units(text: str, chance: random.Random) -> str:
    return _swapped(_UNITS)(text, chance) if re.search(r"\d", text) else ""


def _turned(text: str, _: random.Random) -> str:
    """Subject and object changed places: "A is larger than B" as "B is larger than A"."""
    match = re.match(
        r"^((?:The |A |An )?[A-Z]?[\w-]+(?: [\w-]+)?) (is \w+er than|comes before|leads to|causes|contains|produces|defeated|"
        r"influenced|replaced|belongs to|founded|follows|needs|uses|stores|reads|measures|describes|contradicts) "
        r"((?:the |a |an )?[\w-]+(?: [\w-]+)?)(?=[,.;])",
        text,
    )
    if not match or {word.casefold() for word in match[1].split()} & {
        word.casefold() for word in match[3].split()
    }:
        return ""
    one, verb, other = match.groups()
    return f"{other[0].upper()}{other[1:]} {verb} {one[0].lower()}{one[1:]}{text[match.end() :]}"


def _same(text: str, _: random.Random) -> str:
    return f"According to the notes, {text[0].lower()}{text[1:]}" if not text.split()[0].isupper() else ""


def _shorter(text: str, _: random.Random) -> str:
    """The first clause alone, where it is a whole statement."""
    head, comma, rest = text.partition(", ")
    whole = len(head.split()) >= 6 and re.match(r"(?:which|and|but|so|where|while|because)\b", rest)
    if re.match(r"(?:When|If|Because|Although|While|As|In|After|Before|Since|For|Unlike)\b", head):
        return ""
    return head.rstrip(".") + "." if comma and whole else ""


def _clauses(text: str, _: random.Random) -> str:
    """`When X, Y.` as `Y when X.`"""
    match = re.match(r"^(When|If|Because|After|Before|In|On|For) ([^,]{8,80}), ([^,;:]{12,120})\.$", text)
    return f"{match[3][0].upper()}{match[3][1:]} {match[1].lower()} {match[2]}." if match else ""


def _without_brackets(text: str, _: random.Random) -> str:
    return re.sub(r" \([^()]*\)", "", text) if " (" in text else ""


_CHANGES: tuple[tuple[str, Callable[[str, random.Random], str], bool], ...] = (
    ("number", _number, False),
    ("unit", _units, False),
    ("name", _name, False),
    ("negation", _negated, False),
    ("date", _date, False),
    ("quantity", _swapped(_QUANTITIES), False),
    ("roles", _turned, False),
    ("as it is", lambda text, _: text.rstrip(".") + " .", True),
    ("introduced", _same, True),
    ("first clause", _shorter, True),
    ("clauses turned", _clauses, True),
    ("without brackets", _without_brackets, True),
    ("synonym", _swapped(_SYNONYMS), True),
)


def told_by_kind(
    made: Sequence[Pair], holds: Callable[[Pair], bool]
) -> Iterator[tuple[str, bool, int, list[Pair]]]:
    """(kind, whether it is true, how many, those that gate C judged wrongly)."""
    for kind, _, is_true in _CHANGES:
        own = [pair for pair in made if pair.kind == kind]
        yield kind, is_true, len(own), [pair for pair in own if holds(pair) != is_true]
