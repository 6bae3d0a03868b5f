"""What lies among the notes and is none: copies that syncers make of a conflict, and what programs keep for themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

from kb.files.small import read_small

_MOST_BYTES = 200_000
_SUFFIX = r"(?P<suffix>\.(?:md|markdown|mdx|qmd|rmd))$"
# The names that syncers give: Syncthing; Seafile; Resilio; Dropbox, Nextcloud and Obsidian Sync in many languages.
_COPIES = tuple(
    re.compile(pattern + _SUFFIX, re.IGNORECASE)
    for pattern in (
        r"(?P<name>.+)\.sync-conflict-\d{8}-\d{6}(?:-[A-Z0-9]+)?",
        r"(?P<name>.+) \(SFConflict [^()]*\)",
        r"(?P<name>.+)[._]conflict(?:ed)?(?:-\d[\d-]*)?",
        # Synology Drive; OneDrive, which adds the computer's name; git's merges.
        r"(?P<name>.+?)_[^_]+_[a-z]{3}-\d{1,2}-\d{4,6}-\d{4}_conflict",
        r"(?P<name>.+)-(?:desktop|laptop|pc)-[a-z0-9]{4,15}",
        r"(?P<name>.+)~(?:head|theirs|ours|merged)(?:_\d)?",
        r"(?P<name>.+?) ?[\[(（][^()（）\[\]]*\bconflict(?:ed|s)?\b[^()（）\[\]]*[\])）]",
        (
            r"(?P<name>.+?) ?[(（][^()（）]*(?:conflicted copy|case conflict|konfliktkopie|in konflikt stehende kopie|copie en conflit"
            r"|copia (?:en conflicto|in conflitto)|cópia (?:em|de) conflito|conflicterende kopie|conflictkopie|konfliktni kopija"
            r"|конфликт\w* копи\w*|kopia powodująca konflikt|競合コピー|競合するコピー|冲突副本|冲突的副本|衝突複本|충돌)"
            r"[^()（）]*[)）]"
        ),
    )
)
# What editors and merge tools keep of an earlier state.
_BACKUP = re.compile(r"(?P<name>.{1,250})\.(?:bak|orig|backup)" + _SUFFIX, re.IGNORECASE)
# What network drives and archivers put beside files: thumbnails, bins, earlier versions.
_KEPT_BY_SYSTEMS = (
    "@eaDir",
    "#recycle",
    "#snapshot",
    "@Recycle",
    "@Recently-Snapshot",
    "_gsdata_",
    "__MACOSX",
    "lost+found",
)
_HIDDEN = re.compile(r":hidden\s*+\[([^\]]*+)\]")
_TEXT = re.compile(r'"([^"\\]*+)"')
_COMMENT = re.compile(r";[^\r\n]*+")


def copy_of(name: str, beside: Collection[str]) -> str | None:
    """The file that the file `name` is a conflict copy of, when that lies `beside` it."""
    for pattern in _COPIES:
        if match := pattern.match(name):
            original = match["name"].rstrip() + match["suffix"]
            if original in beside:
                return original
    return None


def made_from(name: str, beside: Collection[str]) -> str:
    """Why the file `name` is no note of its own, when another that it was made from lies `beside` it; else nothing."""
    if original := copy_of(name, beside):
        return f"a conflict copy of {original}"
    match = _BACKUP.match(name)
    original = match["name"] + match["suffix"] if match else ""
    return f"a backup of {original}" if original and original in beside else ""


def program_rules(folder: Path, names: Collection[str]) -> dict[str, str]:
    """Ignore rules for what a notes program keeps in `folder`, whose entries are `names`; each with its reason."""
    found: dict[str, str] = {}
    if "_trash" in names:
        found["/_trash/"] = "a program's bin"
    found |= {f"/{name}/": "a drive's or archiver's own files" for name in _KEPT_BY_SYSTEMS if name in names}
    if "logseq" in names and (config := _read(folder / "logseq" / "config.edn")) is not None:
        found["/logseq/"] = "Logseq's own copies and settings"
        hidden = _HIDDEN.search(_COMMENT.sub("", config))
        for place in _TEXT.findall(hidden[1]) if hidden else ():
            found[f"/{place.strip('/')}"] = "hidden in Logseq"
    if ".obsidian" in names and (settings := _read(folder / ".obsidian" / "app.json")) is not None:
        for place in _excluded(settings):
            found[f"/{place.lstrip('/')}"] = "excluded in Obsidian"
    return {rule: reason for rule, reason in found.items() if len(rule) > 1}


def _excluded(settings: str) -> list[str]:
    """Obsidian's "Excluded files"; those given as expressions are not read."""
    try:
        value = json.loads(settings).get("userIgnoreFilters")
    except (ValueError, AttributeError, RecursionError):
        return []
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, str) and one.strip("/") and not one.startswith("/")]


def _read(file: Path) -> str | None:
    try:
        return read_small(file, _MOST_BYTES, follow=False).decode("utf-8", "replace")
    except OSError:
        return None
