"""kb beside other programs for the same job: the same vault, the same run, each action a process of its own.

    make bench                                                   what this needs is installed in `.venv-bench` first
    python tests/bench/side_by_side.py [VAULT [QUESTIONS]]

VAULT is obsidian-tasks-docs of `../shared/vaults`, else the sample vault. QUESTIONS is a folder with `notes` and
`questions.jsonl`, by which the notes that are found are judged: `../shared/eval/notebook` where there is one. The table
goes to the screen, the picture to tests/bench/side-by-side.svg.
"""

from __future__ import annotations

import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

from tests.bench.rivals import SYSTEMS, versions  # noqa: E402

_RUNS = 3
_RANKED = 10
_QUERIES = (
    "How do I set a due date?",
    "recurring tasks",
    "filter by folder",
    "custom statuses",
    "hide the toolbar",
)
# Of each row: its name, and whether kb is the better the more it has of it.
_ROWS = {
    "passages": None,
    "first index, s": False,
    "nothing changed, s": False,
    "one note changed, s": False,
    "first result of a new process, s": False,
    "a further search, ms": False,
    "memory of the first index, MB": False,
    "nDCG@10 of notes": True,
    "first note is right": True,
}


def main(vault: Path, questions: Path | None) -> None:
    words = sum(
        len(file.read_text(encoding="utf-8", errors="replace").split()) for file in vault.rglob("*.md")
    )
    found = {name: compared(name, vault, questions) for name in SYSTEMS}
    print(f"{vault.name}: {words:,} words; {', '.join(versions())}\n")
    print(f"| | {' | '.join(found)} |\n|---|{'---|' * len(found)}")
    for row in _ROWS:
        print(f"| {row} | {' | '.join(told(figures.get(row)) for figures in found.values())} |")
    print()
    for row, more_is_better in _ROWS.items():
        if more_is_better is not None and (ratios := ratios_of(row, found, more_is_better)):
            print(
                f"{row}: kb is "
                + ", ".join(f"{ratio:.2f} times as good as {name}" for name, ratio in ratios.items())
            )
    picture = Path(__file__).with_name("side-by-side.svg")
    picture.write_text(drawn(found), encoding="utf-8")
    print(f"\nThe picture is in {picture.relative_to(ROOT)}.")


