"""Cards as an Anki package; a second import of a newer export updates cards instead of doubling them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

from kb.plugin_api import UsageError
from kb_plugins.quiz.item import Item

# Anki tells note types apart by these numbers, so that they must never change.
_MODEL_ID = 1_607_392_319
_FIELDS = ("Question", "Answer", "Source")
_CSS = ".card { font-family: sans-serif; font-size: 20px; text-align: left; } .source { color: gray; font-size: 14px; }"


def write_package(items: Sequence[Item], deck: str, file: Path) -> None:
    """Write `items` as the deck called `deck`. Raises UsageError when the file exists or cannot be written."""
    import genanki

    if file.exists():
        raise UsageError(f"{file} exists already. Choose another name; nothing was written.")
    model = genanki.Model(
        _MODEL_ID,
        "kb",
        fields=[{"name": name} for name in _FIELDS],
        templates=[
            {
                "name": "Card",
                "qfmt": "{{Question}}",
                "afmt": '{{FrontSide}}<hr id="answer">{{Answer}}<div class="source">{{Source}}</div>',
            }
        ],
        css=_CSS,
    )
    package = genanki.Deck(_deck_id(deck), deck)
    for item in items:
        front = item.stem + "".join(f"\n• {option}" for option in item.options)
        fields = [front, _answer(item), f"{item.path}:{item.line}"]
        note = genanki.Note(
            model=model,
            fields=[html.escape(field).replace("\n", "<br>") for field in fields],
            guid=genanki.guid_for("kb", item.id),
        )
        package.add_note(note)
    try:
        genanki.Package(package).write_to_file(str(file))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}. Choose another place.") from error


def _answer(item: Item) -> str:
    return f"{item.expected.capitalize()}: {item.key}" if item.expected else item.key


def _deck_id(name: str) -> int:
    """Anki's deck ids are positive and fit into 53 bits, or JavaScript would round them."""
    return int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big") + 1
