"""From settings to a language model."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from kb.errors import KeyNotForHost, StateUnwritable
from kb.models.language_model import LanguageModel
from kb.models.local import LocalModel
from kb.settings import ModelSettings
from kb.trust import TrustStore, host_of


def open_model(settings: ModelSettings, state: Path) -> LanguageModel:
    """The model the settings name. Cheap: nothing is loaded, and no server asked, until it is used."""
    if settings.url:
        # httpx is slow to import and only a server needs it.
        from kb.models.remote import RemoteModel

        _require_key_for_host(settings, state)
        return RemoteModel(settings)
    return LocalModel(settings, state)


def _require_key_for_host(settings: ModelSettings, state: Path) -> None:
    """A key belongs to the host it was first used for, and to those that were confirmed."""
    if not settings.key:
        return
    store, host = TrustStore(state), host_of(settings.url)
    known = store.hosts(settings.key)
    if known and host not in known:
        raise KeyNotForHost(
            f"Your key was given for {', '.join(sorted(known))}, so it is not sent to {host}. "
            "If it is meant for both, run: kb trust"
        )
    with suppress(StateUnwritable):  # a state folder that remembers nothing
        store.bind(settings.key, host)
