"""`kb eval`: how good are search and answers on a question set?"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from platformdirs import user_cache_path

from kb.cli.commands.ask import last_answer
from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import err, out, print_json, say
from kb.errors import UsageError
from kb.safe_text import safe_line
from kb.settings.rules import expanded
from kb.wire import answer_json

if TYPE_CHECKING:
    from kb.answering.answer import Answer
    from kb.evaluation.answers import Judged
    from kb.evaluation.questions import GoldQuestion
    from kb.knowledge_base import KnowledgeBase
    from kb.settings import RetrievalSettings

_DEPTH = 50  # passages ranked for a list of ten notes
_GRAPH_WEIGHT = 0.2  # tried where the settings have none
_WORTH_WEIGHT, _WORTH_THRESHOLD = 0.005, 0.05  # gains on unseen questions from which a setting is changed
_SEED = 0  # the sample of a size is always the same


def evaluate(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="A folder with notes/ and questions.jsonl; your own vault when left out.", show_default=False
        ),
    ] = None,
    vault: Vault = None,
    index: Index = None,
    retrieval: Annotated[bool, typer.Option("--retrieval", help="Judge the search only.")] = False,
    sample: Annotated[int, typer.Option("--sample", min=0, help="Questions asked, 0 for all.")] = 0,
    failures: Annotated[bool, typer.Option("--failures", help="List failures, on stderr.")] = False,
    tune: Annotated[
        bool, typer.Option("--tune", help="Tune and save the keyword/embedding balance.")
    ] = False,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Tune and save the confidence threshold.")
    ] = False,
    from_feedback: Annotated[
        bool, typer.Option("--from-feedback", help="Re-run questions rated /good or /bad.")
    ] = False,
    rows: Annotated[
        Path | None,
        typer.Option(
            "--rows",
            metavar="FILE",
            help="Write every answer, in the form of kb ask --json.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Write a page of all questions and answers.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Measure search and answers on a set of questions.

    For example: kb eval --tune
    """
    from kb.evaluation.questions import load_questions

    options = resolve_options(context, vault, index, json)
    if folder is None:
        opened = options.knowledge_base()
    else:
        opened = _knowledge_base(options.vault or folder / "notes")
    with closing(opened) as base:
        base.index()
        result: dict[str, Any] = {"questions": str(folder or base.settings.vault)}
        if from_feedback:
            result["feedback"] = _feedback(base)
        else:
            questions = load_questions(folder) if folder else _own_questions(base)
            if sample and sample < len(questions):
                questions = random.Random(_SEED).sample(questions, sample)
            result["asked"] = len(questions)
            if tune:
                result["tuned"] = _tune(base, questions)
            if calibrate:
                result["calibrated"] = _calibrate(base, questions)
            if not (tune or calibrate):
                if not (rows or html):
                    result["retrieval"] = _retrieval(base, questions)
                if folder and not retrieval:
                    result |= _answers(base, questions, failures, rows, html)
    if options.json:
        print_json(result)
    else:
        _print(result)


def _own_questions(base: KnowledgeBase) -> list[GoldQuestion]:
    from kb.evaluation.own_questions import own_questions
    from kb.evaluation.tuning import FEWEST

    questions = own_questions(base)
    if len(questions) < FEWEST:
        raise UsageError(
            f"Your notes give only {len(questions)} questions by their headings and links, and {FEWEST} are needed. "
            "Name a question set: kb eval FOLDER"
        )
    return questions


def _tune(base: KnowledgeBase, questions: list[GoldQuestion]) -> dict[str, Any]:
    from kb.evaluation.tuning import tune

    settings = base.settings.retrieval

    def rank(weight: float) -> Callable[[str], Sequence[str]]:
        return _ranks(base, replace(settings, dense_weight=weight))

    tuned = tune(questions, rank, settings.dense_weight)
    kept = tuned.after >= tuned.before + _WORTH_WEIGHT and _keep(base, "retrieval.dense_weight", tuned.weight)
    return {**asdict(tuned), "kept": kept}


def _calibrate(base: KnowledgeBase, questions: list[GoldQuestion]) -> dict[str, Any]:
    from kb.evaluation.tuning import calibrate

    done = calibrate(base, questions, base.settings.answers.threshold)
    gain = (done.answered - done.invented) - (done.answered_before - done.invented_before)
    return {
        **asdict(done),
        "kept": gain >= _WORTH_THRESHOLD and _keep(base, "answers.threshold", done.threshold),
    }


def _keep(base: KnowledgeBase, name: str, value: float) -> bool:
    """Write a setting into the knowledge base's kb.toml; without one, say how to set it."""
    from kb.settings import FILE_NAME
    from kb.settings.writing import write_settings

    if base.settings.root is None:
        say(f"No {FILE_NAME} to save it in. Set {name} = {value:g} where you want it.")
        return False
    write_settings(base.settings.root / FILE_NAME, {name: value})
    say(f"Wrote {name} = {value:g} into {base.settings.root / FILE_NAME}")
    return True


def _feedback(base: KnowledgeBase) -> dict[str, Any]:
    """What became of the answers that were judged, were the questions asked now."""
    counts = {"good": 0, "good_still": 0, "bad": 0, "bad_still": 0}
    for said in base.logs.feedback.latest():
        answer = last_answer(base.ask(said.question))
        quotes = {quote.quote for quote in answer.cited}
        same = answer.abstained == said.abstained and (answer.abstained or bool(quotes & set(said.quotes)))
        counts[said.verdict] += 1
        counts[f"{said.verdict}_still"] += same
    if not counts["good"] + counts["bad"]:
        raise UsageError("No answers rated yet. Use /good or /bad after an answer in kb chat.")
    return counts


