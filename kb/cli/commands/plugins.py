"""`kb plugins`: which plugins there are, what each adds, and which may run."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from kb.cli.host import plugin_host
from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json, say
from kb.cli.plugin_commands import command_names
from kb.cli.plugin_template import Kind, write_plugin
from kb.errors import PluginError, UsageError
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.plugin_host import Plugin

app = typer.Typer(
    name="plugins",
    help="See, turn on and off, trust and write plugins.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)
_STYLES = {"on": "green", "off": "dim", "failed": "red", "untrusted": "yellow"}
Name = Annotated[str, typer.Argument(help="The plugin's name.", show_default=False)]


@app.callback()
def list_plugins(context: typer.Context, json: Json = False) -> None:
    """List the plugins and what each adds.

    For example: kb plugins
    """
    if context.invoked_subcommand:
        return
    options = resolve_options(context, None, None, json)
    host = plugin_host()
    commands = command_names()
    adds = {
        plugin.name: [f"command kb {name}" for name in commands.get(plugin.name, ())]
        + host.describe(plugin.name)
        for plugin in host.loaded()
    }
    found = host.plugins()
    if options.json:
        rows = [
            {key: value for key, value in asdict(plugin).items() if key != "load"}
            | {"adds": adds[plugin.name]}
            for plugin in found
        ]
        print_json({"plugins": rows, "problems": host.problems})
        return
    if not found:
        out().print("No plugins. Write one with: kb plugins new NAME")
    for plugin in found:
        _print_plugin(plugin, adds[plugin.name])
    for notice in host.notices:
        say(notice, style="yellow")


@app.command()
def enable(name: Name) -> None:
    """Turn a plugin on.

    For example: kb plugins enable quiz
    """
    plugin_host().require(name)
    plugin_host().choices.enable(name, on=True)
    say(f"Plugin {name} is on.")


@app.command()
def disable(name: Name) -> None:
    """Turn a plugin off: it is not even imported.

    For example: kb plugins disable quiz
    """
    plugin_host().require(name)
    plugin_host().choices.enable(name, on=False)
    say(f"Plugin {name} is off. Turn it on again with: kb plugins enable {name}")


@app.command()
def trust(
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Stop trusting the folder.")] = False,
) -> None:
    """Let the plugins in the folder `plugins` beside kb.toml run as they are now; kb trust shows all that is asked for.

    A plugin can do whatever you can; there is no sandbox. When any file in the folder changes, trust ends. For example: kb plugins trust
    """
    from kb.plugin_trust import plugin_request
    from kb.trust import PLUGINS

    host = plugin_host()
    folder = host.folder
    if folder is None or not folder.is_dir():
        raise PluginError("There is no folder `plugins` beside a kb.toml here, so there is nothing to trust.")
    if withdraw:
        host.trust.remove(folder.parent, PLUGINS)
        say(f"{folder} is no longer trusted.")
        return
    request = plugin_request(folder)
    if request is None:
        raise PluginError(f"{folder} contains no plugin, so there is nothing to trust.")
    host.trust.add(folder.parent, request)
    say(f"Trusted (current contents): {request.value}. Plugins run with your permissions.")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="A name such as flashback; lower case.", show_default=False)],
    kind: Annotated[Kind, typer.Option("--kind", help="What it adds.")] = Kind.MODE,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where to write it.", show_default=False)
    ] = None,
) -> None:
    """Write a small working plugin with its test, ready to install and to change.

    For example: kb plugins new word_count --kind command
    """
    if not name.isidentifier() or not name.isascii() or name != name.lower():
        raise UsageError(
            f"{name!r} cannot be a plugin's name. Use lower-case letters, digits and _, as in: flashback"
        )
    target = folder or Path(f"kb-{name.replace('_', '-')}")
    attempt = write_plugin(target, name, kind)
    say(f"Wrote {target}. Next: pip install -e {target} && pytest {target} && {attempt}")


@app.command()
def export(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The exporter's name.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="The file to write.", show_default=False)],
    vault: Vault = None,
    index: Index = None,
) -> None:
    """Write a file with a plugin's exporter.

    For example: kb plugins export anki cards.apkg
    """
    exporters = plugin_host().exporters
    if name not in exporters:
        raise UsageError(f"There is no exporter {name!r}. Exporters: {', '.join(exporters) or 'none'}.")
    if file.exists():
        raise UsageError(f"{file} already exists. Choose another name; nothing was written.")
    with closing(resolve_options(context, vault, index).knowledge_base()) as base:
        plugin_host().export(base, exporters[name], file)
    say(f"Wrote {file}")


def _print_plugin(plugin: Plugin, adds: list[str]) -> None:
    console = out()
    head = Text(safe_line(plugin.name), style="bold")
    head.append(f"  {plugin.state}", style=_STYLES[plugin.state])
    head.append(f"  {safe_line(plugin.origin)}", style="dim")
    console.print(head, soft_wrap=True)
    for line in adds:
        console.print(Text(f"    {safe_line(line)}"), soft_wrap=True)
    if plugin.reason:
        console.print(Text(f"    {safe_line(plugin.reason)}", style="yellow"), soft_wrap=True)
