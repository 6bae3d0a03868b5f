"""Tags that say that a note, or a paragraph, holds cards, and of which deck."""

from __future__ import annotations

import re

from kb.plugin_api import Note

_CARD_TAG = re.compile(r"(?:flash-?cards?|cards?|srs|anki|karteikarten?|lernkarten?)(?:/|$)", re.IGNORECASE)
_TAG = r"#[^\W\d][\w/-]*"
_TAG_LINE = re.compile(rf"(?:{_TAG}[ \t]*)+$")
_TAGS_BEFORE = re.compile(rf"(?:{_TAG}[ \t]+)+")


def is_card_tag(name: str) -> bool:
    """Whether a tag says that what carries it is a card."""
    return bool(_CARD_TAG.match(name))


def has_card_tag(note: Note) -> bool:
    """Whether a note says by a tag that it holds cards."""
    return any(is_card_tag(tag.name) for tag in note.tags)


def is_tag_line(text: str) -> bool:
    """Whether a line holds tags and nothing else."""
    return bool(_TAG_LINE.match(text))


def tags_before(text: str) -> str:
    """The tags, with the blanks after them, that a line begins with."""
    match = _TAGS_BEFORE.match(text)
    return match[0] if match else ""


def holds_card_tag(tags: str) -> bool:
    """Whether one of `tags`, which stand in one line, is a card tag."""
    return any(is_card_tag(tag.lstrip("#")) for tag in tags.split())


def deck_of_tags(tags: str) -> str:
    """What the first card tag of `tags` names below itself."""
    tag = next((tag.lstrip("#") for tag in tags.split() if is_card_tag(tag.lstrip("#"))), "")
    return tag.partition("/")[2].strip("/")
