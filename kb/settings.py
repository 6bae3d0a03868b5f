"""Settings, read once at the start and handed down; nothing below reads a file or the environment again.

A knowledge base is a folder with a `kb.toml`. Values are taken, first wins, from: command-line options,
`KB_*` variables, the nearest `kb.toml` upward from the current folder, the user's own `kb.toml` (in the
platform's configuration folder), built-in defaults.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path

from kb.errors import SettingsError, VaultMissing
from kb.files.beneath import write_beneath
from kb.files.small import read_small
from kb.safe_text import without_secrets
from kb.setting_rules import address, checked, choice, cores, expanded, from_variable, line_of, number, secret

FILE_NAME = "kb.toml"
LEAST_CONTEXT = 512  # tokens; with fewer there is no room for a quote, a question and an answer
_TEMPLATE = """\
# A knowledge base of kb. Every setting is listed in kb's README.
vault = {vault}
index = {index}

# [models]
# path = "path/to/a/model.gguf"   # the language model; the bundled small one when left out
"""


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """`[embedding]`: which model turns passages into vectors."""

    # "auto": by the languages of the notes one of kb's own, all-MiniLM-L6-v2 or multilingual-e5-small; or the path of a
    # sentence-transformers folder
    model: str = "auto"


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """`[retrieval]`: how passages are found."""

    dense_weight: float = number(0.5, 0, 1)  # share of the dense score in the fused one
    candidates: int = number(100, 1, 10_000)  # passages each leg brings
    # how much notes gain that are linked with the best ones; 0 for not at all
    graph_weight: float = number(0.0, 0, 1)
    reranker: str = ""  # folder of a sentence-transformers CrossEncoder that reads the best passages again
    searcher: str = ""  # a plugin's searcher that puts the hits into another order; empty for none


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """`[models]`: the language model that phrases answers."""

    path: str = ""  # a .gguf file; empty for the bundled SmolLM2-135M-Instruct
    plugin: str = (
        ""  # a plugin's kind of model, which takes the place of file and server; `path` is handed to it
    )
    url: str = address()  # an OpenAI-compatible server instead of a file, such as http://127.0.0.1:8080/v1
    key: str = secret()  # for that server; better in KB_MODELS_KEY than in a file
    server_model: str = ""  # which of the server's models; empty for its first
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
        0.4, 0, 1
    )  # confidence below which kb says that the notes do not hold the answer
    judge: str = (
        ""  # a .gguf file, a cross-encoder's folder or "model", to check answers again; empty for none
    )
    # "full": the model's sentences and quotes; "short": one sentence; "quotes": no model
    style: str = choice("full", "short", "quotes")


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """`[links]`: what becomes of new notes while kb watches."""

    auto: str = choice("suggest", "apply", "off")  # of links for a new note; "apply" makes the sure ones
    sure: float = number(0.9, 0, 1)  # confidence from which links are made without asking


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
}
_PATHS = ("vault", "index")
_RELATIVE = (("models", "path"), ("retrieval", "reranker"), ("answers", "judge"))
THE_MODEL = "model"  # as answers.judge: the language model in force


def load_settings(
    *,
    vault: Path | None = None,
    index: Path | None = None,
    start: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Find and read the settings in force in folder `start` (default: the current one).

    Raises SettingsError for a value that cannot be understood, VaultMissing when no vault is named anywhere.
    """
    environment = os.environ if environment is None else environment
    here = start or current_folder()
    file = find_settings_file(here)
    root = file.parent if file else None
    text = _read(file) if file else ""
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
    named_index = expanded(index) if index else _path_from(environment.get("KB_INDEX"), here)
    own_index = _path_from(table.get("index"), root) if same_vault else None
    chosen_index = (named_index or own_index or default_index(chosen)).absolute()
    written = _Written(file, text)
    sections = {name: _section(name, table.get(name, {}), environment, written) for name in _SECTIONS}
    for section, name in _RELATIVE:
        named = getattr(sections[section], name)
        if named and (section, named) != ("answers", THE_MODEL):
            path = str(_path_from(named, root or here))
            sections[section] = replace(sections[section], **{name: path})
    return Settings(vault=chosen, index=chosen_index, root=root, **sections)


def current_folder() -> Path:
    """Where the user stands. Raises SettingsError when that folder was deleted."""
    try:
        return Path.cwd()
    except OSError as error:
        raise SettingsError(
            f"The current folder cannot be used: {error.strerror}. Change into a folder that is there."
        ) from error


