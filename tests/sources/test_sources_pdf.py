"""What is read of a PDF, through the function that the child process runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from kb.notes.extract import Extract
from kb.notes.extracted_note import note_of_extract
from kb.notes.note import Passage
from kb.notes.passages import split_passages
from kb.sources.pdf import read
from kb.sources.source import Asked, Unreadable
from tests.sources.pdfs import make_pdf

LONG = "The pump lifts water from the well to the tank on the roof, and the tank feeds the taps by its own weight. "


def extract(file: Path) -> Extract:
    with file.open("rb") as stream:
        return read(stream, Asked(file.name))


def passages(file: Path) -> tuple[Passage, ...]:
    note = note_of_extract(file.name, extract(file))
    return split_passages(note, lambda texts: [len(text.split()) for text in texts])


def test_each_page_has_its_place(tmp_path: Path) -> None:
    make_pdf(tmp_path / "x.pdf", [["Oil the chain."], ["Pump the tyres."], ["Check the brakes."]])
    assert [(one.place, one.text) for one in passages(tmp_path / "x.pdf")] == [
        ("page=1", "Oil the chain."),
        ("page=2", "Pump the tyres."),
        ("page=3", "Check the brakes."),
    ]


def test_lines_become_paragraphs_and_parted_words_whole(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "x.pdf"))
    for at, line in enumerate(
        ["The irriga-", "tion of the garden is well-known, and the well-", "known tank feeds it."]
    ):
        canvas.drawString(72, 700 - 14 * at, line)
    canvas.drawString(72, 620, "Another paragraph stands below.")
    canvas.save()
    assert extract(tmp_path / "x.pdf").text.split("\n\n")[:2] == [
        "The irrigation of the garden is well-known, and the well-known tank feeds it.",
        "Another paragraph stands below.",
    ]


def test_running_heads_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    def decorate(canvas: Any, document: Any) -> None:
        canvas.drawString(50, 810, f"Water board, annual report, {document.page}")
        canvas.drawCentredString(300, 25, f"- {document.page} -")

    make_pdf(tmp_path / "x.pdf", [[f"{LONG} This is text {n}."] for n in range(5)], decorate=decorate)
    text = extract(tmp_path / "x.pdf").text
    assert "annual report" not in text
    assert "-" not in text
    assert text.count("This is text") == 5


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    texts = [f"{LONG * 3} End of part {number}." for number in range(1, 7)]
    make_pdf(tmp_path / "x.pdf", [["# Two columns", *texts]], columns=2)
    text = extract(tmp_path / "x.pdf").text
    ends = [text.index(f"End of part {number}") for number in range(1, 7)]
    assert ends == sorted(ends)
    assert text.count(LONG.strip()) == 18


def test_columns_drawn_line_by_line_are_told_apart(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "x.pdf"))
    for at in range(12):
        canvas.drawString(60, 700 - 14 * at, f"left column, line number {at}, some words")
        canvas.drawString(320, 700 - 14 * at, f"right column, line number {at}, more words")
    canvas.save()
    text = extract(tmp_path / "x.pdf").text
    assert text.index("left column, line number 11") < text.index("right column, line number 0")


def test_a_table_keeps_its_rows(tmp_path: Path) -> None:
    rows = [["Model", "Pressure", "Weight"], ["PX-100", "12 bar", "4.5 kg"], ["PX-200", "16 bar", "6.1 kg"]]
    make_pdf(tmp_path / "x.pdf", [[LONG, rows, LONG]])
    assert (
        "| Model | Pressure | Weight |\n| --- | --- | --- |\n| PX-100 | 12 bar | 4.5 kg |"
        in extract(tmp_path / "x.pdf").text
    )


def test_outline_and_large_print_are_headings(tmp_path: Path) -> None:
    pages = [["# Water", LONG, "## Pumps", LONG], ["# Oil", LONG]]
    for outline in (True, False):
        make_pdf(tmp_path / "x.pdf", pages, outline=outline)
        note = note_of_extract("x.pdf", extract(tmp_path / "x.pdf"))
        assert [section.path for section in note.sections] == [("Water",), ("Water", "Pumps"), ("Oil",)]


def test_title_author_and_date_are_properties(tmp_path: Path) -> None:
    make_pdf(tmp_path / "x.pdf", [[LONG]], title="On pumps", author="Ada Well", subject="Water")
    note = note_of_extract("x.pdf", extract(tmp_path / "x.pdf"))
    assert (note.title, note.properties) == ("On pumps", {"author": "Ada Well", "subject": "Water"})
    assert note.created is not None


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - a.doc", "draft.tex", ""])
def test_a_title_that_says_nothing_is_not_taken(tmp_path: Path, title: str) -> None:
    make_pdf(tmp_path / "Pumps.pdf", [[LONG]], title=title)
    assert note_of_extract("Pumps.pdf", extract(tmp_path / "Pumps.pdf")).title == "Pumps"


def test_highlights_and_remarks_are_quotes(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "x.pdf"))
    canvas.drawString(72, 700, "Grease the bearing every spring.")
    canvas.highlightAnnotation(
        "done in 2024", Rect=[72, 695, 300, 712], QuadPoints=[72, 712, 300, 712, 72, 695, 300, 695]
    )
    canvas.textAnnotation("ask Ada", Rect=[400, 700, 420, 720])
    canvas.save()
    quotes = [line for line in extract(tmp_path / "x.pdf").text.splitlines() if line.startswith(">")]
    assert quotes == ["> Grease the bearing every spring.", "> done in 2024", "> ask Ada"]


def test_marks_of_markdown_in_print_are_words(tmp_path: Path) -> None:
    words = "# 1 [[Tea]] costs 2*3*4 __init__ and &lt;b&gt;, #tag, - [ ] task, key:: value"
    make_pdf(tmp_path / "x.pdf", [[f"x {words}"]])
    note = note_of_extract("x.pdf", extract(tmp_path / "x.pdf"))
    assert (note.links, note.tags, note.tasks, note.properties) == ((), (), (), {})
    [passage] = split_passages(note, lambda texts: [len(text.split()) for text in texts])
    assert "x # 1 [[Tea]] costs 2*3*4 __init__ and <b>" in passage.embed_text


def test_a_scan_says_so(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.rect(100, 100, 300, 300, fill=1)
    canvas.save()
    found = extract(tmp_path / "scan.pdf")
    assert found.text == ""
    assert "scanned" in found.problems[0]


def test_chinese_lines_are_joined_without_spaces(tmp_path: Path) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(tmp_path / "x.pdf"))
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(72, 700, "水泵把井里的水提到屋顶的水箱里，")
    canvas.drawString(72, 684, "每年春天要检查一次阀门。")
    canvas.save()
    assert "水箱里，每年春天" in extract(tmp_path / "x.pdf").text


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "locked.pdf"), encrypt="secret")
    canvas.drawString(72, 700, "secret words")
    canvas.save()
    with pytest.raises(Unreadable, match="password"):
        extract(tmp_path / "locked.pdf")
    (tmp_path / "none.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    with pytest.raises(Unreadable, match="damaged"):
        extract(tmp_path / "none.pdf")


@pytest.mark.parametrize(("leading", "between"), [(13, 19), (26, 40), (16, 24)])
def test_paragraphs_are_told_by_more_white_than_usual(tmp_path: Path, leading: float, between: float) -> None:
    canvas = Canvas(str(tmp_path / "x.pdf"))
    canvas.setFont("Helvetica", 11)
    height = 780.0
    for paragraph in ("first", "second", "third"):
        for line in range(4):
            canvas.drawString(
                72, height, f"This is line {line} of the {paragraph} paragraph, which goes on and on,"
            )
            height -= leading
        height -= between - leading
    canvas.save()
    parts = extract(tmp_path / "x.pdf").text.strip().split("\n\n")
    assert [part.count("This is line") for part in parts] == [4, 4, 4]


def test_running_heads_of_chapters_and_contents_are_left_out(tmp_path: Path) -> None:
    def decorate(canvas: Any, document: Any) -> None:
        canvas.drawString(50, 810, f"Chapter {document.page // 4}: water {document.page}")

    contents = [f"{name} . . . . . . . . . . . . . . . {page}" for name, page in (("Wells", 2), ("Tanks", 5))]
    pages = [contents, *([f"{LONG} Text {n}."] for n in range(9))]
    make_pdf(tmp_path / "x.pdf", pages, decorate=decorate)
    text = extract(tmp_path / "x.pdf").text
    assert "Chapter" not in text
    assert "Wells" not in text
    assert text.count("the tank on the roof") == 9
