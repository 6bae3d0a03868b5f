"""Downloads model files when asked to: from the Hugging Face hub, or from any address.

A broken download goes on where it stopped. Nothing is kept that is not the file it should be: no more is taken than was
announced and than the disk holds, its hash is compared where one is known, and its header is checked always. All goes
over https, also where a server sends the download elsewhere.
"""

from __future__ import annotations

import re
import shutil
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from kb.errors import DownloadFailed, ModelError, UsageError
from kb.models.gguf_check import check_gguf
from kb.models.hub import from_hub, on_hub
from kb.models.library import Installed, ModelLibrary, Origin, model_name
from kb.models.recommended import RECOMMENDED
from kb.models.transfer import Download, Progress, at_address, from_address, is_safe
from kb.safe_text import without_secrets

_SPARE = 512 << 20  # bytes that stay free on the disk
_PIECE = 1 << 20
_LOOK = 32 << 20  # bytes between two looks at how much room is left
_REPO = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+):(?P<file>[\w./-]+\.gguf)", re.IGNORECASE)
_HASH = re.compile(r"sha256=(?P<hash>[0-9a-f]{64})", re.IGNORECASE)


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
            raise UsageError(f"{what} does not name a file in a repository. Write owner/repo:file.gguf.")
        default = recommended.name if recommended else Path(file).stem
        return on_hub(repo, file, model_name(name or default, source))
    address, fragment = urldefrag(what)
    if is_safe(address):
        given = _HASH.fullmatch(fragment)
        stem = Path(unquote(urlsplit(address).path)).stem
        return at_address(
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
        file = from_hub(wanted, partial, bounded) if wanted.repo else from_address(wanted, partial, bounded)
    except DownloadFailed:
        if bounded.outgrown:  # a part of it is of no use
            shutil.rmtree(partial, ignore_errors=True)
        raise
    file.with_suffix(".mark").unlink(missing_ok=True)  # all has come, there is nothing to go on with
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
                f"{wanted.name} is larger than the {wanted.bytes:,} bytes that were announced, so the download was stopped. "
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
            f"{wanted.name} {size}, and {free / 1e9:.1f} GB is free. Make room, or choose a smaller model."
        )


def _digest(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
