"""What the study plugins make of real notes.

python tests/bench/bench_study.py quiz [SEED]     some 500 quiz cards: checks, and 100 of them to read
python tests/bench/bench_study.py read [SEED]     150 cards of six kinds of notes, to be judged by reading; no index is made
python tests/bench/bench_study.py summaries       ten long notes: compression and time; to read
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from kb_plugins.quiz.cards import items_of  # noqa: E402
from kb_plugins.quiz.deck import Deck  # noqa: E402
from kb_plugins.quiz.item import Item, leaks, normal_form, plain_key  # noqa: E402
from kb_plugins.quiz.logging_cards import open_log  # noqa: E402
from kb_plugins.summarize.summarize import summarize  # noqa: E402
from kb_plugins.summarize.summary import Summary  # noqa: E402

from kb.knowledge_base import KnowledgeBase  # noqa: E402
from kb.notes.parse import parse_note  # noqa: E402
from kb.plugin_api import Cancellation, Message, Options  # noqa: E402
from kb.settings import Settings  # noqa: E402

_CARDS_PER_VAULT = 400  # most vaults have fewer
_READ = 100


def quiz(seed: int) -> None:
    vaults = [
        ROOT / "vault",
        *sorted(path for path in (SHARED / "vaults").iterdir() if path.is_dir()),
    ]
    chosen: list[tuple[str, Item]] = []
    print(
        "| vault | cards | made by | exact keys | keys told by the stem | equal options | source in the top 3 |"
    )
    print("|---|---|---|---|---|---|---|")
    for vault in vaults:
        with opened(vault) as base:
            deck = Deck(base, open_log(base))
            items = [item for item in deck.items(base.select(""), seed) if item.kind != "explain"]
            random.Random(seed).shuffle(items)
            some = items[:_CARDS_PER_VAULT]
            text = {item.path: base.note(item.path).text for item in some}
            exact = sum(
                plain_key(text[item.path][item.span.start : item.span.end]) == " ".join(item.key.split())
                for item in some
            )
            told = sum(leaks(item.stem, item.key) for item in some if item.kind != "true-false")
            equal = sum(len({normal_form(one) for one in item.options}) < len(item.options) for item in some)
            found = [item for item in some if deck.is_found(item)]
            print(
                f"| {vault.name} | {len(some)} | {len({item.rule for item in some})} rules | {exact} | {told} | {equal} | "
                f"{len(found) / len(some):.1%} |",
                flush=True,
            )
            chosen += [(vault.name, item) for item in found]
    print(f"\n{len(chosen)} cards would be put to the learner; {_READ} of them:\n")
    for number, (name, item) in enumerate(random.Random(seed).sample(chosen, _READ), start=1):
        options = f"  options: {' | '.join(item.options)}" if item.options else ""
        print(
            f"{number}. [{item.rule}, {item.kind}] {item.stem}\n   = {item.key}{options}   ({name}/{item.path})"
        )


def read(seed: int) -> None:
    notebook, tasks = SHARED / "eval" / "notebook" / "notes", SHARED / "vaults" / "obsidian-tasks-docs"
    targets: list[tuple[str, Path, Callable[[Path], bool], int]] = [
        ("study notes", SHARED / "seeds", lambda file: True, 46),
        (
            "a reference",
            tasks,
            lambda file: bool({"Reference", "Queries", "Scripting"} & set(file.parts)),
            30,
        ),
        ("how-to notes", SHARED / "vaults" / "foam-docs" / "user", lambda file: True, 30),
        ("a person's notebook", notebook, lambda file: not is_chinese(file), 30),
        ("Chinese notes", notebook, is_chinese, 10),
        ("German notes", ROOT / "vault" / "Deutsch", lambda file: True, 15),
    ]
    for name, root, wanted, count in targets:
        made = [
            items_of(
                parse_note(
                    file.relative_to(root).as_posix(), file.read_text(encoding="utf-8", errors="replace")
                )
            )
            for file in sorted(root.rglob("*.md"))
            if wanted(file)
        ]
        items = [item for some in made for item in some]
        print(f"\n## {name}: {len(items)} cards of {len(made)} notes, {made.count([])} of them without one\n")
        for item in random.Random(seed).sample(items, min(count, len(items))):
            print(
                f"- [{item.rule}] {item.stem}\n  = {' / '.join(item.key.splitlines())}   ({item.path}:{item.line})"
            )


def is_chinese(file: Path) -> bool:
    text = file.read_text(encoding="utf-8", errors="replace")
    return sum("\u4e00" <= sign <= "\u9fff" for sign in text) > 20


def summaries() -> None:
    for vault in (ROOT / "vault", SHARED / "vaults" / "foam-docs"):
        with opened(vault) as base:
            base.model.complete(
                [Message("user", "Hello")], Options(max_tokens=1)
            )  # loaded before the clock runs
            notes = sorted(base.catalog.notes(), key=lambda note: -len(base.note(note.path).text))
            for note in notes[:5]:
                summary = list(summarize(base, note.path, Cancellation()))[-1]
                assert isinstance(summary, Summary)
                said = [*summary.overview, *summary.points]
                words = sum(len(sentence.text.split()) for sentence in said)
                phrased = sum(sentence.verdict != "quoted" for sentence in said)
                print(
                    f"\n## {vault.name}/{note.path}: {summary.words_read:,} words to {words}, {phrased} of {len(said)} "
                    f"sentences phrased by the model, {summary.seconds:.1f} s"
                )
                for sentence in said:
                    print("-", "" if sentence.verdict == "quoted" else "(phrased) ", sentence.text, sep="")
                    if sentence.verdict != "quoted":
                        print("   =", *(summary.quotes[number - 1].text for number in sentence.citations))


@contextmanager
def opened(vault: Path) -> Iterator[KnowledgeBase]:
    with tempfile.TemporaryDirectory() as folder:
        base = KnowledgeBase(Settings(vault, Path(folder)))
        with closing(base):
            base.index()
            yield base


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["quiz", *seed]:
            quiz(*map(int, seed) if seed else (1,))
        case ["read", *seed]:
            read(*map(int, seed) if seed else (1,))
        case ["summaries"]:
            summaries()
        case _:
            sys.exit(__doc__)
