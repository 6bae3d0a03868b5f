"""What each gate is worth, and what share of questions can be answered at what risk.

python tests/bench/bench_answers.py gates [SET] [SAMPLE]     with and without each gate; SmolLM2
python tests/bench/bench_answers.py curve [SET] [JUDGE]      risk against coverage, tables and docs/risk-coverage.svg
python tests/bench/bench_answers.py absent [SAMPLE] [JUDGE]  questions of xquad-en over notes on something else
python tests/bench/bench_answers.py turns                    seconds to the quotes, and what a second turn evaluates
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

from kb.answering.answer import Answer  # noqa: E402
from kb.answering.conversation import Turn  # noqa: E402
from kb.answering.events import Finished, QuotesFound  # noqa: E402
from kb.cli.commands.evaluate import _knowledge_base as opened  # noqa: E402
from kb.evaluation.questions import GoldQuestion, holds_answer, load_questions  # noqa: E402
from kb.knowledge_base import KnowledgeBase  # noqa: E402
from kb.settings import AnswerSettings, Settings  # noqa: E402

_THRESHOLD = AnswerSettings().threshold
_PLOT = (460, 300)  # pixels
_COLOURS = ("#2266cc", "#cc5522")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, answered whatever gate A says, so that every threshold can be tried afterwards."""

    gold: GoldQuestion
    answer: Answer

    def holds(self, text: str) -> bool:
        return not self.gold.unanswerable and holds_answer(text, self.gold.answers)

    @property
    def quotes(self) -> str:
        return " \n ".join(quote.quote for quote in self.answer.sources)


def asked(name: str, sample: int, style: str, judge: str = "") -> list[Asked]:
    questions = load_questions(SHARED / "eval" / name)
    if sample and sample < len(questions):
        questions = random.Random(0).sample(questions, sample)
    with closing(opened(SHARED / "eval" / name / "notes")) as base:
        base.settings = replace(base.settings, answers=AnswerSettings(threshold=-1.0, judge=judge))
        base.index()
        return [Asked(gold, answered(base, gold.question, style)) for gold in questions]


def answered(base: KnowledgeBase, question: str, style: str = "full", history: Sequence[Turn] = ()) -> Answer:
    events = base.ask(question, style=style, history=history)  # type: ignore[arg-type]
    return next(event.answer for event in events if isinstance(event, Finished))


def gates(name: str = "squad2", sample: str = "200") -> None:
    rows = asked(name, int(sample), "full")
    print(
        f"{name}, {len(rows)} questions, {sum(row.gold.unanswerable for row in rows)} of them unanswerable\n"
    )
    print(
        "| gates | right | right in prose | wrongly abstained | answered anyway | prose that holds no answer |"
    )
    print("|---|---|---|---|---|---|")
    for label, gate_a, gate_c in (
        ("all", True, True),
        ("without A, is it in the notes?", False, True),
        ("without C, is the sentence supported?", True, False),
        ("without A and C", False, False),
    ):
        print(f"| {label} | {' | '.join(f'{share:.0%}' for share in _shares(rows, gate_a, gate_c))} |")


def _shares(rows: Sequence[Asked], gate_a: bool, gate_c: bool) -> list[float]:
    shown = [row for row in rows if not gate_a or row.answer.confidence >= _THRESHOLD]
    positive = [row for row in rows if not row.gold.unanswerable]
    prose = {
        id(row): [
            item.text
            for item in row.answer.sentences
            if (item.supported or not gate_c) and item.verdict != "quoted"
        ]
        for row in shown
    }
    of_positive = [row for row in shown if not row.gold.unanswerable]
    spoken = [row for row in of_positive if prose[id(row)]]
    quoted = {
        id(row): [item.text for item in row.answer.sentences if item.verdict == "quoted"] for row in shown
    }
    right = sum(row.holds(" \n ".join((*prose[id(row)], row.quotes))) for row in of_positive)
    in_prose = sum(row.holds(" \n ".join((*prose[id(row)], *quoted[id(row)]))) for row in of_positive)
    empty = sum(not row.holds(" \n ".join(prose[id(row)])) for row in spoken)
    return [
        right / len(positive),
        in_prose / len(positive),
        1 - len(of_positive) / len(positive),
        (len(shown) - len(of_positive)) / max(1, len(rows) - len(positive)),
        empty / max(1, len(spoken)),
    ]


def curve(name: str = "squad2", judge: str = "") -> None:
    curves = {"gate A": _curve(name, "")}
    if judge:
        curves[f"gate A and {Path(judge).stem}"] = _curve(name, judge)
    _plot(name, curves)


