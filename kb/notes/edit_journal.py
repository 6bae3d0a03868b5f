"""Makes what kb did to notes undoable: what was there before is written down before anything changes.

One folder a vault, in the user's state folder, for a journal among the notes would be synced to machines where other
files lie. One folder a step, such as one `kb link --all`: `deeds.jsonl` and the old content of each note. A crash
between a line and the deed leaves a line that undoing passes over, as the note is still what it was.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path, PurePath, PurePosixPath

from kb.errors import KbError, NoteExists, NoteUnwritable, NothingToUndo
from kb.files.beneath import beneath
from kb.notes.create import create_file, new_note_bytes, path_of_new_note
from kb.notes.deeds import Deed, read_deeds, what_was_done, write_durably
from kb.notes.edit import Edit, check_writable, fingerprint, new_bytes, remove_file, replace_file
from kb.notes.vault import RawNote, Vault

_KEPT = 50  # steps
_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did."""

    what: str  # the step, as it was called
    restored: tuple[str, ...]  # paths
    left: tuple[str, ...] = ()  # a sentence for each note that was changed since


@dataclass
class Step:
    """A step that is being done."""

    vault: Vault
    folder: Path
    what: str
    done: list[str] = field(default_factory=list)  # paths

    def edit(self, raw: RawNote, edits: Sequence[Edit], settled_for: float = 0.0) -> None:
        """Write `edits` into the note that was read as `raw`.

        Raises NoteUnwritable, or NoteChanged when the note is no longer what was read; then nothing has changed.
        """
        place = check_writable(self.vault, raw.path, settled_for)
        data = new_bytes(raw, edits)
        keep = partial(self._keep, raw, fingerprint(data))
        replace_file(self.vault.root, place, data, raw.fingerprint, keep)
        self.done.append(raw.path)

    def move(self, old: str, new: str) -> None:
        """Give a note another path. Raises NoteExists, NoteUnwritable."""
        place, root = self.vault.place(old), self.vault.root
        made = sum(not (root / folder).exists() for folder in folders_above(new))
        try:
            _move(root, place, PurePath(new), lambda: self.write_down(Deed(old, old, new, made=made)))
        except FileExistsError as error:
            raise NoteExists(f"{new} already exists; {old} was not moved. Choose another name.") from error
        except OSError as error:
            raise NoteUnwritable(f"{old} cannot be moved: {error.strerror}. Check the folders.") from error
        self.done.append(new)

    def create(self, path: str, text: str) -> None:
        """Write a new note. Raises NoteExists, NoteUnwritable."""
        data, root = new_note_bytes(text), self.vault.root
        path = path_of_new_note(path)
        made = sum(not (root / folder).exists() for folder in folders_above(path))
        if not (root / path).exists():
            self.write_down(Deed(path, "", fingerprint(data), made=made))
        create_file(root, path, data)
        self.done.append(path)

    def remove(self, raw: RawNote) -> None:
        """Take away the note that was read as `raw`. Raises as `edit` does."""
        place = check_writable(self.vault, raw.path)
        remove_file(self.vault.root, place, raw.fingerprint, partial(self._keep, raw, ""))
        self.done.append(raw.path)

    def _keep(self, raw: RawNote, after: str, old: bytes, mode: int = 0o666) -> None:
        name = f"{len(list(self.folder.glob('*.old')))}.old"
        write_durably(self.folder / name, old)
        self.write_down(Deed(raw.path, raw.fingerprint, after, name, mode=mode))

    def write_down(self, *deeds: Deed) -> None:
        """Have it on the disk what is about to be done."""
        with (self.folder / "deeds.jsonl").open("a", encoding="utf-8") as stream:
            for deed in deeds:
                stream.write(json.dumps(asdict(deed), ensure_ascii=False, allow_nan=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())


class EditJournal:
    """The steps done to one vault on this machine."""

    def __init__(self, vault: Vault, state: Path) -> None:
        name = blake2b(os.fsencode(os.path.realpath(vault.root)), digest_size=8).hexdigest()
        self._folder = state / "undo" / name
        self._vault = vault

    @contextmanager
    def step(self, what: str) -> Iterator[Step]:
        """Changes made within are undone together. What was done before an error stays, and can be undone."""
        numbers = [int(folder.name) for folder in self._steps()]
        folder = self._folder / f"{max(numbers, default=0) + 1:06}"
        try:
            folder.mkdir(parents=True, mode=0o700)
            about = {"what": what, "at": datetime.now(UTC).isoformat(timespec="seconds")}
            write_durably(
                folder / "step.json", json.dumps(about, ensure_ascii=False, allow_nan=False).encode()
            )
        except OSError as error:
            raise NoteUnwritable(
                f"No notes changed: can't write {folder}: {error.strerror}. Check your state folder."
            ) from error
        step = Step(self._vault, folder, what)
        try:
            yield step
        finally:
            if not step.done:
                shutil.rmtree(folder, ignore_errors=True)
            for old in self._steps()[:-_KEPT]:
                shutil.rmtree(old, ignore_errors=True)

    def undo(self) -> Undone:
        """Undo the last step, where notes are still what kb made of them. Raises NothingToUndo."""
        steps = self._steps()
        if not steps:
            raise NothingToUndo("Nothing to undo.")
        folder = steps[-1]
        restored: list[str] = []
        left: list[str] = []
        for deed in reversed(read_deeds(folder)):
            try:
                if path := self._undo(deed, folder):
                    restored.append(path)
            except KbError as error:
                left.append(str(error))
        what = what_was_done(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return Undone(what, tuple(restored), tuple(left))

    def _undo(self, deed: Deed, folder: Path) -> str:
        """Undo one change; the path of what was restored, or nothing when the change never came about."""
        if not deed.before and not deed.old:
            return self._remove(deed)
        if not deed.old:
            try:
                _move(self._vault.root, PurePath(deed.after), PurePath(deed.before))
            except FileNotFoundError:
                return ""
            except FileExistsError as error:
                raise NoteExists(f"{deed.before} exists again; {deed.after} was not moved back.") from error
            except OSError as error:
                raise NoteUnwritable(
                    f"{deed.after} cannot be moved back: {error.strerror}. Check the folders."
                ) from error
            self._remove_folders(deed.after, deed.made)
            return deed.before
        if not deed.after:
            return self._bring_back(deed, folder)
        place = check_writable(self._vault, deed.path)
        current = self._vault.read(deed.path).fingerprint
        if current == deed.before:
            return ""
        if current != deed.after:
            raise NoteUnwritable(f"{deed.path} has changed since, so it was left alone.")
        data = self._old(deed, folder)
        replace_file(self._vault.root, place, data, deed.after)
        return deed.path

    def _old(self, deed: Deed, folder: Path) -> bytes:
        """What the note was before."""
        try:
            with beneath(folder, deed.old) as entry:
                data = entry.read()
        except OSError as error:
            raise NoteUnwritable(f"The saved copy of {deed.path} is lost, so it was left alone.") from error
        if fingerprint(data) != deed.before:
            raise NoteUnwritable(f"The saved copy of {deed.path} is damaged, so it was left alone.")
        return data

    def _bring_back(self, deed: Deed, folder: Path) -> str:
        """Write a note again that was taken away, unless it never went."""
        data = self._old(deed, folder)
        try:
            with beneath(self._vault.root, deed.path, make=True) as entry:
                if entry.status() is not None:
                    if fingerprint(entry.read()) == deed.before:
                        return ""
                    raise NoteExists(f"{deed.path} exists again, so it was left alone.")
                with os.fdopen(entry.create(deed.mode & 0o777), "wb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
                entry.sync_folder()
        except OSError as error:
            raise NoteUnwritable(
                f"{deed.path} cannot be written again: {error.strerror}. Check the folder."
            ) from error
        return deed.path

    def _remove(self, deed: Deed) -> str:
        """Take a new note away, as long as it is what kb wrote."""
        try:
            with beneath(self._vault.root, deed.path) as entry:
                if entry.status() is None:
                    return ""
                if fingerprint(entry.read()) != deed.after:
                    raise NoteUnwritable(f"{deed.path} has changed since, so it was left alone.")
                entry.remove()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise NoteUnwritable(
                f"{deed.path} cannot be removed: {error.strerror}. Check the folder."
            ) from error
        self._remove_folders(deed.path, deed.made)
        return deed.path

    def _remove_folders(self, path: str, made: int) -> None:
        for folder in folders_above(path)[:made]:
            with suppress(OSError), beneath(self._vault.root, folder) as entry:
                entry.remove_folder()  # fails where something else lies there by now

    def _steps(self) -> list[Path]:
        """The folders of the steps, oldest first; one that a crash left without a name is none."""
        if not self._folder.is_dir():
            return []
        return sorted(
            folder
            for folder in self._folder.iterdir()
            if _NUMBER.fullmatch(folder.name) and (folder / "step.json").is_file()
        )


def folders_above(path: str) -> list[PurePosixPath]:
    """The folders above the note at `path`, the innermost first."""
    return [folder for folder in PurePosixPath(path).parents if folder.parts]


def _move(root: Path, old: PurePath, new: PurePath, before: Callable[[], None] = lambda: None) -> None:
    """Give a file another path below `root`; `before` is called when nothing has changed yet.

    Raises FileExistsError where the path is another file's, FileNotFoundError, OSError.
    """
    with beneath(root, old) as source:
        if source.status() is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(old))
        with beneath(root, new, make=True) as target:
            same = source.is_same(target)
            if not same and target.status() is not None:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new))
            before()
            if same:
                source.replace(target)
            else:
                source.move(target)
            target.sync_folder()
        source.sync_folder()
