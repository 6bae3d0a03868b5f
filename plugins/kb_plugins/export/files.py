"""Writes what is exported: whole files under free names, never over another's."""

from __future__ import annotations

from pathlib import Path

from kb.plugin_api import KnowledgeBase, UsageError, safe_line


def form_of(file: Path, *forms: str) -> str:
    """The format that a file's name asks for, one of `forms`, such as "html". Raises UsageError."""
    form = file.suffix.lower().removeprefix(".")
    if form not in forms:
        known = ", ".join(f".{one}" for one in forms)
        raise UsageError(f"{_shown(file)} does not name a format. End it with one of: {known}")
    return form


def write_new(base: KnowledgeBase, file: Path, data: str | bytes) -> None:
    """Write a new file. Raises UsageError where there is one, where none can be, and among the notes."""
    check_outside(base, file)
    try:
        with file.open("xb") as opened:
            opened.write(data.encode("utf-8", "replace") if isinstance(data, str) else data)
    except FileExistsError:
        raise UsageError(f"{_shown(file)} exists already. Name another file; nothing was written.") from None
    except OSError as error:
        raise UsageError(f"{_shown(file)} cannot be written: {error.strerror}. Name another file.") from None


def check_outside(base: KnowledgeBase, target: Path) -> None:
    """Raises UsageError for a place among the notes: what is exported is no note."""
    if target.resolve().is_relative_to(base.settings.vault.resolve()):
        raise UsageError(f"{_shown(target)} is among your notes. Name a place outside them.")


def _shown(path: Path) -> str:
    return safe_line(str(path))