def _curve(name: str, judge: str) -> list[tuple[float, float]]:
    rows = asked(name, 0, "quotes", judge)
    positive = [row for row in rows if not row.gold.unanswerable]
    negative = [row for row in rows if row.gold.unanswerable]
    print(f"\n{Path(judge).stem or 'without a judge'}\n")
    print("| threshold | answerable answered | right | unanswerable answered | risk: wrong of all answered |")
    print("|---|---|---|---|---|")
    points = []
    for threshold in (0.0, 0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        answered_yes = [row for row in positive if row.answer.confidence >= threshold]
        answered_no = [row for row in negative if row.answer.confidence >= threshold]
        right = sum(row.holds(row.quotes) for row in answered_yes)
        count = len(answered_yes) + len(answered_no)
        risk = 1 - right / max(1, count)
        points.append((count / len(rows), risk))
        print(
            f"| {threshold:.2f} | {len(answered_yes) / len(positive):.1%} | {right / len(positive):.1%} | "
            f"{len(answered_no) / len(negative):.1%} | {risk:.1%} |"
        )
    return points


def _plot(name: str, curves: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    width, height = _PLOT
    left, bottom, across, up = 50, height - 40, width - 80, height - 80

    def place(coverage: float, risk: float) -> str:
        return f"{left + coverage * across:.1f},{bottom - risk * up:.1f}"

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{left}" y="20" font-size="13">{name}: risk against coverage</text>',
        f'<polyline points="{place(0, 1)} {place(0, 0)} {place(1, 0)}" fill="none" stroke="#888"/>',
    ]
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        lines.append(
            f'<text x="{left + tick * across:.0f}" y="{bottom + 16}" text-anchor="middle">{tick:.0%}</text>'
        )
        lines.append(
            f'<text x="{left - 6}" y="{bottom - tick * up + 4:.0f}" text-anchor="end">{tick:.0%}</text>'
        )
    lines.append(
        f'<text x="{left + across / 2:.0f}" y="{height - 6}" text-anchor="middle">share of questions answered</text>'
    )
    for number, ((label, points), colour) in enumerate(zip(curves.items(), _COLOURS, strict=False)):
        whole = " ".join(place(*point) for point in points)
        lines.append(f'<polyline points="{whole}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for spot in whole.split():
            x, y = spot.split(",")
            lines.append(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>')
        lines.append(f'<text x="{left + 10}" y="{40 + 15 * number}" fill="{colour}">{label}</text>')
    (ROOT / "docs" / "risk-coverage.svg").write_text("\n".join([*lines, "</svg>"]) + "\n", encoding="utf-8")


def absent(sample: str = "100", judge: str = "") -> None:
    questions = random.Random(0).sample(load_questions(SHARED / "eval" / "xquad-en"), int(sample))
    with closing(opened(SHARED / "vaults" / "logseq-docs")) as base:
        base.settings = replace(base.settings, answers=AnswerSettings(judge=judge))
        base.index()
        answers = [answered(base, gold.question, "quotes") for gold in questions]
    wrong = [answer for answer in answers if not answer.abstained]
    seconds = [answer.seconds for answer in answers]
    print(f"answered anyway: {len(wrong)} of {len(answers)}; median {statistics.median(seconds):.2f} s")
    for answer in wrong:
        print(f"  {answer.confidence:.2f} {answer.question} -> {answer.text[:120]}")


def turns() -> None:
    questions = (
        "What is a token?",
        "Who described the forgetting curve?",
        "How does spaced repetition work?",
        "What does quantisation cost?",
        "What is BM25 good for?",
        "What is the temperature of a model?",
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(KnowledgeBase(Settings(ROOT / "vault", Path(folder)))) as base,
    ):
        base.index()
        answered(base, "What is an embedding?")  # everything is loaded before the clock runs
        quotes, whole = [], []
        for question in questions:
            start = time.perf_counter()
            told = [(time.perf_counter() - start, event) for event in base.ask(question)]
            quotes += [seconds for seconds, event in told if isinstance(event, QuotesFound)]
            whole.append(time.perf_counter() - start)
            usage = base.models.language.counters()
            print(f"{question}: {usage.evaluated_tokens} of {usage.prompt_tokens} tokens evaluated")
        print(f"quotes: median {statistics.median(quotes):.2f} s, worst {max(quotes):.2f} s")
        print(f"answer: median {statistics.median(whole):.2f} s, worst {max(whole):.2f} s")


if __name__ == "__main__":
    commands = {"gates": gates, "curve": curve, "absent": absent, "turns": turns}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
