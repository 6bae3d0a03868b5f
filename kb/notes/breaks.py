"""Where sentences end in running text of any script."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A closing mark, closing quotes and brackets and emphasis, then white space; CJK marks need no space.
_END = re.compile(
    r"(?P<mark>(?<![.!?…])[.!?…]++)[\"'”’»)\]*_~]*+(?P<space>\s++)|[。！？｡]++[」』”’）)】]*+\s*+|[।؟۔]++\s*+"
)
_WORD_BEFORE = re.compile(r"([\w.&/-]{1,24})$")
_NEXT = re.compile(r"[\"'“„‘«(\[*_~]*+(\w?)")
_INITIALS = re.compile(r"(?:^|[.\s(])[^\W\d_](?:\.[^\W\d_]){0,6}$")

# Never end a sentence, whatever follows. Short forms that are also words (no, so, max) are left out.
_ABBREVIATIONS = """
dr prof mr mrs ms st sr jr hr fr hrn mme mlle rev gen col lt sgt capt gov sen rep pres hon
vs e.g i.e cf ca approx fig figs eq eqs sec ch chap vol nr nos op pp ed eds inc corp ltd al incl resp viz ibid
esp w.r.t jan feb apr jun jul aug sep sept oct nov dec mon tue wed thu
mio mrd bzw z.b d.h u.a i.d.r z.t s.o s.u vgl abb tab bd hrsg ggf evtl inkl exkl zzgl mind str bspw sog geb gest
mär okt dez
"""
# May end one: only a following capital tells.
_MAYBE = """
etc usw u.s u.s.a u.k a.m p.m co bros dgl et
"""
# "am 3. Oktober", "im 19. Jahrhundert": a number with a full stop is an ordinal before these.
_AFTER_ORDINAL = """
januar februar märz april mai juni juli august september oktober november dezember jahrhundert jahrtausend
klasse auflage kapitel stock etage semester weltkrieg platz mal tag woche monat jahr lebensjahr grad stufe
schritt teil band abschnitt absatz runde person generation sitzung
"""
_NEVER_END = frozenset(_ABBREVIATIONS.split())
_MAY_END = frozenset(_MAYBE.split())
_GERMAN_ORDINAL_NEXT = frozenset(_AFTER_ORDINAL.split())
_NEXT_WORD = re.compile(r"\w+")


def sentence_ends(text: str) -> Iterator[int]:
    """Offsets just behind each sentence and the white space after it; the last one is the text's length."""
    start = checked = 0
    has_words = False
    for match in _END.finditer(text):
        end = match.end()
        if end >= len(text):
            break
        if match["mark"] is not None and not _ends_here(text, start, match):
            continue
        has_words = has_words or any(character.isalnum() for character in text[checked : match.start()])
        checked = end
        if has_words:
            yield end
            start, has_words = end, False
    if start < len(text):
        yield len(text)


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    end = match.end()
    following = _NEXT.match(text, end)
    letter = following[1] if following else ""
    # A line that ends with a full stop ends a sentence, unless a wrapped line happens to end so.
    if letter and letter.islower() and "\n" not in match["space"]:
        return False
    if match["mark"] != ".":
        # "Wait ... what" goes on, "Wait… What" does not.
        return not (match["mark"][0] in ".…" and not letter)
    before = _WORD_BEFORE.search(text, max(start, match.start() - 24), match.start())
    if not before:
        return True
    word = before[1].strip("/-").casefold()
    if word in _NEVER_END:
        return False
    if word in _MAY_END:
        return bool(letter) and letter.isupper()
    if word.isdigit():
        return _after_number(text, word, end, match)
    return not _INITIALS.search(text, max(start, match.start() - 12), match.start())


def _after_number(text: str, word: str, end: int, match: re.Match[str]) -> bool:
    """A German ordinal ("am 3. Oktober") or a list number ("1. First") is no end."""
    if len(word) > 2:
        return True
    following = _NEXT_WORD.search(text, end, end + 40)
    if following and following[0].casefold() in _GERMAN_ORDINAL_NEXT:
        return False
    near = max(0, match.start() - 40)
    line_start = max(text.rfind("\n", near, match.start()), near)
    return bool(text[line_start : match.start()].strip(" \t\n*_>").strip(word))
