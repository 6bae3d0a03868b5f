"""Question sets and sentence pairs, read into one form and made to look like passages of notes.

A question set is `NAME.jsonl.xz`, a row each: `lang`, `title`, `context`, `question`, `answers` (`text`, `start` in
characters), `unanswerable`, `split`. A set of sentence pairs is `nli-NAME.jsonl.xz`: `premise`, `hypothesis`, `label`.
"""

from __future__ import annotations

import itertools
import json
import lzma
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

WITHOUT_SPACES = ("zh", "zh-hant", "ja", "th", "ko")
LABELS = {"entails": 0, "neutral": 1, "contradicts": 2}
# Small sets of the kinds that matter most are seen more than once an epoch; large ones of one kind are cut.
TIMES = {"squad2-unans": 2, "heq-he": 2, "cmrc2018-zh": 2}
MOST = {"qamr": 8000, "jaquad-ja": 10000, "squadshifts": 14000, "policyqa": 1500, "pquad-fa": 7000}
# Passages of kb hold about 200 word pieces: so many characters of a context are kept, where words have spaces or not.
_WINDOW, _WINDOW_WITHOUT_SPACES = 700, 300
_BULLETS, _HEADED, _TYPOS, _KEYWORDS = 0.2, 0.7, 0.08, 0.06
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z])|(?<=[。！？])")
_QUESTION_WORDS = frozenset(
    "what which who whom whose when where why how is are was were do does did the a an of in on for to".split()
)


@dataclass(frozen=True, slots=True)
class Example:
    """A question over a passage. `start` and `end` are characters of `context`; both -1 where it holds no answer."""

    question: str
    context: str
    start: int = -1
    end: int = -1
    title: str = ""
    lang: str = "en"
    answers: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the passage holds the answer."""
        return self.start >= 0


@dataclass(frozen=True, slots=True)
class Pair:
    """A hypothesis (or a yes/no question) over a premise; `label` as in LABELS."""

    hypothesis: str
    premise: str
    label: int


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of one set."""
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def examples_of(rows: Sequence[dict[str, Any]], chance: random.Random) -> list[Example]:
    """Rows of a question set as examples over windows of a passage's size."""
    return [_window(_example(row), chance) for row in rows]


def training_examples(folder: Path, chance: random.Random) -> list[Example]:
    """All training questions of `folder`, with wrong passages that a search would bring for them."""
    examples: list[Example] = []
    for file in sorted(folder.glob("*.jsonl.xz")):
        name = file.name.removesuffix(".jsonl.xz")
        if name.startswith("nli-"):
            continue
        rows = [row for row in read_rows(file) if row["split"] == "train"]
        if name == "squadshifts":  # its reviews are third-party text
            rows = [row for row in rows if "amazon" not in (row["title"] + row["id"]).lower()]
        chance.shuffle(rows)
        own = examples_of(rows[: MOST.get(name, len(rows))], chance)
        examples += own * TIMES.get(name, 1)
        examples += _neighbours(own, chance, share=0.15)
        examples += retrieved_negatives(own, chance, share=0.2)
    return [as_in_notes(example, chance) for example in examples]


def training_pairs(folder: Path, chance: random.Random) -> list[Pair]:
    """All training pairs of `folder`; English claims also as yes/no questions."""
    pairs: list[Pair] = []
    for file in sorted(folder.glob("nli-*.jsonl.xz")):
        for row in read_rows(file):
            if row["split"] != "train":
                continue
            pair = Pair(row["hypothesis"], row["premise"], LABELS[row["label"]])
            asked = as_question(row["hypothesis"]) if row["lang"] == "en" else ""
            if asked and chance.random() < 0.5:
                pair = replace(pair, hypothesis=asked)
            pairs.append(pair)
    return pairs


def as_question(claim: str) -> str:
    """An English claim as a yes/no question, its first auxiliary moved to the front; "" where it has none."""
    words = claim.rstrip(". ").split()
    for place, word in enumerate(words[1:8], start=1):
        if word in ("is", "are", "was", "were", "has", "had", "can", "will", "did", "does"):
            rest = [*words[:place], *words[place + 1 :]]
            return f"{word.capitalize()} {' '.join(rest)}?"
    return ""


