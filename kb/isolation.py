"""Keeps what lies in the folder a person stands in out of what Python imports.

Only modules that Python has loaded by now may be imported here: for `python -m kb` this runs while the current folder
is still searched first.
"""

import os
import sys


def leave_current_folder() -> None:
    """Import nothing from the current folder, where `python -m kb` and an empty part of PYTHONPATH look first."""
    sys.path[:] = without_current_folder(sys.path)


def without_current_folder(path: list[str]) -> list[str]:
    """`path` without the current folder, unless kb itself is run from there."""
    try:
        here = os.path.realpath(os.getcwd())  # noqa: PTH109 - see above
    except OSError:  # the folder was deleted
        return [entry for entry in path if entry]
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
    if own == here:
        return list(path)
    # Installed packages come after the standard library; a person may well stand in their folder.
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    end = path.index(library) if library in path else len(path)
    return [
        entry
        for place, entry in enumerate(path)
        if entry and (place > end or os.path.realpath(entry) != here)
    ]
