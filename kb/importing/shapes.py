"""Values of JSON that anybody may have written: each is taken for what it should be, or for nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kb.importing.imported_note import clean


def text(value: Any) -> str:
    """A text; empty for anything else."""
    return clean(value) if isinstance(value, str) else ""


def line(value: Any) -> str:
    """A text on one line."""
    return " ".join(text(value).split())


def table(value: Any) -> dict[str, Any]:
    """A mapping; empty for anything else."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [clean(one) for one in value if isinstance(one, str)] if isinstance(value, list) else []


def moment(value: Any, per_second: float = 1.0) -> datetime | None:
    """A time: a number since 1970, `per_second` a second, or a text in ISO 8601; None where it is neither."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        value = int(value)
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value.strip())
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
