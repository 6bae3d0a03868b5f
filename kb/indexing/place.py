"""Whether an index may lie in a folder: nothing that is deleted with it may be another's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from kb.errors import IndexingError
from kb.files.small import parse_json, read_small

# What kb makes in the folder of an index, and deletes with all that is in it.
_WHOLE = (
    "catalog.sqlite",
    "catalog.sqlite-wal",
    "catalog.sqlite-shm",
    "lock",
    "seal",
    "chroma",
    "next",
    "verifying",
)
_OWN = re.compile(
    r"""(?:(?:next|verifying)/)*  # indexes within the index, while they are made
        (?:catalog\.sqlite(?:-wal|-shm|-journal|\.damaged-\d+(?:-wal)?)?|lock|seal|chroma|next|verifying
          |chroma/current
          |chroma/gen-\d+/(?:open|chroma\.sqlite3[\w-]*|[0-9a-f]{8}-[0-9a-f-]{27}/.*)
          |(?:chroma/)?\.kb-[0-9a-f]+\.tmp
        )""",
    re.VERBOSE | re.DOTALL,
)
_LARGEST_LOCK = 1000  # bytes


def must_be_free(folder: Path) -> None:
    """Raise IndexingError where making an index in `folder` would delete what is not kb's."""
    for path in _strange(folder):
        raise IndexingError(
            f"{folder} holds {path}, which is not kb's and would be deleted. An index needs a folder of its own: name "
            "another with --index, or as index in kb.toml."
        )


def _strange(folder: Path) -> Iterator[str]:
    """The files there that are no index's, under names that are, by their paths in `folder`."""
    for name in _WHOLE:
        if (folder / name).is_symlink():
            continue  # the link is removed, never what it leads to
        for place, _, files in os.walk(folder / name):
            for file in files:
                path = Path(place, file).relative_to(folder).as_posix()
                if not _OWN.fullmatch(path):
                    yield path
    if not (folder / "seal").exists() and not (folder / "chroma").exists():
        has_catalog, has_lock = (os.path.lexists(folder / name) for name in ("catalog.sqlite", "lock"))
        if has_catalog and not has_lock:
            yield "catalog.sqlite"
        if has_lock and not has_catalog and not _is_lock(folder / "lock"):
            yield "lock"


def _is_lock(file: Path) -> bool:
    """Whether what stands there is empty or what kb writes; what is no file is nobody's."""
    try:
        content = read_small(file, _LARGEST_LOCK, follow=False)
    except OSError:
        return not file.is_file()
    with suppress(ValueError):
        return not content or isinstance(parse_json(content), dict)
    return False
