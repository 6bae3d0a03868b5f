"""Zip archives as exports: looked through before anything in them is read, and those made to do harm are refused."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from kb.errors import ExportUnreadable
from kb.files.small import open_regular
from kb.importing.tree import MOST_FILES, FolderTree, Tree, passed_over

# Unpacked, all files together; programs export less, and a vault of that size is no notes.
MOST_BYTES = 20_000_000_000
# Text and JSON are seldom packed to less than a twentieth; a bomb, to a thousandth.
_MOST_RATIO, _RATIO_FROM = 250, 20_000_000
_MOST_PART = 4_000_000_000  # bytes of an archive in an archive
_ARCHIVES = (".zip", ".textpack", ".bear2bk", ".bearbk")
_UTF8 = 0x800
_ENCRYPTED = 0x1
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def open_export(path: Path) -> Tree:
    """What lies at `path`. Raises ExportUnreadable for what is no file, folder or sound archive."""
    if path.is_dir():
        return FolderTree(path.absolute())
    try:
        stream, _ = open_regular(path)
    except OSError as error:
        reason = "there is no such file or folder" if isinstance(error, FileNotFoundError) else error.strerror
        raise ExportUnreadable(f"{path} can't be imported: {reason}.") from error
    with stream:
        begin = stream.read(4)
    if path.suffix.lower() in _ARCHIVES or begin == b"PK\x03\x04":
        return ZipTree(path)
    # Links in an export are not followed, but one that a person names is.
    real = path.resolve() if path.is_symlink() else path.absolute()
    return FolderTree(real.parent, real.name)


class ZipTree(Tree):
    """An archive, and the archives within it; Notion packs large exports so."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._members: dict[str, tuple[zipfile.ZipFile, zipfile.ZipInfo]] = {}
        self._open: list[zipfile.ZipFile] = []
        self._total = 0
        try:
            self._add(self._opened(path), "", within=False)
            self._names = sorted(self._members)
        except BaseException:
            self.close()
            raise

    def names(self) -> list[str]:
        return self._names

    def has(self, name: str) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        return self._members[name][1].file_size if name in self._members else 0

    def open(self, name: str) -> BinaryIO:
        if name not in self._members:
            raise ExportUnreadable(f"{name} is not in {self.name}.")
        archive, info = self._members[name]
        with _with_its_name(name):
            return cast(BinaryIO, _Member(archive.open(info), name))

    def changed(self, name: str) -> datetime | None:
        try:
            return datetime(*self._members[name][1].date_time)
        except (KeyError, ValueError):
            return None

    def close(self) -> None:
        for archive in self._open:
            archive.close()
        super().close()

    def _opened(self, path: Path) -> zipfile.ZipFile:
        with _with_its_name(self.name):
            archive = zipfile.ZipFile(path)
        self._open.append(archive)
        return archive

    def _add(self, archive: zipfile.ZipFile, prefix: str, *, within: bool) -> None:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(self._members) + len(infos) > MOST_FILES:
            raise ExportUnreadable(f"{self.name} holds more than {MOST_FILES:,} files, so it was refused.")
        for info in infos:
            name = self._checked(info)
            if name is None:
                continue
            if not within and name.lower().endswith((".zip", ".bear2bk", ".textpack")):
                self._add_part(archive, info, name)
            else:
                self._members.setdefault(f"{prefix}{name}", (archive, info))

    def _add_part(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> None:
        """An archive within: unpacked to the disk, for it must be read from its end."""
        import tempfile

        if info.file_size > _MOST_PART:
            raise ExportUnreadable(f"{name} in {self.name} is too large, so {self.name} was refused.")
        if self._kept is None:
            self._kept = tempfile.TemporaryDirectory(prefix="kb-import-")
        file = Path(self._kept.name) / f"part{len(self._open)}.zip"
        with _with_its_name(name), archive.open(info) as source, file.open("wb") as target:
            while data := source.read(1 << 20):
                target.write(data)
        try:
            part = self._opened(file)
        except ExportUnreadable:
            self._members.setdefault(name, (archive, info))  # an attachment that is called so
            return
        # The parts of one export continue each other's folders.
        self._add(part, "", within=True)

    def _checked(self, info: zipfile.ZipInfo) -> str | None:
        """The name of a member, None for what a system added. Raises ExportUnreadable for what does harm."""
        name = _name_of(info)
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\x00" in name or parts[0].endswith(":"):
            raise ExportUnreadable(
                f"{self.name} holds a file named {name[:80]!r}, outside of its folder, so it was refused."
            )
        if info.flag_bits & _ENCRYPTED:
            raise ExportUnreadable(f"{self.name} is encrypted. Unpack it first, then import its folder.")
        self._total += info.file_size
        packed = max(1, info.compress_size)
        if self._total > MOST_BYTES or (
            info.file_size > _RATIO_FROM and info.file_size / packed > _MOST_RATIO
        ):
            raise ExportUnreadable(
                f"{self.name} would unpack to far more than it should ({name[:80]!r}), so it was refused."
            )
        if stat.S_ISLNK(info.external_attr >> 16) or any(map(passed_over, parts)):
            return None
        return PurePosixPath(name).as_posix()


class _Member:
    """A file of an archive, whose faults are told in words."""

    def __init__(self, stream: object, name: str) -> None:
        self._stream = cast(BinaryIO, stream)
        self._name = name

    def read(self, count: int = -1) -> bytes:
        with _with_its_name(self._name):
            return self._stream.read(count)

    def __enter__(self) -> _Member:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def close(self) -> None:
        self._stream.close()


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name with slashes; many programs write UTF-8 and do not say so."""
    name = info.filename
    if not info.flag_bits & _UTF8 and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


@contextmanager
def _with_its_name(name: str) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "the archive is damaged"
        raise ExportUnreadable(f"{name} can't be read: {reason}.") from error
