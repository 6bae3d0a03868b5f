"""How fast notes are parsed and cut: `python tests/bench/bench_notes.py [FOLDER …]`, default ../shared/vaults."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb.indexing.embedder import Embedder
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages
from kb.notes.resolve import LinkResolver, names_of
from kb.notes.vault import Vault

VAULTS = Path(__file__).parents[3] / "shared" / "vaults"
ROUNDS = 3


def main() -> None:
    folders = [Path(word) for word in sys.argv[1:]] or sorted(p for p in VAULTS.glob("*") if p.is_dir())
    if not folders:
        sys.exit("No vaults to measure: name some folders of notes.")
    embedder = Embedder("all-MiniLM-L6-v2")
    embedder.count_tokens(["loads the tokenizer"])
    print(
        "| vault | notes | MB | read, notes/s | parse, notes/s | parse, MB/s | cut, notes/s | links found |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for folder in folders:
        print(measured(folder, embedder))


def measured(folder: Path, embedder: Embedder) -> str:
    vault = Vault(folder)
    read, raws = best_of(lambda: [vault.read(file.path) for file in vault.scan()])
    parse, notes = best_of(lambda: [parse_note(raw.path, raw.text) for raw in raws])
    cut, _ = best_of(lambda: [split_passages(note, embedder.count_tokens) for note in notes])
    known = LinkResolver(map(names_of, notes), vault.attachments())
    statuses = [known.resolve(link, note.path) for note in notes for link in note.links]
    inner = [found for found in statuses if found.status not in ("external", "attachment")]
    share = sum(found.path is not None for found in inner) / max(1, len(inner))
    size = sum(raw.size for raw in raws) / 1e6
    count = len(notes)
    return (
        f"| {folder.name} | {count} | {size:.2f} | {count / read:,.0f} | {count / parse:,.0f} | {size / parse:.1f} "
        f"| {count / cut:,.0f} | {share:.1%} of {len(inner):,} |"
    )


def best_of(work: Callable[[], object]) -> Any:
    """The fastest of some rounds, in seconds of the processor (others may be busy beside it), and what it made."""
    seconds = []
    made = None
    for _ in range(ROUNDS):
        start = time.process_time()
        made = work()
        seconds.append(time.process_time() - start)
    return min(seconds), made


if __name__ == "__main__":
    main()
