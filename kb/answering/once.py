"""What was found out for a question and need not be found out again when more passages are brought."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def once(
    known: dict[tuple[str, Key], Value],
    asked: str,
    keys: Sequence[Key],
    find: Callable[[Sequence[Key]], Sequence[Value]],
) -> list[Value]:
    """What `find` tells of each of `keys` for the question `asked`; it is called for those not yet `known` alone."""
    new = [key for key in dict.fromkeys(keys) if (asked, key) not in known]
    if new:
        known.update(((asked, key), value) for key, value in zip(new, find(new), strict=True))
    return [known[asked, key] for key in keys]
