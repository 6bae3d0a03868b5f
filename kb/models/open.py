"""From settings to a language model."""

from __future__ import annotations

from pathlib import Path

from kb.models.language_model import LanguageModel
from kb.models.local import LocalModel
from kb.settings import ModelSettings
from kb.trust import require_key_for_host


def open_model(settings: ModelSettings, state: Path) -> LanguageModel:
    """The model the settings name. Cheap: nothing is loaded, and no server asked, until it is used."""
    if settings.url:
        # httpx is slow to import and only a server needs it.
        from kb.models.remote import RemoteModel

        require_key_for_host(settings.key, settings.url, state)
        return RemoteModel(settings)
    return LocalModel(settings, state)