def find_settings_file(start: Path) -> Path | None:
    """The nearest kb.toml from `start` upward, or the user's own, or None."""
    for folder in (start.absolute(), *start.absolute().parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    own = user_config_path("kb", appauthor=False) / FILE_NAME
    return own if own.is_file() else None


def write_settings_file(folder: Path, notes: Path, index: Path | None = None) -> Path:
    """Make `folder` a knowledge base over the notes in `notes`; returns its kb.toml.

    Raises VaultMissing when there is no such folder of notes, SettingsError when there is a kb.toml already.
    """
    notes = expanded(notes)
    if not notes.is_dir():
        raise VaultMissing(
            f"There is no folder {notes}. Name the folder that holds your notes: kb init FOLDER"
        )
    file = folder / FILE_NAME
    if os.path.lexists(file):
        raise SettingsError(f"{file} exists already. Edit it, or delete it and run kb init again.")
    inside = notes.absolute() == folder or folder.is_relative_to(notes.absolute())
    # An index among the notes would be synced and searched along with them.
    place = index or (default_index(notes.absolute()) if inside else folder / "index")
    text = _TEMPLATE.format(vault=_quoted(_shortest(notes, folder)), index=_quoted(_shortest(place, folder)))
    try:
        write_beneath(folder, FILE_NAME, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}. Choose another folder.") from error
    return file


def write_settings(file: Path, values: Mapping[str, object]) -> None:
    """Set `section.name` values in a kb.toml and leave all else in it as it is. Raises SettingsError."""
    import tomlkit

    try:
        document = tomlkit.parse(read_small(file).decode("utf-8-sig"))
        for key, value in values.items():
            section, _, name = key.partition(".")
            document.setdefault(section, tomlkit.table())[name] = value
        write_beneath(file.parent, file.name, tomlkit.dumps(document).encode())
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"{file} cannot be changed: {error}. Set it by hand: {dict(values)}.") from error


def setting_rows(settings: Settings) -> list[tuple[str, str, str]]:
    """(name, value in force, default) of every setting, for showing; keys of servers are not among them."""
    rows = [
        (
            f"{section}.{item.name}",
            without_secrets(str(getattr(getattr(settings, section), item.name))),
            str(item.default),
        )
        for section, kind in _SECTIONS.items()
        for item in fields(kind)
        if item.repr
    ]
    return [("vault", str(settings.vault), ""), ("index", str(settings.index), ""), *rows]


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


@dataclass(frozen=True, slots=True)
class _Written:
    """A kb.toml as it is written, so that a message can name the line."""

    file: Path | None
    text: str

    def place(self, section: str, name: str = "") -> str:
        line = line_of(self.text, section, name)
        return f"{self.file}, line {line}:" if line else f"{self.file}:"


def _read(file: Path) -> str:
    try:
        return read_small(file).decode("utf-8-sig")  # editors on Windows write a byte order mark
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not UTF-8 text: {error.reason}. Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read: {error.strerror}. Correct that, or remove it."
        ) from error


def _parsed(text: str, file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(
            f"{file} is not valid TOML: {error}. Correct it, or delete it and run: kb init"
        ) from error
    written = _Written(file, text)
    unknown = sorted(set(table) - set(_PATHS) - set(_SECTIONS))
    if unknown:
        known = ", ".join((*_PATHS, *_SECTIONS))
        raise SettingsError(
            f"{written.place(unknown[0])} unknown entry {unknown[0]!r}. Known entries: {known}."
        )
    for name in _PATHS:
        if not isinstance(table.get(name, ""), str):
            raise SettingsError(f"{written.place(name)} {name} must be a path in quotes.")
    return table


def _section(name: str, values: object, environment: Mapping[str, str], written: _Written) -> Any:
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


def _shortest(path: Path, base: Path) -> str:
    absolute = Path(os.path.normpath(path if path.is_absolute() else base / path))
    return absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else str(absolute)


def _quoted(text: str) -> str:
    """`text` as a TOML string."""
    return json.dumps(text, ensure_ascii=False)


def _path_from(text: object, base: Path | None) -> Path | None:
    """`text` as a path, relative to `base`."""
    if not isinstance(text, str) or not text:
        return None
    path = expanded(text, base)
    return path if path.is_absolute() or base is None else base / path
