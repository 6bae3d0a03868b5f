"""Makes the PDFs that kb's reading of PDFs is measured on, from texts that lie beside: reports, papers in two columns,
manuals, slides, a scan; English, German and Chinese.

    python -m tests.bench.pdf_library FOLDER
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, Table

TEXTS = Path(__file__).with_name("pdfs")
_HEAD = re.compile(r"<!-- (\w+) \| (.+) -->\n")
_FONTS = {"report": "Times-Roman", "paper": "Times-Roman", "manual": "Helvetica", "slides": "Helvetica"}
_SIZES = {"report": 11, "paper": 9.5, "manual": 10, "slides": 20}


@dataclass(frozen=True)
class Text:
    """A document before it is printed."""

    name: str
    kind: str
    title: str
    pages: tuple[str, ...]

    @property
    def markdown(self) -> str:
        """The same as a note."""
        body = "\n\n".join(_with_rules(page) for page in self.pages)
        return f"---\ntitle: {self.title}\n---\n\n{body}\n"


@dataclass(frozen=True)
class Question:
    """A question with where it is answered."""

    name: str
    page: int
    question: str
    answers: tuple[str, ...]


def texts() -> Iterator[Text]:
    """The documents."""
    for file in sorted(TEXTS.glob("*.md")):
        written = file.read_text(encoding="utf-8")
        head = _HEAD.match(written)
        assert head, file
        pages = tuple(page.strip() for page in written[head.end() :].split("<<page>>"))
        yield Text(file.stem, head[1], head[2], pages)


def questions() -> list[Question]:
    """What is asked of them."""
    rows = [line.split("\t") for line in (TEXTS / "questions.tsv").read_text(encoding="utf-8").splitlines()]
    return [
        Question(name, int(page), asked, tuple(answers.split("|"))) for name, page, asked, answers in rows
    ]


def print_pdf(text: Text, file: Path) -> None:
    """Print a document as its kind looks."""
    if text.kind == "scan":
        _scan(text, file)
        return
    is_chinese = not text.pages[0].isascii() and text.name.endswith("-zh")
    font = "STSong-Light" if is_chinese else _FONTS[text.kind]
    if is_chinese:
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    size = _SIZES[text.kind]
    is_paper, is_slides = text.kind == "paper", text.kind == "slides"
    body = ParagraphStyle(
        "body", fontName=font, fontSize=size, leading=1.3 * size, spaceAfter=0.6 * size,
        wordWrap="CJK" if is_chinese else None,
    )  # fmt: skip
    if is_paper:
        body.alignment = TA_JUSTIFY
    bold = {"Times-Roman": "Times-Bold", "Helvetica": "Helvetica-Bold"}.get(font, font)
    heading = ParagraphStyle("heading", parent=body, fontName=bold, fontSize=1.35 * size, leading=1.7 * size)
    paper = landscape(A4) if is_slides else A4
    width, height = paper

    def decorate(canvas: Any, document: Any) -> None:
        canvas.setFont(font, 8)
        canvas.drawString(60, height - 35, text.title)
        canvas.drawCentredString(width / 2, 25, f"{document.page}")

    document = BaseDocTemplate(str(file), pagesize=paper, title=text.title, author="The office")
    count = 2 if is_paper else 1
    across = (width - 120) / count
    frames = [Frame(60 + at * across, 50, across - 12 * (count - 1), height - 120) for at in range(count)]
    document.addPageTemplates([PageTemplate("page", frames, onPage=decorate)])
    story: list[Any] = []
    for number, page in enumerate(text.pages):
        story += [PageBreak()] if number else []
        story += _flowables(page, body, heading)
    document.build(story)


def _flowables(page: str, body: ParagraphStyle, heading: ParagraphStyle) -> Iterator[Any]:
    rows: list[list[str]] = []
    for line in [*page.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            yield Table(
                rows,
                hAlign="LEFT",
                style=[("FONT", (0, 0), (-1, -1), body.fontName, body.fontSize)],
                spaceAfter=8,
            )
            rows = []
        if line.startswith("# "):
            yield Paragraph(line[2:], heading)
        elif line.startswith("- "):
            yield Paragraph(line[2:], body, bulletText="•")
        elif line:
            yield Paragraph(line, body)


def _scan(text: Text, file: Path) -> None:
    """A page as a photograph: no character of it can be read without a program that knows print."""
    canvas = Canvas(str(file), pagesize=A4)
    for page in text.pages:
        picture = Image.new("L", (1240, 1754), 255)
        pen = ImageDraw.Draw(picture)
        words, line, at = page.split(), "", 120
        for word in [*words, ""]:
            if not word or len(line) + len(word) > 70:
                pen.text((100, at), line, fill=0, font_size=30)
                line, at = "", at + 48
            line = f"{line} {word}".strip()
        canvas.drawImage(ImageReader(picture), 0, 0, *A4)
        canvas.showPage()
    canvas.save()


def _with_rules(page: str) -> str:
    """Tables as Markdown has them, and paragraphs apart."""
    lines: list[str] = []
    for line in page.splitlines():
        before = lines[-1] if lines else ""
        is_row, follows = line.startswith("|"), before.startswith("|")
        if before and not (is_row and follows) and not (line[:2] == before[:2] == "- "):
            lines.append("")
        lines.append(line)
        if is_row and not follows:
            lines.append("|" + " --- |" * (line.count("|") - 1))
    return "\n".join(lines)


def main(folder: Path) -> None:
    """Print all of them into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for text in texts():
        print_pdf(text, folder / f"{text.name}.pdf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
