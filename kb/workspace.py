"""All that the folder of a kb.toml asks for and only its reader can grant, in one list: settings, plugins, keys."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kb.errors import PluginError
from kb.plugin_trust import plugin_request
from kb.settings import (
    Settings,
    find_settings_file,
    key_requests,
    requests_of,
    state_folder,
)
from kb.settings.rules import current_folder
from kb.trust import Request, TrustStore


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with a kb.toml, or none, and what is asked for there."""

    folder: Path | None
    requests: tuple[Request, ...]
    granted: frozenset[str]  # digests
    keys: tuple[Request, ...] = ()  # to show keys in use to hosts they were not given for

    @property
    def open_requests(self) -> list[Request]:
        """What was not granted yet."""
        left = [request for request in self.requests if request.digest not in self.granted]
        return [*left, *self.keys]

    def grant(self) -> None:
        """Grant all of it, and nothing that was granted before and is not asked for any more. Raises StateUnwritable."""
        store = TrustStore(state_folder())
        if self.folder is not None:
            store.grant(self.folder, self.requests)
        for key in self.keys:
            store.bind(key.secret, key.value)

    def withdraw(self) -> None:
        """Grant nothing any more. Raises StateUnwritable."""
        if self.folder is not None:
            TrustStore(state_folder()).withdraw(self.folder)


def workspace(start: Path | None = None) -> Workspace:
    """The one that is in force in the folder `start` (default: the current one). Raises SettingsError."""
    file = find_settings_file(start or current_folder())
    keys = tuple(key_requests(file, os.environ))
    if file is None:
        return Workspace(None, (), frozenset(), keys)
    requests = requests_of(file)
    with suppress(PluginError):  # kb plugins tells why they cannot run
        if plugins := plugin_request(file.parent / "plugins"):
            requests.append(plugins)
    return Workspace(file.parent, tuple(requests), TrustStore(state_folder()).granted(file.parent), keys)


def withheld_notice(settings: Settings) -> str:
    """What was left out of the settings, and what to do, in one line; empty where nothing was."""
    if not settings.withheld:
        return ""
    names = ", ".join(request.message for request in settings.withheld)
    return f"Ignored because you have not confirmed it: {names}. See what it would do, and confirm it, with: kb trust"
