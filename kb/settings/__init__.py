"""Settings, read once at the start and handed down; nothing below reads a file or the environment again.

A knowledge base is a folder with a `kb.toml`. Values are taken, first wins, from: command-line options,
`KB_*` variables, the nearest `kb.toml` upward from the current folder, the user's own `kb.toml` (in the
platform's configuration folder), built-in defaults.
"""

from __future__ import annotations

from kb.settings.folders import FILE_NAME, cache_folder, default_index, find_settings_file, state_folder
from kb.settings.reading import load_settings
from kb.settings.requests import key_requests, not_granted, requests_of
from kb.settings.sections import (
    LEAST_CONTEXT,
    PATHS,
    SOURCES,
    THE_MODEL,
    AnswerSettings,
    EmbeddingSettings,
    LinkSettings,
    McpSettings,
    ModelSettings,
    NoteSettings,
    RetrievalSettings,
    Settings,
    SharedIndexSettings,
    all_settings,
)

__all__ = [
    "FILE_NAME",
    "LEAST_CONTEXT",
    "PATHS",
    "SOURCES",
    "THE_MODEL",
    "AnswerSettings",
    "EmbeddingSettings",
    "LinkSettings",
    "McpSettings",
    "ModelSettings",
    "NoteSettings",
    "RetrievalSettings",
    "Settings",
    "SharedIndexSettings",
    "all_settings",
    "cache_folder",
    "default_index",
    "find_settings_file",
    "key_requests",
    "load_settings",
    "not_granted",
    "requests_of",
    "state_folder",
]