def retrieved_negatives(
    examples: Sequence[Example], chance: random.Random, share: float
) -> Iterator[Example]:
    """Questions over passages of other titles that share words with them and hold none of their answers."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    asked = [e for e in examples if e.answerable and chance.random() < share]
    contexts = list({e.context: e.title for e in examples}.items())
    if len(contexts) < 20 or not asked:
        return
    unspaced = examples[0].lang in WITHOUT_SPACES
    vectors = TfidfVectorizer(
        analyzer="char" if unspaced else "word",
        ngram_range=(2, 2) if unspaced else (1, 1),
        sublinear_tf=True,
        max_df=0.2,
    )
    matrix = vectors.fit_transform([context for context, _ in contexts])
    for begin in range(0, len(asked), 512):
        batch = asked[begin : begin + 512]
        scores = (vectors.transform([e.question for e in batch]) @ matrix.T).toarray()
        for example, row in zip(batch, scores, strict=True):
            near = [contexts[i] for i in row.argsort()[::-1][:8]]
            wrong = [(c, t) for c, t in near if c != example.context and t != (example.title or None)]
            wrong = [(c, t) for c, t in wrong if not _holds(c, example.answers)]
            if wrong:
                context, title = wrong[chance.randrange(min(3, len(wrong)))]
                yield replace(example, context=context, title=title, start=-1, end=-1)


def typo(text: str, chance: random.Random) -> str:
    """`text` with one or two letters swapped, dropped or doubled, in lower case, as typed in a hurry."""
    letters = list(text.lower().rstrip("?"))
    for _ in range(chance.choice((1, 1, 2))):
        places = [i for i in range(1, len(letters) - 1) if letters[i].isalpha() and letters[i + 1].isalpha()]
        if not places:
            break
        i = chance.choice(places)
        match chance.randrange(3):
            case 0:
                letters[i], letters[i + 1] = letters[i + 1], letters[i]
            case 1:
                del letters[i]
            case _:
                letters.insert(i, letters[i])
    return "".join(letters)


def keywords(question: str) -> str:
    """An English question as the words one would type into a search field."""
    words = question.rstrip("?").split()
    kept = [word for word in words if word.lower() not in _QUESTION_WORDS]
    return " ".join(kept) if len(kept) > 1 else question


def _example(row: dict[str, Any]) -> Example:
    answer = row["answers"][0] if row["answers"] and not row["unanswerable"] else None
    return Example(
        question=row["question"],
        context=row["context"],
        start=answer["start"] if answer else -1,
        end=answer["start"] + len(answer["text"]) if answer else -1,
        title=row.get("title", "").replace("_", " ").strip(),
        lang=row["lang"],
        answers=tuple(item["text"] for item in row["answers"]),
    )


def _window(example: Example, chance: random.Random) -> Example:
    text, unspaced = example.context, example.lang in WITHOUT_SPACES
    size = _WINDOW_WITHOUT_SPACES if unspaced else _WINDOW
    if len(text) <= size:
        return example
    start, end = (example.start, example.end) if example.answerable else (chance.randrange(len(text)),) * 2
    low = max(0, min(start - chance.randrange(max(1, size - (end - start))), len(text) - size))
    high = min(len(text), max(low + size, end))
    while low > 0 and not unspaced and not text[low - 1].isspace():
        low -= 1
    if not example.answerable:
        return replace(example, context=text[low:high])
    return replace(example, context=text[low:high], start=start - low, end=end - low)


def _neighbours(examples: Sequence[Example], chance: random.Random, share: float) -> Iterator[Example]:
    """Questions over another passage of their own article."""
    by_title: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        if example.title:
            by_title[example.title].add(example.context)
    for example in examples:
        others = by_title[example.title] - {example.context} if example.title else set()
        if example.answerable and others and chance.random() < share:
            context = chance.choice(sorted(others))
            if not _holds(context, example.answers):
                yield replace(example, context=context, start=-1, end=-1)


def _holds(context: str, answers: Sequence[str]) -> bool:
    folded = context.casefold()
    return any(answer.casefold() in folded for answer in answers)


def as_in_notes(example: Example, chance: random.Random) -> Example:
    """The same as kb gives it to the reader: under its title, now and then as bullets; as people type questions."""
    if chance.random() < _BULLETS and example.lang not in WITHOUT_SPACES:
        example = _bulleted(example)
    if 0 < len(example.title) < 80 and chance.random() < _HEADED:
        head = example.title + "\n"
        moved = len(head) if example.answerable else 0
        example = replace(
            example,
            context=head + example.context,
            start=example.start + moved,
            end=example.end + moved,
        )
    if chance.random() < _TYPOS and example.lang not in WITHOUT_SPACES:
        example = replace(example, question=typo(example.question, chance))
    elif example.lang == "en" and chance.random() < _KEYWORDS:
        example = replace(example, question=keywords(example.question))
    return example


def _bulleted(example: Example) -> Example:
    """Its sentences as the items of a list, the answer moved along; unchanged where the answer crosses sentences."""
    pieces, start, end, place = [], -1, -1, 0
    cuts = [0, *(match.end() for match in _SENTENCE.finditer(example.context)), len(example.context)]
    for low, high in itertools.pairwise(cuts):
        sentence = example.context[low:high].rstrip()
        if not sentence:
            continue
        piece = f"- {sentence}"
        if low <= example.start < high:
            start, end = place + 2 + example.start - low, place + 2 + example.end - low
            if example.end > low + len(sentence):
                return example
        pieces.append(piece)
        place += len(piece) + 1
    return replace(example, context="\n".join(pieces), start=start, end=end)
