"""What this user has confirmed on this machine: what folders may ask of kb, and which key is for which host.

A folder from elsewhere may hold anything. What it asks for that could harm its reader is a Request; it is left out
until the user has granted it. What was granted is remembered in the state folder, by the folder's real path and a
hash of the very thing that was shown: another value, or another file, is asked for anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kb.errors import KeyNotForHost, StateUnwritable
from kb.files.small import parse_json, read_small

PLUGINS = "plugins"  # the name of a request to run the code in the folder of that name
DECISIONS = ".kb/links"  # the name of a request to heed what was decided about links on other machines


@dataclass(frozen=True, slots=True)
class Request:
    """Something that a folder asks for and only its reader can grant."""

    name: str  # of a setting, or what else it is
    value: str  # as it may be shown
    allows: str  # what kb does once it is granted: "sends your questions to this server"
    digest: str  # of what exactly would be granted
    secret: str = field(default="", repr=False)  # the key that would be shown to the host in `value`

    @property
    def message(self) -> str:
        """The request in one line."""
        return f"{self.name} = {self.value}" if self.value else self.name


def digest_of(*parts: object) -> str:
    """What is remembered of something granted."""
    return sha256(json.dumps(parts, default=str, allow_nan=False).encode()).hexdigest()


class TrustStore:
    """The user's decisions, a small file for each folder and each key, below the state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "trust"

    def granted(self, folder: Path) -> frozenset[str]:
        """Digests of what `folder` was granted; nothing where that cannot be read."""
        return frozenset(self._names(folder))

    def grant(self, folder: Path, requests: Iterable[Request]) -> None:
        """Grant `folder` these requests, and nothing else any more. Raises StateUnwritable."""
        self._keep(folder, {request.digest: request.name for request in requests})

    def add(self, folder: Path, request: Request) -> None:
        """Grant one request besides what was granted. Raises StateUnwritable."""
        self._keep(folder, {**self._names(folder), request.digest: request.name})

    def remove(self, folder: Path, name: str) -> None:
        """Grant the requests called `name` no more. Raises StateUnwritable."""
        self._keep(folder, {key: known for key, known in self._names(folder).items() if known != name})

    def withdraw(self, folder: Path) -> None:
        """Forget that `folder` was granted anything. Raises StateUnwritable."""
        try:
            self._file(folder).unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def hosts(self, key: str) -> frozenset[str]:
        """The hosts that `key` was given for."""
        hosts = self._read(self._key_file(key)).get("hosts")
        return frozenset(hosts) if isinstance(hosts, list) else frozenset()

    def bind(self, key: str, host: str) -> None:
        """Remember that `key` was given for `host`, too. Raises StateUnwritable."""
        if host not in (hosts := self.hosts(key)):
            self._write(self._key_file(key), {"hosts": sorted(hosts | {host})})

    def _file(self, folder: Path) -> Path:
        return self._folder / "folders" / f"{digest_of(os.path.realpath(folder))[:32]}.json"

    def _key_file(self, key: str) -> Path:
        return self._folder / "keys" / f"{digest_of('key', key)[:32]}.json"

    def _names(self, folder: Path) -> dict[str, str]:
        """What `folder` was granted: digest and name."""
        return dict(self._read(self._file(folder)).get("granted", {}))

    def _keep(self, folder: Path, granted: Mapping[str, str]) -> None:
        self._write(self._file(folder), {"folder": os.path.realpath(folder), "granted": dict(granted)})

    @staticmethod
    def _read(file: Path) -> Mapping[str, Any]:
        try:
            content = parse_json(read_small(file))
        except (OSError, ValueError):
            return {}
        granted = content.get("granted", {}) if isinstance(content, dict) else None
        return content if isinstance(granted, dict) else {}

    def _write(self, file: Path, content: Mapping[str, Any]) -> None:
        draft = file.with_suffix(f".{os.getpid()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
            draft.replace(file)
        except OSError as error:
            raise _unwritable(self._folder, error) from error


def require_key_for_host(key: str, url: str, state: Path) -> None:
    """See to it that `key` is shown to the host it was first used for, and to those that were confirmed, alone.

    Raises KeyNotForHost.
    """
    if not key:
        return
    store, host = TrustStore(state), host_of(url)
    known = store.hosts(key)
    if known and host not in known:
        raise KeyNotForHost(
            f"Your key was given for {', '.join(sorted(known))}, so it is not sent to {host}. "
            "If it is meant for both, run: kb trust"
        )
    with suppress(StateUnwritable):  # a state folder that remembers nothing
        store.bind(key, host)


def told_before(url: str, state: Path) -> bool:
    """Whether the user was told of the server at `url` before: false the first time this is asked."""
    marker = state / "told" / sha256(url.encode()).hexdigest()[:16]
    if marker.exists():
        return True
    try:
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    except OSError:
        pass  # then it is told again next time
    return False


def host_of(url: str) -> str:
    """The host of a server, with the way to it: a key given for https is not sent in the open."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{(parts.hostname or '').casefold()}"


def _unwritable(folder: Path, error: OSError) -> StateUnwritable:
    return StateUnwritable(
        f"{folder} cannot be written: {error.strerror}. Check its permissions; nothing was confirmed."
    )
