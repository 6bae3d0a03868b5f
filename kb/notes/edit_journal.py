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
from kb.files.small import parse_json, read_small
from kb.notes.create import create_note, new_note_bytes
from kb.notes.edit import Edit, check_writable, fingerprint, new_bytes, replace_file
from kb.notes.vault import RawNote, Vault

_KEPT = 50  # steps
_MOST_BYTES = 100_000_000  # of a step's deeds
_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Deed:
    """One change: a note's content (`old` names the file with what it was), or its path."""

    path: str
    before: str  # fingerprint; of a moved note, its path; of a new one, nothing
    after: str
    old: str = ""
    made: int = 0  # how many of the folders above `after` were made for it


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
        made = sum(not (root / folder).exists() for folder in _above(new))
        try:
            _move(root, place, PurePath(new), lambda: self._write(Deed(old, old, new, made=made)))
        except FileExistsError as error:
            raise NoteExists(f"{new} already exists; {old} was not moved. Choose another name.") from error
        except OSError as error:
            raise NoteUnwritable(f"{old} cannot be moved: {error.strerror}. Check the folders.") from error
        self.done.append(new)

    def create(self, path: str, text: str) -> None:
        """Write a new note. Raises NoteExists, NoteUnwritable."""
        data = new_note_bytes(text)
        root = self.vault.root
        made = sum(not (root / folder).exists() for folder in _above(path))
        if not (root / path).exists():
            self._write(Deed(path, "", fingerprint(data), made=made))
        create_note(root, path, text)
        self.done.append(path)

    def _keep(self, raw: RawNote, after: str, old: bytes) -> None:
        name = f"{len(list(self.folder.glob('*.old')))}.old"
        _write_durably(self.folder / name, old)
        self._write(Deed(raw.path, raw.fingerprint, after, name))

    def _write(self, deed: Deed) -> None:
        with (self.folder / "deeds.jsonl").open("a", encoding="utf-8") as stream:
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
            _write_durably(
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
        for deed in reversed(_deeds(folder)):
            try:
                if path := self._undo(deed, folder):
                    restored.append(path)
            except KbError as error:
                left.append(str(error))
        what = _called(folder)
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
        place = check_writable(self._vault, deed.path)
        current = self._vault.read(deed.path).fingerprint
        if current == deed.before:
            return ""
        if current != deed.after:
            raise NoteUnwritable(f"{deed.path} has changed since, so it was left alone.")
        try:
            with beneath(folder, deed.old) as entry:
                data = entry.read()
        except OSError as error:
            raise NoteUnwritable(f"The saved copy of {deed.path} is lost, so it was left alone.") from error
        if fingerprint(data) != deed.before:
            raise NoteUnwritable(f"The saved copy of {deed.path} is damaged, so it was left alone.")
        replace_file(self._vault.root, place, data, deed.after)
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
        for folder in _above(path)[:made]:
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


def _called(folder: Path) -> str:
    """What a step was called; a damaged file does not keep it from being undone."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(parse_json(read_small(folder / "step.json"))["what"])
    return "a change"


def _deeds(folder: Path) -> list[Deed]:
    try:
        text = read_small(folder / "deeds.jsonl", _MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    deeds = []
    for line in text.splitlines():
        try:
            deed = Deed(**parse_json(line))
        except (ValueError, TypeError):
            continue  # torn by a crash, so the deed was not done
        texts = (deed.path, deed.before, deed.after, deed.old)
        if all(isinstance(text, str) for text in texts) and type(deed.made) is int and deed.made >= 0:
            deeds.append(deed)
    return deeds


def _write_durably(file: Path, data: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _above(path: str) -> list[PurePosixPath]:
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
