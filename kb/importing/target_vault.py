"""How the vault that notes move into is kept: its links, its properties, its folders, and what was imported before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from kb.errors import NoteUnreadable
from kb.files.small import open_regular, parse_json, read_small
from kb.linking.reading.prose import read_prose
from kb.linking.reading.style import Style, style_of
from kb.notes.create import path_of_new_note
from kb.notes.daily import daily_notes
from kb.notes.listing import NoteFile
from kb.notes.note import Note
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, NoteNames, names_of
from kb.notes.suffixes import page_name
from kb.notes.template import written
from kb.notes.vault import Vault

ID = "import-id"  # the property by which an imported note is known again
_KNOWN = re.compile(
    rf"^{ID}::?[ \t]*[\"']?([a-z]+-[0-9a-f]{{12}})-([0-9a-f]{{12}})[\"']?[ \t]*\r?$", re.MULTILINE
)
_HEAD = 16_384  # bytes of a note in which its properties stand
_SAMPLE = 300  # notes whose links show the style; some 3 ms each
_CREATED = ("created", "date created", "created-at", "created_at", "date")
_UPDATED = ("updated", "modified", "date modified", "last modified", "updated-at", "updated_at")
_OBSIDIAN = Path(".obsidian", "app.json")
_LOGSEQ = Path("logseq", "config.edn")
_MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Known:
    """A note that was imported before."""

    path: str
    fingerprint: str  # of what the export said then


@dataclass(frozen=True)
class TargetVault:
    """One vault as it is before an import."""

    vault: Vault
    paths: tuple[str, ...]
    files: tuple[str, ...]
    names: tuple[NoteNames, ...]
    style: Style
    is_logseq: bool
    created: str  # what the properties for these two are called here
    updated: str
    known: dict[str, Known]  # by format and key
    attachments: str  # a folder of the vault, "./" before one beside the note; empty for none that is set
    pattern: str  # of daily notes

    def day_path(self, day: date) -> str:
        """Where the note of a day lies."""
        return path_of_new_note(written(datetime.combine(day, time()), self.pattern))


def read_target_vault(vault: Vault, daily: str) -> TargetVault:
    """Look at a vault; `daily` is the pattern of daily notes that the settings name. An index is not needed."""
    files = vault.scan()
    paths = tuple(file.path for file in files)
    known: dict[str, Known] = {}
    likely: list[str] = []
    called: dict[str, tuple[str, ...]] = {}  # aliases
    for file in files:
        if file.stamp:  # no Markdown: it shows nothing of how notes are written
            continue
        head = _head(file)
        properties = _properties(head)
        if match := _KNOWN.search(properties):
            known.setdefault(match[1], Known(file.path, match[2]))
        elif "[[" in head or "](" in head:
            likely.append(file.path)  # imported notes have the style already, or had none to follow
        if "alias" in properties.casefold():
            called[file.path] = parse_note(file.path, properties).aliases
    sample = list(_notes(vault, likely[:: max(1, len(likely) // _SAMPLE)][:_SAMPLE]))
    names = {path: NoteNames(path, page_name(path), called.get(path, ())) for path in paths}
    names |= {note.path: names_of(note) for note in sample}
    obsidian = _settings(vault.root / _OBSIDIAN)
    is_logseq = (vault.root / _LOGSEQ).is_file()
    folder = obsidian.get("attachmentFolderPath")
    return TargetVault(
        vault=vault,
        paths=paths,
        files=tuple(vault.attachments()),
        names=tuple(names.values()),
        style=_style(vault, sample, names, obsidian),
        is_logseq=is_logseq,
        created=_most_used(sample, _CREATED),
        updated=_most_used(sample, _UPDATED),
        known=known,
        attachments="assets" if is_logseq else folder.strip() if isinstance(folder, str) else "",
        pattern=daily_notes(vault.root, paths, daily).pattern,
    )


def _style(
    vault: Vault, sample: Sequence[Note], names: dict[str, NoteNames], obsidian: dict[str, Any]
) -> Style:
    resolver = LinkResolver(names.values(), vault.attachments())
    proses = [read_prose(note, resolver) for note in sample]
    if any(prose.links for prose in proses):
        return style_of(proses, names)
    return replace(
        Style(),
        markdown=obsidian.get("useMarkdownLinks") is True,
        from_root=obsidian.get("newLinkFormat") == "absolute",
    )


def _head(file: NoteFile) -> str:
    try:
        with open_regular(file.name)[0] as stream:
            return stream.read(_HEAD).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""


def _properties(head: str) -> str:
    """The front matter that a note begins with, else its first lines, in which Logseq has properties."""
    if head.startswith("---"):
        return head[: head.find("\n---", 3) + 5] if "\n---" in head[3:] else ""
    return head.lstrip("\ufeff").split("\n\n", 1)[0]


def _notes(vault: Vault, paths: Iterable[str]) -> Iterable[Note]:
    for path in paths:
        try:
            yield parse_note(path, vault.read(path).text)
        except NoteUnreadable:
            continue


def _most_used(sample: Sequence[Note], names: Sequence[str]) -> str:
    counts = Counter(key for note in sample for key in note.properties if key.casefold() in names)
    return counts.most_common(1)[0][0] if counts else names[0]


def _settings(file: Path) -> dict[str, Any]:
    try:
        value = parse_json(read_small(file, _MOST_BYTES))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