def compared(name: str, vault: Path, questions: Path | None) -> dict[str, float]:
    """The figures of one system."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        shutil.copytree(vault, here / "vault")
        first = do(name, "index", here)
        figures |= {
            "passages": first["passages"],
            "first index, s": first["seconds"],
            "memory of the first index, MB": first["memory"],
        }
        if SYSTEMS[name]().follows:
            figures["nothing changed, s"] = min(do(name, "index", here)["seconds"] for _ in range(_RUNS))
            note = sorted((here / "vault").rglob("*.md"))[3]
            note.write_text(
                note.read_text(encoding="utf-8") + "\n## Later\n\nA line more.\n", encoding="utf-8"
            )
            figures["one note changed, s"] = do(name, "index", here)["seconds"]
        searches = [do(name, "search", here, *_QUERIES) for _ in range(_RUNS)]
        figures["first result of a new process, s"] = min(one["first"] for one in searches)
        figures["a further search, ms"] = statistics.median(one["further"] for one in searches)
        shutil.rmtree(here / "vault")
        shutil.rmtree(here / "store")
        if questions is not None:
            shutil.copytree(questions / "notes", here / "vault")
            do(name, "index", here)
            figures |= quality(name, here, questions)
    return figures


def quality(name: str, here: Path, questions: Path) -> dict[str, float]:
    """How well the notes are ranked that hold an answer; binary relevance, as in the field's nDCG."""
    asked = [
        json.loads(line) for line in (questions / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    asked = [one for one in asked if one.get("notes") and not one.get("unanswerable")]
    ranked = do(name, "search", here, *(one["question"] for one in asked))["found"]
    gains, firsts = [], []
    for one, paths in zip(asked, ranked, strict=True):
        right = [path in one["notes"] for path in paths[:_RANKED]]
        ideal = sum(1 / math.log2(place + 2) for place in range(min(len(one["notes"]), _RANKED)))
        gains.append(sum(hit / math.log2(place + 2) for place, hit in enumerate(right)) / ideal)
        firsts.append(right[:1] == [True])
    return {"nDCG@10 of notes": statistics.mean(gains), "first note is right": statistics.mean(firsts)}


def do(name: str, action: str, here: Path, *queries: str) -> dict[str, Any]:
    """What a process reports that does one thing. Seconds are those of the clock, its start included."""
    environment = os.environ | {
        "ANONYMIZED_TELEMETRY": "False",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "XDG_STATE_HOME": str(here / "state"),
    }
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "do", name, action, str(here)],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        env=environment,
    )
    if done.returncode:
        sys.exit(f"{name} could not {action}: {done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report | {"seconds": time.perf_counter() - start}


def child(name: str, action: str, here: Path) -> None:
    begun = time.perf_counter()
    queries = json.load(sys.stdin)
    system = SYSTEMS[name]()
    vault, store = here / "vault", here / "store"
    store.mkdir(exist_ok=True)
    if action == "index":
        report: dict[str, Any] = {"passages": system.index(vault, store)}
    else:
        search = system.open(vault, store)
        found, taken = [], []
        for query in queries:
            start = time.perf_counter()
            found.append(search(query))
            taken.append(time.perf_counter() - start)
            if len(found) == 1:
                first = time.perf_counter() - begun
        report = {"found": found, "first": first, "further": 1000 * statistics.median(taken[1:] or taken)}
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    report["memory"] = peak / (1e6 if sys.platform == "darwin" else 1e3)
    print("\n" + json.dumps(report))


def ratios_of(row: str, found: Mapping[str, Mapping[str, float]], more_is_better: bool) -> dict[str, float]:
    own = found["kb"].get(row)
    others = {name: figures[row] for name, figures in found.items() if name != "kb" and row in figures}
    if not own:
        return {}
    return {name: own / other if more_is_better else other / own for name, other in others.items() if other}


def told(figure: float | None) -> str:
    if figure is None:
        return "–"
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"


def drawn(found: Mapping[str, Mapping[str, float]]) -> str:
    """A block of bars for each row; kb's are filled."""
    parts: list[str] = []
    y = 10
    for row in (row for row, kind in _ROWS.items() if kind is not None):
        figures = {name: one[row] for name, one in found.items() if row in one}
        if not figures:
            continue
        parts.append(f'<text x="10" y="{y + 14}" font-weight="bold">{escape(row)}</text>')
        y += 22
        for name, figure in figures.items():
            wide = 380 * figure / max(figures.values())
            colour = "#7a4fb5" if name == "kb" else "#9aa0a6"
            parts.append(
                f'<text x="110" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
                f'<rect x="118" y="{y + 2}" width="{wide:.1f}" height="14" rx="2" fill="{colour}"/>'
                f'<text x="{124 + wide:.1f}" y="{y + 13}">{told(figure)}</text>'
            )
            y += 19
        y += 12
    style = 'font-family="system-ui, sans-serif" font-size="12" fill="currentColor"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 {y}" width="600" height="{y}" {style}>'
        f'<rect width="600" height="{y}" fill="#ffffff"/><g fill="#202124">{"".join(parts)}</g></svg>\n'
    )


def _default(paths: Sequence[Path]) -> Path | None:
    return next((path for path in paths if path.is_dir()), None)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["do", name, action, here]:
            child(name, action, Path(here))
        case [*folders] if len(folders) <= 2:
            chosen = [Path(folder).resolve() for folder in folders]
            vault = (
                chosen[0] if chosen else _default([SHARED / "vaults" / "obsidian-tasks-docs", ROOT / "vault"])
            )
            questions = chosen[1] if len(chosen) == 2 else _default([SHARED / "eval" / "notebook"])
            if vault is None or not vault.is_dir():
                sys.exit("There is no such vault. Name a folder of notes.")
            main(vault, questions)
        case _:
            sys.exit(__doc__)
