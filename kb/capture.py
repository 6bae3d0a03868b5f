"""New notes, the note of the day, and thoughts put down in a hurry; every change can be undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from kb.errors import NoteUnreadable, UsageError
from kb.notes.create import path_of_new_note
from kb.notes.daily import daily_notes
from kb.notes.edit import Edit
from kb.notes.edit_journal import EditJournal
from kb.notes.note import Span
from kb.notes.parse import parse_note
from kb.notes.template import DAY, filled, written
from kb.notes.vault import Vault
from kb.settings import NoteSettings

_FOLDER = re.compile(r"folder\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Captured:
    """Where something was written."""

    path: str
    line: int
    made: bool  # whether the note is new


class Capture:
    """Writes into one vault. `now` tells the time."""

    def __init__(
        self,
        vault: Vault,
        journal: EditJournal,
        settings: NoteSettings,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._vault = vault
        self._journal = journal
        self._settings = settings
        self._now = now

    def is_read(self, path: str) -> bool:
        """Whether the note at `path` is one that kb reads; rules of `.kbignore` and of other programs leave some out."""
        return path in self._look()

    def new(self, title: str, template: str = "", text: str = "") -> Captured:
        """Write a new note; `title` may begin with a folder. Raises NoteExists, NoteUnwritable, UsageError.

        Without a folder in `title`, the note goes where its template says (`folder:` in the template's front matter),
        else into the folder of the settings.
        """
        self._look()
        name = PurePosixPath(title.strip())
        folder, body = self._from_template(template or self._settings.template, name.name)
        if name.parent == PurePosixPath() and (folder or self._settings.folder):
            name = PurePosixPath(folder or self._settings.folder) / name
        body = body or f"# {name.name}\n"
        if text.strip():
            body = f"{body.rstrip()}\n\n{text.strip()}\n"
        return self._create(str(name), body)

    def daily(self, moment: datetime | None = None) -> Captured:
        """The note of a day (today, unless `moment` says another), which is made where it is missing."""
        path, body = self._day(moment or self._now())
        return self._create(path, body) if body else Captured(path, 1, made=False)

    def add(self, text: str, to: str = "") -> Captured:
        """Put `text` at the end of today's note, of the inbox, or of the note at path `to`, as an item of a list."""
        lines = [line.rstrip() for line in text.strip().splitlines()]
        if not lines:
            raise UsageError(
                'Nothing to write down. Add some words, as in: kb capture "Ask Ada about the lease"'
            )
        moment = self._now()
        where = to or self._settings.capture
        if where == "daily":
            (path, body), stamp = self._day(moment), f"{moment:%H:%M}"
        else:
            self._look()
            path = path_of_new_note(self._settings.inbox if where == "inbox" else where)
            body = "" if (self._vault.root / path).exists() else f"# {PurePosixPath(path).stem}\n"
            stamp = f"{written(moment, DAY)} {moment:%H:%M}"
        item = "\n".join([f"- {stamp} {lines[0]}", *(f"  {line}".rstrip() for line in lines[1:])]) + "\n"
        if not body:
            return self._append(path, item)
        made = self._create(path, f"{body.rstrip()}\n\n{item}")
        return replace(made, line=body.rstrip().count("\n") + 3)

    def append(self, text: str, path: str) -> Captured:
        """Put `text` as it is at the end of the note at `path`, below an empty line. Raises UsageError, NoteUnwritable."""
        if not text.strip():
            raise UsageError("There is nothing to add. Give some text.")
        self._look()
        return self._append(path, text.strip("\n").rstrip() + "\n", gap="\n", what=f"text added to {path}")

    def _look(self) -> list[str]:
        """Paths of the notes. Raises for a `.kbignore` that cannot be read, before anything is written."""
        return [file.path for file in self._vault.scan()]

    def _day(self, moment: datetime) -> tuple[str, str]:
        """Path of a day's note, and what it begins as; nothing where it is there already."""
        habit = daily_notes(self._vault.root, self._look(), self._settings.daily)
        path = path_of_new_note(written(moment, habit.pattern))
        if (self._vault.root / path).exists():
            return path, ""
        title = PurePosixPath(path).stem
        return path, self._from_template(habit.template, title, moment)[1] or f"# {title}\n"

    def _append(self, path: str, item: str, gap: str | None = None, what: str = "") -> Captured:
        raw = self._vault.read(path)
        newline = "\r\n" if "\r\n" in raw.text else "\n"
        # What is set in belongs to the item above it.
        last = next((line for line in reversed(raw.text.splitlines()) if line[:1].strip()), "- ")
        if gap is None or not raw.text.strip():
            gap = "" if last.startswith(("- ", "* ", "+ ")) else "\n"
        before = "" if not raw.text or raw.text.endswith("\n") else "\n"
        end = Span(len(raw.text), len(raw.text))
        with self._journal.step(what or f"a thought in {path}") as step:
            step.edit(raw, [Edit(end, (before + gap + item).replace("\n", newline))])
        line = raw.text.count("\n") + (before + gap).count("\n") + 1
        return Captured(path, line, made=False)

    def _create(self, name: str, body: str) -> Captured:
        path = path_of_new_note(name)
        with self._journal.step(f"the new note {path}") as step:
            step.create(path, body)
        return Captured(path, 1, made=True)

    def _from_template(self, name: str, title: str, moment: datetime | None = None) -> tuple[str, str]:
        """The folder that a template names, and its text filled; both empty without a template."""
        if not name:
            return "", ""
        path = path_of_new_note(name)
        if self._settings.templates and not (self._vault.root / path).exists():
            path = path_of_new_note(f"{self._settings.templates}/{name}")
        try:
            note = parse_note(path, self._vault.read(path).text)
        except NoteUnreadable as error:
            raise UsageError(f"There is no template {name!r} in the vault. {error}") from error
        folder = next((value for name, value in note.properties.items() if name.casefold() == "folder"), "")
        if isinstance(folder, tuple):
            folder = folder[0] if folder else ""
        front, body = note.text[: note.body.start], note.text[note.body.start :]
        kept = "".join(line for line in front.splitlines(keepends=True) if not _FOLDER.match(line))
        text = filled(kept + body, title, moment or self._now())
        return str(folder or "").strip("/ "), text.removeprefix("---\n---\n")
