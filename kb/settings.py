"""Settings, read once at the start and handed down; nothing below reads a file or the environment again.

A knowledge base is a folder with a `kb.toml`. Values are taken, first wins, from: command-line options,
`KB_*` variables, the nearest `kb.toml` upward from the current folder, the user's own `kb.toml` (in the
platform's configuration folder), built-in defaults.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path

from kb.errors import NotTrusted, SettingsError, VaultMissing
from kb.machine_name import known_machine_name
from kb.setting_rules import (
    address,
    checked,
    choice,
    cores,
    current_folder,
    day,
    expanded,
    from_variable,
    named,
    number,
    secret,
)
from kb.settings_text import SettingsText, read_settings_text
from kb.trust import (
    DECISIONS,
    Request,
    TrustStore,
    decision_requests,
    digest_of,
    host_of,
    path_requests,
    setting_requests,
)

FILE_NAME = "kb.toml"
LEAST_CONTEXT = 512  # tokens; with fewer there is no room for a quote, a question and an answer


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """`[embedding]`: which model turns passages into vectors."""

    # "auto": by the languages of the notes one of kb's own, all-MiniLM-L6-v2 or multilingual-e5-small; or the path of a
    # sentence-transformers folder
    model: str = named(
        "auto",
        allows="reads the notes with the embedding model in this folder",
        known=("all-MiniLM-L6-v2", "multilingual-e5-small"),
    )


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """`[retrieval]`: how passages are found."""

    dense_weight: float = number(0.5, 0, 1)  # share of the dense score in the fused one
    candidates: int = number(100, 1, 10_000)  # passages each leg brings
    # how much notes gain that are linked with the best ones; 0 for not at all
    graph_weight: float = number(0.0, 0, 1)
    # folder of a sentence-transformers CrossEncoder that reads the best passages again
    reranker: str = named(allows="ranks what is found with the model in this folder")
    # a plugin's searcher that puts the hits into another order; empty for none
    searcher: str = named(allows="lets this plugin order what is found")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """`[models]`: the language model that phrases answers."""

    # a .gguf file; empty for the bundled SmolLM2-135M-Instruct
    path: str = named(allows="runs the language model in this file")
    # a plugin's kind of model, which takes the place of file and server; `path` is handed to it
    plugin: str = named(allows="hands questions and quotes of your notes to this plugin")
    # an OpenAI-compatible server instead of a file, such as http://127.0.0.1:8080/v1
    url: str = address(allows="sends questions and quotes of your notes to this server")
    # for that server; better in KB_MODELS_KEY than in a file
    key: str = secret(allows="shows this key to the model server")
    # which of the server's models; empty for its first
    server_model: str = named(allows="asks for this model of the server")
    # tokens; cut to what the model was trained for
    context: int = number(4096, LEAST_CONTEXT, 10_000_000)
    # layers given to a GPU where llama.cpp was built with one; -1 for all
    gpu_layers: int = number(-1, -1, 100_000)
    threads: int = number(0, 0, cores)  # 0 for one per core; more than cores only slow it down
    # how the context is kept in memory: whole, in a half or in a quarter
    kv_cache: str = choice("f16", "q8_0", "q4_0")
    temperature: float = number(0.0, 0, 2)  # of answers and summaries
    # temperature where another wording is wanted, as of the tutor's second question
    variety: float = number(0.7, 0, 2)
    seed: int = number(0, 0, 2**32 - 1)


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """`[answers]`: how much is shown."""

    passages: int = number(8, 1, 100)  # passages read for an answer
    quotes: int = number(3, 1, 20)  # quotes shown at most
    threshold: float = number(
        0.5, 0, 1
    )  # confidence below which kb says that the notes do not hold the answer
    # a .gguf file, a cross-encoder's folder or "model", to check answers again; empty for none
    judge: str = named(allows="lets this model decide which answers stand")
    # whether the language model phrases what the reader found; "auto": one chosen by you does, the bundled one does not
    prose: str = choice("auto", "always", "never")
    # "full": the answer and what stands next to it; "short": the answer alone; "quotes": no model
    style: str = choice("full", "short", "quotes")


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """`[links]`: what becomes of new notes while kb watches."""

    # of links for a new note; "apply" makes the sure ones
    auto: str = choice(
        "suggest", "apply", "off", confirmed={"apply": "changes your notes without asking, to make links"}
    )
    sure: float = number(0.9, 0, 1)  # confidence from which links are made without asking


@dataclass(frozen=True, slots=True)
class NoteSettings:
    """`[notes]`: where kb new, kb daily and kb capture write. Paths are relative to the vault."""

    folder: str = ""  # of new notes; empty for the top
    template: str = ""  # the note that new ones begin as; empty for none
    templates: str = ""  # folder of templates that are named without it
    # the daily note, as in "Journal/YYYY-MM-DD"; empty for what Obsidian is set to, or where daily notes lie already
    daily: str = ""
    inbox: str = "Inbox"  # the note that thoughts are put into
    capture: str = choice("daily", "inbox")  # where kb capture puts them


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a knowledge base is made from. Paths are absolute."""

    vault: Path
    index: Path
    root: Path | None = None  # folder of the kb.toml in force, None without one
    embedding: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    answers: AnswerSettings = field(default_factory=AnswerSettings)
    links: LinkSettings = field(default_factory=LinkSettings)
    notes: NoteSettings = field(default_factory=NoteSettings)
    withheld: tuple[Request, ...] = ()  # what the kb.toml asks for and the user has not confirmed

    today: date | None = None  # the day that "yesterday" is reckoned from; None for the clock's

    def leaves_out(self, name: str) -> bool:
        """Whether what is called `name` was asked for and not confirmed."""
        return any(request.name == name for request in self.withheld)

    @property
    def state(self) -> Path:
        """The folder for what belongs to this machine alone, such as verdicts on model files."""
        return state_folder()


