"""Bytes to text: which encoding a note is in, without ever making up a character silently."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What begins like this is another kind of file under a note's name.
_MAGIC = {
    b"%PDF-": "a PDF file",
    b"PK\x03\x04": "a ZIP or Office file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x1f\x8b": "a gzip file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
}
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text and how it was read; `encoding` writes it back to the same bytes."""

    text: str
    encoding: str
    bom: bool


class NotText(ValueError):
    """The bytes are no text; the message completes "it is ..."."""


def decode(data: bytes) -> Decoded:
    """The text in `data`: by its byte order mark, else UTF-8, else UTF-16, else the likeliest older code page.

    Raises NotText for binary data.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly(data[len(bom) :], encoding)
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            raise NotText(f"{name}, not text")
    if b"\x00" in data:
        return _without_bom(data)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", bom=False)
    except UnicodeDecodeError:
        return _older(data)


def _strictly(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    if text.count("\ufffd") > max(3, len(text) // 10):
        raise NotText(f"damaged {encoding.upper()} text")
    return Decoded(_SURROGATES.sub("\ufffd", text), encoding, bom=True)


def _without_bom(data: bytes) -> Decoded:
    """UTF-16 without a mark: every other byte is nearly always NUL in text of Latin script."""
    sample = data[: 4096 - len(data[:4096]) % 2]
    pairs = len(sample) // 2
    if pairs >= 2 and len(data) % 2 == 0:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        for encoding, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
            if high >= 0.4 * pairs and low <= 0.02 * pairs:
                text = data.decode(encoding, "replace")
                if "\ufffd" not in text:
                    return Decoded(text, encoding, bom=False)
    raise NotText("binary data, not text")


def _older(data: bytes) -> Decoded:
    if len(_CONTROLS.findall(data[:65_536])) > len(data[:65_536]) // 100:
        raise NotText("binary data, not text")
    valid = data.decode("utf-8", "replace")
    broken = valid.count("\ufffd")
    others = sum(not character.isascii() for character in valid) - broken
    if broken * 20 < others or (broken <= 2 and others > 2 * broken):
        # Mostly UTF-8 with a few damaged bytes, as a cut-off paste leaves them.
        return Decoded(valid, "utf-8", bom=False)
    return Decoded(*_guess(data), bom=False)


def _guess(data: bytes) -> tuple[str, str]:
    """Windows-1252 where its letters make sense, for it is by far the most common; else a guess by frequency."""
    try:
        western = data.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    letters = re.findall(r"[^\x00-\x7f]", western)
    if letters and sum(letter in _WESTERN for letter in letters) >= 0.9 * len(letters) and _sparse(western):
        return western, "cp1252"
    from charset_normalizer import from_bytes  # 40 ms to import, and needed for one note in thousands

    best = from_bytes(data[:65_536]).best()
    if best is not None and best.encoding not in ("ascii", "utf_8"):
        try:
            return data.decode(best.encoding), best.encoding
        except (UnicodeDecodeError, LookupError):
            pass
    return (western, "cp1252") if western else (data.decode("latin-1"), "latin-1")


_WESTERN = frozenset(
    "äöüÄÖÜßéèêëàâáçñíìîïóòôõúùûåæøÅÆØÉÈÀÁÇÑÍÓÚœŒŸÿ„“”‚‘’–—…€«»°§©®™·•±²³½¼¾×¿¡\u00a0ãÃšžŠŽ†‡‰‹›µ¶ºª£¥"
)


def _sparse(text: str) -> bool:
    """Words of Latin script are mostly ASCII; one made of upper half letters only is another alphabet."""
    high = sum(not character.isascii() and character.isalpha() for character in text)
    return high <= 0.35 * max(1, sum(character.isalpha() for character in text))
