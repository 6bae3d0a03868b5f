"""The ladder of hints, cut from the note by code: category, place, neighbour, letters, gap.

None tells the answer, and each tells something that the question and the hints before it do not: one that adds no word
is left out, so that a ladder has four steps at most and sometimes fewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.plugin_api import Note, content_words, covers, language_told, plain_text, split_sentences, words_of
from kb_plugins.quiz.item import Item
from kb_plugins.socratic.parts import parts_of_fact, whole_of
from kb_plugins.socratic.secret import MASK, Secret
from kb_plugins.socratic.tongue import Tongue
from kb_plugins.study.card import GAP
from kb_plugins.study.shapes import POINTS_BACK
from kb_plugins.study.wording import sentences_in

HINTS = 4  # at most
_NEAR = 900  # characters around the source in which a neighbour is looked for
_LONG = 5  # words from which a key is described as a statement
_FEWEST_NEW, _STATES = 2, 4  # content words that a neighbour adds, and that it has
# A question that says itself what kind of thing it asks for.
_SAYS_KIND = {
    "reason": re.compile(
        r"\b(?:why|reasons?|warum|grund|gründe|pourquoi|raisons?|por qué|razón)\b|为什么|原因", re.IGNORECASE
    ),
    "purpose": re.compile(r"\b(?:what for|purpose|wozu|zweck|but|para qué)\b|目的", re.IGNORECASE),
    "contrast": re.compile(
        r"\b(?:unlike|differ\w*|contrast|anders|unterschied\w*|contrairement|diferencia)\b|不同|区别",
        re.IGNORECASE,
    ),
    "year": re.compile(r"\b(?:year|jahr|année|año)\b|年", re.IGNORECASE),
    "day": re.compile(r"\b(?:when|which day|date|wann|quand|cuándo)\b|什么时候", re.IGNORECASE),
    "time": re.compile(
        r"\b(?:how long|how often|wie lange?|combien de temps|cuánto tiempo)\b|多久", re.IGNORECASE
    ),
    "number": re.compile(r"\b(?:how (?:many|much)|wie viele?|combien|cuánt\w+)\b|多少|几", re.IGNORECASE),
    "name": re.compile(r"\b(?:who|whose|wer|qui|quién)\b|谁", re.IGNORECASE),
    "steps": re.compile(r"\(\d+\)"),
    "members": re.compile(r"\(\d+\)"),
}
_SAYS_KIND["measure"] = _SAYS_KIND["money"] = _SAYS_KIND["share"] = _SAYS_KIND["number"]


@dataclass(frozen=True, slots=True)
class _Hint:
    text: str  # as it is said
    payload: str  # what of it comes from the note or is told of the answer
    is_shape: bool = False  # tells letters, digits or a kind, which no word of the question does


def hints(
    item: Item, note: Note, secret: Secret, others: Sequence[Secret] = (), tongue: Tongue | None = None
) -> list[str]:
    """Up to four hints, each telling more; what stands beside the answer tells none of `others` either."""
    tongue = tongue or Tongue("en")
    found: list[str] = []
    known = words_of(secret.known)
    for hint in _ladder(item, note, secret, (secret, *others), tongue):
        if len(found) == HINTS:
            break
        if secret.is_told_by(hint.text) or "?" in hint.text or "？" in hint.text:
            continue
        new = [word for word in content_words(hint.payload) if not covers(known, word)]
        if hint.is_shape or len(new) >= 1:
            found.append(hint.text)
            known += words_of(hint.payload)
    return found


def question_of(item: Item) -> str:
    """The item as an open question, with one question mark."""
    stem = item.stem.replace("？", "?")
    asked = item.question.replace("？", "?")
    if asked.endswith("?") and asked.count("?") == 1 and stem.endswith(asked):
        return stem.removesuffix(asked).replace("?", "") + asked  # a title may be a question as well
    stem = stem.replace("?", "") if stem.count("?") != 1 else stem
    if "?" in stem:
        return stem
    asks = sentences_in(language_told(stem))
    return asks["gap" if GAP in stem else "says_of"].format(stem.rstrip("."))


def _ladder(
    item: Item, note: Note, secret: Secret, secrets: Sequence[Secret], tongue: Tongue
) -> Iterator[_Hint]:
    whole = whole_of(item)
    pattern = _SAYS_KIND.get(whole.category)
    if whole.category != "statement" and not (pattern and pattern.search(secret.known)):
        yield _Hint(
            tongue.hint("category", category=tongue.category(whole.category, whole.count)), "", is_shape=True
        )
    place = [part for part in dict.fromkeys((item.title, *item.heading_path)) if not secret.is_told_by(part)]
    if place:
        yield _Hint(tongue.hint("place", place=" › ".join(place).replace("?", "")), " ".join(place))
    beside = beside_of(item, note, secrets)
    if beside:
        yield _Hint(tongue.hint("beside", text=beside), beside)
    yield from _shape(item, whole.category, tongue)
    gapped = _with_gap(item, secret)
    yield _Hint(tongue.hint("gap", text=gapped), gapped.replace(MASK, " "))


def sentences_beside(item: Item, note: Note) -> list[str]:
    """The sentences of the item's section that do not state it, the nearest first."""
    found: list[tuple[int, str]] = []
    for block in note.blocks:
        if block.heading_path == item.heading_path and block.kind not in ("code", "table"):
            found += [
                (abs(sentence.span.start - item.source.start), sentence.text)
                for sentence in split_sentences(note.text, block.span)
                if not item.source.start <= sentence.span.start < item.source.end
            ]
    return [text for distance, text in sorted(found) if distance < _NEAR]


