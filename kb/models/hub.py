"""Model files on the Hugging Face hub: what it says of one, and bringing it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kb.errors import DownloadFailed, UsageError
from kb.models.transfer import Download, Progress, first_line, is_safe
from kb.proxies import proxy_for
from kb.silence import report_nothing

_HUB = "https://huggingface.co"
_LONGEST_LICENCE = 60  # characters


def on_hub(repo: str, file: str, name: str) -> Download:
    """What the hub says of `file` in `repo`. Raises DownloadFailed."""
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


def from_hub(wanted: Download, partial: Path, progress: Progress) -> Path:
    """Bring `wanted` from the hub into the folder `partial`. Raises DownloadFailed."""
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
    if not is_safe(address):
        raise UsageError(f"HF_ENDPOINT is {address}, which is not an https address. Correct it, or unset it.")
    return address


@contextmanager
def _hub_errors(repo: str) -> Iterator[Any]:
    """The hub's library, with its errors turned into one sentence."""
    report_nothing()
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # plain files can be resumed
    import huggingface_hub
    from huggingface_hub import errors

    # The base of its HTTP client's errors, whichever client that is.
    unreachable: type[Exception] = errors.HTTPError  # type: ignore[attr-defined]
    proxy_for(_hub_address())  # one that kb cannot speak to is told
    try:
        yield huggingface_hub
    except errors.GatedRepoError as error:
        raise DownloadFailed(
            f"{repo} requires you to accept its terms first. Do so on its page, then set HF_TOKEN and try again."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise DownloadFailed(f"There is no repository {repo} on the hub. Check its name.") from error
    except (unreachable, OSError, ImportError) as error:
        raise DownloadFailed(
            f"The hub does not answer ({first_line(error)}). Check the connection and try again: "
            "what has arrived is kept."
        ) from error
