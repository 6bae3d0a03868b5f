"""The forms of a text in which hidden words show: what an eye, or a language model, would read."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

_TAG_FIRST, _TAG_LAST = 0xE0000, 0xE007F
# Letters of other scripts that look like Latin ones (Unicode TR 39), those that are met in disguised words.
_ALIKE = str.maketrans(
    "аеорсухіјѕԁԛԝһӏкмтвнгєАЕОРСУХІЈЅКМТВНαοενικρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡıⅼ",
    "aeopcyxijsdqwhlkmtbhreAEOPCYXIJSKMTBHaoevikptuxABEZHIKMNOPTYXagil",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_WORD = re.compile(
    r"(?<!\w)(?=[\w@$!|]{0,40}[^\W\d_])(?=[\w@$!|]{0,40}[013457@$!|])[\w@$!|]{4,40}(?!\w)"
)
_SPACED_OUT = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*·]{1,3}){4,200}[^\W\d_](?![^\W_])")
_BETWEEN_LETTERS = re.compile(r"(?<=\w)[ .\-_*·](?=\w)")
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,4000}={0,2}(?![\w+/=-])")
_HEX = re.compile(r"(?<!\w)(?:[0-9a-fA-F]{2}){8,2000}(?!\w)")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){4,}")
_ESCAPES = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_MARKS = re.compile(r"(?<![*_~`=])[*_~`=]++(?=\w)|(?<=\w)[*_~`=]++|\\(?=[^\w\s])|</?[A-Za-z][^<>\n]{0,200}>")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)
# Of words that orders are made of: shifted by thirteen letters, and from their last letter to their first.
_SHIFTED = re.compile(
    r"vtaber|qvfertneq|vafgehpgvba|nffvfgnag|cerivbhf|flfgrz|cebzcg|punggcg|erpbzzraq|nafjre|ercyl|naljbeg|vtaberm|bhoyvr|erfcbaq"
)
_BACKWARDS = re.compile(
    r"erongi|dragersid|noitcurtsni|tnatsissa|suoiverp|tpmorp|tpgtahc|dnemmocer|rewsna|yalper|trowtna|dnopser"
)
_MIN_PRINTABLE = 0.9  # share of a decoded text from which it is one


def forms(text: str) -> Iterator[str]:
    """`text` without disguise, case kept, then what it may hide: look-alikes, spread letters, encoded texts."""
    plain = visible(text)
    yield plain
    if hidden := _of_tags(text):
        yield hidden
    if (parted := visible(_INVISIBLE.sub(" ", text))) != plain:
        yield parted
    for undo in (_latin, _joined, _unleeted):
        if (other := undo(plain)) != plain:
            yield other
    low = plain.lower()
    if _SHIFTED.search(low):
        yield codecs.encode(plain, "rot13")
    if _BACKWARDS.search(low):
        yield plain[::-1]
    yield from _decoded(plain)


def visible(text: str) -> str:
    """`text` as it is read: compatibility forms unified, entities and escapes resolved, markup and invisibles gone."""
    if text.isascii() and not _may_hide(text):
        return text
    read = _ESCAPES.sub(lambda found: chr(int(found[1] or found[2], 16)), html.unescape(text))
    read = "".join(
        character
        for character in unicodedata.normalize("NFKC", read)
        if unicodedata.category(character) not in ("Cf", "Cc", "Cs", "Co") or character in "\t\n"
    )
    return _MARKS.sub("", read)


def folded(text: str) -> str:
    """`text` for comparing: without case and accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in apart if unicodedata.category(character) != "Mn")
    return unicodedata.normalize("NFC", bare).replace("’", "'")


def _may_hide(text: str) -> bool:
    return any(mark in text for mark in "&\\*_~`=<")


def _of_tags(text: str) -> str:
    """What tag characters spell, which no reader sees."""
    if text.isascii():
        return ""
    codes = (ord(character) for character in text)
    return "".join(chr(code - _TAG_FIRST) for code in codes if _TAG_FIRST + 0x20 <= code < _TAG_LAST)


def _latin(text: str) -> str:
    has_latin = any("a" <= character <= "z" for character in text)
    return text.translate(_ALIKE) if has_latin and not text.isascii() else text


def _joined(text: str) -> str:
    return _SPACED_OUT.sub(lambda found: f" {_together(found[0])} ", text)


def _together(spread: str) -> str:
    """`I g n o r e   a l l` as `Ignore all`: single gaps join letters, wider ones part words; so do blanks among dashes."""
    marks = Counter(spread[place] for place in range(1, len(spread)) if spread[place] in " .-_*·")
    mark = marks.most_common(1)[0][0]
    if mark != " " and marks[" "]:
        return " ".join(word.replace(mark, "") for word in spread.split(" "))
    words = re.split(r"[ .\-_*·]{2,}", spread)
    return " ".join(_BETWEEN_LETTERS.sub("", word) for word in words)


def _unleeted(text: str) -> str:
    return _LEET_WORD.sub(lambda found: found[0].translate(_LEET), text)


def _decoded(text: str) -> Iterator[str]:
    for found in _BASE64.finditer(text):
        bare = found[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            yield from _as_text(base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True))
        except (binascii.Error, ValueError):
            continue
    for found in _HEX.finditer(text):
        yield from _as_text(bytes.fromhex(found[0]))
    if _PERCENT.search(text):
        yield _PERCENT.sub(
            lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), text
        )


def _as_text(data: bytes) -> Iterator[str]:
    text = data.decode("utf-8", "replace")
    printable = sum(character.isprintable() and character != "\ufffd" for character in text)
    if text and printable / len(text) >= _MIN_PRINTABLE:
        yield visible(text)
