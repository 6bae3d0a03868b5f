"""From the text of a kb.toml, and the `KB_*` variables, to checked values; what is wrong is named with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from kb.errors import SettingsError
from kb.files.small import parse_toml
from kb.settings.rules import checked, expanded, from_variable, why_no_path
from kb.settings.sections import INDEX, PATHS, SECTIONS, SOURCES, all_settings
from kb.settings.text import SettingsText

_PATH_OF_INDEX = re.compile(r"^[ \t]*index[ \t]*=", re.MULTILINE)
_SECTION_OF_INDEX = re.compile(r"^[ \t]*(?:\[[ \t]*index[ \t]*\]|index[ \t]*\.)", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def parsed(text: str, file: Path) -> dict[str, Any]:
    """The table of a kb.toml. Raises SettingsError for what is not TOML, or an entry that kb does not know."""
    try:
        table = parse_toml(text)
    except ValueError as error:
        if _PATH_OF_INDEX.search(text) and _SECTION_OF_INDEX.search(text):
            raise SettingsError(
                f"{file} has both index = … and index.…, which TOML does not allow. Write the path as: index.path = …"
            ) from error
        raise SettingsError(
            f"{file} is not valid TOML: {error}. Correct it, or delete it and run: kb init"
        ) from error
    written = SettingsText(file, text)
    unknown = sorted(set(table) - set(PATHS) - set(SECTIONS) - {SOURCES})
    if unknown:
        known = ", ".join(dict.fromkeys((*PATHS, SOURCES, *SECTIONS)))
        raise SettingsError(
            f"{written.place(unknown[0])} unknown entry {unknown[0]!r}. Known entries: {known}."
        )
    for name in PATHS:
        path = path_in(table, name)
        if not isinstance(path, str):
            raise SettingsError(f"{written.place(name)} {name} must be a path in quotes.")
        if reason := why_no_path(path):
            raise SettingsError(f"{written.place(name)} {name} {reason}. Write another.")
    if SOURCES in table:
        names_of_sources(table[SOURCES], written.place(SOURCES))
    return table


def path_in(table: Mapping[str, Any], name: str) -> Any:
    """What `table` says of the path called `name`; an empty text where it says nothing."""
    value = table.get(name, "")
    return value.get("path", "") if name == INDEX and isinstance(value, dict) else value


def section_in(table: Mapping[str, Any], name: str) -> Any:
    """What `table` says of the section called `name`, which may be no table."""
    value = table.get(name, {})
    if name != INDEX:
        return value
    return {key: one for key, one in value.items() if key != "path"} if isinstance(value, dict) else {}


def names_of_sources(value: object, where: str) -> tuple[str, ...]:
    """The names in a list of sources, or in a text with commas. Raises SettingsError, which begins with `where` it stands."""
    listed = value.replace(",", " ").split() if isinstance(value, str) else value
    names = listed if isinstance(listed, list) else [None]
    if not all(isinstance(one, str) and _NAME.fullmatch(one) for one in names):
        raise SettingsError(
            f'{where} sources must be a list of formats, as in: sources = ["pdf", "txt"].'.strip()
        )
    return tuple(dict.fromkeys(names))


def read_section(name: str, values: object, environment: Mapping[str, str], written: SettingsText) -> Any:
    """The settings of section `name`: KB_SECTION_NAME variables, such as KB_MODELS_PATH, before the file's values."""
    kind = SECTIONS[name]
    if not isinstance(values, dict):
        raise SettingsError(f"{written.place(name)} [{name}] must be a table.")
    known = {item.name: item for item in fields(kind)}
    for key in values:
        if key not in known:
            names = ", ".join([*(["path"] if name == INDEX else []), *known])
            raise SettingsError(
                f"{written.place(name, key)} [{name}] has no setting {key!r}. Known settings: {names}."
            )
    read = {}
    for key, item in known.items():
        variable = f"KB_{name}_{key}".upper()
        text = environment.get(variable)
        # An empty variable cannot be a number, but it can turn off what the file names.
        if text is not None and (text.strip() or isinstance(item.default, str)):
            read[key] = checked(item, from_variable(item, text, variable), variable)
        elif key in values:
            read[key] = checked(item, values[key], f"{written.place(name, key)} {name}.{key}")
    return kind(**read)


def path_from(text: object, base: Path | None, where: str = "") -> Path | None:
    """`text` as a path, relative to `base`. Raises SettingsError, which begins with `where` it stands."""
    if not isinstance(text, str) or not text:
        return None
    try:
        path = expanded(text, base)
    except SettingsError as error:
        raise SettingsError(f"{where} {error}".strip()) from error
    return path if path.is_absolute() or base is None else base / path


def set_by(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The settings that are set by variables."""
    for section, item in all_settings():
        text = environment.get(f"KB_{section}_{item.name}".upper())
        if text is not None and (text.strip() or isinstance(item.default, str)):
            yield section, item.name
