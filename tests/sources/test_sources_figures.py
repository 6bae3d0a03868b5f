"""What is promised of PDFs: the right page, answers as good as those from notes, and how much time and memory it takes.

The whole of it is measured by tests/bench/bench_pdf.py.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.bench_pdf import ask_all, figures, long_pdf
from tests.bench.pdf_library import print_pdf, questions, texts

FEW = ("harbour-report", "sleep-paper", "pump-manual", "solar-anlage", "tea-zh")


@pytest.mark.slow
def test_answers_from_pdfs_name_the_page_and_are_as_good_as_from_notes(tmp_path: Path) -> None:
    pdfs, notes = tmp_path / "pdfs", tmp_path / "notes"
    pdfs.mkdir()
    notes.mkdir()
    for text in texts():
        if text.name in FEW:
            print_pdf(text, pdfs / f"{text.name}.pdf")
            (notes / f"{text.name}.md").write_text(text.markdown, encoding="utf-8")
    some = [question for question in questions() if question.name in FEW]
    printed = figures(ask_all(pdfs, tmp_path / "one", some), verbose=True)
    written = figures(ask_all(notes, tmp_path / "two", some), verbose=False)
    assert printed["answered"] >= 0.8 * len(some)
    assert printed["right page"] >= 0.9 * printed["answered"]
    assert printed["quote on page"] >= 0.9 * printed["answered"]
    assert printed["right"] >= written["right"] - 2


MEASURE = """
import resource, sys, time
from pathlib import Path
from kb.notes.vault import Vault
from kb.sources.file_sources import FileSources, chosen_sources

sources = FileSources(chosen_sources(["pdf"]))
note = Vault(Path(sys.argv[1]), sources).note("long.pdf")
sources.close()
child = resource.getrusage(resource.RUSAGE_CHILDREN)
print(len(note.places), time.process_time() + child.ru_utime + child.ru_stime, child.ru_maxrss)
"""


@pytest.mark.slow
def test_five_hundred_pages_take_seconds_and_little_memory(tmp_path: Path) -> None:
    long_pdf(tmp_path / "long.pdf")
    command = [sys.executable, "-c", MEASURE, str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pages, seconds, memory = map(float, told.split())
    assert pages == 500
    assert seconds <= 8, "of the processor"
    assert memory < 300_000, "kB"
