"""`kb config`: see, change and edit the settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from kb.cli.editing import open_in_editor
from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json, say
from kb.cli.pager import paged
from kb.errors import SettingsError, UsageError
from kb.safe_text import safe_line
from kb.settings import FILE_NAME, load_settings
from kb.settings.listing import setting_from_text, setting_rows
from kb.settings.writing import write_settings

if TYPE_CHECKING:
    from kb.settings import Settings

app = typer.Typer(
    name="config",
    help="See and change settings.\n\nFor example: kb config set answers.style short",
    invoke_without_command=True,
)


def _names(incomplete: str) -> list[str]:
    from kb.settings.listing import setting_names

    return [name for name in setting_names() if name.startswith(incomplete)]


Name = Annotated[
    str, typer.Argument(help="Such as answers.style.", autocompletion=_names, show_default=False)
]


@app.callback()
def show(context: typer.Context, vault: Vault = None, index: Index = None, json: Json = False) -> None:
    """Without a command: list every setting, its value and its default."""
    context.obj = resolve_options(context, vault, index, json)
    if context.invoked_subcommand is not None:
        return
    rows = setting_rows(_settings(context))
    if context.obj.json:
        print_json({name: value for name, value, _ in rows})
        return
    table = Table.grid(padding=(0, 2))
    for name, value, default in rows:
        changed = bool(default) and value != default
        note = f"default: {safe_line(default)}" if changed else ""
        table.add_row(
            Text(name, style="bold" if changed else ""), Text(safe_line(value)), Text(note, style="dim")
        )
    with paged():
        out().print(table)


@app.command("get")
def get(context: typer.Context, name: Name) -> None:
    """Print the value of one setting.

    For example: kb config get models.path
    """
    for row, value, _ in setting_rows(_settings(context)):
        if row == name:
            out().print(Text(safe_line(value)), soft_wrap=True)
            return
    raise _unknown(name)


@app.command("set")
def set_value(
    context: typer.Context,
    name: Name,
    value: Annotated[str, typer.Argument(help="Its new value.", show_default=False)],
) -> None:
    """Change one setting in kb.toml; the rest of the file stays as it is.

    For example: kb config set answers.quotes 5
    """
    file = _file(_settings(context))
    try:
        write_settings(file, {name: setting_from_text(name, value)})
    except KeyError:
        raise _unknown(name) from None
    say(f"Set {name} in {safe_line(str(file))}.")


@app.command("edit")
def edit(context: typer.Context) -> None:
    """Open kb.toml in your editor, then check that it can be read.

    For example: kb config edit
    """
    file = _file(_settings(context))
    open_in_editor(file)
    load_settings(start=file.parent)
    say(f"{safe_line(str(file))} is fine.")


def _settings(context: typer.Context) -> Settings:
    return resolve_options(context, None, None).settings()


def _file(settings: Settings) -> Path:
    if settings.root is None:
        raise SettingsError("There is no kb.toml here. Make one with: kb init FOLDER")
    return settings.root / FILE_NAME


def _unknown(name: str) -> UsageError:
    from difflib import get_close_matches

    from kb.settings.listing import setting_names

    near = get_close_matches(name, setting_names(), n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else "List them with: kb config"
    return UsageError(f"There is no setting {name!r}, or its value is never shown. {hint}")
