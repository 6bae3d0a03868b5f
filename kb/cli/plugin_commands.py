"""The commands that plugins add; no plugin is loaded before one of them, or the list of all, is wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache, cached_property, partial, wraps
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from kb.cli.host import plugin_host
from kb.cli.options import every_option
from kb.cli.plain_values import keep_plain_values
from kb.errors import KbError

PANEL = "Study and more, from plugins"

# Typer's own words for these take five lines; the second is for those who know that it is there.
_HELP_OF_COMPLETION = {
    "install_completion": "Install completion for this shell.",
    "show_completion": "Print completion for this shell.",
}
_UNSHOWN = "show_completion"


def command_names() -> dict[str, list[str]]:
    """The names of each plugin's commands, by the plugin's name."""
    return {plugin: list(commands) for plugin, commands in _commands().items()}


def _commands() -> dict[str, dict[str, Any]]:
    """Each plugin's commands by name, by the plugin's name."""
    from kb.plugin_host import guard

    host = plugin_host()
    found: dict[str, dict[str, Any]] = {}
    for plugin, app in host.add_commands(_empty_app).items():
        try:
            # A parameter without a type that Typer knows shows only here.
            found[plugin] = dict(guard("kb_commands", partial(typer.main.get_group, app)).commands)
        except KbError as error:
            host.put_aside(plugin, str(error))
    return found


class PluginGroup(TyperGroup):
    """The commands of kb, and behind them those of its plugins."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """kb's own command of that name, else a plugin's."""
        command = super().get_command(ctx, cmd_name) or self._of_plugins.get(cmd_name)
        if command is not None:
            _in_plain_words(command, ctx)
        return command

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name, kb's own first."""
        own = super().list_commands(ctx)
        return [*own, *(name for name in self._of_plugins if name not in own)]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what stands before the command's name."""
        for parameter in self.get_params(ctx):
            keep_plain_values(parameter)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        _in_plain_words(self, ctx)
        super().format_help(ctx, formatter)

    @cached_property
    def _of_plugins(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for plugin, commands in _commands().items():
            for name, command in commands.items():
                if name in self.commands or name in found:
                    plugin_host().notice(
                        f"Plugin {plugin}: its command {name!r} was skipped, because kb already has one."
                    )
                    continue
                _complete(command)
                found[name] = command
        return found


def _in_plain_words(command: Any, context: Any) -> None:
    """Have help say what is to be written, not the type that the program makes of it; a flag takes nothing."""
    for parameter in command.get_params(context):
        keep_plain_values(parameter)
        if parameter.name in _HELP_OF_COMPLETION:
            parameter.help = _HELP_OF_COMPLETION[parameter.name]
            parameter.hidden = parameter.name == _UNSHOWN
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
        elif parameter.metavar is None or parameter.param_type_name == "argument":
            # Typer has no other way to name a type; a method that lies in the object itself goes first.
            vars(parameter)["display_type_rich"] = partial(_written, parameter)
    for child in getattr(command, "commands", {}).values():
        _in_plain_words(child, context)


def _written(parameter: Any, ctx: Any) -> str:
    shown = str(parameter.display_type(ctx)).strip("<>")
    if "|" in shown:
        return shown
    if parameter.param_type_name == "argument":
        return ""
    return "NUMBER" if shown.startswith(("int", "float")) else "TEXT"


def _empty_app() -> typer.Typer:
    return typer.Typer(add_completion=False)


def _complete(command: Any, panel: str | None = PANEL) -> None:
    """Give a plugin's command, and those within it, the options that every command of kb knows."""
    if panel and not isinstance(getattr(command, "rich_help_panel", None), str):
        command.rich_help_panel = panel
    for child in getattr(command, "commands", {}).values():
        _complete(child, None)
    if command.callback is not None:
        command.callback = _printing_aside(command.callback)
    known = {parameter.name for parameter in command.params}
    command.params.extend(option for option in _options() if option.name not in known)


def _printing_aside(callback: Callable[..., Any]) -> Callable[..., Any]:
    """`callback`, with its prints on stderr: on stdout stands what it says through kb."""

    @wraps(callback)
    def called(*words: Any, **options: Any) -> Any:
        with redirect_stdout(sys.stderr):
            return callback(*words, **options)

    return called


@cache
def _options() -> list[Any]:
    app = _empty_app()
    app.command()(every_option)
    options: list[Any] = list(typer.main.get_command(app).params)
    for option in options:
        option.expose_value, option.callback = False, _keep
    return options


def _keep(context: Any, parameter: Any, value: object) -> None:
    if value:
        kept = value if isinstance(value, bool) else Path(str(value))
        context.obj = replace(context.obj, **{parameter.name: kept})