def beside_of(item: Item, note: Note, secrets: Sequence[Secret]) -> str:
    """The nearest sentence beside the source that adds something and tells no answer; empty for none."""
    asked = words_of(secrets[0].known)
    for text in sentences_beside(item, note):
        bare = text.replace("?", "").replace("？", "")
        new = [word for word in content_words(bare) if not covers(asked, word)]
        if (
            len(new) >= _FEWEST_NEW
            and len(content_words(bare)) >= _STATES
            and "::" not in text
            and not POINTS_BACK.match(bare)
            and not any(secret.is_told_by(bare) for secret in secrets)
        ):
            return bare
    return ""


def _shape(item: Item, category: str, tongue: Tongue) -> Iterator[_Hint]:
    words = re.findall(r"[^\W_]+", item.key)
    digits = [letter for letter in item.key if letter.isdigit()]
    parts = parts_of_fact(item)
    if not words:
        return
    if category in ("steps", "members"):
        firsts = [_first(part.text) for part in parts]
        letters = ", ".join(f"“{first}”" for first in firsts)
        if len(set(firsts)) > 1:  # all the same letter, they tell nothing
            yield _Hint(tongue.hint("lines", letters=letters), "", is_shape=True)
    elif digits and len(words) <= _LONG:
        yield _Hint(tongue.hint("digits", count=len(digits), first=digits[0]), "", is_shape=True)
    elif len(words) > _LONG or (not item.key.isascii() and len(item.key) > 2 * _LONG and len(words) < 3):
        count = len(words) if len(words) > 2 else len(item.key)
        yield _Hint(tongue.hint("words", count=count, first=_opening(item.key)), "", is_shape=True)
    elif len(words) > 1:
        letters = ", ".join(f"“{word[0].upper()}”" for word in words)
        yield _Hint(tongue.hint("terms", letters=letters), "", is_shape=True)
    else:
        yield _Hint(tongue.hint("letters", count=len(words[0]), first=words[0][0].upper()), "", is_shape=True)


def _first(text: str) -> str:
    return next((letter.upper() for letter in text if letter.isalnum()), "")


def _opening(key: str) -> str:
    """The first word, where that is short; else its first letter."""
    first = key.split()[0].strip("“\"'(*_")
    return first if len(first) <= 6 and not content_words(first) else _first(key)


def _with_gap(item: Item, secret: Secret) -> str:
    # A card that a person wrote holds its question as well.
    text = " ".join(plain_text(item.key if item.rule == "card" else item.quote).split())
    # Of a statement a third of the words is left, too few to tell it.
    hidden = secret.hide(text.replace(item.key, MASK))
    gapped = " ".join(_thinned(text)) if secret.is_statement else hidden
    return gapped.replace("?", "").replace("？", "")


def _thinned(text: str) -> Iterator[str]:
    for index, word in enumerate(text.split()):
        yield word if index % 3 == 0 else MASK
