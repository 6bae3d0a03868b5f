"""Calls into foreign code: what it prints goes to stderr, it reads nothing, and whatever it raises becomes a KbError."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TypeVar

from kb.errors import KbError, PluginError
from kb.shortage import shortage

Result = TypeVar("Result")


@contextmanager
def _no_input() -> Iterator[None]:
    """While it lasts, who reads stdin finds it at its end: what a person types is for kb."""
    before, sys.stdin = sys.stdin, io.StringIO()
    try:
        yield
    finally:
        sys.stdin = before


def guard(what: str, call: Callable[[], Result]) -> Result:
    """The result of a call into foreign code, whose prints go to stderr; whatever it raises becomes a KbError."""
    try:
        with redirect_stdout(sys.stderr), _no_input():
            return call()
    except KbError:
        raise
    except (Exception, SystemExit) as error:  # the one broad except: foreign code may raise anything
        if lack := shortage(error):
            raise KbError(lack) from error
        raise PluginError(
            f"{what} raised {type(error).__name__}: {error}. Report it to its author."
        ) from error
