"""Text cut into words, the one cutting that index, queries, linking and checks share.

Boundaries are those of Unicode's text segmentation (UAX #29) with three changes that search needs. Words written
without a space but with a joint, such as `follow-up` or `Node.js`, are pieces and a whole. Runs of scripts without
spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese ...) are pieces of their own, to be read as pairs of characters:
no dictionary knows the words of every note, and pairs reach nDCG@10 .95 on XQuAD (zh) by words alone. Signs that
people search for (`C++`, `->`, emoji) are words too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import regex

from kb.text.characters import fold, visible

Kind = Literal["word", "hangul", "unspaced", "sign"]

_UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Tham}\p{New_Tai_Lue}"
    r"\p{Tai_Le}\p{Tai_Viet}\p{Javanese}\p{Balinese}\p{Yi}\u30fc\uff70\uff9e\uff9f"
    r"\u3220-\u3247\u3280-\u32b0\u32c0-\u3370\u337b-\u337f"  # such in brackets, circles and squares: ㈱, ㍿
)
_SQUARED = r"\u3371-\u337a\u3380-\u33df\u33ff"  # Latin units in one character: ㎏
# Marks belong to the letter before them; characters that nobody sees do not end a word.
_REST = r"[\p{M}\p{Default_Ignorable_Code_Point}]*+"
_OPERATOR = r"[-+*/=<>!&|:~^%?.@$\\]"
# The dot of `.NET` and `.gitignore`, which is no end of a sentence.
_DOTTED = r"(?:(?<![\w.)\]}\"'?!])\.(?=[^\W\d_]))?"
_PIECE = regex.compile(
    rf"""
    (?P<unspaced>(?:[[{_UNSPACED}]--\p{{Nd}}]{_REST})++)
    |(?P<hangul>(?:\p{{Hangul}}{_REST})++)
    |(?P<word>{_DOTTED}(?:[[\p{{L}}\p{{N}}{_SQUARED}]--[[{_UNSPACED}\p{{Hangul}}]--\p{{Nd}}]]{_REST})++(?:\+\+|\#(?!\w))?)
    |(?P<sign>(?<!{_OPERATOR}){_OPERATOR}{{2,3}}(?!{_OPERATOR})
        |\p{{Regional_Indicator}}{{2}}
        |\p{{Extended_Pictographic}}(?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d\p{{Extended_Pictographic}})*+
        |[\p{{S}}--\p{{ASCII}}])
    """,
    regex.V1 | regex.X,
)
# The same, for text of ASCII alone, faster.
_ASCII_PIECE = re.compile(
    rf"(?P<word>{_DOTTED}[a-zA-Z0-9]++(?:\+\+|\#(?!\w))?)|(?P<sign>(?<!{_OPERATOR}){_OPERATOR}{{2,3}}(?!{_OPERATOR}))"
)
# The blocks of those scripts.
_MAY_BE_RUN = re.compile(
    "[\u0e00-\u1fff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef\U00016fe0-\U0001b2ff\U0001f200-\U0001f2ff\U00020000-\U0003ffff]"
)
# Between pieces of one word. A joint between digits, or one that means "and" or "at", stays when they are joined.
_JOINTS = frozenset("-‐‑‒–_./&'’@:+·~")
_KEPT_JOINTS = frozenset("&@+")
# An apostrophe before an ending (Anna's, don't) or after an article (l'année) parts two words.
_APOSTROPHES = frozenset("'’")
_SIGN_ENDS = "+#"  # of words such as C++
_SHORTEST_SIDE = 3
_BRACKETS = str.maketrans("", "", "()")  # of what was one character, ㈱
# Between the thousands of a number.
_THOUSANDS = frozenset(",.'’\u00a0\u202f")
_GROUP = 3  # digits
_MOST_PIECES = 6  # of a word; more are an address or a path
_CAMEL = regex.compile(r"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+")
_SHORTEST_PART = 3
_MEASURE = re.compile(r"(\d+)([^\W\d_]{1,3})")  # 10km, 5kg, 4K
_SCRIPTS = regex.compile(
    r"[\p{Latin}\p{N}]+|\p{Greek}+|\p{Cyrillic}+|\p{Hebrew}+|\p{Arabic}+|\p{Armenian}+|\p{Georgian}+"
)


class Piece(NamedTuple):
    """The smallest stretch of text that is looked at as one."""

    start: int
    end: int
    text: str  # as written
    kind: Kind


class Compound(NamedTuple):
    """A word of several pieces."""

    words: tuple[str, ...]  # its pieces as written
    joined: str  # the form in which it is compared: `follow-up` and `followup` are the same


def bare(word: str) -> str:
    """A word without the signs that are a part of it, `NET` for `.NET`, `C` for `C++`."""
    return word.removeprefix(".").rstrip(_SIGN_ENDS) or word


def pieces(text: str) -> list[Piece]:
    """The pieces of `text` in order."""
    found = (_ASCII_PIECE if text.isascii() else _PIECE).finditer(text)
    return [Piece(one.start(), one.end(), one[0], one.lastgroup) for one in found]  # type: ignore[arg-type]


def compounds(text: str, cut: Sequence[Piece]) -> Iterator[Compound]:
    """The words of `text` that are written without a space and have several of the pieces `cut` out of it."""
    group: list[Piece] = []
    for piece in cut:
        # Most words are followed by a space, which needs no closer look.
        if group and (text[group[-1].end] == " " or not _is_joined(text, group[-1], piece)):
            if len(group) > 1:
                yield from _compounds_of(text, group)
            group = []
        if piece.kind in ("word", "hangul"):
            group.append(piece)
    yield from _compounds_of(text, group)


def may_hold_runs(text: str) -> bool:
    """Whether `text` has a character that a run of Hangul or of a script without spaces may have; quick."""
    return not text.isascii() and _MAY_BE_RUN.search(text) is not None


def parts(word: str) -> list[str]:
    """The words of which a single piece is made: of `getResponseCode`, of different scripts, a number and its unit."""
    folded = fold(word)
    if measure := _MEASURE.fullmatch(folded):
        return list(measure.groups())
    found = [] if word.islower() or word.isupper() else _CAMEL.findall(visible(word))
    if not folded.isascii():
        found += _SCRIPTS.findall(folded)
    return [
        part for part in dict.fromkeys(map(fold, found)) if len(part) >= _SHORTEST_PART and part != folded
    ]


def bigrams(run: str) -> list[str]:
    """The overlapping pairs of characters of a run without spaces; a single character gives itself."""
    shown = fold(run).translate(_BRACKETS)
    return [shown[index : index + 2] for index in range(len(shown) - 1)] or [shown]


def unspaced_bigrams(text: str) -> list[str]:
    """The bigrams of all runs without spaces in `text`, in order."""
    return [pair for piece in pieces(text) if piece.kind == "unspaced" for pair in bigrams(piece.text)]


def _compounds_of(text: str, group: Sequence[Piece]) -> Iterator[Compound]:
    """The word that `group` makes, and the number, if it is one with its thousands set apart."""
    if not 1 < len(group) <= _MOST_PIECES:
        return
    is_number = all(
        _is_thousands(text, before, after, is_first=not index)
        for index, (before, after) in enumerate(pairwise(group))
    )
    if not is_number or text[group[0].end] != ",":
        yield _compound(text, group)
    if is_number:
        yield Compound(tuple(piece.text for piece in group), "".join(fold(piece.text) for piece in group))


def _is_thousands(text: str, before: Piece, after: Piece, *, is_first: bool = True) -> bool:
    """Whether both are digits of one number, as in `1,250,000`."""
    return (
        text[before.end : after.start] in _THOUSANDS
        and before.text.isdecimal()
        and after.text.isdecimal()
        and len(after.text) == _GROUP
        and (len(before.text) <= _GROUP if is_first else len(before.text) == _GROUP)
    )


def _compound(text: str, group: Sequence[Piece]) -> Compound:
    found = fold(group[0].text)
    for before, piece in pairwise(group):
        joint = text[before.end : piece.start]
        folded = fold(piece.text)
        if joint in _KEPT_JOINTS or (joint and found[-1:].isdigit() and folded[:1].isdigit()):
            found += fold(joint)
        found += folded
    return Compound(tuple(piece.text for piece in group), found)


def _is_joined(text: str, before: Piece, after: Piece) -> bool:
    if "word" not in (before.kind, after.kind):
        return False
    gap = text[before.end : after.start]
    if gap in _APOSTROPHES:
        return len(after.text) >= _SHORTEST_SIDE and (
            len(before.text) >= _SHORTEST_SIDE or before.text == "O"
        )
    return not gap or gap in _JOINTS or _is_thousands(text, before, after)
