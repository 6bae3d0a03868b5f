"""`kb` alone: the terminal interface. It is opened without the commands, for which its first paint must not wait."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.settings import Settings


def is_at_terminal() -> bool:
    """Whether somebody can look at an interface."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def open_interface(vault: Path | None = None, index: Path | None = None) -> None:
    """Show the interface until it is left. `vault` and `index` come before those of settings."""
    gc.disable()  # what is imported stays anyway; to look for what does not takes a tenth of the time
    from kb.tui.app import KbApp

    gc.freeze()
    gc.enable()

    def load() -> Settings:
        from kb.settings import load_settings

        return load_settings(vault=vault, index=index)

    from kb.cli.daemon.later import answering_later

    with answering_later(load, vault, index):
        KbApp(load).run()
