"""A file at an address: what its server says of it, and bringing it, over a way that nobody can listen in on or change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.errors import DownloadFailed, UsageError
from kb.safe_text import without_secrets

if TYPE_CHECKING:
    import httpx


Progress = Callable[[int, int], None]  # bytes so far, of how many (0 where that is not known)
_TIMEOUT = 30.0  # seconds without a byte
_REDIRECTS = 10
_NOTHING_THERE = 416  # HTTP's "range not satisfiable"
_PART = re.compile(r"bytes (?P<start>\d{1,18})-\d{1,18}/(?P<size>\*|\d{1,18})")


@dataclass(frozen=True, slots=True)
class Download:
    """A file that can be had, as its server describes it."""

    source: str
    name: str
    bytes: int  # 0 where the server does not say
    sha256: str  # empty where nobody says
    licence: str
    repo: str = ""  # on the hub; empty for an address
    file: str = ""


def at_address(address: str, name: str, digest: str) -> Download:
    """What the server at `address` says of the file there. Raises UsageError, DownloadFailed."""
    if not urlsplit(address).path.casefold().endswith(".gguf"):
        raise UsageError(f"{without_secrets(address)} is not the address of a .gguf file.")
    with _open("HEAD", address, {}) as answer:
        size = answer.headers.get("content-length", "")
    return Download(address, name, int(size) if size.isdecimal() else 0, digest, "unknown")


def from_address(wanted: Download, partial: Path, progress: Progress) -> Path:
    """Bring `wanted` into the folder `partial`, going on from what is already there. Raises DownloadFailed."""
    import httpx

    file = partial / f"{wanted.name}.gguf.part"
    have = file.stat().st_size if file.exists() else 0
    if wanted.bytes and have >= wanted.bytes:
        have = 0
    try:
        arrived = _bring(wanted, file, have, progress) if have else None
        have = _bring(wanted, file, 0, progress) or 0 if arrived is None else arrived
    except (httpx.HTTPError, OSError) as error:
        raise DownloadFailed(
            f"The download of {wanted.name} was interrupted ({first_line(error)}). Try again: what has arrived is kept."
        ) from error
    if wanted.bytes and have < wanted.bytes:
        raise DownloadFailed(
            f"The download of {wanted.name} was interrupted after {have:,} of {wanted.bytes:,} bytes. Try again: what has "
            "arrived is kept."
        )
    return file


def _bring(wanted: Download, file: Path, have: int, progress: Progress) -> int | None:
    """Bring what follows the first `have` bytes, or all; how many there are then.

    None where the server cannot go on from there with the very file that was begun: two halves of two files are no
    model, and a file of which nobody knows the hash would not show it.
    """
    import httpx

    mark = file.with_suffix(".mark")  # the name that the server gives to this state of the file
    headers = {"Range": f"bytes={have}-"} if have else {}
    if have and (known := mark.read_bytes() if mark.exists() else b""):
        headers["If-Range"] = known.decode("ascii", "replace")
    with _open("GET", wanted.source, headers, may_end=bool(have)) as answer:
        name = answer.headers.get("etag", "")
        if answer.status_code == httpx.codes.PARTIAL_CONTENT:
            if not _goes_on(answer.headers.get("content-range", ""), have, wanted.bytes):
                return None
        elif answer.is_error:
            return None
        else:
            have = 0  # the server sends all of it again
            mark.write_text(name if name[:1] == '"' and name.isascii() else "", encoding="ascii")
        with file.open("ab" if have else "wb") as stream:
            for piece in answer.iter_raw():
                have += len(piece)
                progress(have, wanted.bytes)
                stream.write(piece)
    return have


def _goes_on(header: str, have: int, size: int) -> bool:
    """Whether a part of a file, which the server tells of as "bytes 5-9/10", begins where `have` bytes end."""
    part = _PART.fullmatch(header.strip())
    if part is None or int(part["start"]) != have:
        return False
    return not size or part["size"] in ("*", str(size))


@contextmanager
def _open(
    method: str, address: str, headers: dict[str, str], *, may_end: bool = False
) -> Iterator[httpx.Response]:
    """The answer to a request, wherever it is sent on to, as long as nobody on the way can read or change it.

    Raises DownloadFailed where that is a failure; `may_end` lets pass that there is nothing behind what was asked for.
    """
    import httpx

    from kb.proxies import proxy_for

    # Compressed on the way, a file would be larger than announced.
    headers = {"Accept-Encoding": "identity", **headers}
    proxy = None if _is_local(address) else proxy_for(address)
    certificates = httpx.create_ssl_context()
    with httpx.Client(timeout=_TIMEOUT, proxy=proxy, verify=certificates, trust_env=False) as client:
        try:
            request = client.build_request(method, address, headers=headers)
        except httpx.InvalidURL as error:
            raise _cannot_download(address, "it is not an address") from error
        for _ in range(_REDIRECTS):
            try:
                answer = client.send(request, stream=True)
            except httpx.HTTPError as error:
                raise _cannot_download(address, first_line(error)) from error
            if answer.next_request is None:
                break
            request = answer.next_request
            answer.close()
            if not is_safe(str(request.url)) or (_is_local(str(request.url)) and not _is_local(address)):
                raise _cannot_download(address, f"it redirects to {without_secrets(str(request.url))}")
        else:
            raise _cannot_download(address, "it redirects too often")
        try:
            if answer.is_error and not (may_end and answer.status_code == _NOTHING_THERE):
                raise _cannot_download(address, f"status {answer.status_code}")
            yield answer
        finally:
            answer.close()


def _cannot_download(address: str, reason: str) -> DownloadFailed:
    return DownloadFailed(f"Can't download {without_secrets(address)} ({reason}). Check the address.")


def is_safe(address: str) -> bool:
    """Whether nobody between here and there can read or change what is sent."""
    try:
        return urlsplit(address).scheme == "https" or (
            urlsplit(address).scheme == "http" and _is_local(address)
        )
    except ValueError:
        return False


def _is_local(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def first_line(error: Exception) -> str:
    """The first line of what `error` says, shortened."""
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
