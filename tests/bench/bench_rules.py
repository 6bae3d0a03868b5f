"""What each rule of answering is worth: the same questions with the rule left out, and what that changes.

python tests/bench/bench_rules.py answers SET [SAMPLE]   the rules that find and choose evidence, on questions of SET
python tests/bench/bench_rules.py gates                  the checks of gate C, on altered sentences of notes
python tests/bench/bench_rules.py prose SET SAMPLE       the same, on what the bundled model says of its quotes
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

from kb.answering.conversation import Turn  # noqa: E402
from kb.answering.gates import groundedness  # noqa: E402
from kb.answering.generation import phrasing  # noqa: E402
from kb.answering.question.decompose import Part, SubQuestions  # noqa: E402
from kb.answering.question.follow_up import StandaloneQuestion  # noqa: E402
from kb.cli.commands.evaluate import _knowledge_base as opened  # noqa: E402
from kb.evaluation.answers import Judged, judge_answers  # noqa: E402
from kb.evaluation.questions import GoldQuestion, holds_answer, load_questions  # noqa: E402
from kb.knowledge_base import KnowledgeBase  # noqa: E402
from kb.knowledge_base.models import Models  # noqa: E402
from tests.answering.altered import pairs, sentences_of  # noqa: E402
from tests.answering.test_altered import holds  # noqa: E402
from tests.bench.bench_answers import answered  # noqa: E402

_EACH = 80  # altered sentences of a kind


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that can be left out: the name `module.attribute` in kb.answering, and what stands in for it."""

    label: str
    name: str
    without: Any


class _NoCatalog:
    """Answers nothing from the catalog."""

    def __init__(self, *_: Any) -> None:
        pass

    def answer(self, _: str) -> None:
        return None


def _whole(text: str, _: object) -> SubQuestions:
    return SubQuestions("single", (Part(text, text),))


def _without_strategy(left_out: str) -> Callable[..., Any]:
    from kb.answering.strategies import strategies_of

    return lambda *given: [row for row in strategies_of(*given) if row[0] != left_out]


RULES = (
    Rule("small talk is no question", "agent.is_small_talk", lambda _: False),
    Rule("a follow-up is completed", "agent.rewrite_follow_up", lambda text, *_: StandaloneQuestion(text)),
    Rule("passages for the question before it", "agent.AnswerAgent._followed", lambda _: []),
    Rule("the catalog answers", "agent.CatalogQuestions", _NoCatalog),
    Rule("several questions are parted", "agent.decompose", _whole),
    Rule("slips of the keyboard are mended", "parts.PartsReader.mend", lambda *_: ""),
    Rule("passages of the period or the thing", "agent.hits_besides", lambda *_: []),
    Rule("searching along links", "agent.strategies_of", _without_strategy("along links")),
    Rule("passages in other languages", "strategies.is_foreign_to", lambda *_: False),
    Rule("one block for several parts", "agent.in_one_block", lambda _: False),
    Rule("rows of a table compared", "evidence.reader_evidence.compared_rows", lambda *_: []),
    Rule("sides of a comparison", "agent.sides_or_whole", lambda parts, _: list(parts[:1])),
    Rule("quotes that disagree", "agent.find_conflict", lambda *_: None),
    Rule("what is in force", "evidence.reader_evidence.in_force", lambda _q, best, *_: best),
    Rule("counting", "evidence.reader_evidence.count_of", lambda *_: None),
    Rule(
        "the day of an event", "evidence.reader_evidence.EvidenceReader._as_event", lambda _s, _q, item: item
    ),
    Rule("the state of a thing", "evidence.reader_evidence.EvidenceReader._latest", lambda *_: []),
    Rule("all entries of a period", "evidence.reader_evidence.EvidenceReader._entries", lambda *_: []),
    Rule("a period recommends its entries", "evidence.reader_evidence._OF_PERIOD", 0.0),
    Rule("… a week, too", "evidence.reader_evidence._OF_WEEK", 0.0),
    Rule("all that was asked for", "evidence.reader_evidence._MOST_TOGETHER", 1),
    Rule("the side that a part is about", "evidence.reader_evidence._speaks_of", lambda *_: True),
    Rule("other places with the same answer", "evidence.reader_evidence.agrees", lambda *_: False),
    Rule("names that a section lacks", "evidence.candidates._NAMELESS", 0.0),
    Rule("what is to be counted", "evidence.candidates._speaks_of_counted", lambda *_: True),
    Rule("rows that another name heads", "evidence.candidates.is_of_another_row", lambda *_: False),
    Rule("addresses and numbers of people", "evidence.candidates.lacks_contact", lambda *_: False),
    Rule("cells by row and column", "evidence.candidates._by_cells", lambda _q, _s, scored: scored),
    Rule("sections in other languages", "evidence.candidates.foreign_to", lambda *_: set()),
    Rule("fronts of flash cards", "evidence.stretches.asks_else", lambda *_: False),
    Rule("lists that only point elsewhere", "evidence.stretches._only_points", lambda *_: False),
    Rule("lists of files", "evidence.stretches._only_files", lambda *_: False),
    Rule("sentences that only lead in", "evidence.stretches._only_leads", lambda *_: False),
    Rule("yes or no", "block_answers._yes_or_no", lambda *_: ""),
    Rule("the day before an answer", "block_answers._day", lambda *_: ""),
)


@contextmanager
def instead(owner: Any, name: str, value: Any) -> Iterator[None]:
    """`owner.name` is `value` meanwhile."""
    before = vars(owner)[name]
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def left_out(rule: Rule) -> Iterator[None]:
    """Answers are found without `rule` meanwhile."""
    path, _, name = f"kb.answering.{rule.name}".rpartition(".")
    module, _, cls = path.rpartition(".")
    owner: Any = getattr(importlib.import_module(module), cls) if cls[0].isupper() else None
    with instead(owner or importlib.import_module(path), name, rule.without):
        yield