_SECTIONS: dict[str, type[Any]] = {
    "embedding": EmbeddingSettings,
    "retrieval": RetrievalSettings,
    "models": ModelSettings,
    "answers": AnswerSettings,
    "links": LinkSettings,
    "notes": NoteSettings,
}
PATHS = ("vault", "index")
_RELATIVE = (("models", "path"), ("retrieval", "reranker"), ("answers", "judge"))
MODEL_KEY = "KB_MODELS_KEY"
THE_MODEL = "model"  # as answers.judge: the language model in force


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
    table = _parsed(text, file) if file else {}

    named_vault = expanded(vault) if vault else _path_from(environment.get("KB_VAULT"), here)
    # A vault named by hand that is not this kb.toml's own must not be put into this kb.toml's index.
    own_vault = _path_from(table.get("vault"), root)
    if named_vault is None and own_vault is None:
        raise VaultMissing(
            "No vault is chosen here. Run: kb init FOLDER_OF_NOTES, or name one with --vault FOLDER."
        )
    chosen = (named_vault or own_vault or Path()).absolute()
    same_vault = own_vault is not None and own_vault.absolute() == chosen
    written = SettingsText(file, text)
    sections = {name: _section(name, table.get(name, {}), environment, written) for name in _SECTIONS}

    named_index = expanded(index) if index else _path_from(environment.get("KB_INDEX"), here)
    settled = {name for name, value in (("vault", named_vault), ("index", named_index)) if value}
    if not same_vault:
        settled |= {"vault", "index", DECISIONS}
    settled |= {f"{name}.{key}" for name, key in _set_by(environment)}
    withheld = [request for request in _not_granted(file, table) if request.name not in settled]
    names = {request.name for request in withheld}
    if "vault" in names:
        raise NotTrusted(
            f"{file} names notes outside its folder, {own_vault}, and you have not confirmed that. "
            "See what it asks for, and confirm it, with: kb trust"
        )
    own_index = _path_from(table.get("index"), root) if same_vault and "index" not in names else None
    chosen_index = (named_index or own_index or default_index(chosen)).absolute()
    for section, name in _RELATIVE:
        value = getattr(sections[section], name)
        if value and (section, value) != ("answers", THE_MODEL):
            path = str(_path_from(value, root or here))
            sections[section] = replace(sections[section], **{name: path})
    for section, item in all_settings():
        if f"{section}.{item.name}" in names:
            sections[section] = replace(sections[section], **{item.name: item.default})
    if key := _key_request(file, sections["models"], settled):
        sections["models"] = replace(sections["models"], key="")
        withheld.append(key)
    today = day(environment.get("KB_TODAY", ""))
    return Settings(
        vault=chosen, index=chosen_index, root=root, withheld=tuple(withheld), today=today, **sections
    )


def requests_of(file: Path) -> list[Request]:
    """What this kb.toml asks for that only its reader can grant; the user's own asks for nothing."""
    return _requests(file, _parsed(read_settings_text(file), file))


def not_granted(file: Path) -> list[Request]:
    """What of that was not granted yet."""
    return _not_granted(file, _parsed(read_settings_text(file), file))


