"""Vaults of any size, made of real notes.

    python tests/bench/made_vault.py FOLDER NOTES     for instance 1000, 10000, 50000 or 200000

A note is made of sections of the notes in `../shared/vaults` (without that folder, of the sample vault), drawn by
chance. It has a title of its own and as many sections as a real note, and its links lead to other made notes. Words
are exchanged from note to note, so that passages differ and the vocabulary grows as that of real vaults does. The same
number of notes always makes the same vault.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SHARED = _ROOT.parent / "shared" / "vaults"
_NOTES_A_FOLDER = 200
_LARGEST = 30_000  # characters of a source note; longer ones are lists that nobody would write twice
_WORD = re.compile(r"\b[a-z]{6,12}\b")
_LINK = re.compile(r"\[\[([^\[\]|#\n]+)([^\[\]\n]*)\]\]")
_HEADING = re.compile(r"(?m)^(?=#{2,6} )")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Pool:
    """What notes are made of."""

    fronts: Sequence[str]  # front matter of each source note, often empty
    counts: Sequence[int]  # sections of each source note
    sections: Sequence[str]
    words: Sequence[str]  # that may stand for one another


def make(folder: Path, count: int, seed: int = 1) -> None:
    """Write `count` notes below `folder`."""
    chance = random.Random(seed)
    pool = _pool(_sources())
    titles = _titles(count, pool.words, chance)
    for number, title in enumerate(titles):
        file = folder / f"Area {number // _NOTES_A_FOLDER}" / f"{title}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_note(title, titles, pool, chance), encoding="utf-8")


def _sources() -> list[str]:
    folder = _SHARED if _SHARED.is_dir() else _ROOT / "vault"
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in sorted(folder.rglob("*.md")))
    return [text for text in texts if 40 < len(text) < _LARGEST]


def _pool(sources: Sequence[str]) -> _Pool:
    fronts, counts, sections = [], [], []
    words: dict[str, None] = {}
    for text in sources:
        front = _FRONT.match(text)
        fronts.append(front[0] if front else "")
        own = [part for part in _HEADING.split(text[front.end() if front else 0 :]) if part.strip()]
        counts.append(max(1, len(own)))
        sections += own
        words.update(dict.fromkeys(_WORD.findall(text)))
    return _Pool(fronts, counts, sections, list(words))


def _titles(count: int, words: Sequence[str], chance: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[" ".join(chance.choices(words, k=chance.choice((2, 2, 3)))).capitalize()] = None
    return list(found)


def _note(title: str, titles: Sequence[str], pool: _Pool, chance: random.Random) -> str:
    body = "\n\n".join(
        section.strip("\n") for section in chance.choices(pool.sections, k=chance.choice(pool.counts))
    )
    own = dict(zip(chance.choices(pool.words, k=40), chance.choices(pool.words, k=40), strict=True))
    body = _LINK.sub(lambda link: f"[[{chance.choice(titles)}{link[2]}]]", body)
    body = _WORD.sub(lambda word: own.get(word[0], word[0]), body)
    return f"{chance.choice(pool.fronts)}# {title}\n\n{body}\n"


if __name__ == "__main__":
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    make(Path(sys.argv[1]), int(sys.argv[2]))
