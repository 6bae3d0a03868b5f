"""Makes small files of other formats for tests."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """A Word document with this body, as WordprocessingML."""
    return zipped({"word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>", **parts})


def word(text: str, style: str = "", depth: int | None = None) -> str:
    """A paragraph of Word."""
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    about += f'<w:numPr><w:ilvl w:val="{depth}"/></w:numPr>' if depth is not None else ""
    return f"<w:p><w:pPr>{about}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


STYLES = (
    f"<w:styles {_W}><w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>"
    "<w:style w:styleId='berschrift2'><w:name w:val='heading 2'/></w:style></w:styles>"
)
CORE = (
    '<cp:coreProperties xmlns:cp="a" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="b">'
    "<dc:title>Beekeeping</dc:title><dc:creator>Ada Well</dc:creator>"
    "<dcterms:created>2024-03-05T10:00:00Z</dcterms:created></cp:coreProperties>"
)


def epub(chapters: Mapping[str, str], **parts: str) -> bytes:
    """A book of these chapters, file name and HTML."""
    items = "".join(
        f'<item id="c{at}" href="{name}" media-type="application/xhtml+xml"/>'
        for at, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{at}"/>' for at in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>The hive</dc:title><dc:creator>Ada Well</dc:creator></metadata><manifest>{items}</manifest>"
        f"<spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    head = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
    pages = {f"OEBPS/{name}": f"{head}<html><body>{html}</body></html>" for name, html in chapters.items()}
    return zipped({"META-INF/container.xml": container, "OEBPS/book.opf": package, **pages, **parts})


def notebook(*cells: tuple[str, str, str]) -> bytes:
    """A notebook of cells: their kind, source and what they printed."""
    made = [
        {
            "cell_type": kind,
            "source": [source],
            "outputs": [{"output_type": "stream", "text": [printed]}] if printed else [],
        }
        for kind, source, printed in cells
    ]
    about = {"kernelspec": {"language": "python"}}
    return json.dumps({"nbformat": 4, "metadata": about, "cells": made}, allow_nan=False).encode()


def canvas() -> bytes:
    """A canvas of a group with two cards, a note and an arrow."""
    nodes = [
        {
            "id": "b",
            "type": "text",
            "text": "Honey is sold in #autumn",
            "x": 10,
            "y": 300,
            "width": 9,
            "height": 9,
        },
        {"id": "a", "type": "text", "text": "Bees gather nectar", "x": 10, "y": 10, "width": 9, "height": 9},
        {"id": "g", "type": "group", "label": "The year", "x": 0, "y": 0, "width": 500, "height": 500},
        {"id": "f", "type": "file", "file": "Bees.md", "subpath": "#Food", "x": 0, "y": 900},
    ]
    edges = [{"fromNode": "a", "toNode": "b", "label": "becomes"}, {"fromNode": "a", "toNode": "f"}]
    return json.dumps({"nodes": nodes, "edges": edges}, allow_nan=False).encode()


def write(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Put files into a folder."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
