"""What the reader can, as kb runs it: `python -m training.evaluate DATA [--squad2 FOLDER] [--xquad FOLDER]`.

For each set, the passage given: the area under the curve of answerable against not, the share of trick questions answered
where 88 % of the answerable ones are, and exact match and F1 of the span (over characters where words have no spaces).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.reading.encoder import WEIGHTS
from kb.reading.reader import Reader
from kb.reading.reading import Text
from kb.settings import cache_folder
from training.sets import WITHOUT_SPACES, Example, examples_of, read_rows

_ANSWERED = 0.88
_SETS = ("idk-mrc-id", "pquad-fa", "heq-he", "drcd-zh-hant", "jsquad-ja", "tydiqa-goldp", "norquad-no")
_LANGUAGES = ("en", "de", "es", "ar", "zh")
_BATCH = 16


def main() -> None:
    """Evaluate from the command line; prints a row of a Markdown table a set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--squad2", type=Path, help="folder of the set, with paragraphs.json")
    parser.add_argument("--xquad", type=Path, help="folder that holds xquad-en, xquad-de …")
    parser.add_argument("--most", type=int, default=500, help="questions of each set")
    options = parser.parse_args()
    reader = Reader(cache_folder(), options.weights)
    print("| set | questions | area | tricks at 88 % | EM | F1 | ms |")
    print("|---|---|---|---|---|---|---|")
    for name, examples in _sets(options):
        print(row(name, reader, examples[: options.most]), flush=True)


def row(name: str, reader: Reader, examples: Sequence[Example]) -> str:
    """One row of the table."""
    began = time.perf_counter()
    scores: list[tuple[float, bool]] = []
    exact, overlap = [], []
    for example in examples:
        reading = reader.read(example.question, [Text(example.context)])[0]
        scores.append((reading.score, example.answerable))
        if example.answerable:
            best = reading.best()
            said = example.context[best.start : best.end] if best else ""
            exact.append(max(_words(said) == _words(answer) for answer in example.answers))
            overlap.append(max(_f1(said, answer, example.lang) for answer in example.answers))
    spent = 1000 * (time.perf_counter() - began) / max(1, len(examples))
    area, tricks = _curve(scores)
    mean = [sum(values) / max(1, len(values)) for values in (exact, overlap)]
    return f"| {name} | {len(examples)} | {area} | {tricks} | {mean[0]:.3f} | {mean[1]:.3f} | {spent:.0f} |"


def _sets(options: argparse.Namespace) -> Iterator[tuple[str, list[Example]]]:
    chance = random.Random(1)
    if options.squad2:
        paragraphs = json.loads((options.squad2 / "paragraphs.json").read_text(encoding="utf-8"))
        yield (
            "squad2",
            [_over(options.squad2, item, paragraphs[item["id"]], "en") for item in _rows(options.squad2)],
        )
    if options.xquad:
        for lang in _LANGUAGES:
            folder = options.xquad / f"xquad-{lang}"
            rows = _rows(folder)
            chance.shuffle(rows)
            yield f"xquad {lang}", [_over(folder, item, item["notes"][0], lang) for item in rows]
        for asked, told in (("de", "en"), ("zh", "en"), ("en", "de")):
            answers = {item["id"]: item for item in _rows(options.xquad / f"xquad-{told}")}
            folder = options.xquad / f"xquad-{told}"
            rows = [
                {**answers[item["id"]], "question": item["question"]}
                for item in _rows(options.xquad / f"xquad-{asked}")
                if item["id"] in answers
            ]
            chance.shuffle(rows)
            yield f"xquad {asked} over {told}", [_over(folder, item, item["notes"][0], told) for item in rows]
    for name in _SETS:
        file = options.data / f"{name}.jsonl.xz"
        if file.is_file():
            rows = [item for item in read_rows(file) if item["split"] != "train"]
            chance.shuffle(rows)
            yield f"{name} (held out)", examples_of(rows[: options.most], chance)


def _rows(folder: Path) -> list[dict[str, object]]:
    return [
        json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    ]


def _over(folder: Path, item: dict[str, object], note: object, lang: str) -> Example:
    context = (folder / "notes" / str(note)).read_text(encoding="utf-8").strip()
    answers = tuple(map(str, item["answers"]))  # type: ignore[call-overload]
    present = -1 if item["unanswerable"] else 0
    return Example(str(item["question"]), context, present, present, lang=lang, answers=answers)


def _curve(scores: Sequence[tuple[float, bool]]) -> tuple[str, str]:
    """Area, and the share of tricks answered where _ANSWERED of the answerable are; "" where all are of one kind."""
    right = sorted(score for score, answerable in scores if answerable)
    wrong = [score for score, answerable in scores if not answerable]
    if not right or not wrong:
        return "", ""
    above = sum((one > other) + 0.5 * (one == other) for one in right for other in wrong)
    cut = right[int((1 - _ANSWERED) * len(right))]
    return (
        f"{above / len(right) / len(wrong):.3f}",
        f"{sum(score >= cut for score in wrong) / len(wrong):.3f}",
    )


def _words(text: str) -> list[str]:
    spaced = "".join(character if character.isalnum() else " " for character in text.lower())
    return [word for word in spaced.split() if word not in ("a", "an", "the")]


def _f1(said: str, answer: str, lang: str) -> float:
    one, other = _words(said), _words(answer)
    if lang in WITHOUT_SPACES:
        one, other = list("".join(one)), list("".join(other))
    common = sum((Counter(one) & Counter(other)).values())
    return 2 * common / (len(one) + len(other)) if common else 0.0


if __name__ == "__main__":
    main()
