"""Makes what kb did to notes undoable: what was there before is written down before anything changes.

One folder a vault, in the user's state folder, for a journal among the notes would be synced to machines where other
files lie. One folder a step, such as one `kb link --all`: `deeds.jsonl` and the old content of each note. A crash
between a line and the deed leaves a line that undoing passes over, as the note is still what it was.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path, PurePosixPath

from kb.errors import KbError, NoteExists, NoteUnwritable, NothingToUndo
from kb.notes.edit import Edit, check_writable, fingerprint, new_bytes, replace_file
from kb.notes.vault import RawNote, Vault

_KEPT = 50  # steps


@dataclass(frozen=True, slots=True)
class Deed:
    """One change: a note's content (`old` names the file with what it was), or its path."""

    path: str
    before: str  # fingerprint; of a moved note, its path
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
        file = check_writable(self.vault, raw.path, settled_for)
        data = new_bytes(raw, edits)
        replace_file(file, data, raw.fingerprint, lambda: self._keep(file, raw, fingerprint(data)))
        self.done.append(raw.path)

    def move(self, old: str, new: str) -> None:
        """Give a note another path. Raises NoteExists, NoteUnwritable."""
        source, target = self.vault.locate(old), self.vault.root / new
        if target.exists() and not _same_file(source, target):
            raise NoteExists(f"{new} exists already, so {old} stays where it is. Choose another name.")
        self._write(
            Deed(old, old, new, made=sum(not folder.exists() for folder in _above(new, self.vault.root)))
        )
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
        except OSError as error:
            raise NoteUnwritable(f"{old} cannot be moved: {error.strerror}. Check the folders.") from error
        self.done.append(new)

    def _keep(self, file: Path, raw: RawNote, after: str) -> None:
        name = f"{len(list(self.folder.glob('*.old')))}.old"
        _write_durably(self.folder / name, file.read_bytes())
        self._write(Deed(raw.path, raw.fingerprint, after, name))

    def _write(self, deed: Deed) -> None:
        with (self.folder / "deeds.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(deed), ensure_ascii=False) + "\n")
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
            _write_durably(folder / "step.json", json.dumps(about, ensure_ascii=False).encode())
        except OSError as error:
            raise NoteUnwritable(
                f"No note was changed, for {folder} cannot be written: {error.strerror}. Check your state folder."
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
            raise NothingToUndo("kb has changed no note here that could be undone.")
        folder = steps[-1]
        restored: list[str] = []
        left: list[str] = []
        for deed in reversed(_deeds(folder)):
            try:
                if path := self._undo(deed, folder):
                    restored.append(path)
            except KbError as error:
                left.append(str(error))
        what = json.loads((folder / "step.json").read_text(encoding="utf-8"))["what"]
        shutil.rmtree(folder)
        return Undone(what, tuple(restored), tuple(left))

    def _undo(self, deed: Deed, folder: Path) -> str:
        """Undo one change; the path of what was restored, or nothing when the change never came about."""
        if not deed.old:
            now, before = self._vault.root / deed.after, self._vault.root / deed.before
            if not now.exists():
                return ""
            if before.exists() and not _same_file(before, now):
                raise NoteExists(f"{deed.before} exists again, so {deed.after} stays where it is.")
            before.parent.mkdir(parents=True, exist_ok=True)
            now.rename(before)
            for made in _above(deed.after, self._vault.root)[: deed.made]:
                with suppress(OSError):  # something else lies there by now
                    made.rmdir()
            return deed.before
        file = check_writable(self._vault, deed.path)
        current = fingerprint(file.read_bytes())
        if current == deed.before:
            return ""
        if current != deed.after:
            raise NoteUnwritable(f"{deed.path} was changed since, so it stays as it is.")
        replace_file(file, (folder / deed.old).read_bytes(), deed.after)
        return deed.path

    def _steps(self) -> list[Path]:
        """The folders of the steps, oldest first; one that a crash left without a name is none."""
        if not self._folder.is_dir():
            return []
        return sorted(folder for folder in self._folder.iterdir() if (folder / "step.json").is_file())


def _deeds(folder: Path) -> list[Deed]:
    deeds = []
    file = folder / "deeds.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            deeds.append(Deed(**json.loads(line)))
        except (ValueError, TypeError):
            continue  # torn by a crash, so the deed was not done
    return deeds


def _write_durably(file: Path, data: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _above(path: str, root: Path) -> list[Path]:
    """The folders between `root` and the note at `path`, the innermost first."""
    return [root / folder for folder in PurePosixPath(path).parents if folder.parts]


def _same_file(one: Path, other: Path) -> bool:
    """Whether two names, such as ones that differ in case only, mean the same file."""
    try:
        return one.samefile(other)
    except OSError:
        return False
