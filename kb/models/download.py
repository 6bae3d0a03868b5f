"""Downloads model files when asked to: from the Hugging Face hub, or from any address.

A broken download goes on where it stopped. Nothing is kept that is not the file it should be: its hash is compared
where one is known, and its header is checked always.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from kb.errors import DownloadFailed, ModelError, UsageError
from kb.models.gguf_check import check_gguf
from kb.models.library import Installed, ModelLibrary, Origin
from kb.models.recommended import RECOMMENDED

Progress = Callable[[int, int], None]  # bytes so far, of how many (0 where that is not known)
_SPARE = 512 << 20  # bytes that stay free on the disk
_PIECE = 1 << 20
_TIMEOUT = 30.0  # seconds without a byte
_REPO = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+):(?P<file>[\w./-]+\.gguf)", re.IGNORECASE)
_HASH = re.compile(r"sha256=(?P<hash>[0-9a-f]{64})", re.IGNORECASE)
_NOT_NAME = re.compile(r"[^\w.-]+")


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


def describe(what: str) -> Download:
    """Ask for size, hash and licence of `what`: a recommended name, `owner/repo:file.gguf`, or an address.

    Raises UsageError for anything else, DownloadFailed when it cannot be had.
    """
    named = next((model for model in RECOMMENDED if model.name == what.casefold()), None)
    if match := _REPO.fullmatch(named.source if named else what):
        return _on_hub(match["repo"], match["file"], named.name if named else Path(match["file"]).stem)
    address, fragment = urldefrag(what)
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        given = _HASH.fullmatch(fragment)
        return _at_address(address, given["hash"].casefold() if given else "")
    known = ", ".join(model.name for model in RECOMMENDED)
    raise UsageError(
        f"{what!r} names no model. Write one of {known}, or owner/repo:file.gguf, or an https address of a .gguf file."
    )


def fetch(wanted: Download, library: ModelLibrary, progress: Progress) -> Installed:
    """Download `wanted` into the library. Raises DownloadFailed, or ModelError when the file is no sound model."""
    partial = library.folder / ".partial"
    partial.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(partial).free
    if wanted.bytes + _SPARE > free:
        raise DownloadFailed(
            f"{wanted.name} takes {wanted.bytes / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free. Make room, or choose a "
            "smaller model."
        )
    file = _from_hub(wanted, partial, progress) if wanted.repo else _from_address(wanted, partial, progress)
    try:
        digest = _digest(file)
        if wanted.sha256 and digest != wanted.sha256:
            raise DownloadFailed(
                f"{wanted.name} arrived damaged: its hash is not what it should be. Try again."
            )
        check_gguf(file)
    except ModelError:
        file.unlink(missing_ok=True)
        raise
    return library.keep(file, wanted.name, Origin(wanted.source, digest, wanted.licence))


def _on_hub(repo: str, file: str, name: str) -> Download:
    with _hub_errors(repo) as hub:
        about = hub.HfApi().model_info(repo, files_metadata=True)
    found = next((sibling for sibling in about.siblings or () if sibling.rfilename == file), None)
    if found is None:
        there = sorted(
            sibling.rfilename for sibling in about.siblings or () if sibling.rfilename.endswith(".gguf")
        )
        raise DownloadFailed(f"{repo} has no file {file}. It has: {', '.join(there[:8]) or 'no .gguf file'}.")
    licence = getattr(about.card_data, "license", None) or "unknown"
    return Download(
        source=f"{repo}:{file}",
        name=_NOT_NAME.sub("-", name),
        bytes=found.size or 0,
        sha256=found.lfs.sha256 if found.lfs else "",
        licence=str(licence),
        repo=repo,
        file=file,
    )


def _from_hub(wanted: Download, partial: Path, progress: Progress) -> Path:
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        """Hands on what the hub's own bar would draw."""

        def __init__(self, *_: Any, **options: Any) -> None:
            super().__init__(disable=True)
            self.done = int(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> None:
            self.done += int(n or 0)
            progress(self.done, wanted.bytes)

    with _hub_errors(wanted.repo) as hub:
        return Path(hub.hf_hub_download(wanted.repo, wanted.file, local_dir=partial, tqdm_class=Bar))


@contextmanager
def _hub_errors(repo: str) -> Iterator[Any]:
    """The hub's library, with its errors turned into one sentence."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # plain files can be resumed
    import huggingface_hub
    from huggingface_hub import errors

    # The base of its HTTP client's errors, whichever client that is.
    unreachable: type[Exception] = errors.HTTPError  # type: ignore[attr-defined]
    try:
        yield huggingface_hub
    except errors.GatedRepoError as error:
        raise DownloadFailed(
            f"{repo} wants you to agree to its terms first. Do so on its page, then set HF_TOKEN and try again."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise DownloadFailed(f"There is no repository {repo} on the hub. Check its name.") from error
    except (unreachable, OSError) as error:
        raise DownloadFailed(
            f"The hub does not answer ({_first_line(error)}). Check the connection and try again: "
            "what has arrived is kept."
        ) from error


def _at_address(address: str, digest: str) -> Download:
    import httpx

    name = Path(urlsplit(address).path).name
    if not name.casefold().endswith(".gguf"):
        raise UsageError(f"{address} is not the address of a .gguf file.")
    try:
        answer = httpx.head(address, follow_redirects=True, timeout=_TIMEOUT)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise DownloadFailed(f"{address} cannot be had ({_first_line(error)}). Check the address.") from error
    size = int(answer.headers.get("content-length", 0))
    return Download(address, _NOT_NAME.sub("-", Path(name).stem), size, digest, "unknown")


def _from_address(wanted: Download, partial: Path, progress: Progress) -> Path:
    import httpx

    file = partial / f"{wanted.name}.gguf.part"
    have = file.stat().st_size if file.exists() else 0
    if wanted.bytes and have >= wanted.bytes:
        file.unlink()
        have = 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with httpx.stream(
            "GET", wanted.source, headers=headers, follow_redirects=True, timeout=_TIMEOUT
        ) as answer:
            answer.raise_for_status()
            if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                have = 0  # the server sends all of it again
            with file.open("ab" if have else "wb") as stream:
                for piece in answer.iter_bytes():
                    stream.write(piece)
                    have += len(piece)
                    progress(have, wanted.bytes)
    except (httpx.HTTPError, OSError) as error:
        raise DownloadFailed(
            f"The download of {wanted.name} broke off ({_first_line(error)}). Try again: what has arrived is kept."
        ) from error
    if wanted.bytes and have < wanted.bytes:
        raise DownloadFailed(
            f"The download of {wanted.name} broke off after {have:,} of {wanted.bytes:,} bytes. Try again: what has "
            "arrived is kept."
        )
    return file


def _digest(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
