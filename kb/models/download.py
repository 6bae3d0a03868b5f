"""Downloads model files when asked to: from the Hugging Face hub, or from any address.

A broken download goes on where it stopped. Nothing is kept that is not the file it should be: no more is taken than was
announced and than the disk holds, its hash is compared where one is known, and its header is checked always. All goes
over https, also where a server sends the download elsewhere.
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
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urlsplit

from kb.errors import DownloadFailed, ModelError, UsageError
from kb.models.gguf_check import check_gguf
from kb.models.library import Installed, ModelLibrary, Origin, model_name
from kb.models.recommended import RECOMMENDED
from kb.safe_text import without_secrets

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int], None]  # bytes so far, of how many (0 where that is not known)
_SPARE = 512 << 20  # bytes that stay free on the disk
_PIECE = 1 << 20
_LOOK = 32 << 20  # bytes between two looks at how much room is left
_TIMEOUT = 30.0  # seconds without a byte
_REPO = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+):(?P<file>[\w./-]+\.gguf)", re.IGNORECASE)
_HASH = re.compile(r"sha256=(?P<hash>[0-9a-f]{64})", re.IGNORECASE)
_HUB = "https://huggingface.co"
_REDIRECTS = 10
_LONGEST_LICENCE = 60  # characters


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


def describe(what: str, name: str = "") -> Download:
    """Ask for size, hash and licence of `what`: a recommended name, `owner/repo:file.gguf`, or an address.

    It will be called `name`, or as its file. Raises UsageError for anything else, and for a name that it cannot have,
    DownloadFailed when it cannot be had.
    """
    recommended = next((model for model in RECOMMENDED if model.name == what.casefold()), None)
    source = recommended.source if recommended else what
    if match := _REPO.fullmatch(source):
        repo, file = match["repo"], match["file"]
        if not all(part.strip(".") for part in (*repo.split("/"), *file.split("/"))):
            raise UsageError(f"{what} names no file of a repository. Write owner/repo:file.gguf.")
        default = recommended.name if recommended else Path(file).stem
        return _on_hub(repo, file, model_name(name or default, source))
    address, fragment = urldefrag(what)
    if _is_safe(address):
        given = _HASH.fullmatch(fragment)
        stem = Path(unquote(urlsplit(address).path)).stem
        return _at_address(
            address, model_name(name or stem, address), given["hash"].casefold() if given else ""
        )
    known = ", ".join(model.name for model in RECOMMENDED)
    raise UsageError(
        f"Unknown model {what!r}. Use one of {known}, or owner/repo:file.gguf, or an https address of a .gguf file."
    )


def fetch(wanted: Download, library: ModelLibrary, progress: Progress) -> Installed:
    """Download `wanted` into the library.

    Raises NameTaken, DownloadFailed, or ModelError when the file is no sound model.
    """
    library.require_free(wanted.name)
    partial = library.folder / ".partial"
    partial.mkdir(parents=True, exist_ok=True)
    _require_room(wanted, partial, 0)
    bounded = _Bounds(wanted, partial, progress)
    try:
        file = _from_hub(wanted, partial, bounded) if wanted.repo else _from_address(wanted, partial, bounded)
    except DownloadFailed:
        if bounded.outgrown:  # a part of it is of no use
            shutil.rmtree(partial, ignore_errors=True)
        raise
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
    source = without_secrets(wanted.source)
    return library.keep(file, wanted.name, Origin(source, digest, wanted.licence))


class _Bounds:
    """Hears how much has come, and stops a download that outgrows what was announced or the disk."""

    def __init__(self, wanted: Download, partial: Path, progress: Progress) -> None:
        self._wanted, self._partial, self._progress = wanted, partial, progress
        self._looked = 0  # bytes that had come at the last look at the disk
        self.outgrown = False  # more came than was announced

    def __call__(self, done: int, total: int) -> None:
        """`done` bytes have come. Raises DownloadFailed."""
        wanted = self._wanted
        if wanted.bytes and done > wanted.bytes:
            self.outgrown = True
            raise DownloadFailed(
                f"{wanted.name} is larger than the {wanted.bytes:,} bytes that were announced, so it was stopped. "
                "Choose another source."
            )
        if done - self._looked >= _LOOK:
            self._looked = done
            _require_room(wanted, self._partial, done)
        self._progress(done, total)


def _require_room(wanted: Download, partial: Path, done: int) -> None:
    """Raise DownloadFailed where the disk does not hold the rest."""
    free = shutil.disk_usage(partial).free
    if max(wanted.bytes - done, 0) + _SPARE > free:
        size = f"takes {wanted.bytes / 1e9:.1f} GB" if wanted.bytes else f"is {done / 1e9:.1f} GB so far"
        raise DownloadFailed(
            f"{wanted.name} {size}, and {free / 1e9:.1f} GB are free. Make room, or choose a smaller model."
        )


def _on_hub(repo: str, file: str, name: str) -> Download:
    with _hub_errors(repo) as hub:
        about = hub.HfApi(endpoint=_hub_address()).model_info(repo, files_metadata=True)
    found = next((sibling for sibling in about.siblings or () if sibling.rfilename == file), None)
    if found is None:
        there = sorted(
            sibling.rfilename for sibling in about.siblings or () if sibling.rfilename.endswith(".gguf")
        )
        raise DownloadFailed(f"{repo} has no file {file}. It has: {', '.join(there[:8]) or 'no .gguf file'}.")
    licence = getattr(about.card_data, "license", None) or "unknown"
    return Download(
        source=f"{repo}:{file}",
        name=name,
        bytes=found.size or 0,
        sha256=found.lfs.sha256 if found.lfs else "",
        licence=str(licence)[:_LONGEST_LICENCE],
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
        return Path(
            hub.hf_hub_download(
                wanted.repo, wanted.file, local_dir=partial, endpoint=_hub_address(), tqdm_class=Bar
            )
        )


def _hub_address() -> str:
    """The hub's own address, unless the user named another. Raises UsageError for one in the open."""
    address = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _HUB
    if not _is_safe(address):
        raise UsageError(f"HF_ENDPOINT is {address}, which is not an https address. Correct it, or unset it.")
    return address


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
            f"{repo} requires you to accept its terms first. Do so on its page, then set HF_TOKEN and try again."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise DownloadFailed(f"There is no repository {repo} on the hub. Check its name.") from error
    except (unreachable, OSError) as error:
        raise DownloadFailed(
            f"The hub does not answer ({_first_line(error)}). Check the connection and try again: "
            "what has arrived is kept."
        ) from error


