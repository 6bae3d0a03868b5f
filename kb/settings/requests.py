"""What a kb.toml asks for that could harm its reader: left out until the user has granted it; see kb.trust."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.machine_name import known_machine_name
from kb.settings.folders import own_settings_file, state_folder
from kb.settings.rules import shown_value, what_it_allows
from kb.settings.sections import INDEX, PATHS, all_settings
from kb.settings.table import parsed, path_from, path_in, read_section, section_in, set_by
from kb.settings.text import SettingsText, read_settings_text
from kb.trust import DECISIONS, Request, TrustStore, digest_of, host_of


@dataclass(frozen=True, slots=True)
class _ShownKey:
    """A key that a server is shown: where it stands, beside that server's `url`."""

    section: str
    key: str
    allows: str

    @property
    def variable(self) -> str:
        """The variable that sets it, which names the request, too."""
        return f"KB_{self.section}_{self.key}".upper()

    def request(self, url: str, key: str) -> Request:
        """The request to show `key` to the server at `url`."""
        host = host_of(url)
        return Request(self.variable, host, self.allows, digest_of(self.variable, key, host), key)


_SHOWN_KEYS = (
    _ShownKey("models", "key", "sends your key to this server"),
    _ShownKey(INDEX, "token", "sends your token to this server"),
)


def requests_of(file: Path) -> list[Request]:
    """What this kb.toml asks for that only its reader can grant; the user's own asks for nothing."""
    return _requests(file, parsed(read_settings_text(file), file))


def not_granted(file: Path) -> list[Request]:
    """What of that was not granted yet."""
    return not_granted_in(file, parsed(read_settings_text(file), file))


def key_requests(file: Path | None, environment: Mapping[str, str]) -> list[Request]:
    """The requests to show keys to servers, as this kb.toml and the variables together would have it."""
    text = read_settings_text(file) if file else ""
    table = parsed(text, file) if file else {}
    written = SettingsText(file, text)
    by_user = {f"{name}.{key}" for name, key in set_by(environment)}
    sections = {
        one.section: read_section(one.section, section_in(table, one.section), environment, written)
        for one in _SHOWN_KEYS
    }
    requests = {one.section: one.request(url, key) for one, url, key in _strange(sections)}
    requests |= {section: request for section, _, request in key_requests_in(file, sections, by_user)}
    return list(requests.values())


def key_requests_in(
    file: Path | None, sections: Mapping[str, Any], by_user: set[str]
) -> list[tuple[str, str, Request]]:
    """(section, setting, request) to show the user's own keys to servers that a kb.toml names.

    Whoever wrote it did not give the key.
    """
    if file in (None, own_settings_file()):
        return []
    store = TrustStore(state_folder())
    found = []
    for one in _SHOWN_KEYS:
        url, key = sections[one.section].url, getattr(sections[one.section], one.key)
        named_by_file = f"{one.section}.url" not in by_user and f"{one.section}.{one.key}" in by_user
        if named_by_file and url and host_of(url) not in store.hosts(key):
            found.append((one.section, one.key, one.request(url, key)))
    return found


def _strange(sections: Mapping[str, Any]) -> Iterator[tuple[_ShownKey, str, str]]:
    """Keys that were given for other hosts than the one they would be shown to now."""
    store = TrustStore(state_folder())
    for one in _SHOWN_KEYS:
        url, key = sections[one.section].url, getattr(sections[one.section], one.key)
        known = store.hosts(key) if key else frozenset()
        if known and url and host_of(url) not in known:
            yield one, url, key


def not_granted_in(file: Path | None, table: Mapping[str, Any]) -> list[Request]:
    """What of what `table`, read from `file`, asks for was not granted yet."""
    if file is None:
        return []
    granted = TrustStore(state_folder()).granted(file.parent)
    return [request for request in _requests(file, table) if request.digest not in granted]


def _requests(file: Path, table: Mapping[str, Any]) -> list[Request]:
    if file == own_settings_file():
        return []
    vault, index = (path_from(path_in(table, name), file.parent) for name in PATHS)
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
        yield Request("index", str(index), allows, digest_of("index", path_in(table, "index")))


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
            DECISIONS, "", "suggests links by what was decided on other machines", digest_of(DECISIONS)
        )


def _lies_within(path: Path, folder: Path) -> bool:
    """Whether `path` is in `folder`, or is it, when every link is followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _foreign_logs(folder: Path, own: str) -> bool:
    try:
        return any(file.suffix == ".jsonl" and file.stem != own for file in folder.iterdir())
    except OSError:
        return False
