"""The example that `kb plugins new` writes: a mode, a command and a test, in thirty lines each."""

from __future__ import annotations

from pathlib import Path

from kb.errors import PluginError

_PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "kb-DASHED"
version = "0.1.0"
description = "A plugin for kb."
requires-python = ">=3.11"
dependencies = ["kb-notes"]

[project.entry-points."kb.plugins"]
NAME = "kb_NAME"

[tool.hatch.build.targets.wheel]
packages = ["kb_NAME"]
"""

_MODULE = '''\
"""A mode and a command that show the passages closest to what you type."""

from __future__ import annotations

from contextlib import closing

import typer

from kb.plugin_api import Done, KnowledgeBase, Mode, Said, hookimpl, safe_line

SHOWN = 3


class Session:
    """Answers each reply with passages."""

    def __init__(self, base: KnowledgeBase) -> None:
        self.base = base

    def open(self, argument, cancellation):
        if argument:
            yield from self.reply(argument, cancellation)
        else:
            yield Said("What should I look for?")
            yield Done()

    def reply(self, text, cancellation):
        hits = self.base.search(text, limit=SHOWN)
        for hit in hits:
            passage = hit.passage
            yield Said(f"- {passage.note_path}:{passage.line} {safe_line(passage.text)[:120]}")
        if not hits:
            yield Said("Nothing found.")
        yield Done()

    def close(self):
        pass


MODE = Mode(
    name="NAME",
    title="TITLE",
    summary="Shows the passages closest to what you type",
    argument="words",
    start=Session,
)


@hookimpl
def kb_modes():
    return [MODE]


@hookimpl
def kb_commands(app: typer.Typer):
    @app.command("DASHED")
    def command(context: typer.Context, words: list[str]) -> None:
        """Show the passages closest to some words."""
        with closing(context.obj.knowledge_base()) as base:
            context.obj.run(base, MODE, " ".join(words), once=True)
'''

_TEST = '''\
"""The mode, over a knowledge base of one note."""

from kb_NAME import MODE

from kb.plugin_api import Cancellation, Done, KnowledgeBase, Said, Settings


def test_the_mode_finds_a_passage(tmp_path):
    vault = tmp_path / "vault"
    vault.mkdir()
    (vault / "Tea.md").write_text("# Tea\\n\\nOolong is half oxidised.\\n", encoding="utf-8")
    base = KnowledgeBase(Settings(vault=vault, index=tmp_path / "index"))
    base.index()
    events = list(MODE.start(base).open("oolong", Cancellation()))
    base.close()
    assert isinstance(events[0], Said) and "Tea.md" in events[0].markdown
    assert isinstance(events[-1], Done)
'''

_README = """\
# kb-DASHED

A plugin for kb. It adds the mode `NAME` (in `kb chat` and `kb tui`) and the command `kb DASHED WORDS`.

    pip install -e .
    pytest
    kb plugins
"""


def write_plugin(folder: Path, name: str) -> None:
    """Write the example as plugin `name` into the new folder `folder`. Raises PluginError when it is there."""
    files = {
        "pyproject.toml": _PYPROJECT,
        f"kb_{name}/__init__.py": _MODULE,
        f"tests/test_{name}.py": _TEST,
        "README.md": _README,
    }
    words = {"DASHED": name.replace("_", "-"), "TITLE": name.replace("_", " ").capitalize(), "NAME": name}
    try:
        folder.mkdir(parents=True)
        for file, text in files.items():
            for word, value in words.items():
                text = text.replace(word, value)
            path = folder / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except FileExistsError as error:
        raise PluginError(f"{folder} already exists. Choose another name, or --folder.") from error
    except OSError as error:
        raise PluginError(
            f"{folder} cannot be written: {error.strerror}. Choose another --folder."
        ) from error
