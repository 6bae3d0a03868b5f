"""Which plugins there are: installed ones by their entry points, and those in a trusted folder. Loads none."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from kb.errors import PluginError
from kb.plugin_trust import PluginChoices, folder_plugins, plugin_request
from kb.trust import TrustStore

GROUP = "kb.plugins"  # of entry points
State = Literal["on", "off", "failed", "untrusted"]


@dataclass(frozen=True)
class Plugin:
    """A plugin that was found, and what became of it."""

    name: str
    origin: str  # distribution and version, or the folder it stands in
    state: State
    reason: str = ""  # of a state that is not "on", in one sentence
    load: Callable[[], object] | None = None


def find_plugins(folder: Path | None, choices: PluginChoices, trust: TrustStore) -> dict[str, Plugin]:
    """Every plugin by name; `folder` is the one beside kb.toml, whose plugins run once it is trusted."""
    claims: dict[str, list[Plugin]] = {}
    for entry in importlib.metadata.entry_points(group=GROUP):
        origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "installed"
        claims.setdefault(entry.name, []).append(Plugin(entry.name, origin, "on", load=entry.load))
    for plugin in _in_folder(folder, trust) if folder is not None else ():
        claims.setdefault(plugin.name, []).append(plugin)
    disabled = choices.disabled()
    return {name: _the_one(name, rivals, name in disabled) for name, rivals in sorted(claims.items())}


def _in_folder(folder: Path, trust: TrustStore) -> list[Plugin]:
    loaders = folder_plugins(folder)
    if not loaders:
        return []
    reason = "The folder is not confirmed as it stands. Read it, then run: kb trust"
    try:
        request = plugin_request(folder)
        if request and request.digest in trust.granted(folder.parent):
            return [Plugin(name, str(folder), "on", load=load) for name, load in loaders.items()]
    except PluginError as error:
        reason = str(error)
    return [Plugin(name, str(folder), "untrusted", reason) for name in loaders]


def _the_one(name: str, rivals: Sequence[Plugin], disabled: bool) -> Plugin:
    """The one plugin called `name`; two that claim it are both left out."""
    plugin = rivals[0]
    if len(rivals) > 1:
        origins = " and ".join(sorted(rival.origin for rival in rivals))
        reason = f"{origins} both claim this name. Uninstall one of them."
        return Plugin(name, origins, "failed", reason)
    if plugin.state == "on" and disabled:
        return replace(plugin, state="off", reason=f"Turn it on with: kb plugins enable {name}")
    return plugin
