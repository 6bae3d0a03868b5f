"""Pictures: what their makers wrote about them (caption, description, key words), for finding them by more than a name."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from kb.notes.extract import Extract
from kb.sources.archive import local_name, parse_xml
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Unreadable

_DESCRIPTION, _DATE, _ARTIST, _TITLE, _COMMENT, _KEYWORDS = 0x010E, 0x0132, 0x013B, 0x9C9B, 0x9C9C, 0x9C9E
_TEXTS = ("title", "description", "comment", "caption", "parameters")
_ABOUT = ("description", "title", "subject", "creator")  # of XMP's Dublin Core
_MOST_XML = 2_000_000
_LONGEST = 4_000  # characters
_WORDS = re.compile(r"[^\W_]+")


def read(file: BinaryIO, asked: Asked, /) -> Extract:
    """What is written in the picture in `file`; its dots are not looked at."""
    text = MarkdownText()
    if asked.name.lower().endswith(".svg"):
        found, created = list(_of_drawing(file.read())), None
    else:
        found, created = _of_photograph(file)
    text.paragraph(" ".join(_WORDS.findall(asked.name.rsplit(".", 1)[0])))
    for words in dict.fromkeys(" ".join(one.split())[:_LONGEST] for one in found):
        text.paragraph(words)
    return text.extract(created=created)


def _of_drawing(data: bytes) -> Iterator[str]:
    root = parse_xml(data, doctype=True)
    for one in root.iter():
        if local_name(one.tag) in ("title", "desc", "text", "tspan") and one.text:
            yield one.text


def _of_photograph(file: BinaryIO) -> tuple[list[str], datetime | None]:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(file)
            exif = picture.getexif()
            about: Mapping[Any, Any] = picture.info
    except Exception as error:
        raise Unreadable("is damaged, or not a picture") from error
    found = [_text(exif.get(tag)) for tag in (_TITLE, _DESCRIPTION, _COMMENT, _KEYWORDS, _ARTIST)]
    found += [_text(value) for key, value in about.items() if str(key).lower() in _TEXTS]
    packet = about.get("xmp") or about.get("XML:com.adobe.xmp") or b""
    data = packet.encode() if isinstance(packet, str) else bytes(packet)
    if data and len(data) <= _MOST_XML:
        found += _of_packet(data)
    return [one for one in found if one.strip()], _moment(_text(exif.get(_DATE)))


def _of_packet(data: bytes) -> list[str]:
    """Caption and key words as photographers' programs write them."""
    try:
        root = parse_xml(data.strip(b"\x00 \r\n"))
    except Unreadable:
        return []
    return [
        item.text
        for part in root.iter()
        if local_name(part.tag) in _ABOUT
        for item in part.iter()
        if local_name(item.tag) == "li" and item.text
    ]


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-16-le", "replace").rstrip("\x00")
    return value if isinstance(value, str) else ""


def _moment(words: str) -> datetime | None:
    try:
        return datetime.strptime(words[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
