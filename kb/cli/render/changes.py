"""What kb changed in notes, or would change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from difflib import unified_diff
from typing import TYPE_CHECKING

from rich.text import Text

from kb.cli.output import out, print_json, say
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.linking.renaming.relinking import Renamed


def print_diff(path: str, before: str, after: str) -> None:
    """Print what changed in a note, line by line."""
    lines = unified_diff(before.splitlines(), after.splitlines(), path, path, n=0, lineterm="")
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        if not line.startswith(("---", "+++")):
            out().print(Text(safe_line(line), style=styles.get(line[:1], "")), soft_wrap=True)
        elif line.startswith("+++"):
            out().print(Text(safe_line(path), style="bold"), soft_wrap=True)


def tell_by_hand(json: bool) -> Callable[[Renamed], None]:
    """Names what kb cannot change for sure, before anything is written."""

    def tell(planned: Renamed) -> None:
        for place in () if json else planned.left:
            say(f"Change this by hand: {safe_line(place)}", style="yellow")

    return tell


def print_renamed(
    done: Renamed,
    *,
    dry_run: bool,
    json: bool,
    what: str,
    verbs: tuple[str, str] = ("Renamed", "Would rename"),
    way: str = "to",
) -> None:
    """Print what was changed, or would be."""
    if json:
        shown = asdict(done)
        print_json({**{key: shown[key] for key in ("old", "new", "notes", "left")}, "dry_run": dry_run})
        return
    for changed in done.notes:
        print_diff(changed.path, changed.before, changed.after)
    verb = verbs[dry_run]
    out().print(
        f"{verb} {safe_line(done.old)} {way} {safe_line(done.new)}; {what} changed in {len(done.notes)} "
        f"{'file' if len(done.notes) == 1 else 'files'}.{'' if dry_run else ' To take it back: kb undo'}",
        markup=False,
    )
