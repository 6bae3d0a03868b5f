"""Plots as SVG: each also says its figures as text, for those who do not see it."""

from __future__ import annotations

from collections.abc import Mapping

from kb_plugins.export.page import text

_WIDE, _HIGH, _ROW = 640, 180, 22  # pixels
_COLUMN = 56  # at most: one month alone is no wall


def columns(figures: Mapping[str, int]) -> str:
    """A column for each name, in order; empty for nothing."""
    if not any(figures.values()):
        return ""
    most, step = max(figures.values()), min(_COLUMN, _WIDE / len(figures))
    drawn = []
    for number, (name, count) in enumerate(figures.items()):
        high = count / most * (_HIGH - 20)
        drawn.append(
            f'<rect x="{number * step + 1:.1f}" y="{_HIGH - high:.1f}" width="{max(1, step - 2):.1f}" height="{high:.1f}">'
            f"<title>{text(name)}: {count}</title></rect>"
        )
    first, last = next(iter(figures)), list(figures)[-1]
    labels = f'<text x="0" y="{_HIGH + 15}" fill="currentColor" font-size="12">{text(first)}</text>'
    if last != first:
        end = max(len(figures) * step, 140)  # where two names beside each other have room
        labels += f'<text x="{end:.1f}" y="{_HIGH + 15}" text-anchor="end" fill="currentColor" font-size="12">{text(last)}</text>'
    labels += f'<text x="0" y="12" fill="currentColor" font-size="12">{most:,} at most</text>'
    return _svg(_HIGH + 20, "".join(drawn) + labels, figures)


def bars(figures: Mapping[str, int]) -> str:
    """A bar for each name, in order; empty for nothing."""
    if not any(figures.values()):
        return ""
    most = max(figures.values())
    drawn = []
    for number, (name, count) in enumerate(figures.items()):
        y = number * _ROW
        drawn.append(
            f'<text x="215" y="{y + 15}" text-anchor="end" fill="currentColor" font-size="12">{text(_short(name))}'
            f"<title>{text(name)}</title></text>"
            f'<rect x="220" y="{y + 3}" width="{count / most * 340:.1f}" height="{_ROW - 6}"/>'
            f'<text x="{225 + count / most * 340:.1f}" y="{y + 15}" fill="currentColor" font-size="12">{count:,}</text>'
        )
    return _svg(len(figures) * _ROW, "".join(drawn), figures)


def _svg(high: int, drawn: str, figures: Mapping[str, int]) -> str:
    caption = "; ".join(f"{name}: {count}" for name, count in figures.items())
    return f'<svg viewBox="0 0 {_WIDE} {high}" width="100%" role="img" aria-label="{text(caption)}">{drawn}</svg>'


def _short(name: str) -> str:
    return name if len(name) <= 32 else f"{name[:31]}…"
