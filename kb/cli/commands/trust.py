"""`kb trust`: shows what a folder asks for, and remembers that its reader said yes."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.text import Text

from kb.cli.options import Json, resolve_options
from kb.cli.output import out, print_json, say
from kb.errors import NotTrusted
from kb.safe_text import safe_line
from kb.workspace import Workspace, workspace


def trust(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Confirm without being asked.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw every confirmation.")] = False,
    json: Json = False,
) -> None:
    """Show what kb.toml and plugins ask for; confirm it.

    What is not confirmed is left out, and so is anything new that is asked for later. For example: kb trust --yes
    """
    options = resolve_options(context, None, None, json)
    here = workspace()
    if withdraw:
        here.withdraw()
        say(
            f"{here.folder} is no longer trusted with anything."
            if here.folder
            else "There is no kb.toml here."
        )
        return
    if not options.json:
        _show(here)
    if here.open_requests and _confirmed(here, yes, asks=not options.json):
        here.grant()
        here = workspace()
        say("Confirmed.")
    if options.json:
        print_json(_as_json(here))
    elif here.open_requests:
        raise NotTrusted("Nothing was confirmed, so all of it is left out. Confirm it with: kb trust --yes")


def _confirmed(here: Workspace, yes: bool, *, asks: bool) -> bool:
    if yes or not asks or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return yes
    what = f"Do you trust {safe_line(str(here.folder))} with this?" if here.folder else "Do you confirm this?"
    return typer.confirm(what, default=False)


def _show(here: Workspace) -> None:
    where = here.folder / "kb.toml" if here.folder else "What is set here"
    rows = [*here.requests, *here.keys]
    if not rows:
        out().print(Text(safe_line(f"{where} asks for nothing that needs your permission.")), soft_wrap=True)
        return
    out().print(Text(safe_line(f"{where} asks for this:")), soft_wrap=True)
    for request in rows:
        state = "" if request in here.open_requests else "  (confirmed)"
        out().print(Text(f"  {safe_line(request.message)}{state}"), soft_wrap=True)
        out().print(Text(f"      kb {request.allows}", style="dim"), soft_wrap=True)


def _as_json(here: Workspace) -> dict[str, object]:
    rows = [*here.requests, *here.keys]
    return {
        "folder": str(here.folder) if here.folder else None,
        "requests": [
            {
                "name": request.name,
                "value": request.value,
                "allows": request.allows,
                "confirmed": request not in here.open_requests,
            }
            for request in rows
        ],
    }
