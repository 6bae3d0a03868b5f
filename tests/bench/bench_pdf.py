"""How well PDFs are read: the page and the answer of 60 questions over 12 PDFs, the same text as notes, and the time.

python tests/bench/bench_pdf.py [FOLDER]
"""

from __future__ import annotations

import random
import re
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from kb.answering.answer import Answer
from kb.answering.events import Finished
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from tests.bench.pdf_library import Question, print_pdf, questions, texts

_PAGES = 500
_WORD = re.compile(r"\w+")


def ask_all(
    vault: Path, index: Path, asking: Sequence[Question] | None = None
) -> list[tuple[Question, Answer]]:
    """Every question over the vault."""
    with closing(KnowledgeBase(Settings(vault=vault, index=index))) as base:
        base.index()
        asked = []
        for question in asking or questions():
            answers = [event.answer for event in base.ask(question.question) if isinstance(event, Finished)]
            asked.append((question, answers[0]))
        return asked


def is_right(question: Question, answer: Answer) -> bool:
    """Whether what is answered, with the quotes it cites, says it."""
    told = f"{answer.text} {' '.join(quote.text for quote in answer.cited)}".casefold()
    return not answer.abstained and any(one.casefold() in told for one in question.answers)


def figures(asked: list[tuple[Question, Answer]], *, verbose: bool) -> dict[str, int]:
    """Counts over the questions."""
    counts = {
        "asked": len(asked),
        "answered": 0,
        "right": 0,
        "right file": 0,
        "right page": 0,
        "quote on page": 0,
    }
    pages = {text.name: text.pages for text in texts()}
    for question, answer in asked:
        right = is_right(question, answer)
        counts["right"] += right
        if answer.abstained or not answer.cited:
            if verbose:
                print(f"  {answer.outcome}: {question.question}")
            continue
        counts["answered"] += 1
        first = answer.cited[0]
        here = first.path.rpartition(".")[0] == question.name
        counts["right file"] += here
        page = first.place == f"page={question.page}"
        counts["right page"] += here and page
        number = int(first.place.partition("=")[2] or 0)
        name = first.path.rpartition(".")[0]
        printed = set(_WORD.findall(pages[name][number - 1])) if number else set()
        on_page = bool(number) and set(_WORD.findall(first.text)) <= printed
        counts["quote on page"] += on_page
        if verbose and not (right and here and page and on_page):
            print(
                f"  {question.question} -> {answer.text!r} {first.where} (page {question.page}) right={right} {on_page=}"
            )
    return counts


def long_pdf(file: Path) -> None:
    """A report of about 500 pages of 2,600 characters."""
    from tests.bench.pdf_library import Text

    words = (
        " ".join(page for text in texts() if text.kind == "report" for page in text.pages)
        .replace("|", " ")
        .split()
    )
    choose = random.Random(5)
    pages = []
    for number in range(_PAGES):
        parts = [" ".join(choose.choices(words, k=110)) + "." for _ in range(4)]
        pages.append("\n".join([f"# Part {number}", *(part.replace("#", "") for part in parts)]))
    print_pdf(Text("long", "report", "A long report", tuple(pages)), file)


def speed(folder: Path) -> None:
    """Seconds of the processor, and the memory of the child process, for the long PDF."""
    from kb.indexing.embedder import Embedder
    from kb.indexing.words import NoteWords
    from kb.notes.passages import split_passages
    from kb.notes.plain import plain_text
    from kb.notes.vault import Vault
    from kb.sources.file_sources import FileSources, chosen_sources

    vault = folder / "long"
    vault.mkdir()
    long_pdf(vault / "long.pdf")
    embedder = Embedder("all-MiniLM-L6-v2")
    embedder.count_tokens(["warm"])
    sources = FileSources(chosen_sources(["pdf"]))
    start, clock = time.process_time(), time.perf_counter()
    note = Vault(vault, sources).note("long.pdf")
    passages = split_passages(note, embedder.count_tokens)
    words = NoteWords(note.title, "en")
    for one in passages:
        words.add(" ".join(one.heading_path), plain_text(one.text), one.embed_text)
    words.whole()
    own = time.process_time() - start
    clock = time.perf_counter() - clock
    sources.close()
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{len(note.places)} pages, {len(note.text):,} characters, {len(passages):,} passages: "
        f"{child.ru_utime + child.ru_stime:.1f} s to read the file and {own:.1f} s to cut and look up its words, of the processor "
        f"({clock:.1f} s on the clock); the child process took {child.ru_maxrss / 1000:.0f} MB"
    )


def main(folder: Path) -> None:
    """Print the figures."""
    speed(folder)
    pdfs, notes = folder / "pdfs", folder / "notes"
    pdfs.mkdir()
    notes.mkdir()
    for text in texts():
        print_pdf(text, pdfs / f"{text.name}.pdf")
        (notes / f"{text.name}.md").write_text(text.markdown, encoding="utf-8")
    print("PDF ", figures(ask_all(pdfs, folder / "index-pdfs"), verbose=True))
    print("note", figures(ask_all(notes, folder / "index-notes"), verbose=False))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True)
        main(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as made:
            main(Path(made))
