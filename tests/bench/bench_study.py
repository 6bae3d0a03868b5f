"""What the study plugins make of real notes.

python tests/bench/bench_study.py quiz [SEED]     some 500 quiz cards: checks, and 100 of them to read
python tests/bench/bench_study.py read [SEED]     150 cards of six kinds of notes, to be judged by reading; no index is made
python tests/bench/bench_study.py summaries       ten long notes: compression and time; to read
python tests/bench/bench_study.py points          how many of the points in summary_points.json the summaries of 20 notes tell
python tests/bench/bench_study.py talks           the learner of talks.json and the tutor's replies; to read
"""

from __future__ import annotations

import json
import random
import re
import shutil
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
from kb_plugins.socratic.session import TutorSession  # noqa: E402
from kb_plugins.summarize.summarize import points_of, summarize  # noqa: E402
from kb_plugins.summarize.summary import Summary  # noqa: E402

from kb.knowledge_base import KnowledgeBase  # noqa: E402
from kb.notes.parse import parse_note  # noqa: E402
from kb.plugin_api import Cancellation, Message, Options, Said  # noqa: E402
from kb.settings import Settings  # noqa: E402

POINTS, TALKS = Path(__file__).with_name("summary_points.json"), Path(__file__).with_name("talks.json")
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
            base.models.language.complete(
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


def points() -> None:
    roots = {
        "vault": ROOT / "vault",
        "seeds": SHARED / "seeds",
        **{path.name: path for path in (SHARED / "vaults").iterdir()},
    }
    there = wanted = lines = read = written = 0
    with tempfile.TemporaryDirectory() as folder:
        base = KnowledgeBase(Settings(ROOT / "vault", Path(folder)))
        with closing(base):
            for name, patterns in json.loads(POINTS.read_text(encoding="utf-8")).items():
                root, _, path = name.partition("/")
                file = next(file for file in roots[root].rglob(Path(path).name) if file.match(path))
                note = parse_note(path, file.read_text(encoding="utf-8", errors="replace"))
                chosen = points_of(note, base.models.embed)
                text = "\n".join(one.text for one in chosen)
                told = [bool(re.search(pattern, text, re.IGNORECASE | re.DOTALL)) for pattern in patterns]
                print(
                    f"\n## {name}: {sum(told)} of {len(told)}\n\n- " + "\n- ".join(one.text for one in chosen)
                )
                there, wanted, lines = there + sum(told), wanted + len(told), lines + len(chosen)
                read += len(note.text[note.body.start :].split())
                written += len(text.split())
    print(f"\n{there} of {wanted} points ({there / wanted:.0%}) in {lines} lines, {written} words of {read}")


def talks() -> None:
    with tempfile.TemporaryDirectory() as folder:
        vault = Path(folder) / "vault"
        shutil.copytree(ROOT / "vault", vault, ignore=shutil.ignore_patterns(".kb"))
        shutil.copytree(SHARED / "seeds", vault / "Seeds")
        base = KnowledgeBase(Settings(vault, Path(folder) / "index"))
        with closing(base):
            base.index()
            for talk in json.loads(TALKS.read_text(encoding="utf-8")):
                shutil.rmtree(base.logs.folder, ignore_errors=True)
                session = TutorSession(base)
                list(session.open(talk["topic"], Cancellation()))
                at = next(n for n, one in enumerate(session._lessons) if talk["answer"] in one.item.key)
                for _ in range(at):
                    list(session.reply("/skip", Cancellation()))
                print(f"\n## {session._lessons[at].question}\n")
                for turn in talk["turns"]:
                    if session._at != at:
                        break
                    said = [
                        one.markdown for one in session.reply(turn, Cancellation()) if isinstance(one, Said)
                    ]
                    print(f"- I: {turn}\n  - Tutor: {' '.join(said)}")


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
        case ["points"]:
            points()
        case ["talks"]:
            talks()
        case _:
            sys.exit(__doc__)
