"""Scanned PDFs: read by an installed program, and only where the user said so."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from kb.knowledge_base import KnowledgeBase
from kb.settings import load_settings
from kb.sources.pdf_scans import lines_of_table

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
ROWS = [
    "5\t1\t1\t1\t1\t1\t200\t200\t100\t30\t96\tThe",
    "5\t1\t1\t1\t1\t2\t310\t200\t150\t30\t95\torgan",
    "5\t1\t1\t1\t1\t3\t470\t200\t90\t30\t12\t~~",
    "5\t1\t1\t1\t2\t1\t200\t240\t150\t30\t91\tsings.",
]


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scanned PDF, and a program called tesseract that says what it is given."""
    (tmp_path / "vault").mkdir()
    canvas = Canvas(str(tmp_path / "vault" / "scan.pdf"), pagesize=A4)
    canvas.drawImage(ImageReader(Image.new("L", (300, 400), 200)), 0, 0, *A4)
    canvas.save()
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    table = (HEAD + "\n".join(ROWS)).replace("\t", "\\t").replace("\n", "\\n")
    program.write_text(
        f'#!/bin/sh\nhead -c 3 | grep -q "P5 " && [ "$4" = deu ] && printf "{table}"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_a_scan_is_read_where_the_user_said_so(base: Path) -> None:
    with closing(KnowledgeBase(load_settings(start=base, environment={}))) as opened:
        opened.index()
        [reason] = opened.status()["partly_read"].values()
        assert "pdf.ocr" in reason
        assert opened.note("scan.pdf").text == ""
    asked = {"KB_PDF_OCR": "on", "KB_PDF_LANGUAGES": "deu"}
    with closing(KnowledgeBase(load_settings(start=base, environment=asked))) as opened:
        assert opened.index().changed == 1
        assert opened.note("scan.pdf").text.strip() == "The organ sings."
        assert opened.search("organ")[0].passage.place == "page=1"
        assert opened.status()["partly_read"] == {}


def test_a_folder_from_elsewhere_starts_no_program(base: Path) -> None:
    (base / "kb.toml").write_text(
        'vault = "vault"\nindex = "index"\n[pdf]\nocr = "on"\nlanguages = "deu"\n', encoding="utf-8"
    )
    settings = load_settings(start=base, environment={})
    assert settings.pdf.ocr == "off"
    assert {request.name for request in settings.withheld} == {"pdf.ocr", "pdf.languages"}


def test_a_table_of_words_becomes_lines() -> None:
    lines = lines_of_table(
        HEAD + "\n".join([*ROWS, "5\t1\tx", "", "5\t1\t1\t1\t3\t1\ta\tb\tc\td\te\tf"]), 842.0
    )
    assert [line.text for line in lines] == ["The organ", "sings."]
    assert lines[0].top == pytest.approx(842 - 72)
    assert lines[0].bottom > lines[1].top - 5
