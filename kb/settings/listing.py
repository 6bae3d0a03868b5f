"""Settings by their names, as people read and write them."""

from __future__ import annotations

from kb.safe_text import without_secrets
from kb.settings import PATHS, SOURCES, Settings, all_settings
from kb.settings.rules import checked, from_variable
from kb.settings.table import names_of_sources


def setting_names() -> list[str]:
    """The names of all settings, as `section.name`."""
    return [*PATHS, SOURCES, *(f"{section}.{item.name}" for section, item in all_settings())]


def setting_from_text(name: str, text: str) -> object:
    """What `text` means as the value of setting `name`. Raises KeyError for no setting, SettingsError for no value."""
    if name in PATHS:
        return text
    if name == SOURCES:
        return list(names_of_sources(text, ""))
    item = {f"{section}.{item.name}": item for section, item in all_settings()}[name]
    return checked(item, from_variable(item, text, name), name)


def setting_rows(settings: Settings) -> list[tuple[str, str, str]]:
    """(name, value in force, default) of every setting, for showing; keys of servers are not among them."""
    rows = [
        (
            f"{section}.{item.name}",
            without_secrets(str(getattr(settings.section(section), item.name))),
            str(item.default),
        )
        for section, item in all_settings()
        if item.repr
    ]
    sources = (SOURCES, " ".join(settings.sources), "default")
    return [("vault", str(settings.vault), ""), ("index", str(settings.index), ""), sources, *rows]