def _at_address(address: str, name: str, digest: str) -> Download:
    if not urlsplit(address).path.casefold().endswith(".gguf"):
        raise UsageError(f"{without_secrets(address)} is not the address of a .gguf file.")
    with _open("HEAD", address, {}) as answer:
        size = answer.headers.get("content-length", "")
    return Download(address, name, int(size) if size.isdecimal() else 0, digest, "unknown")


def _from_address(wanted: Download, partial: Path, progress: Progress) -> Path:
    import httpx

    file = partial / f"{wanted.name}.gguf.part"
    have = file.stat().st_size if file.exists() else 0
    if wanted.bytes and have >= wanted.bytes:
        file.unlink()
        have = 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        with _open("GET", wanted.source, headers) as answer:
            if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                have = 0  # the server sends all of it again
            with file.open("ab" if have else "wb") as stream:
                for piece in answer.iter_raw():
                    have += len(piece)
                    progress(have, wanted.bytes)
                    stream.write(piece)
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


@contextmanager
def _open(method: str, address: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
    """The answer to a request, wherever it is sent on to, as long as nobody on the way can read or change it."""
    import httpx

    # Compressed on the way, a file would be larger than announced.
    headers = {"Accept-Encoding": "identity", **headers}
    with httpx.Client(timeout=_TIMEOUT) as client:
        request = client.build_request(method, address, headers=headers)
        for _ in range(_REDIRECTS):
            try:
                answer = client.send(request, stream=True)
            except httpx.HTTPError as error:
                raise _cannot_be_had(address, _first_line(error)) from error
            if answer.next_request is None:
                break
            request = answer.next_request
            answer.close()
            if not _is_safe(str(request.url)) or (_is_local(str(request.url)) and not _is_local(address)):
                raise _cannot_be_had(address, f"it leads to {without_secrets(str(request.url))}")
        else:
            raise _cannot_be_had(address, "it leads on and on")
        try:
            if answer.is_error:
                raise _cannot_be_had(address, f"status {answer.status_code}")
            yield answer
        finally:
            answer.close()


def _cannot_be_had(address: str, reason: str) -> DownloadFailed:
    return DownloadFailed(f"Can't download {without_secrets(address)} ({reason}). Check the address.")


def _digest(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _is_safe(address: str) -> bool:
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


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
