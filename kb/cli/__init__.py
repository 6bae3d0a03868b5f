"""The `kb` command."""

from kb.cli.main import main

__all__ = ["main"]
