"""Values of the command line that need no conversion, such as words and options that are not given.

Typer has pydantic convert every value, also those, and importing pydantic takes 50 ms.
"""

from __future__ import annotations

from functools import partial
from typing import Any


class _Plain:
    """Stands before what converts the values of one parameter."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """`value` as the command takes it; raises what Typer raises."""
        info = param.type_descriptor.parameter_info
        kind = param.type_descriptor.annotation if info.parser is None else None
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        if kind is str and not several and _is_word(value):
            return value
        if kind == list[str] and isinstance(value, list | tuple) and all(map(_is_word, value)):
            return list(value)
        if kind is int and type(value) is int and value == param.default:
            return value
        return self._make().coerce(value, param=param, ctx=ctx)


def keep_plain_values(parameter: Any) -> None:
    """Have `parameter` take values that are what it wants as they are. A Typer that converts in another way ignores this."""
    make = getattr(parameter, "get_runtime_param", None)
    if make is not None and "get_runtime_param" not in vars(parameter):
        # Typer offers no other way; a method that lies in the object itself goes first.
        vars(parameter)["get_runtime_param"] = partial(_Plain, make)


def _is_word(value: Any) -> bool:
    if type(value) is not str:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # bytes of a file name, which pydantic refuses
        return False
    return True
