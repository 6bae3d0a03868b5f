"""Markdown, and quotes with their places, on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from kb.cli.output import out, print_indented
from kb.safe_text import safe_line, safe_text

if TYPE_CHECKING:
    from kb.answering.answer import Quote


def print_markdown(text: str) -> None:
    """Print Markdown: laid out on a terminal, as it is where a program reads."""
    from rich.markdown import Markdown  # 20 ms to import

    console = out()
    if console.is_terminal:
        console.print(Markdown(safe_text(text), hyperlinks=False))
    else:
        console.print(Text(safe_text(text)), soft_wrap=True)


def print_source(quote: Quote, mark: str = "") -> None:
    """Print a quote with its place."""
    head = Text(mark)
    head.append(safe_line(quote.where), style="cyan")
    out().print(head, soft_wrap=True)
    print_indented(out(), Text(f"“{safe_line(quote.quote)}”", style="dim"))


def print_place(quote: Quote) -> None:
    """Where a quote stands: its number, path and line, and the headings above it."""
    place = Text(f"[{quote.number}] ")
    place.append(safe_line(quote.where), style="cyan")
    headings = [heading for heading in quote.heading_path if heading != quote.title]
    if headings:
        place.append(f"  {safe_line(' > '.join(headings))}", style="dim")
    out().print(place, soft_wrap=True)
