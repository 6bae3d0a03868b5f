"""The sources in force: which file is read by which, with what is known of files that were read before."""

from __future__ import annotations

import re
import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from kb.errors import FileRefused, NoteUnreadable, SettingsError
from kb.notes.extract import Extract
from kb.notes.suffixes import is_markdown
from kb.settings import Settings
from kb.sources.bundled import BUNDLED
from kb.sources.source import Interrupted, Source, Unreadable
from kb.sources.worker import Worker

DEFAULT = "default"  # in `sources`: those that are on where nothing is said
_KEPT = 8  # extracts at hand
_LANGUAGES = re.compile(r"[A-Za-z_]{2,30}(?:\+[A-Za-z_]{2,30}){0,9}")

Known = Callable[[str, str], Extract | None]


class FileSources:
    """Reads files by their suffix; see kb.notes.vault.Sources. Close it when done.

    `known` is asked for what the index holds of a file, by its fingerprint and the stamp of its source.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        options: Mapping[str, Mapping[str, str]] | None = None,
        known: Known = lambda *_: None,
    ) -> None:
        self.sources = tuple(sources)
        self._options = options or {}
        self._known = known
        self._by_suffix = {suffix: one for one in self.sources for suffix in one.suffixes}
        self._worker = Worker()
        self._latest: OrderedDict[tuple[str, str], Extract | str] = OrderedDict()  # or why there is none

    def reads(self, name: str) -> bool:
        """Whether files of this name are read."""
        return not is_markdown(name) and self.source_of(name) is not None

    def source_of(self, name: str) -> Source | None:
        """The source that reads files of this name."""
        dot = name.rfind(".")
        return self._by_suffix.get(name[dot:].lower()) if dot >= 0 else None

    def stamp(self, name: str) -> str:
        """What tells whether a file of this name would be read as it was before."""
        source = self.source_of(name)
        if source is None:
            return ""
        options = self._options.get(source.name, {})
        return " ".join(
            [f"{source.name} {source.version}", *(f"{key}={options[key]}" for key in sorted(options))]
        )

    def extract(self, path: str, file: BinaryIO, fingerprint: str) -> Extract:
        """What stands in the open file at vault-relative `path`. Raises NoteUnreadable."""
        key = (fingerprint, self.stamp(path))
        found = self._latest.pop(key, None) or self._known(*key) or self._read(path, file)
        self._latest[key] = found
        if len(self._latest) > _KEPT:
            self._latest.popitem(last=False)
        if isinstance(found, str):
            raise FileRefused(f"{path} {found.rstrip('.')}.")
        return found

    def close(self) -> None:
        """End the child process."""
        self._worker.close()

    def _read(self, path: str, file: BinaryIO) -> Extract | str:
        source = self.source_of(path)
        assert source is not None
        try:
            size = file.seek(0, 2)
            file.seek(0)
            if size > source.most_bytes:
                return f"is larger than {source.most_bytes // 1_000_000} MB"
            if not size:
                return "is empty"
            name = path.rsplit("/", 1)[-1]
            return self._worker.read(source, name, file, self._options.get(source.name, {}))
        except Unreadable as error:
            return str(error)
        except Interrupted as error:
            raise NoteUnreadable(f"{path} {error}.") from error


def options_of(settings: Settings) -> dict[str, dict[str, str]]:
    """What the settings say to single sources. Raises SettingsError."""
    if settings.pdf.ocr != "on":
        return {}
    if not _LANGUAGES.fullmatch(settings.pdf.languages):
        raise SettingsError('pdf.languages must name languages as tesseract does, as in: "deu+eng".')
    program = shutil.which("tesseract")
    return {"pdf": {"ocr": program, "languages": settings.pdf.languages}} if program else {}


def is_bundled(name: str) -> bool:
    """Whether kb knows what `name` means in `sources = [...]` without a plugin."""
    return name == DEFAULT or any(one.name == name for one in BUNDLED)


def chosen_sources(
    names: Iterable[str], also: Iterable[Source] = (), *, lenient: bool = False
) -> tuple[Source, ...]:
    """The sources that `sources = [...]` names, of kb's own and those of plugins.

    Raises SettingsError for a name that nothing has, unless `lenient`, as where no plugin is loaded.
    """
    known = {one.name: one for one in (*BUNDLED, *also)}
    chosen: dict[str, Source] = {}
    for name in names:
        if name == DEFAULT:
            chosen |= {one.name: one for one in known.values() if one.by_default}
        elif name in known:
            chosen[name] = known[name]
        elif not lenient:
            raise SettingsError(
                f"sources in kb.toml names {name!r}, which nothing here reads. Known: {', '.join(known)}."
            )
    return tuple(chosen.values())
