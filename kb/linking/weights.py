"""The ranker's weights for a vault whose own links are few."""

from __future__ import annotations

# In the order of features.NAMES, the constant last.
DEFAULT: tuple[float, ...] = (0.0,) * 44 + (-2.0,)
