"""`kb eval`: how good are search and answers on a question set?"""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from platformdirs import user_cache_path

from kb.cli.options import Json
from kb.cli.output import err, out, print_json
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.answering.answer import Answer
    from kb.evaluation.answers import Judged
    from kb.evaluation.questions import GoldQuestion
    from kb.knowledge_base import KnowledgeBase

_DEPTH = 50  # passages ranked for a list of ten notes
_SYSTEMS = {"lexical": ("lexical",), "dense": ("dense",), "fused": ("lexical", "dense")}
_SEED = 0  # the sample of a size is always the same


def evaluate(
    folder: Annotated[
        Path, typer.Argument(help="A folder with notes/ and questions.jsonl.", show_default=False)
    ],
    vault: Annotated[
        Path | None, typer.Option("--vault", metavar="FOLDER", help="Ask over these notes instead.")
    ] = None,
    retrieval: Annotated[bool, typer.Option("--retrieval", help="Judge the search only.")] = False,
    sample: Annotated[int, typer.Option("--sample", min=0, help="Questions asked, 0 for all.")] = 0,
    failures: Annotated[bool, typer.Option("--failures", help="List what went wrong, on stderr.")] = False,
    json: Json = False,
) -> None:
    """Measure search and answers on a question set."""
    from kb.evaluation.questions import load_questions

    questions = load_questions(folder)
    if sample and sample < len(questions):
        questions = random.Random(_SEED).sample(questions, sample)
    with closing(_knowledge_base(vault or folder / "notes")) as base:
        base.index()
        result: dict[str, Any] = {"questions": str(folder), "asked": len(questions)}
        result["retrieval"] = _retrieval(base, questions, vault or folder / "notes")
        if not retrieval:
            result["answers"] = _answers(base, questions, failures)
    if json:
        print_json(result)
    else:
        _print(result)


def _knowledge_base(notes: Path) -> KnowledgeBase:
    """A knowledge base over `notes` whose index lies in the user's cache, with the settings in force here."""
    from dataclasses import replace

    from kb.knowledge_base import KnowledgeBase
    from kb.settings import load_settings

    notes = notes.expanduser().absolute()
    name = sha256(str(notes).encode()).hexdigest()[:12]
    index = user_cache_path("kb", appauthor=False) / "eval" / name
    return KnowledgeBase(replace(load_settings(vault=notes, index=index), vault=notes))


def _retrieval(base: KnowledgeBase, questions: list[GoldQuestion], notes: Path) -> dict[str, Any]:
    from kb.evaluation.grep import GrepBaseline
    from kb.evaluation.retrieval import judge_retrieval

    figures = {
        name: asdict(judge_retrieval(questions, partial(base.rank_notes, legs=legs, depth=_DEPTH)))
        for name, legs in _SYSTEMS.items()
    }
    figures["grep"] = asdict(judge_retrieval(questions, GrepBaseline(notes).rank))
    return figures


def _answers(base: KnowledgeBase, questions: list[GoldQuestion], failures: bool) -> dict[str, Any]:
    from rich.progress import track

    from kb.answering.events import Finished
    from kb.evaluation.answers import answer_figures, judge_answers

    def ask(question: str) -> Answer:
        return next(event.answer for event in base.ask(question) if isinstance(event, Finished))

    judged = list(
        track(judge_answers(questions, ask), "Asking", total=len(questions), console=err(), transient=True)
    )
    if failures:
        for item in judged:
            if not item.right:
                _print_failure(item)
    return asdict(answer_figures(judged))


def _print_failure(item: Judged) -> None:
    console = err()
    gold = ", ".join(item.gold.answers) or "(no note answers)"
    console.print(f"✗ {safe_line(item.gold.question)}  [{safe_line(gold)}]")
    said = "(abstained)" if item.answer.abstained else item.answer.text
    console.print(f"  {item.answer.confidence:.2f} {safe_line(said)}")
    for quote in item.answer.sources:
        console.print(f"    {safe_line(quote.path)}:{quote.line} {safe_line(quote.text)[:160]}")


def _print(result: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table(title=f"{result['questions']}, {result['asked']} questions")
    for heading in ("system", "nDCG@10", "hit@1", "hit@5", "MRR", "p50 ms", "p95 ms"):
        table.add_column(heading, justify="left" if heading == "system" else "right")
    for name, row in result["retrieval"].items():
        shares = [f"{row[part]:.3f}" for part in ("ndcg", "hit_1", "hit_5", "mrr")]
        times = [f"{1000 * row[part]:.1f}" for part in ("seconds_p50", "seconds_p95")]
        table.add_row(name, *shares, *times)
    out().print(table)
    if "answers" in result:
        answers = Table("answers", "value")
        for name, value in result["answers"].items():
            answers.add_row(name, f"{value:.3f}" if isinstance(value, float) else str(value))
        out().print(answers)
