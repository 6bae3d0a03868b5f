"""Finds, loads and calls plugins; one that fails is put aside by name, and the program goes on."""

from __future__ import annotations

from kb.plugin_host.finding import Plugin
from kb.plugin_host.guard import guard
from kb.plugin_host.host import PluginHost

__all__ = ["Plugin", "PluginHost", "guard"]
