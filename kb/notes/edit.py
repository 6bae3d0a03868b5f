"""Changes a note's file: by offset, atomically, and only when it is still what was read.

The new file is written beside the note and the two change places in one step of the file system. What comes out is
looked at: when it is not what was read, another program saved meanwhile, and the two change places again. On Linux a
lease on the file tells, too, whether another program has it open for writing, or is about to. What is left open: where
there are no leases (macOS, network drives), a program that opened the note before and writes into it after that look;
and where files cannot change places (some network drives), the time between a last comparison and a rename.
"""

from __future__ import annotations

import errno
import os
import signal
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from pathlib import Path, PurePath
from secrets import token_hex

from kb.errors import NoteChanged, NoteUnwritable
from kb.files.beneath import Entry, beneath
from kb.files.small import open_regular
from kb.notes.note import Span
from kb.notes.suffixes import is_markdown
from kb.notes.vault import RawNote, Vault

_BOMS = {
    "utf-8": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\x00\x00",
    "utf-32-be": b"\x00\x00\xfe\xff",
}
CANVAS = ".canvas"  # paths and links in it follow a rename
_TRIES = 100  # of changing places back with a program that keeps saving


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to stand in place of a stretch of a note."""

    span: Span  # in the note's text, as read
    text: str


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """`text` with `edits` in it. Raises ValueError when two of them touch the same character."""
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start < position or edit.span.end > len(text):
            raise ValueError(f"{edit} overlaps another edit, or ends after the text.")
        parts += text[position : edit.span.start], edit.text
        position = edit.span.end
    return "".join((*parts, text[position:]))


def unique_edits(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """`edits` in order, each place once."""
    by_place: dict[Span, Edit] = {}
    for edit in edits:
        by_place.setdefault(edit.span, edit)
    return tuple(sorted(by_place.values(), key=lambda edit: edit.span.start))


def new_bytes(raw: RawNote, edits: Sequence[Edit]) -> bytes:
    """The file of `raw` with `edits` in it; every byte that they do not touch stays.

    Raises NoteUnwritable when the file's bytes cannot be told from its text, or its encoding lacks a character.
    """
    if not raw.complete:
        raise NoteUnwritable(f"{raw.path} is too large for kb to change. Edit it by hand.")
    mark = _BOMS[raw.encoding] if raw.bom else b""
    try:
        if fingerprint(mark + raw.text.encode(raw.encoding)) != raw.fingerprint:
            raise NoteUnwritable(
                f"{raw.path} contains invalid characters, so kb won't edit it. Save it as UTF-8."
            )
        return mark + apply_edits(raw.text, edits).encode(raw.encoding)
    except UnicodeEncodeError as error:
        raise NoteUnwritable(
            f"{raw.path} is written in {raw.encoding}, which has no {error.object[error.start]!r}. Save it as UTF-8."
        ) from error


def fingerprint(data: bytes) -> str:
    """32 hex digits, as RawNote has them."""
    return blake2b(data, digest_size=16).hexdigest()


def check_markdown(path: str) -> None:
    """Raise NoteUnwritable for a file of another format, which is only read."""
    if not is_markdown(path):
        raise NoteUnwritable(f"{path} is not Markdown; kb reads it but never writes to it.")


def check_writable(vault: Vault, path: str, settled_for: float = 0.0) -> PurePath:
    """Where below the vault the note `path` lies, if kb may change it.

    `settled_for` seconds must have gone since it was saved. Raises NoteUnwritable or NoteChanged.
    """
    if not path.lower().endswith(CANVAS):
        check_markdown(path)
    place = vault.place(path)
    try:
        with beneath(vault.root, place) as entry:
            status = entry.status()
            writable = os.access(entry.name, os.W_OK, dir_fd=entry.folder)
    except OSError as error:
        raise NoteUnwritable(f"{path} cannot be changed: {error.strerror}. Run: kb index") from error
    if status is None:
        raise NoteUnwritable(f"{path} cannot be changed: it is not there any more. Run: kb index")
    if stat.S_ISLNK(status.st_mode):
        raise NoteUnwritable(f"{path} is a link to another file. Change that one.")
    if not stat.S_ISREG(status.st_mode):
        raise NoteUnwritable(f"{path} is not a regular file. Change it by hand.")
    if status.st_nlink > 1:
        raise NoteUnwritable(f"{path} is hard-linked; editing would break the link. Change it by hand.")
    if not status.st_mode & stat.S_IWUSR or not writable:
        raise NoteUnwritable(f"{path} is read-only. Change its permissions, then try again.")
    if time.time() - status.st_mtime < settled_for:
        raise NoteChanged(
            f"{path} was saved a moment ago and may be open in an editor. Try again in a minute."
        )
    return place


def replace_file(
    root: Path, place: PurePath, data: bytes, expected: str, before: Callable[[bytes], None] = lambda _: None
) -> None:
    """Put `data` in place of the content whose fingerprint is `expected`; either all of it or nothing.

    `before` is called with the old content when the new file is complete and nothing has changed yet. Raises
    NoteChanged when the content is another by then, NoteUnwritable when the disk is full or may not be written, or the
    file does not lie at `place` below `root` without a symbolic link on the way.
    """
    try:
        with beneath(root, place) as file:
            # hidden, so that no scan and no syncer takes it for a note
            draft = file.beside(f".kb-{token_hex(8)}.tmp")
            try:
                _write_beside(draft, data, file)
                with _lease(file) as is_wanted:
                    old = file.read()
                    if fingerprint(old) != expected:
                        raise _changed(file)
                    before(old)
                    _change_places(draft, file, expected, fingerprint(data), is_wanted)
            finally:
                draft.remove()
            file.sync_folder()
    except OSError as error:
        reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror
        raise NoteUnwritable(
            f"{place.name} was left as it is: {reason}. Check the disk and the folder."
        ) from error


def remove_file(root: Path, place: PurePath, expected: str, before: Callable[[bytes, int], None]) -> None:
    """Delete the file whose content has the fingerprint `expected`.

    `before` is called with the content and the permissions when nothing has changed yet. Raises as `replace_file` does.
    """
    try:
        with beneath(root, place) as file, _lease(file) as is_wanted:
            status, old = file.status(), file.read()
            if fingerprint(old) != expected or status is None:
                raise _changed(file)
            before(old, stat.S_IMODE(status.st_mode))
            # Put aside first: what another program saved in the meantime goes back.
            aside = file.beside(f".kb-{token_hex(8)}.tmp")
            file.move(aside)
            if fingerprint(aside.read()) != expected or is_wanted():
                aside.move(file)
                raise _changed(file)
            aside.remove()
            file.sync_folder()
    except OSError as error:
        raise NoteUnwritable(
            f"{place.name} cannot be removed: {error.strerror}. Check the folder."
        ) from error


def _write_beside(draft: Entry, data: bytes, like: Entry) -> None:
    with os.fdopen(draft.create(0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        source, _ = open_regular(like.name, follow=False, folder=like.folder)
        with source:
            status = os.fstat(source.fileno())
            os.fchmod(stream.fileno(), stat.S_IMODE(status.st_mode))
            with suppress(OSError):  # not everyone may give files away
                if (status.st_uid, status.st_gid) != (os.getuid(), os.getgid()):
                    os.fchown(stream.fileno(), status.st_uid, status.st_gid)
            _copy_attributes(source.fileno(), stream.fileno())
        os.fsync(stream.fileno())


def _copy_attributes(source: int, target: int) -> None:
    """Tags and comments that file managers keep; a file system without them has none to lose."""
    if not hasattr(os, "listxattr"):
        return
    with suppress(OSError):
        for name in os.listxattr(source):
            with suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))


def _change_places(
    draft: Entry, file: Entry, expected: str, ours: str, is_wanted: Callable[[], bool]
) -> None:
    if not draft.exchange(file):
        if fingerprint(file.read()) != expected:
            raise _changed(file)
        draft.replace(file)
        return
    if fingerprint(draft.read()) == expected and not is_wanted():
        return
    # Another program's text came out: it goes back, and so does what may have been saved in the meantime.
    put = ours
    for _ in range(_TRIES):
        back = fingerprint(draft.read())
        draft.exchange(file)
        if fingerprint(draft.read()) == put:
            break
        put = back
    if fingerprint(draft.read()) != ours:  # two saves, and either may hold what the other lacks
        _keep_beside(draft, file)
    raise _changed(file)


def _keep_beside(draft: Entry, file: Entry) -> None:
    name = PurePath(file.name)
    for number in count(1):
        which = f" {number}" if number > 1 else ""
        with suppress(FileExistsError):
            draft.move(file.beside(f"{name.stem} (saved while kb wrote{which}){name.suffix}"))
            return


@contextmanager
def _lease(file: Entry) -> Iterator[Callable[[], bool]]:
    """Have the system tell whether another program opens `file` for writing; it waits until the end of the block.

    Yields what tells so. Raises NoteChanged when one has it open already.
    """
    import fcntl

    if not hasattr(fcntl, "F_SETLEASE"):
        yield lambda: False
        return
    stream, _ = open_regular(file.name, follow=False, folder=file.folder)
    with stream:  # closed at the end, and whoever waits goes on
        descriptor = stream.fileno()
        # The signal that tells of it would end the process; this one is ignored by default.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                raise NoteChanged(f"{file.name} is being written by another program. Try again.") from error
            yield lambda: False  # somebody else's file, or a file system without leases
            return
        yield lambda: fcntl.fcntl(descriptor, fcntl.F_GETLEASE) != fcntl.F_RDLCK


def _changed(file: Entry) -> NoteChanged:
    return NoteChanged(f"{file.name} changed in the meantime, so it was left alone. Try again.")
