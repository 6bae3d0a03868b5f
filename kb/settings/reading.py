"""Which settings are in force in a folder: found, read, checked, and stripped of what the user has not confirmed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kb.errors import NotTrusted, SettingsError, VaultMissing
from kb.settings.folders import default_index, find_settings_file, is_utf8
from kb.settings.requests import key_requests_in, not_granted_in
from kb.settings.rules import current_folder, day, expanded
from kb.settings.sections import INDEX, PATHS, SECTIONS, SOURCES, THE_MODEL, Settings, all_settings
from kb.settings.table import names_of_sources, parsed, path_from, path_in, read_section, section_in, set_by
from kb.settings.text import SettingsText, read_settings_text
from kb.trust import DECISIONS

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts
_RELATIVE = (("models", "path"), ("retrieval", "reranker"), ("answers", "judge"))


def load_settings(
    *,
    vault: Path | None = None,
    index: Path | None = None,
    start: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Find and read the settings in force in folder `start` (default: the current one).

    What a kb.toml asks for that could harm its reader is left out until the user has confirmed it; see kb.trust.

    Raises SettingsError for a value that cannot be understood, VaultMissing when no vault is named anywhere,
    NotTrusted when the one that is named lies elsewhere and was not confirmed.
    """
    environment = os.environ if environment is None else environment
    here = start or current_folder()
    file = find_settings_file(here)
    root = file.parent if file else None
    text = read_settings_text(file) if file else ""
    table = parsed(text, file) if file else {}

    named_vault = expanded(vault) if vault else path_from(environment.get("KB_VAULT"), here)
    # A vault named by hand that is not this kb.toml's own must not be put into this kb.toml's index.
    written = SettingsText(file, text)
    own_vault, own_index = (path_from(path_in(table, name), root, written.place(name)) for name in PATHS)
    if named_vault is None and own_vault is None:
        raise VaultMissing(
            "No vault is chosen here. Run: kb init FOLDER_OF_NOTES, or name one with --vault FOLDER."
        )
    chosen = (named_vault or own_vault or Path()).absolute()
    same_vault = own_vault is not None and own_vault.absolute() == chosen
    sections = {name: read_section(name, section_in(table, name), environment, written) for name in SECTIONS}

    named_index = expanded(index) if index else path_from(environment.get("KB_INDEX"), here)
    settled = {name for name, value in (("vault", named_vault), ("index", named_index)) if value}
    if not same_vault:
        settled |= {"vault", "index", DECISIONS}
    settled |= {f"{name}.{key}" for name, key in set_by(environment)}
    withheld = [request for request in not_granted_in(file, table) if request.name not in settled]
    names = {request.name for request in withheld}
    if "vault" in names:
        raise NotTrusted(
            f"{file} names notes outside its folder, {own_vault}, and you have not confirmed that. "
            "See what it asks for, and confirm it, with: kb trust"
        )
    own_index = own_index if same_vault and "index" not in names else None
    chosen_index = (named_index or own_index or default_index(chosen)).absolute()
    if not is_utf8(chosen_index):
        raise SettingsError(
            f"The index cannot be in {chosen_index}: a name in that path is not UTF-8. "
            "Name another folder for it with --index FOLDER."
        )
    for section, name in _RELATIVE:
        value = getattr(sections[section], name)
        if value and (section, value) != ("answers", THE_MODEL):
            place = written.place(section, name) if value == table.get(section, {}).get(name) else ""
            path = str(path_from(value, root or here, place))
            sections[section] = replace(sections[section], **{name: path})
    for section, item in all_settings():
        if f"{section}.{item.name}" in names:
            sections[section] = replace(sections[section], **{item.name: item.default})
    for section, name, key in key_requests_in(file, sections, settled):
        sections[section] = replace(sections[section], **{name: ""})
        withheld.append(key)
    today = day(environment.get("KB_TODAY", ""))
    if "KB_SOURCES" in environment:
        sections[SOURCES] = names_of_sources(environment["KB_SOURCES"], "KB_SOURCES:")
    elif SOURCES in table:
        sections[SOURCES] = names_of_sources(table[SOURCES], written.place(SOURCES))
    sections["shared"] = sections.pop(INDEX)
    return Settings(
        vault=chosen,
        index=chosen_index,
        root=root,
        withheld=tuple(withheld),
        today=today,
        language=_language(environment),
        **sections,
    )


def _language(environment: Mapping[str, str]) -> str:
    """The language of messages, by the variables of POSIX: `de` of `de_DE.UTF-8`; empty for `C`."""
    locale = next((value for name in _LOCALE if (value := environment.get(name))), "")
    code = re.match(r"[a-z]{2,3}(?=[_.@]|$)", locale)
    return code[0] if code else ""
