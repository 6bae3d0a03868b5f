"""The reference pages of the documentation, made of the code they describe; a hook of mkdocs.

    python -m tools.reference_pages commands|settings|plugin-api|python-api|http-api

prints one of them.
"""

from __future__ import annotations

import inspect
import io
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import Field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_SKIPPED = ("help", "install_completion", "show_completion")


def commands_page() -> str:
    """Every command with what it takes, as `--help` says it."""
    import typer.main

    from kb.cli.app import app

    lines = [
        "# Commands",
        "",
        (
            "Every command also takes `--vault FOLDER`, `--index FOLDER` and, where it prints data, `--json`. `kb COMMAND --help` "
            "prints the same as this page."
        ),
    ]
    root = typer.main.get_command(app)
    context = root.make_context("kb", [], resilient_parsing=True)
    for path, command in sorted(_commands(root, context, ()), key=lambda one: one[0]):
        lines += [
            "",
            f"## kb {' '.join(path)}",
            "",
            _plain(command.help or ""),
            "",
            *_parameters(command, context),
        ]
    return "\n".join(lines) + "\n"


def _commands(group: Any, context: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or getattr(command, "hidden", False):
            continue
        here = (*path, name)
        if not hasattr(command, "commands"):
            yield here, command
            continue
        if getattr(command, "invoke_without_command", False):
            yield here, command
        yield from _commands(command, context, here)


def _parameters(command: Any, context: Any) -> list[str]:
    rows = []
    for one in command.params:
        if one.name in (*_SKIPPED, "vault", "index", "json") or getattr(one, "hidden", False):
            continue
        is_argument = one.param_type_name == "argument"
        name = str(one.metavar or one.name).upper() if is_argument else ", ".join(one.opts)
        value = (
            ""
            if is_argument or getattr(one, "is_flag", False)
            else one.metavar or one.display_type_rich(context)
        )
        shown = " ".join(part for part in (name, value) if part).replace("|", "\\|")
        rows.append(f"| `{shown}` | {_plain(one.help or '')} |")
    return ["| takes | |", "| --- | --- |", *rows] if rows else []


def _plain(text: str) -> str:
    """Help as Markdown, its example in a paragraph of its own."""
    told, mark, example = inspect.cleandoc(text).replace("\f", "").partition("For example:")
    told, example = (_escaped(part).strip() for part in (told, " ".join(example.split())))
    return f"{told}\n\nFor example: {example}" if mark else told


def settings_page() -> str:
    """Every setting with its default, what it may be, and what it means."""
    from kb.settings.sections import SECTIONS

    comments = _comments(ROOT / "kb" / "settings" / "sections.py")
    lines = [
        "# Settings",
        "",
        (
            "They stand in `kb.toml`, or in a variable such as `KB_MODELS_PATH`; `kb config` lists them with their values, "
            "`kb config set NAME VALUE` changes one. `vault` and `index` name the folders of the notes and of their index, "
            "relative to `kb.toml`; `sources` lists the formats that are read besides Markdown, `default` for kb's usual ones."
        ),
        "",
        "What is marked with ⚠ a `kb.toml` that you did not write may ask for only once you have confirmed it with `kb trust`.",
    ]
    for section, kind in SECTIONS.items():
        told = inspect.getdoc(kind) or ""
        lines += ["", f"## [{section}]", "", told.partition(": ")[2].capitalize(), ""]
        lines += ["| setting | default | may be | meaning |", "| --- | --- | --- | --- |"]
        for name, item in kind.__dataclass_fields__.items():
            mark = " ⚠" if item.metadata.get("allows") else ""
            default = f"`{item.default}`" if item.default != "" else ""
            meaning = comments.get((kind.__name__, name), "").replace("|", "\\|")
            lines.append(f"| `{section}.{name}`{mark} | {default} | {_range(item)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _range(item: Field[Any]) -> str:
    if choices := item.metadata.get("choices"):
        return ", ".join(f"`{choice}`" for choice in choices)
    if bounds := item.metadata.get("range"):
        least, most = bounds
        return f"{least:,} and more" if callable(most) else f"{least:,} to {most:,}"
    if item.metadata.get("secret"):
        return "a key"
    return "an address" if item.metadata.get("address") else "a name or a path"


def _comments(file: Path) -> dict[tuple[str, str], str]:
    """The comment of each field of each class: above it, or behind it."""
    found: dict[tuple[str, str], str] = {}
    above: list[str] = []
    kind = name = ""
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(file.read_text("utf-8")).readline):
        text = token.string
        if token.type == tokenize.COMMENT:
            told = text.removeprefix("#").strip()
            if name:
                found[kind, name] = " ".join([found.get((kind, name), ""), told]).strip()
            else:
                above.append(told)
        elif token.type == tokenize.OP and text in "()[]{}":
            depth += 1 if text in "([{" else -1
        elif token.type == tokenize.NEWLINE and depth == 0:
            name, above = "", [] if name else above
        elif (
            token.type == tokenize.NAME
            and token.line.startswith("class ")
            and text not in ("class",)
            and token.start[1] == 6
        ):
            kind, above = text, []
        elif (
            token.type == tokenize.NAME
            and token.start[1] == 4
            and depth == 0
            and ":" in token.line
            and "=" in token.line
        ):
            name = text
            found[kind, name] = " ".join(above)
    return found


def plugin_api_page() -> str:
    """The hooks, what a plugin's command is given, and every name of the API."""
    import kb.plugin_api
    import kb.plugin_api.editing
    import kb.plugin_api.formats
    import kb.plugin_api.serving
    from kb.plugin_api import base
    from kb.plugin_api.hooks import Hooks, Terminal

    lines = [
        "# Plugin API",
        "",
        f"Version {kb.plugin_api.API_VERSION}. [Plugins](../plugins.md) says how to write one, and how long it keeps working.",
        "",
        "## Hooks",
        "",
        "| hook | |",
        "| --- | --- |",
        *_rows(Hooks, "kb_"),
        "",
        "## What a command is given",
        "",
        "A plugin's command finds a `Terminal` as `context.obj`:",
        "",
        "| | |",
        "| --- | --- |",
        *_rows(Terminal, ""),
        "",
        "## What a plugin sees of a knowledge base",
        "",
        "| | |",
        "| --- | --- |",
        *_rows(base.KnowledgeBase, ""),
    ]
    for kind in (base.Links, base.Models, base.Logs, base.Files, base.Upkeep, base.Catalog, base.Retriever):
        lines += [
            "",
            f"### KnowledgeBase.{kind.__name__.lower()}",
            "",
            "| | |",
            "| --- | --- |",
            *_rows(kind, ""),
        ]
    for module in (kb.plugin_api, kb.plugin_api.editing, kb.plugin_api.formats, kb.plugin_api.serving):
        lines += ["", f"## {module.__name__}", "", "| name | |", "| --- | --- |"]
        for name in module.__all__:
            value = getattr(module, name)
            told = inspect.getdoc(value) if inspect.isclass(value) or callable(value) else ""
            first = (told or "").partition("\n\n")[0].replace("\n", " ")
            if first.startswith((f"{name}(", "Union", "Represent a", "dict(")):
                first = ""
            lines.append(f"| `{name}` | {_escaped(first)} |")
    return "\n".join(lines) + "\n"


def _rows(kind: type, prefix: str) -> list[str]:
    rows = []
    for name, member in vars(kind).items():
        if not name.startswith(prefix) or name.startswith("_"):
            continue
        function = member.fget if isinstance(member, property) else member
        if not inspect.isfunction(function):
            continue
        taken = [one for one in inspect.signature(function).parameters if one != "self"]
        shown = name if isinstance(member, property) else f"{name}({', '.join(taken)})"
        rows.append(f"| `{shown}` | {_escaped(' '.join((inspect.getdoc(function) or '').split()))} |")
    return rows


def _escaped(text: str) -> str:
    return (
        text.replace("|", "\\|")
        .replace("<", "&lt;")
        .replace("[[", "\\[[")
        .replace("[n]", "\\[n]")
        .replace("*", "\\*")
    )


def _of_programs(name: str) -> Callable[[], str]:
    def page() -> str:
        from tools import program_pages

        made: str = getattr(program_pages, name)()
        return made

    return page


PAGES: dict[str, Callable[[], str]] = {
    "commands": commands_page,
    "settings": settings_page,
    "plugin-api": plugin_api_page,
    "python-api": _of_programs("python_page"),
    "http-api": _of_programs("http_page"),
}


def on_files(files: Any, config: Any) -> Any:
    """mkdocs asks for the pages when it has looked for files."""
    from mkdocs.structure.files import File

    sys.path.append(str(ROOT))  # mkdocs loads a hook by its path
    from tools.licences import page

    for name, make in PAGES.items():
        files.append(File.generated(config, f"reference/{name}.md", content=make()))
    files.append(File.generated(config, "licences.md", content=page()))
    return files


if __name__ == "__main__":
    print(PAGES[sys.argv[1]]())  # noqa: T201
