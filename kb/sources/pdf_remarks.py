"""What readers put on the pages of a PDF: highlighted words, and remarks."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

_HIGHLIGHTS = (pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE, pdfium.FPDF_ANNOT_SQUIGGLY)
_REMARKS = (*_HIGHLIGHTS, pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_FREETEXT)
_MOST = 1_000  # on one page
_LONGEST = 20_000  # bytes of a remark


def remarks_of(page: Any, textpage: Any) -> list[str]:
    """The words that are highlighted on the page, each followed by what was remarked on them."""
    found: list[str] = []
    for at in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), _MOST)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, at)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        if kind in _REMARKS:
            marked = _marked(annotation, textpage) if kind in _HIGHLIGHTS else ""
            said = _string(annotation, b"Contents")
            found += [words for words in (marked, said if said != marked else "") if words]
        pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _marked(annotation: Any, textpage: Any) -> str:
    quad = pdfium.FS_QUADPOINTSF()
    parts = []
    for at in range(min(pdfium.FPDFAnnot_CountAttachmentPoints(annotation), 200)):
        if pdfium.FPDFAnnot_GetAttachmentPoints(annotation, at, ctypes.byref(quad)):
            across = (quad.x1, quad.x2, quad.x3, quad.x4)
            up = (quad.y1, quad.y2, quad.y3, quad.y4)
            parts.append(textpage.get_text_bounded(min(across), min(up), max(across), max(up)))
    return " ".join(" ".join(parts).split())


def _string(annotation: Any, key: bytes) -> str:
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(
        annotation, key, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size
    )
    return " ".join(buffer.raw[: size - 2].decode("utf-16-le", "replace").split())
