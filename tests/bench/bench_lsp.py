"""The language server: `python tests/bench/bench_lsp.py [speed | links]`.

`speed` starts the real server over a made-up vault of 10,000 notes and speaks with it as an editor does. `links` types
the first two letters of every link in the prose of four vaults, its note having lost all its links, the others having
theirs, and looks where among the completions the note stands that was linked.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kb.indexing.embedder import Embedder
from kb.indexing.index import Index
from kb.linking.advisor import POPULAR
from kb.linking.ranking.context import NoteSimilarity
from kb.linking.reading.graph import LinkGraph
from kb.linking.reading.prose import read_prose
from kb.linking.related import Relations
from kb.linking.targets import Targets
from kb.notes.note import Link
from kb.notes.resolve import names_of
from kb.notes.suffixes import page_name
from kb.notes.vault import Vault
from tests.bench.bench_linking import CACHE, Loaded, Vectors, load, made_up
from tests.support import HashingEmbedder, write_notes

VAULTS = ("obsidian-tasks-docs", "logseq-docs", "foam-docs", "kepano-obsidian")
LETTERS = 2
COUNT = 10_000
BACKLINKS = 60
TYPED = 300  # completions
PAUSE = 0.1  # of the server, before it looks at what was typed


class Stand(HashingEmbedder):
    """Made-up vectors under the name of the model that the server will look for."""

    source = "all-MiniLM-L6-v2"

    def __init__(self) -> None:
        self.name = Embedder(self.source).name


def speed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(folder) / name.lower())
        base = Path(folder) / "base"
        notes = made_up(base / "vault", COUNT)
        rng = random.Random(3)
        hubs = {f"hub/{number}.md": f"# {number}\n\nSee [[Hub note]].\n" for number in range(BACKLINKS)}
        write_notes(base / "vault", {"Hub note.md": "# Hub note\n", **hubs})
        (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
        index = Index(base / "index", Stand())
        index.sync(Vault(base / "vault"), lambda _: None)
        index.close()
        _measure(base, sorted(notes), rng)


def _measure(base: Path, paths: list[str], rng: random.Random) -> None:
    from lsprotocol import types

    from tests.lsp.editor import Editor

    start = time.perf_counter()
    editor = Editor(base)
    rows = {"ready": [time.perf_counter() - start]}
    path = paths[len(paths) // 2]
    text = editor.open(path)
    start = time.perf_counter()
    editor.told(path)
    rows["first diagnostics"] = [time.perf_counter() - start]
    editor.ask(types.WORKSPACE_SYMBOL, types.WorkspaceSymbolParams("x"))
    time.sleep(5)  # for what the server learns when it has nothing else to do
    rows["completion"] = []
    names = [Path(one).stem for one in rng.sample(paths, TYPED)]
    for number, name in enumerate(names):
        word = name[: 1 + number % 4]
        line = text.count("\n") + 1
        editor.change(path, f"{text}\n[[{word}")
        params = editor.at(types.CompletionParams, path, line, 2 + len(word))
        start = time.perf_counter()
        editor.ask(types.TEXT_DOCUMENT_COMPLETION, params)
        rows["completion"].append(time.perf_counter() - start)
        time.sleep(0.02)
    rows["diagnostics after the pause"] = []
    for number in range(20):
        before = editor.published[editor.uri(path)]
        editor.change(path, f"{text}\n[[Nowhere {number}]]\n")
        start = time.perf_counter()
        while editor.published[editor.uri(path)] == before:
            time.sleep(0.001)
        rows["diagnostics after the pause"].append(time.perf_counter() - start - PAUSE)
        time.sleep(0.5)
    editor.open("Hub note.md")
    rows["rename with 60 backlinks"] = []
    editor.open("hub/0.md")
    for number in range(3):
        params = editor.at(types.RenameParams, "hub/0.md", 2, 8, new_name=f"Wheel {number}")
        start = time.perf_counter()
        done = editor.ask(types.TEXT_DOCUMENT_RENAME, params)
        rows["rename with 60 backlinks"].append(time.perf_counter() - start)
        assert len(done.document_changes) == BACKLINKS + 1
    for name, seconds in rows.items():
        print(
            f"{name}: median {np.median(seconds) * 1000:.0f} ms, p95 {np.quantile(seconds, 0.95) * 1000:.0f} ms"
        )
    status = Path(f"/proc/{editor.client._server.pid}/status").read_text()
    print(*[line for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))], sep="\n")
    editor.quit()


def links() -> None:
    vectors = Vectors(CACHE / "linking-vectors.npz")
    print("| vault | links | among the first five | by name alone | first | by name alone |")
    print("|---|---|---|---|---|---|")
    whole: list[list[float]] = []
    for name in VAULTS:
        rows = places(load(name, vectors))
        whole += rows
        _print(name, rows)
    _print("all", whole)


def _print(name: str, rows: list[list[float]]) -> None:
    ours, plain = np.array(rows).T
    print(
        f"| {name} | {len(rows)} | {np.mean(ours < 5):.3f} | {np.mean(plain < 5):.3f} "
        f"| {np.mean(ours < 1):.3f} | {np.mean(plain < 1):.3f} |",
        flush=True,
    )


def places(loaded: Loaded) -> list[list[float]]:
    """For each link, where its note stands among what is offered: as ranked, and by name alone."""
    targets = Targets()
    for note in loaded.notes:
        targets.add(names_of(note))
    proses = {note.path: read_prose(note, loaded.resolver) for note in loaded.notes}
    linked = {path: {link.target for link in prose.links} for path, prose in proses.items()}
    elsewhere = {path: prose.elsewhere for path, prose in proses.items()}
    context = NoteSimilarity(loaded.vectors)
    tags = {note.path: frozenset(tag.name for tag in note.tags) for note in loaded.notes}
    rows = []
    for note in loaded.notes:
        wanted = {one.target: one.link for one in proses[note.path].links}
        if not wanted:
            continue
        others = {path: found for path, found in elsewhere.items() if path != note.path}
        graph = LinkGraph({**linked, note.path: set()}, others)
        likely = Relations(graph, context, tags).scores(note.path, popular=POPULAR)
        for target, link in wanted.items():
            typed = written_name(link, target)[:LETTERS]
            rows.append([place_of(targets, typed, note.path, target, known) for known in (likely, {})])
    return rows


def written_name(link: Link, target: str) -> str:
    """What a person types: the name as the link writes it, else the file's."""
    name = link.target.rsplit("/", 1)[-1] if link.kind == "wiki" else ""
    return name or page_name(target)


def place_of(targets: Targets, typed: str, source: str, target: str, likely: Mapping[str, float]) -> float:
    found = targets.matching(typed, source, likely, 50)
    return next((float(number) for number, one in enumerate(found) if one.path == target), 99.0)


if __name__ == "__main__":
    {"speed": speed, "links": links}[sys.argv[1] if len(sys.argv) > 1 else "links"]()
