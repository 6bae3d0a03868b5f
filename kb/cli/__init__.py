"""The `kb` command."""

import sys

from kb.interrupts import leave_at_once
from kb.isolation import leave_current_folder


def main() -> None:
    """Run `kb` with the words of the process."""
    leave_at_once()  # the imports take long enough for a Ctrl-C
    leave_current_folder()
    from kb.cli.daemon.meeting import Wanted

    if Wanted(sys.argv[1:]).may_be_answered:
        from kb.cli.daemon.client import run_elsewhere

        status = run_elsewhere(sys.argv[1:])
        if status is not None:
            sys.exit(status)
    from kb.cli.main import main as run

    run()
