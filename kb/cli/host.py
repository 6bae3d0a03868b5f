"""The plugins of this process; none is loaded before one is wanted."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kb.settings import find_settings_file, state_folder
from kb.settings.rules import current_folder

if TYPE_CHECKING:
    from kb.plugin_host import PluginHost


@cache
def plugin_host() -> PluginHost:
    """The plugins of this process, for the knowledge base of the current folder."""
    from kb.plugin_host import PluginHost

    file = find_settings_file(current_folder())
    return PluginHost(file.parent if file else None, state_folder())


def plugin_problems() -> list[str]:
    """What went wrong with plugins in this process, if any were looked for."""
    return plugin_host().problems if plugin_host.cache_info().currsize else []
