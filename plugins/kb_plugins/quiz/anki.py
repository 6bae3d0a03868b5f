"""Cards as an Anki package; a second import of a newer export updates cards instead of doubling them."""

from __future__ import annotations

import html
import shutil
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kb.plugin_api import KnowledgeBase, UsageError
from kb_plugins.quiz.anki_html import cloze_html, reads_media, to_html
from kb_plugins.quiz.item import Item, another_id

if TYPE_CHECKING:
    import genanki

# Anki tells note types apart by these numbers, so that they must never change.
_MODEL_ID, _CLOZE_MODEL_ID = 1_607_392_319, 1_607_392_320
_FIELDS, _CLOZE_FIELDS = ("Question", "Answer", "Source"), ("Text", "Place", "Source")
_CSS = (
    ".card { font-family: sans-serif; font-size: 20px; text-align: left; } .source { color: gray; font-size: 14px; } "
    ".cloze { font-weight: bold; color: blue; } table { border-collapse: collapse; } td, th { border: 1px solid; }"
)
_SOURCE = '<div class="source">{{Source}}</div>'
_ROOT = "kb"  # the deck that holds all others


def write_package(base: KnowledgeBase, items: Sequence[Item], file: Path) -> None:
    """Write `items` as decks by tag or folder. Raises UsageError when the file exists or cannot be written."""
    import genanki

    if file.exists():
        raise UsageError(f"{file} already exists. Choose another name; nothing was written.")
    decks: dict[str, genanki.Deck] = {}
    tags = _Tags(base)
    taken: set[str] = set()
    with TemporaryDirectory() as folder:
        media = _Media(base.settings.vault, Path(folder))
        for item in items:
            # The same words in two notes are two cards.
            name = item.id if item.id not in taken else another_id(item)
            if name in taken:
                continue
            taken.add(name)
            deck = _deck_of(item)
            decks.setdefault(deck, genanki.Deck(_number_of(deck), deck)).add_note(
                _note(base, item, name, media, tags.of(item.path))
            )
        try:
            package = genanki.Package(list(decks.values()), media_files=[str(path) for path in media.files])
            package.write_to_file(str(file))
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}. Choose another place.") from error


def _note(base: KnowledgeBase, item: Item, name: str, media: _Media, tags: list[str]) -> genanki.Note:
    import genanki

    def stored(target: str) -> str:
        return media.name_of(target, item.path)

    place = item.stem.removesuffix(item.question).rstrip(": ") if item.question else ""
    source = _source(base, item)
    if item.rule == "gap" and item.front:
        fields = [cloze_html(item.front, stored), html.escape(place), source]
        model = _cloze_model()
    elif item.front:
        head = f'<div class="source">{html.escape(place)}</div>' if place else ""
        fields = [head + to_html(item.front, stored), to_html(item.answer, stored), source]
        model = _model()
    else:
        front = item.stem + "".join(f"\n• {option}" for option in item.options)
        sides = [
            _text(front),
            _text(f"{item.expected.capitalize()}: {item.key}" if item.expected else item.key),
        ]
        fields = [*sides, source]
        model = _model()
    return genanki.Note(model=model, fields=fields, guid=genanki.guid_for("kb", name), tags=tags)


def _model() -> Any:
    import genanki

    return genanki.Model(
        _MODEL_ID,
        "kb",
        fields=[{"name": name} for name in _FIELDS],
        templates=[
            {
                "name": "Card",
                "qfmt": "{{Question}}",
                "afmt": f'{{{{FrontSide}}}}<hr id="answer">{{{{Answer}}}}{_SOURCE}',
            }
        ],
        css=_CSS,
    )


def _cloze_model() -> Any:
    import genanki

    place = '<div class="source">{{Place}}</div>'
    return genanki.Model(
        _CLOZE_MODEL_ID,
        "kb cloze",
        model_type=genanki.Model.CLOZE,
        fields=[{"name": name} for name in _CLOZE_FIELDS],
        templates=[
            {
                "name": "Cloze",
                "qfmt": f"{place}{{{{cloze:Text}}}}",
                "afmt": f"{place}{{{{cloze:Text}}}}{_SOURCE}",
            }
        ],
        css=_CSS,
    )


class _Media:
    """Files of the vault that cards show, each under a name of its own."""

    def __init__(self, vault: Path, folder: Path) -> None:
        self._vault, self._folder = vault.resolve(), folder
        self._names: dict[Path, str] = {}

    @property
    def files(self) -> list[Path]:
        return [self._folder / name for name in self._names.values()]

    def name_of(self, target: str, note: str) -> str:
        """The name in the package of what the note at `note` calls `target`; empty when it is no file of the vault."""
        if not reads_media(target):
            return ""
        file = self._find(target, note)
        if file is None:
            return ""
        if file not in self._names:
            name = file.name
            if name in self._names.values():
                name = f"{blake2b(str(file).encode('utf-8', 'replace'), digest_size=4).hexdigest()}-{name}"
            shutil.copyfile(file, self._folder / name)
            self._names[file] = name
        return self._names[file]

    def _find(self, target: str, note: str) -> Path | None:
        for place in ((self._vault / note).parent / target, self._vault / target.lstrip("/")):
            file = place.resolve()
            if file.is_file() and file.is_relative_to(self._vault):
                return file
        return self._by_name.get(target.rsplit("/", 1)[-1].casefold())

    @cached_property
    def _by_name(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for file in sorted(self._vault.rglob("*"), reverse=True):
            if reads_media(file.name) and file.is_file() and file.resolve().is_relative_to(self._vault):
                found[file.name.casefold()] = file.resolve()
        return found


class _Tags:
    """The tags of notes as Anki has them: without blanks, nested by `::`."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._known: dict[str, list[str]] = {}

    def of(self, path: str) -> list[str]:
        if path not in self._known:
            names = dict.fromkeys(tag.name for tag in self._base.note(path).tags)
            self._known[path] = ["_".join(name.split()).replace("/", "::") for name in names]
        return self._known[path]


def _deck_of(item: Item) -> str:
    """By the note's flashcard tag where that names a deck, else by its folder."""
    below = item.deck or item.path.rpartition("/")[0]
    return "::".join((_ROOT, *(part for part in below.split("/") if part)))


def _source(base: KnowledgeBase, item: Item) -> str:
    """The note and its line, which Obsidian opens from the link."""
    vault = base.settings.vault.resolve()
    link = f"obsidian://open?vault={quote(vault.name)}&file={quote(item.path, safe='')}"
    name = html.escape(item.where)
    return f'<a href="{html.escape(link, quote=True)}">{name}</a> · <a href="{html.escape((vault / item.path).as_uri(), quote=True)}">file</a>'


def _text(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _number_of(name: str) -> int:
    """Anki's deck ids are positive and fit into 53 bits, or JavaScript would round them."""
    return int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big") + 1
