"""Puts a site into its folder, where an older one of it is brought up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from kb.plugin_api import KnowledgeBase, UsageError, safe_line
from kb_plugins.export.files import check_outside
from kb_plugins.export.site import Site, manifest

LIST = ".kb-site"  # the names of all files of the site; what is not named there is not touched
_MOST = 50_000_000  # bytes of it


def write_site(base: KnowledgeBase, site: Site, folder: Path) -> int:
    """Write the site; how many files it has. Raises UsageError for a folder with anything but an older site."""
    check_outside(base, folder)
    old = _old_files(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # All of it is made before anything is replaced.
        with TemporaryDirectory(dir=folder.parent, prefix=".kb-site-") as made:
            names = list(_write_all(site, Path(made)))
            clash = next((name for name in names if name not in old and (folder / name).exists()), None)
            if clash is not None:
                raise UsageError(
                    f"{_shown(folder / clash)} is not kb's. Name another folder; nothing was written."
                )
            (Path(made) / LIST).write_text(manifest(names), encoding="utf-8")
            for name in [*names, LIST]:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(made) / name).replace(folder / name)
    except OSError as error:
        raise UsageError(
            f"{_shown(folder)} cannot be written: {error.strerror}. Name another folder."
        ) from None
    for name in old - set(names):
        _remove(folder, name)
    return len(names)


def _write_all(site: Site, folder: Path) -> Iterator[str]:
    for name, data in site.files():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data.encode("utf-8", "replace") if isinstance(data, str) else data)
        yield name


def _old_files(folder: Path) -> set[str]:
    """The files of the site that lies there; none for a folder that is new or empty. Raises UsageError for any other."""
    try:
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            return set()
        file = folder / LIST
        if file.is_file() and file.stat().st_size <= _MOST:
            names = json.loads(file.read_text("utf-8"))["files"]
            return {name for name in names if _is_within(name)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise UsageError(
        f"{_shown(folder)} holds something other than a site made by kb. Name a new folder; nothing was written."
    )


def _is_within(name: object) -> bool:
    return (
        isinstance(name, str)
        and bool(name)
        and "\0" not in name
        and ".." not in Path(name).parts
        and not Path(name).is_absolute()
    )


def _remove(folder: Path, name: str) -> None:
    place = folder / name
    with suppress(OSError):
        if place.parent.resolve().is_relative_to(folder.resolve()):
            place.unlink()
            for parent in place.relative_to(folder).parents:
                if parent != Path():
                    (folder / parent).rmdir()


def _shown(path: Path) -> str:
    return safe_line(str(path))
