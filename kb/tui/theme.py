"""The look of the interface: a dark and a light theme of its own, and colours for citations."""

from __future__ import annotations

from typing import TypeVar

from textual.theme import Theme

from kb.tui.preferences import chosen_theme
from kb.tui.safe_screen import SafeApp

Result = TypeVar("Result")
_OWN = ("cite-", "heat-", "rule", "marked")
DARK, LIGHT = "kb-dark", "kb-light"
CITATION_COLOURS = 6  # the seventh source has the colour of the first

# Ratios of contrast are reckoned in tests/tui/test_tui_theme.py: at least 4.5 to every ground that text stands on.
_DARK_GROUNDS = {"background": "#15171c", "surface": "#1b1e25", "panel": "#232731"}
_LIGHT_GROUNDS = {"background": "#fcfbf8", "surface": "#f5f3ed", "panel": "#ebe8df"}
_DARK_CITATIONS = ("#7fb0f5", "#e2b467", "#93cf8a", "#d0a0ea", "#62cbc6", "#f09a91")
_LIGHT_CITATIONS = ("#1f55b0", "#7a4e00", "#2a661f", "#74359a", "#0a6267", "#a32c49")


def citation_colour(number: int) -> str:
    """The name of the colour of source [number], for styles."""
    return f"$cite-{(number - 1) % CITATION_COLOURS + 1}"


def citation_class(number: int) -> str:
    """The class of a widget that shows source [number]."""
    return f"cite-{(number - 1) % CITATION_COLOURS + 1}"


class Themed(SafeApp[Result]):
    """A program with these themes, its user's choice in force."""

    def __init__(self) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = chosen_theme(self.available_themes) or DARK

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of kb's own for themes that do not know them."""
        own, _ = themes()
        return {name: value for name, value in own.variables.items() if name.startswith(_OWN)}


def themes() -> tuple[Theme, Theme]:
    """The two, dark first."""
    dark = _theme(
        DARK, _DARK_GROUNDS, _DARK_CITATIONS, error="#f58b83", text="#e3e5ea", muted="#a3acbb", faint="#2e3440",
        chosen="#313a4d", boost="#262b36", marked="#40371f", heat=("#31573a", "#4c7f4d", "#6fa866"),
    )  # fmt: skip
    light = _theme(
        LIGHT, _LIGHT_GROUNDS, _LIGHT_CITATIONS, error="#a8202c", text="#22252b", muted="#555b67", faint="#dfdacd",
        chosen="#dde6f5", boost="#eae6dc", marked="#f6e3ae", heat=("#b5d5a8", "#83b473", "#548c45"),
    )  # fmt: skip
    return dark, light


def _theme(
    name: str,
    grounds: dict[str, str],
    citations: tuple[str, ...],
    *,
    error: str,
    text: str,
    muted: str,
    faint: str,
    chosen: str,
    boost: str,
    marked: str,
    heat: tuple[str, ...],
) -> Theme:
    """Blue, amber and green of the citations are those of all else; `heat` lies between `faint` and the green."""
    blue, amber, green, *_ = citations
    return Theme(
        name=name,
        dark=name == DARK,
        primary=blue,
        secondary=green,
        accent=amber,
        foreground=text,
        success=green,
        warning=amber,
        error=error,
        background=grounds["background"],
        surface=grounds["surface"],
        panel=grounds["panel"],
        variables=_variables(
            grounds, text=text, muted=muted, faint=faint, chosen=chosen, citations=citations, boost=boost, marked=marked,
            heat=(faint, *heat, green),
        ),
    )  # fmt: skip


def _variables(
    grounds: dict[str, str],
    *,
    text: str,
    muted: str,
    faint: str,
    chosen: str,
    citations: tuple[str, ...],
    boost: str,
    marked: str,
    heat: tuple[str, ...],
) -> dict[str, str]:
    """What Textual would derive from the colours above, in colours that keep their contrast on every ground.

    A chosen row has a quiet ground, so that all colours of its words can still be read on it.
    """
    return {
        "text": text,
        "text-muted": muted,
        "text-disabled": muted,
        "text-primary": citations[0],
        "text-secondary": citations[2],
        "text-accent": citations[1],
        "text-success": citations[2],
        "text-warning": citations[1],
        "text-error": citations[5],
        "boost": boost,
        "rule": faint,
        "marked": marked,
        "border": citations[0],
        "border-blurred": faint,
        "block-cursor-foreground": text,
        "block-cursor-background": chosen,
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-foreground": text,
        "block-cursor-blurred-background": faint,
        "block-cursor-blurred-text-style": "none",
        "block-hover-background": faint,
        "input-cursor-background": text,
        "input-cursor-text-style": "reverse",
        "input-selection-background": marked,
        "scrollbar": faint,
        "scrollbar-hover": muted,
        "scrollbar-active": citations[0],
        "scrollbar-background": grounds["background"],
        "scrollbar-background-hover": grounds["background"],
        "scrollbar-background-active": grounds["background"],
        "scrollbar-corner-color": grounds["background"],
        "footer-foreground": muted,
        "footer-description-foreground": muted,
        "footer-key-foreground": citations[1],
        "footer-background": grounds["panel"],
        "footer-description-background": grounds["panel"],
        "footer-key-background": grounds["panel"],
        "footer-item-background": grounds["panel"],
        "link-color": citations[0],
        "link-style": "underline",
        "link-color-hover": citations[1],
        "link-background-hover": faint,
        "link-style-hover": "bold underline",
        "markdown-h1-color": citations[1],
        "markdown-h2-color": citations[1],
        "markdown-h3-color": text,
        "markdown-h4-color": text,
        "markdown-h5-color": muted,
        "markdown-h6-color": muted,
        "markdown-h1-text-style": "bold",
        "markdown-h2-text-style": "bold",
        "markdown-h3-text-style": "bold",
        "markdown-h4-text-style": "bold italic",
        "markdown-h5-text-style": "bold",
        "markdown-h6-text-style": "italic",
        **{f"heat-{number}": colour for number, colour in enumerate(heat)},
        **{f"cite-{number}": colour for number, colour in enumerate(citations, start=1)},
    }