def key_request(file: Path | None, environment: Mapping[str, str]) -> Request | None:
    """The request to show the key to the model server, as this kb.toml and the variables together would have it."""
    text = read_settings_text(file) if file else ""
    table = _parsed(text, file) if file else {}
    models = _section("models", table.get("models", {}), environment, SettingsText(file, text))
    known = TrustStore(state_folder()).hosts(models.key) if models.key else frozenset()
    if known and models.url and host_of(models.url) not in known:
        return _to_show(models)
    return _key_request(file, models, {f"{name}.{key}" for name, key in _set_by(environment)})


def _key_request(file: Path | None, models: ModelSettings, by_user: set[str]) -> Request | None:
    """The request to show the user's own key to a server that a kb.toml names: its writer did not give the key."""
    if file in (None, _own_file()) or "models.url" in by_user or "models.key" not in by_user:
        return None
    if not models.url or host_of(models.url) in TrustStore(state_folder()).hosts(models.key):
        return None
    return _to_show(models)


def _to_show(models: ModelSettings) -> Request:
    host = host_of(models.url)
    digest = digest_of(MODEL_KEY, models.key, host)
    return Request(MODEL_KEY, host, "shows your key to this server", digest, models.key)


def _not_granted(file: Path | None, table: Mapping[str, Any]) -> list[Request]:
    if file is None:
        return []
    granted = TrustStore(state_folder()).granted(file.parent)
    return [request for request in _requests(file, table) if request.digest not in granted]


def _requests(file: Path, table: Mapping[str, Any]) -> list[Request]:
    if file == _own_file():
        return []
    vault, index = (_path_from(table.get(name), file.parent) for name in PATHS)
    return [
        *path_requests(file.parent, vault, index, table),
        *setting_requests(table, all_settings()),
        *decision_requests(vault, known_machine_name(state_folder())),
    ]


def all_settings() -> Iterator[tuple[str, Field[Any]]]:
    """Every setting: its section and its field."""
    for section, kind in _SECTIONS.items():
        for item in fields(kind):
            yield section, item


def _set_by(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The settings that are set by variables."""
    for section, item in all_settings():
        text = environment.get(f"KB_{section}_{item.name}".upper())
        if text is not None and (text.strip() or isinstance(item.default, str)):
            yield section, item.name


def find_settings_file(start: Path) -> Path | None:
    """The nearest kb.toml from `start` upward, or the user's own, or None."""
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    own = _own_file()
    return own if own.is_file() else None


def _own_file() -> Path:
    return user_config_path("kb", appauthor=False) / FILE_NAME


def state_folder() -> Path:
    """Where this machine keeps what is not for others, such as decisions on trust."""
    return user_state_path("kb", appauthor=False)


def cache_folder() -> Path:
    """Where this machine keeps what can be made again, such as unpacked models."""
    return user_cache_path("kb", appauthor=False)


def default_index(vault: Path) -> Path:
    """Where a vault without kb.toml has its index: the user's data folder, never inside the notes."""
    name = sha256(str(vault).encode()).hexdigest()[:12]
    return user_data_path("kb", appauthor=False) / f"{vault.name}-{name}"


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(
            f"{file} is not valid TOML: {error}. Correct it, or delete it and run: kb init"
        ) from error
    written = SettingsText(file, text)
    unknown = sorted(set(table) - set(PATHS) - set(_SECTIONS))
    if unknown:
        known = ", ".join((*PATHS, *_SECTIONS))
        raise SettingsError(
            f"{written.place(unknown[0])} unknown entry {unknown[0]!r}. Known entries: {known}."
        )
    for name in PATHS:
        if not isinstance(table.get(name, ""), str):
            raise SettingsError(f"{written.place(name)} {name} must be a path in quotes.")
    return table


def _section(name: str, values: object, environment: Mapping[str, str], written: SettingsText) -> Any:
    """The settings of section `name`: KB_SECTION_NAME variables, such as KB_MODELS_PATH, before the file's values."""
    kind = _SECTIONS[name]
    if not isinstance(values, dict):
        raise SettingsError(f"{written.place(name)} [{name}] must be a table.")
    known = {item.name: item for item in fields(kind)}
    for key in values:
        if key not in known:
            raise SettingsError(
                f"{written.place(name, key)} [{name}] has no setting {key!r}. Known settings: {', '.join(known)}."
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


def _path_from(text: object, base: Path | None) -> Path | None:
    """`text` as a path, relative to `base`."""
    if not isinstance(text, str) or not text:
        return None
    path = expanded(text, base)
    return path if path.is_absolute() or base is None else base / path
