"""What a kb.toml asks for that could harm its reader: left out until the user has granted it; see kb.trust."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kb.machine_name import known_machine_name
from kb.settings.folders import own_settings_file, state_folder
from kb.settings.rules import shown_value, what_it_allows
from kb.settings.sections import PATHS, ModelSettings, all_settings
from kb.settings.table import parsed, path_from, read_section, set_by
from kb.settings.text import SettingsText, read_settings_text
from kb.trust import DECISIONS, Request, TrustStore, digest_of, host_of

MODEL_KEY = "KB_MODELS_KEY"


def requests_of(file: Path) -> list[Request]:
    """What this kb.toml asks for that only its reader can grant; the user's own asks for nothing."""
    return _requests(file, parsed(read_settings_text(file), file))


def not_granted(file: Path) -> list[Request]:
    """What of that was not granted yet."""
    return not_granted_in(file, parsed(read_settings_text(file), file))


def key_request(file: Path | None, environment: Mapping[str, str]) -> Request | None:
    """The request to show the key to the model server, as this kb.toml and the variables together would have it."""
    text = read_settings_text(file) if file else ""
    table = parsed(text, file) if file else {}
    models = read_section("models", table.get("models", {}), environment, SettingsText(file, text))
    known = TrustStore(state_folder()).hosts(models.key) if models.key else frozenset()
    if known and models.url and host_of(models.url) not in known:
        return _to_show(models)
    return key_request_in(file, models, {f"{name}.{key}" for name, key in set_by(environment)})


def key_request_in(file: Path | None, models: ModelSettings, by_user: set[str]) -> Request | None:
    """The request to show the user's own key to a server that a kb.toml names: its writer did not give the key."""
    if file in (None, own_settings_file()) or "models.url" in by_user or "models.key" not in by_user:
        return None
    if not models.url or host_of(models.url) in TrustStore(state_folder()).hosts(models.key):
        return None
    return _to_show(models)


def _to_show(models: ModelSettings) -> Request:
    host = host_of(models.url)
    digest = digest_of(MODEL_KEY, models.key, host)
    return Request(MODEL_KEY, host, "shows your key to this server", digest, models.key)


def not_granted_in(file: Path | None, table: Mapping[str, Any]) -> list[Request]:
    """What of what `table`, read from `file`, asks for was not granted yet."""
    if file is None:
        return []
    granted = TrustStore(state_folder()).granted(file.parent)
    return [request for request in _requests(file, table) if request.digest not in granted]


def _requests(file: Path, table: Mapping[str, Any]) -> list[Request]:
    if file == own_settings_file():
        return []
    vault, index = (path_from(table.get(name), file.parent) for name in PATHS)
    return [
        *_path_requests(file.parent, vault, index, table),
        *_setting_requests(table),
        *_decision_requests(vault, known_machine_name(state_folder())),
    ]


def _path_requests(
    root: Path, vault: Path | None, index: Path | None, table: Mapping[str, Any]
) -> Iterator[Request]:
    """What a kb.toml in `root` asks for by naming folders outside it, or an index over the notes."""
    if vault and not _lies_within(vault, root):
        allows = "reads the notes in this folder, and changes them when you ask for it"
        yield Request("vault", str(vault), allows, digest_of("vault", table["vault"]))
    if index and (not _lies_within(index, root) or (vault and _lies_within(vault, index))):
        allows = "keeps its index in this folder, and replaces what is there"
        yield Request("index", str(index), allows, digest_of("index", table["index"]))


def _setting_requests(table: Mapping[str, Any]) -> Iterator[Request]:
    """What a kb.toml asks for in its sections."""
    for section, item in all_settings():
        values = table.get(section)
        value = values.get(item.name) if isinstance(values, dict) else None
        if allows := what_it_allows(item, value):
            name = f"{section}.{item.name}"
            yield Request(name, shown_value(item, value), allows, digest_of(name, value))


def _decision_requests(vault: Path | None, own: str) -> Iterator[Request]:
    """What the `.kb` of `vault` asks for: to heed machines other than the one called `own`."""
    if vault is not None and _foreign_logs(vault / DECISIONS, own):
        yield Request(
            DECISIONS, "", "suggests links as they were decided on other machines", digest_of(DECISIONS)
        )


def _lies_within(path: Path, folder: Path) -> bool:
    """Whether `path` is in `folder`, or is it, when every link is followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _foreign_logs(folder: Path, own: str) -> bool:
    try:
        return any(file.suffix == ".jsonl" and file.stem != own for file in folder.iterdir())
    except OSError:
        return False
