"""The plugins that `kb plugins new` writes: for each kind of part a working module with its test."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from kb.errors import PluginError


class Kind(StrEnum):
    """What the new plugin adds."""

    MODE = "mode"
    COMMAND = "command"
    PANEL = "panel"
    SEARCHER = "searcher"
    MODEL = "model"
    EXPORTER = "exporter"
    SOURCE = "source"
    LISTENER = "listener"


_ADDS = {
    Kind.MODE: "the mode `NAME` (in `kb chat` and the interface) and the command `kb DASHED WORDS`",
    Kind.COMMAND: "the command `kb DASHED`",
    Kind.PANEL: "the panel TITLE to the terminal interface",
    Kind.SEARCHER: "another order of search results, used after `kb config set retrieval.searcher NAME`",
    Kind.MODEL: "a kind of language model, used after `kb config set models.plugin NAME`; `models.path` names the program",
    Kind.EXPORTER: "a format: `kb plugins export NAME notes.csv`",
    Kind.SOURCE: 'a format to read (subtitles), used with `sources = ["default", "NAME"]` in kb.toml',
    Kind.LISTENER: "a log of the questions that your notes did not answer, and a line to `kb status`",
}
_TRY = {
    Kind.MODE: "kb DASHED tea",
    Kind.COMMAND: "kb DASHED",
    Kind.PANEL: "kb",
    Kind.SEARCHER: "kb config set retrieval.searcher NAME",
    Kind.MODEL: "kb config set models.path 'my-program --quiet' && kb config set models.plugin NAME",
    Kind.EXPORTER: "kb plugins export NAME notes.csv",
    Kind.SOURCE: "kb config set sources default,NAME",
    Kind.LISTENER: "kb status",
}
_README = """\
# kb-DASHED

A plugin for kb. It adds ADDS.

    pip install -e .
    pytest
    kb plugins
"""


def write_plugin(folder: Path, name: str, kind: Kind = Kind.MODE) -> str:
    """Write a plugin `name` of this kind into the new folder `folder`; a command to try it with.

    Raises PluginError when the folder is there or cannot be written.
    """
    templates = files("kb.cli") / "plugin_kinds"
    texts = {
        "pyproject.toml": (templates / "pyproject.txt").read_text("utf-8"),
        f"kb_{name}/__init__.py": (templates / kind / "module.txt").read_text("utf-8"),
        f"tests/test_{name}.py": (templates / kind / "test.txt").read_text("utf-8"),
        "README.md": _README.replace("ADDS", _ADDS[kind]),
    }
    try:
        folder.mkdir(parents=True)
        for file, text in texts.items():
            path = folder / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(_filled_in(text, name), encoding="utf-8")
    except FileExistsError as error:
        raise PluginError(f"{folder} already exists. Choose another name, or --folder.") from error
    except OSError as error:
        raise PluginError(
            f"{folder} cannot be written: {error.strerror}. Choose another --folder."
        ) from error
    return _filled_in(_TRY[kind], name)


def _filled_in(text: str, name: str) -> str:
    for word, value in (
        ("DASHED", name.replace("_", "-")),
        ("TITLE", name.replace("_", " ").capitalize()),
        ("NAME", name),
    ):
        text = text.replace(word, value)
    return text
