"""Writing below a folder without ever leaving it: every step is taken from an open folder, and no link is followed.

Paths cannot do that: between a look at a path and its use, or simply on the way, a folder may be a link to elsewhere.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from secrets import token_hex

from kb.files.small import Unfit, open_regular

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_LINUX_NO_REPLACE, _LINUX_EXCHANGE = 1, 2  # RENAME_NOREPLACE and RENAME_EXCHANGE of renameat2(2)
_MACOS_EXCHANGE, _MACOS_NO_REPLACE = 2, 4  # RENAME_SWAP and RENAME_EXCL of renameatx_np(2)


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in an open folder; what it means is never a link's target."""

    folder: int  # descriptor
    name: str

    def beside(self, name: str) -> Entry:
        """Another name in the same folder."""
        return Entry(self.folder, name)

    def names(self) -> list[str]:
        """All names in its folder, sorted."""
        with os.scandir(self.folder) as listing:
            return sorted(entry.name for entry in listing)

    def status(self) -> os.stat_result | None:
        """What stands there; None for nothing."""
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def read(self) -> bytes:
        """The bytes of the regular file there."""
        stream, _ = open_regular(self.name, follow=False, folder=self.folder)
        with stream:
            return stream.read()

    def create(self, mode: int = 0o666) -> int:
        """A descriptor of a new file, open for writing; FileExistsError for any name that is taken."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(self.name, flags, mode, dir_fd=self.folder)

    def remove(self) -> None:
        """Delete the file, if there is one."""
        with suppress(FileNotFoundError):
            os.unlink(self.name, dir_fd=self.folder)

    def remove_folder(self) -> None:
        """Delete the empty folder there. Raises OSError for anything else."""
        os.rmdir(self.name, dir_fd=self.folder)

    def replace(self, other: Entry) -> None:
        """Take the place of `other`, whatever it is."""
        os.rename(self.name, other.name, src_dir_fd=self.folder, dst_dir_fd=other.folder)

    def move(self, other: Entry) -> None:
        """Take the free name `other`. Raises FileExistsError when it is taken."""
        if not _renamed(self, other, _LINUX_NO_REPLACE, _MACOS_NO_REPLACE):
            if other.status() is not None:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), other.name)
            self.replace(other)

    def exchange(self, other: Entry) -> bool:
        """Let two files change places in one step; False where the system cannot."""
        return _renamed(self, other, _LINUX_EXCHANGE, _MACOS_EXCHANGE)

    def is_same(self, other: Entry) -> bool:
        """Whether two names, such as ones that differ in case only, mean one file."""
        one, two = self.status(), other.status()
        return one is not None and two is not None and os.path.samestat(one, two)

    def sync_folder(self) -> None:
        """Have the folder's names on the disk; some network drives refuse."""
        with suppress(OSError):
            os.fsync(self.folder)


@contextmanager
def beneath(root: Path, path: PurePath | str, *, make: bool = False, mode: int = 0o777) -> Iterator[Entry]:
    """The entry at `path` below `root`, whose folders are opened one by one, and made where `make` says so.

    Raises Unfit for a path that leads out, or through a symbolic link; NotADirectoryError, OSError.
    """
    parts = PurePath(path).parts
    if not parts or PurePath(path).is_absolute() or ".." in parts or not is_name(str(path)):
        raise Unfit("it is not inside its folder", str(path))
    descriptor = os.open(root, _FOLDER)
    try:
        for number, part in enumerate(parts[:-1], 1):
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, mode, dir_fd=descriptor)
            below = _opened(descriptor, part, parts[:number])
            os.close(descriptor)
            descriptor = below
        yield Entry(descriptor, parts[-1])
    finally:
        os.close(descriptor)


def write_beneath(root: Path, path: PurePath | str, data: bytes, *, mode: int = 0o666) -> None:
    """Put `data` at `path` below `root` in one step, and keep the permissions of a file that is replaced.

    A link there is replaced itself. Raises OSError.
    """
    with beneath(root, path) as entry:
        status = entry.status()
        if status is not None and stat.S_ISREG(status.st_mode):
            mode = stat.S_IMODE(status.st_mode)
        draft = entry.beside(f".kb-{token_hex(8)}.tmp")
        try:
            with os.fdopen(draft.create(mode), "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(entry)
        finally:
            draft.remove()
        entry.sync_folder()


def is_name(path: str) -> bool:
    """Whether the system can be asked for it at all."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _opened(folder: int, name: str, parts: Sequence[str]) -> int:
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        # A link is refused as one too many (ELOOP), or as something that is no folder.
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            what = "a symbolic link" if stat.S_ISLNK(status.st_mode) else "not a folder"
            raise Unfit(f"{'/'.join(parts)} is {what}", name) from error
        raise


def _renamed(one: Entry, other: Entry, linux: int, macos: int) -> bool:
    """Rename as the flags say; False where the system, or the file system, does not know them."""
    call = _rename_call()
    if call is None:
        return False
    flags = macos if sys.platform == "darwin" else linux
    if call(one.folder, os.fsencode(one.name), other.folder, os.fsencode(other.name), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(number, os.strerror(number), other.name)


@cache
def _rename_call() -> Callable[[int, bytes, int, bytes, int], int] | None:
    library = ctypes.CDLL(None, use_errno=True)
    found: Callable[[int, bytes, int, bytes, int], int] | None = None
    if sys.platform == "darwin":
        found = getattr(library, "renameatx_np", None)
    elif sys.platform == "linux":
        found = getattr(library, "renameat2", None)
    return found
