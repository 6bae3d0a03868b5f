"""The `kb` command."""

from kb.interrupts import leave_at_once


def main() -> None:
    """Run `kb` with the words of the process."""
    leave_at_once()  # the imports take long enough for a Ctrl-C
    from kb.cli.main import main as run

    run()
