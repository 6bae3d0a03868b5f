"""Makes small PDFs for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

STYLES = getSampleStyleSheet()
BODY = ParagraphStyle("body", parent=STYLES["Normal"], spaceAfter=8)
Deco = Callable[[Canvas, Any], None]


class _WithOutline(BaseDocTemplate):
    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 - reportlab's name
        if flowable.__class__ is Paragraph and flowable.style.name in ("Heading1", "Heading2"):
            key = f"h{self.seq.nextf('h')}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, int(flowable.style.name[-1]) - 1)


def make_pdf(
    file: Path,
    pages: Sequence[Sequence[object]],
    *,
    columns: int = 1,
    outline: bool = False,
    decorate: Deco = lambda *_: None,
    **about: object,
) -> None:
    """A PDF of `pages`; a text is a paragraph, one that begins with # a heading, a list of lists a table."""
    file.parent.mkdir(parents=True, exist_ok=True)
    kind = _WithOutline if outline else BaseDocTemplate
    document = kind(str(file), pagesize=A4, **about)
    width = 495 / columns
    frames = [Frame(50 + at * width, 60, width - 10, 720) for at in range(columns)]
    document.addPageTemplates([PageTemplate("page", frames, onPage=decorate)])
    story: list[Any] = []
    for number, page in enumerate(pages):
        story += [PageBreak()] if number else []
        for one in page:
            story.append(_flowable(one))
    document.build(story)


def _flowable(one: object) -> Any:
    if isinstance(one, list):
        return Table(one, spaceAfter=8)
    if isinstance(one, int):
        return Spacer(1, one)
    text = str(one)
    if text.startswith("#"):
        level = len(text) - len(text.lstrip("#"))
        return Paragraph(text.lstrip("# "), STYLES[f"Heading{level}"])
    return Paragraph(text, BODY)