def _knowledge_base(notes: Path) -> KnowledgeBase:
    """A knowledge base over `notes` whose index lies in the user's cache, with the settings in force here."""
    from kb.knowledge_base import KnowledgeBase
    from kb.settings import load_settings

    notes = expanded(notes).absolute()
    name = sha256(os.fsencode(notes)).hexdigest()[:12]
    index = user_cache_path("kb", appauthor=False) / "eval" / name
    return KnowledgeBase(replace(load_settings(vault=notes, index=index), vault=notes))


def _retrieval(base: KnowledgeBase, questions: list[GoldQuestion]) -> dict[str, Any]:
    from kb.evaluation.grep import GrepBaseline
    from kb.evaluation.retrieval import judge_retrieval

    force = base.settings.retrieval
    plain = replace(force, graph_weight=0.0, reranker="")
    graph = replace(plain, graph_weight=force.graph_weight or _GRAPH_WEIGHT)
    systems = {
        "lexical": _ranks(base, plain, ("lexical",)),
        "dense": _ranks(base, plain, ("dense",)),
        "fused": _ranks(base, plain),
        "fused + graph": _ranks(base, graph),
        **(
            {"fused + rerank": _ranks(base, replace(plain, reranker=force.reranker))}
            if force.reranker
            else {}
        ),
        "grep": GrepBaseline(base.settings.vault).rank,
    }
    return {name: asdict(judge_retrieval(questions, rank)) for name, rank in systems.items()}


def _ranks(
    base: KnowledgeBase, settings: RetrievalSettings, retrievers: Sequence[str] = ("lexical", "dense")
) -> Callable[[str], Sequence[str]]:
    """What ranks notes by their best passages."""
    retriever = base.retriever_with(settings)

    def rank(question: str) -> Sequence[str]:
        hits = retriever.search(question, _DEPTH, retrievers=retrievers)
        return list(dict.fromkeys(hit.passage.note_path for hit in hits))

    return rank


def _answers(
    base: KnowledgeBase,
    questions: list[GoldQuestion],
    failures: bool,
    rows: Path | None,
    html: Path | None,
) -> dict[str, Any]:
    from rich.progress import track

    from kb.answering.conversation import Turn
    from kb.evaluation.answers import answer_figures, figures_by_kind, judge_answers
    from kb.evaluation.page import page_of

    def ask(gold: GoldQuestion) -> Answer:
        base.settings = replace(base.settings, today=gold.today)
        turns: list[Turn] = []
        for question in gold.history:
            before = last_answer(base.ask(question, history=turns))
            turns.append(Turn(before.understood or question, before.text))
        return last_answer(base.ask(gold.question, history=turns))

    judged = list(
        track(judge_answers(questions, ask), "Asking", total=len(questions), console=err(), transient=True)
    )
    if failures:
        for item in judged:
            if not item.right:
                _print_failure(item)
    if rows:
        lines = (
            dumps({"id": item.gold.id, "result": answer_json(item.answer)}, ensure_ascii=False)
            for item in judged
        )
        rows.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if html:
        html.write_text(page_of(judged), encoding="utf-8")
    kinds = {kind: asdict(figures) for kind, figures in figures_by_kind(judged).items()}
    return {"answers": asdict(answer_figures(judged)), **({"kinds": kinds} if kinds else {})}


def _print_failure(item: Judged) -> None:
    console = err()
    gold = ", ".join(item.gold.answers) or "(no note answers)"
    console.print(f"✗ {safe_line(item.gold.question)}  [{safe_line(gold)}]")
    said = "(abstained)" if item.answer.abstained else item.answer.text
    console.print(f"  {item.answer.confidence:.2f} {safe_line(said)}")
    for quote in item.answer.sources:
        console.print(f"    {safe_line(quote.where)} {safe_line(quote.text)[:160]}")


def _print(result: dict[str, Any]) -> None:
    from rich.table import Table

    if "retrieval" in result:
        table = Table(title=f"{result['questions']}, {result['asked']} questions")
        for heading in ("system", "nDCG@10", "hit@1", "hit@5", "MRR", "p50 ms", "p95 ms"):
            table.add_column(heading, justify="left" if heading == "system" else "right")
        for name, row in result["retrieval"].items():
            shares = [f"{row[part]:.3f}" for part in ("ndcg", "hit_1", "hit_5", "mrr")]
            times = [f"{1000 * row[part]:.1f}" for part in ("seconds_p50", "seconds_p95")]
            table.add_row(name, *shares, *times)
        out().print(table)
    if "kinds" in result:
        table = Table(
            "kind", "answerable", "right", "or shown", "abstained", "unanswerable", "answered anyway"
        )
        for kind, row in result["kinds"].items():
            table.add_row(kind, *map(str, row.values()))
        out().print(table)
    for part in ("answers", "tuned", "calibrated", "feedback"):
        if part in result:
            rows = Table(part, "value")
            for name, value in result[part].items():
                rows.add_row(name, f"{value:.3f}" if isinstance(value, float) else str(value))
            out().print(rows)
