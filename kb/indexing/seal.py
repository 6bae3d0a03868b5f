"""Whether the files of an index are as this machine's kb left them.

A seal lists them with size and dates, and is signed with a key that never leaves the machine. What another program
wrote, a damaged disk, a kill in the middle of a change or a folder from elsewhere brought, does not fit it, and is
made anew from the notes: nothing but the notes is believed.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path
from secrets import token_bytes
from typing import Any, Literal

from kb.files.beneath import beneath, write_beneath
from kb.files.small import open_regular, parse_json, read_small
from kb.settings import state_folder

FILE_NAME = "seal"
Part = Literal["catalog", "chroma"]
_KEY_FILE = "index.key"
_KEY_BYTES = 32
_MOST_BYTES = 10_000_000
_CATALOG = ("catalog.sqlite", "catalog.sqlite-wal")
# What stands in an index, and whether it is a folder; anything of another kind under these names is nobody's.
_KINDS = {
    "catalog.sqlite": False, "catalog.sqlite-wal": False, "catalog.sqlite-shm": False, "lock": False, FILE_NAME: False,
    "chroma": True, "chroma/current": False, "next": True, "verifying": True,
}  # fmt: skip


class Seal:
    """The seal on the index in a folder."""

    def __init__(self, folder: Path, key: bytes | None = None) -> None:
        self.key = machine_key(state_folder()) if key is None else key
        self._folder = folder

    @property
    def exists(self) -> bool:
        """Whether anything was ever sealed there."""
        return (self._folder / FILE_NAME).exists()

    def holds(self, part: Part) -> bool:
        """Whether the files of `part` are those that were sealed."""
        kept, found = self._read().get(part), self._look(part)
        if not isinstance(kept, dict) or kept.keys() != found.keys():
            return False
        return all(self._is_same(name, kept[name], state) for name, state in found.items())

    def write(self, *, thorough: bool) -> None:
        """Seal what is there now. Only `thorough`, which reads the catalog, lets it be copied or its dates be lost.

        Where that fails, as on a full disk, the index counts as damaged the next time.
        """
        before = self._read()
        parts = {
            "catalog": self._listed("catalog", before, thorough=thorough),
            "chroma": self._listed("chroma", before, thorough=False),
        }
        with suppress(OSError):
            write_beneath(self._folder, FILE_NAME, self._signed(parts), mode=0o600)

    def _listed(self, part: Part, before: Mapping[str, Any], *, thorough: bool) -> dict[str, list[Any]]:
        known = before.get(part, {})
        listed = {}
        for name, state in self._look(part).items():
            same = known.get(name, [None])[:-1] == state and (known[name][-1] or not thorough)
            digest = _digest(self._folder / name) if thorough and not same else ""
            listed[name] = known[name] if same else [*state, digest]
        return listed

    def _look(self, part: Part) -> dict[str, list[int]]:
        """Size and dates of the files there, by name; an empty write-ahead log is none."""
        found: dict[str, list[int]] = {}
        for name in _CATALOG if part == "catalog" else _below(self._folder, "chroma"):
            with suppress(OSError):
                status = os.lstat(self._folder / name)
                if status.st_size or not name.endswith("-wal"):
                    found[name] = [status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
        return found

    def _is_same(self, name: str, kept: object, state: list[int]) -> bool:
        if not isinstance(kept, list) or len(kept) != len(state) + 1:
            return False
        if kept[:-1] == state:
            return True
        digest = kept[-1]
        return bool(digest) and kept[:2] == state[:2] and digest == _digest(self._folder / name)

    def _read(self) -> dict[str, Any]:
        try:
            data = read_small(self._folder / FILE_NAME, _MOST_BYTES, follow=False)
            sign, _, content = data.partition(b"\n")
            if not compare_digest(sign, self._sign(content)):
                return {}
            value = parse_json(content)
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def _signed(self, parts: Mapping[str, Any]) -> bytes:
        content = json.dumps(parts, sort_keys=True, allow_nan=False).encode()
        return self._sign(content) + b"\n" + content

    def _sign(self, content: bytes) -> bytes:
        return blake2b(content, key=self.key, digest_size=32).hexdigest().encode()


def vector_digest(key: bytes, *parts: bytes) -> bytes:
    """What shows that a vector is the one that this machine's kb stored for a passage."""
    digest = blake2b(key=key, digest_size=12)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def machine_key(state: Path) -> bytes:
    """The key of this machine, made up once; empty where none can be kept, which still shows damage, but no forgery."""
    for _ in range(2):
        with suppress(OSError):
            if len(key := read_small(state / _KEY_FILE, _KEY_BYTES)) == _KEY_BYTES:
                return key
        with suppress(OSError):
            state.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Of two processes that make one up at once, the later write counts; the first index is then made anew.
            write_beneath(state, _KEY_FILE, token_bytes(_KEY_BYTES), mode=0o600)
    return b""


def sweep(folder: Path) -> None:
    """Remove what stands in the way of an index: links, pipes, folders for files. A link's target is never touched."""
    for name, is_folder in _KINDS.items():
        with suppress(FileNotFoundError, NotADirectoryError), beneath(folder, name) as entry:
            status = entry.status()
            if status is None or (stat.S_ISDIR if is_folder else stat.S_ISREG)(status.st_mode):
                continue
            if stat.S_ISDIR(status.st_mode):
                shutil.rmtree(entry.name, dir_fd=entry.folder)
            else:
                entry.remove()


def _below(folder: Path, name: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder / name):
        for found in (*files, *(one for one in folders if Path(place, one).is_symlink())):
            yield Path(place, found).relative_to(folder).as_posix()


def _digest(file: Path) -> str:
    try:
        stream, _ = open_regular(file, follow=False)
        digest = blake2b(digest_size=32)
        with stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()
    except OSError:
        return ""
