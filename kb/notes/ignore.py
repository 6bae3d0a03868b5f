"""Which files `.kbignore` hides: the rules of `.gitignore`, matched in linear time whatever they are."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kb.errors import IgnoreFileUnreadable
from kb.files.small import read_small

if TYPE_CHECKING:
    import pathspec

IGNORE_FILE = ".kbignore"
Rules: TypeAlias = "pathspec.GitIgnoreSpec"
_MOST_BYTES = 100_000
_AT_ONCE = 200  # rules that RE2 compiles together; more may need more memory than it allows


def read_rules(file: Path) -> list[Rules]:
    """The rules in `file`, in order. A rule that cannot be understood is passed over.

    Raises IgnoreFileUnreadable, for without its rules notes would be shown that are meant to be hidden.
    """
    try:
        text = read_small(file, _MOST_BYTES, follow=False).decode("utf-8-sig", "replace")
    except FileNotFoundError:
        return []  # deleted while the folder was read
    except OSError as error:
        raise IgnoreFileUnreadable(
            f"{file} cannot be read: {error.strerror}. Put a small text file in its place, or remove it."
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of Python's own regular expressions, which are compiled and not used
        # One bad pattern must not bring back what the others hide.
        good = [line for line in text.splitlines() if list(_compiled([line]))]
        return [
            spec
            for first in range(0, len(good), _AT_ONCE)
            for spec in _compiled(good[first : first + _AT_ONCE])
        ]


def rules_of(lines: Sequence[str]) -> list[Rules]:
    """`lines` as rules, without those that cannot be understood."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [spec for line in lines for spec in _compiled([line])]


def is_ignored(path: str, rules: Sequence[tuple[str, Rules]]) -> bool:
    """As in git: of all rules for a path below their prefix the last decides, those of the nearest folder before others."""
    # RE2 takes no lone surrogates, which stand for the bytes of a name that is not UTF-8.
    path = path.encode("utf-8", "replace").decode("utf-8")
    for prefix, spec in reversed(rules):
        result = spec.check_file(path[len(prefix) :])
        if result.include is not None:
            return bool(result.include)
    return False


def is_brought_back(path: str, rules: Sequence[tuple[str, Rules]]) -> bool:
    """Whether a rule with a `!` names the path, as it stands or by its folder."""
    for prefix, spec in reversed(rules):
        if spec.check_file(path[len(prefix) :].encode("utf-8", "replace").decode("utf-8")).include is False:
            return True
    return False


def _compiled(lines: Sequence[str]) -> Iterator[Rules]:
    import pathspec
    import re2

    try:
        # Python's own expressions took 17 s for *a*a*a*a*a*ab on one name; RE2 is linear.
        yield pathspec.GitIgnoreSpec.from_lines(lines, backend="re2")
    except (ValueError, re2.error, re.error):
        return