class Remembering:
    """Calls of slow parts are answered from memory when they come again, as most do when one rule is left out."""

    def __init__(self, part: object, *names: str) -> None:
        self._part = part
        self._known: dict[Hashable, Any] = {}
        self._names = names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if name not in self._names:
            return found

        def call(*given: Any, **named: Any) -> Any:
            key = (name, repr((given, named)))
            if key not in self._known:
                self._known[key] = found(*given, **named)
            return self._known[key]

        return call


def answers(name: str, sample: str = "0") -> None:
    questions = load_questions(SHARED / "eval" / name)
    if 0 < int(sample) < len(questions):
        questions = random.Random(0).sample(questions, int(sample))
    with closing(opened(SHARED / "eval" / name / "notes")) as base, ExitStack() as stack:
        base.index()
        encoder = Remembering(base.models.embedder, "embed_question", "embed_query")
        stack.enter_context(instead(Models, "embedder", encoder))
        parts = vars(base)
        vars(base.models)["reader"] = Remembering(base.models.reader, "read", "supports")
        parts["retriever"] = Remembering(base.retriever, "search", "search_both", "document_frequency")
        before = _judged(base, questions)
        print(
            f"{name}, {len(questions)} questions: right {_count(before, _right)}, wrong {_count(before, _wrong)}"
        )
        print("\n| left out | right | wrong | abstained | changed |\n|---|---|---|---|---|")
        for rule in RULES:
            with left_out(rule):
                after = _judged(base, questions)
            changed = [i.gold.id for i, j in zip(before, after, strict=True) if _outcome(i) != _outcome(j)]
            worth = (_count(after, test) - _count(before, test) for test in (_right, _wrong, _abstained))
            others = sum(i.answer.text != j.answer.text for i, j in zip(before, after, strict=True))
            print(
                f"| {rule.label} | {' | '.join(f'{count:+d}' for count in worth)} | {others} |",
                *changed[:8],
                flush=True,
            )


def _judged(base: KnowledgeBase, questions: Sequence[GoldQuestion]) -> list[Judged]:
    def ask(gold: GoldQuestion) -> Any:
        base.settings = replace(base.settings, today=gold.today)
        turns: list[Turn] = []
        for question in gold.history:
            before = answered(base, question, history=turns)
            turns.append(Turn(before.understood or question, before.text))
        return answered(base, gold.question, history=turns)

    return list(judge_answers(questions, ask))


def _right(item: Judged) -> bool:
    return item.answer.abstained if item.gold.unanswerable else item.prose_right


def _abstained(item: Judged) -> bool:
    return item.answer.abstained and not item.gold.unanswerable


def _wrong(item: Judged) -> bool:
    return not _right(item) and not item.answer.abstained


def _outcome(item: Judged) -> tuple[bool, bool]:
    return _right(item), _wrong(item)


def _count(judged: Sequence[Judged], test: Callable[[Judged], bool]) -> int:
    return sum(map(test, judged))


def gates() -> None:
    sentences = sentences_of(ROOT / "vault", 900)
    sentences += sentences_of(SHARED / "eval" / "squad2" / "notes", 900)
    sentences += sentences_of(SHARED / "vaults" / "foam-docs", 900)
    made = pairs(sentences, _EACH)
    print(
        f"{sum(not pair.is_true for pair in made)} false sentences, {sum(pair.is_true for pair in made)} true ones\n"
    )
    print("| left out | false let pass | true dropped |\n|---|---|---|")
    for gate in (None, *groundedness.GATES):
        kept = tuple(one for one in groundedness.GATES if one is not gate)
        with instead(groundedness, "GATES", kept):
            passed = [pair.is_true for pair in made if holds(pair.source, pair.said)]
        false, true = passed.count(False), passed.count(True)
        print(f"| {gate.__name__ if gate else 'nothing'} | {false} | {sum(p.is_true for p in made) - true} |")


def prose(name: str, sample: str) -> None:
    questions = [one for one in load_questions(SHARED / "eval" / name) if not one.unanswerable]
    questions = random.Random(0).sample(questions, int(sample))
    said: list[tuple[bool, Any]] = []
    with closing(opened(SHARED / "eval" / name / "notes")) as base:
        base.settings = replace(
            base.settings, answers=replace(base.settings.answers, prose="always", threshold=0.0)
        )
        base.index()
        for gold in questions:

            def check(sentence: str, *given: Any, gold: GoldQuestion = gold) -> Any:
                said.append((holds_answer(sentence, gold.answers), (sentence, *given)))
                return groundedness.check_groundedness(sentence, *given)

            with instead(phrasing, "check_groundedness", check):
                answered(base, gold.question, "full")
    print(f"{name}: {len(said)} sentences, {sum(right for right, _ in said)} of which hold the answer\n")
    print("| left out | let pass with the answer | without it |\n|---|---|---|")
    for gate in (None, *groundedness.GATES):
        with instead(groundedness, "GATES", tuple(one for one in groundedness.GATES if one is not gate)):
            passed = [right for right, given in said if groundedness.check_groundedness(*given).supported]
        print(
            f"| {gate.__name__ if gate else 'nothing'} | {passed.count(True)} | {passed.count(False)} |",
            flush=True,
        )


if __name__ == "__main__":
    commands: dict[str, Callable[..., None]] = {"answers": answers, "gates": gates, "prose": prose}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
