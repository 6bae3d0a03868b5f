"""How well links are foretold: `python tests/bench/bench_linking.py [links | new | related | weights | speed]`.

The links in the prose of half the notes are hidden: the notes' text is written anew with the links' words in their
place. Names, anchors, counts, graph and weights come from what is left. The weights that the vault's own are drawn
to come from the other two vaults only. A suggestion is a pair of note and target; it is right when the note held a
link to that target in its prose.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kb.indexing.embedder import Embedder
from kb.indexing.index import Index
from kb.linking.advisor import LinkAdvisor
from kb.linking.decisions import DecisionLog
from kb.linking.ranking.context import PassageVectors
from kb.linking.ranking.features import CONSTANT, NAMES
from kb.linking.ranking.linker import Linker, examples
from kb.linking.ranking.linker import train as learn
from kb.linking.ranking.ranker import Ranker, fit
from kb.linking.reading.graph import LinkGraph, graph_of
from kb.linking.reading.link_statistics import Read
from kb.linking.reading.mentions import Lexicon
from kb.linking.reading.prose import read_prose
from kb.linking.related import Relations
from kb.machine_log import MachineLog
from kb.notes.note import Note, Span
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages
from kb.notes.resolve import LinkResolver, names_of
from kb.notes.shown import read_as
from kb.notes.suffixes import stem
from kb.notes.vault import Vault
from tests.support import HashingEmbedder, write_notes

VAULTS = Path(__file__).parents[3] / "shared" / "vaults"
MEASURED = ("obsidian-tasks-docs", "logseq-docs", "foam-docs")
ALL = (*MEASURED, "kepano-obsidian")  # the fourth has few links in its prose
CACHE = Path(tempfile.gettempdir()) / "kb-bench"
SEEDS = (1, 2, 3, 4, 5)
Pair = tuple[str, str]  # paths of a note and of a target
NEUTRAL = Ranker([0.0] * len(NAMES) + [-2.0])


@dataclass(frozen=True)
class Loaded:
    """A vault as it is."""

    name: str
    notes: list[Note]
    resolver: LinkResolver
    vectors: dict[str, PassageVectors]


class Vectors:
    """Vectors of passages, made once and kept between runs in a file of their own."""

    def __init__(self, file: Path | None) -> None:
        self.embedder = Embedder("all-MiniLM-L6-v2")
        self.file = file
        self.known: dict[str, np.ndarray] = {}
        if file and file.exists():
            with np.load(file) as stored:
                self.known = dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))

    def of(self, notes: list[Note]) -> dict[str, PassageVectors]:
        passages = {note.path: split_passages(note, self.embedder.count_tokens) for note in notes}
        missing = {
            p.key: p.embed_text for found in passages.values() for p in found if p.key not in self.known
        }
        if missing:
            rows = self.embedder.embed_passages(list(missing.values()))
            self.known.update(zip(missing, rows, strict=True))
            if self.file:
                self.file.parent.mkdir(exist_ok=True)
                np.savez(self.file, keys=np.array(list(self.known)), rows=np.stack(list(self.known.values())))
        return {path: [(p.span.start, self.known[p.key]) for p in found] for path, found in passages.items()}


def load(name: str, vectors: Vectors) -> Loaded:
    vault = Vault(VAULTS / name)
    notes = [parse_note(file.path, vault.read(file.path).text) for file in vault.scan()]
    return Loaded(name, notes, LinkResolver(map(names_of, notes), vault.attachments()), vectors.of(notes))


def hidden(note: Note, resolver: LinkResolver) -> tuple[Note, list[tuple[Span, str]]]:
    """The note with the links of its prose as bare words, and where in its text which notes were linked."""
    parts: list[str] = []
    gold: list[tuple[Span, str]] = []
    position = length = 0
    for one in read_prose(note, resolver).links:
        label = read_as(one.link)
        parts += note.text[position : one.link.span.start], label
        length += one.link.span.start - position
        gold.append((Span(length, length + len(label)), one.target))
        length += len(label)
        position = one.link.span.end
    parts.append(note.text[position:])
    return parse_note(note.path, "".join(parts)), gold


def left_out(loaded: Loaded) -> Counter[str]:
    """Links to other notes that are not counted, by reason."""
    reasons: Counter[str] = Counter()
    for note in loaded.notes:
        counted = {one.link.span for one in read_prose(note, loaded.resolver).links}
        for link in note.links:
            found = loaded.resolver.resolve(link, note.path)
            if found.status in ("external", "attachment") or found.path == note.path:
                continue
            if link.span in counted:
                reasons["counted"] += 1
            elif found.path is None:
                reasons["unresolved"] += 1
            elif link.kind in ("property", "embed", "block", "tag"):
                reasons[link.kind] += 1
            else:
                reasons["in headings, comments or HTML"] += 1
    return reasons


def prior_without(name: str, vaults: list[Loaded]) -> Ranker:
    """Weights from the other vaults."""
    rows, labels, importance = [], [], []
    for other in vaults:
        if other.name != name:
            linker = learn(other.notes, map(names_of, other.notes), other.resolver, other.vectors, NEUTRAL)
            more, marks = examples(linker.known, map(linker.read, other.notes))
            rows += more
            labels += marks
            # Each vault counts the same, and for no more than a thousand examples.
            importance += [min(1.0, 1000 / len(more))] * len(more)
    return fit(rows, labels, NEUTRAL, 1.0, importance)


def foretold(linker: Linker, read: Read) -> dict[str, float]:
    """Targets with their probability."""
    found: dict[str, float] = {}
    for one in linker.scored(read):
        found[one.candidate.target] = max(found.get(one.candidate.target, 0.0), one.odds)
    return found


def without_links(read: Read) -> Read:
    """As if no property, heading or embed linked anything either."""
    return replace(read, prose=replace(read.prose, elsewhere=frozenset()))


def by_title(reads: list[Read], titles: dict[str, set[str]], fold: Any) -> dict[Pair, Span]:
    """The plain way: every title or file name, at its first mention."""
    lexicon = Lexicon(titles)
    found: dict[Pair, Span] = {}
    for read in reads:
        for mention in lexicon.mentions(read.prose.text):
            for target in titles.get(fold(mention.text), set()) - {read.path}:
                found.setdefault((read.path, target), read.prose.source(mention.span))
    return found


def links(vaults: list[Loaded]) -> None:
    rows = []
    for loaded in vaults:
        prior = prior_without(loaded.name, vaults)
        figures = [split(loaded, prior, seed) for seed in SEEDS]
        rows.append((loaded.name, {name: [one[name] for one in figures] for name in figures[0]}))
    print("| | " + " | ".join(name for name, _ in rows) + " |\n|---" + "|---" * len(rows) + "|")
    for name in rows[0][1]:
        print(f"| {name} | " + " | ".join(shown(found[name]) for _, found in rows) + " |")
    for loaded in vaults:
        print(f"{loaded.name}: {dict(left_out(loaded))}")


def shown(values: list[float]) -> str:
    if max(values) > 1:
        return f"{np.mean(values):.0f}"
    return f"{np.mean(values):.3f} ({min(values):.2f} to {max(values):.2f})"


def split(loaded: Loaded, prior: Ranker, seed: int) -> dict[str, float]:
    """One half teaches, the links of the other are hidden and foretold."""
    order = list(loaded.notes)
    random.Random(seed).shuffle(order)
    train, test = order[: len(order) // 2], order[len(order) // 2 :]
    changed, places = [], {}
    for note in test:
        bare, places[note.path] = hidden(note, loaded.resolver)
        changed.append(bare)
    right = {(path, target) for path, spans in places.items() for _, target in spans}
    names = [names_of(note) for note in (*train, *changed)]
    resolver = LinkResolver(names)
    # The hidden notes' other links (properties, embeds, headings) are still there to be seen.
    graph = graph_of([read_prose(note, resolver) for note in (*train, *changed)])
    # Vectors are those of the whole notes: a passage is embedded as its words, with links or without.
    linker = learn(train, names, resolver, loaded.vectors, prior, graph)
    reads = [linker.read(note) for note in changed]
    odds: dict[Pair, float] = {}
    spans: dict[Pair, Span] = {}
    shown_as: dict[Pair, set[str]] = {}
    for read in reads:
        for one in linker.scored(read):
            pair = (read.path, one.candidate.target)
            shown_as.setdefault(pair, set()).add(one.candidate.mention.text.casefold())
            if one.odds > odds.get(pair, 0.0):
                odds[pair] = one.odds
                spans[pair] = read.prose.source(one.candidate.mention.span)

    def in_place(found: dict[Pair, Span]) -> set[Pair]:
        return {
            pair
            for pair, span in found.items()
            if any(
                target == pair[1] and place.start < span.end and span.start < place.end
                for place, target in places[pair[0]]
            )
        }

    exact, loose = dict[str, Any](), dict[str, Any]()
    for note in (*train, *changed):
        for name in {note.title, stem(note.path)}:
            exact.setdefault(name, set()).add(note.path)
            loose.setdefault(" ".join(name.casefold().split()), set()).add(note.path)
    plain = by_title(reads, exact, str)
    plain_loose = by_title(reads, loose, lambda text: " ".join(text.casefold().split()))
    best = curve(odds, right, len(right))
    sure = {pair for pair, value in odds.items() if value >= 0.9}
    return {
        "hidden pairs of note and target": len(right),
        "best F1": best["f1"],
        "its threshold": best["threshold"],
        "its precision": best["precision"],
        "its recall": best["recall"],
        "recall at precision .9": best["recall at .9"],
        "F1 at p >= .5": f1({pair for pair, value in odds.items() if value >= 0.5}, right),
        "precision at p >= .9": len(sure & right) / max(1, len(sure)),
        "recall at p >= .9": len(sure & right) / len(right),
        **{
            f"right at p {low} to {high}": band(odds, right, low, high)
            for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9))
        },
        "titles as written, F1": f1(set(plain), right),
        "titles, case ignored, F1": f1(set(plain_loose), right),
        "in place: best F1": curve(odds, in_place(spans), len(right))["f1"],
        "in place: titles as written, F1": placed(plain, in_place(plain), right),
        "in place: titles, case ignored, F1": placed(plain_loose, in_place(plain_loose), right),
        "pairs with a candidate": len(right & set(odds)) / len(right),
        "told how often each name is linked in the hidden half: best F1": curve(
            by_share(shown_as, right), right, len(right)
        )["f1"],
    }


FOLDS = 10


def new(vaults: list[Loaded]) -> None:
    """Whole notes are hidden, a tenth of the vault at a time: they teach nothing, and no other note links to them."""
    rows = []
    for loaded in vaults:
        odds, right = foretold_as_new(loaded, prior_without(loaded.name, vaults))
        rows.append((loaded.name, whole_figures(odds, right)))
    print("| | " + " | ".join(name for name, _ in rows) + " |\n|---" + "|---" * len(rows) + "|")
    for name in rows[0][1]:
        print(f"| {name} | " + " | ".join(_shown(found[name]) for _, found in rows) + " |")


def foretold_as_new(loaded: Loaded, prior: Ranker) -> tuple[dict[Pair, float], set[Pair]]:
    """The confidence of each pair, every note foretold from notes of which it is none, and the pairs that were linked."""
    order = list(loaded.notes)
    random.Random(1).shuffle(order)
    odds: dict[Pair, float] = {}
    right: set[Pair] = set()
    for fold in range(FOLDS):
        kept = [note for place, note in enumerate(order) if place % FOLDS != fold]
        bare = [hidden(note, loaded.resolver) for place, note in enumerate(order) if place % FOLDS == fold]
        names = [names_of(note) for note in (*kept, *(note for note, _ in bare))]
        resolver = LinkResolver(names)
        graph = graph_of([read_prose(note, resolver) for note in kept])
        linker = learn(kept, names, resolver, loaded.vectors, prior, graph)
        for note, gold in bare:
            right |= {(note.path, target) for _, target in gold}
            for one in linker.scored(linker.read(note), as_new=True):
                pair = (note.path, one.candidate.target)
                odds[pair] = max(odds.get(pair, 0.0), one.confidence)
    return odds, right


BANDS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def whole_figures(odds: dict[Pair, float], right: set[Pair]) -> dict[str, float | str]:
    """What the table of whole notes says of one vault."""
    figures: dict[str, float | str] = {"hidden pairs of note and target": float(len(right))}
    for bar in (0.9, 0.5):
        found = {pair for pair, value in odds.items() if value >= bar}
        figures[f"made at p >= {bar}"] = float(len(found))
        figures[f"precision at p >= {bar}"] = len(found & right) / max(1, len(found))
        figures[f"recall at p >= {bar}"] = len(found & right) / max(1, len(right))
    best = curve(odds, right, len(right))
    figures |= {"best F1": best["f1"], "its threshold": best["threshold"]}
    figures["recall at precision .95"] = recall_at(odds, right, 0.95)
    figures["pairs with a candidate"] = len(right & set(odds)) / max(1, len(right))
    for low, high in zip(BANDS, (*BANDS[1:], 1.01), strict=True):
        inside = [pair in right for pair, value in odds.items() if low <= value < high]
        mean = np.mean([value for value in odds.values() if low <= value < high]) if inside else 0.0
        figures[f"right at p {low} to {min(high, 1.0)}"] = (
            f"{sum(inside)} of {len(inside)} (said {mean * len(inside):.1f})"
        )
    return figures


def recall_at(odds: dict[Pair, float], right: set[Pair], precision: float) -> float:
    ranked = sorted(odds, key=lambda pair: -odds[pair])
    hits, best = 0, 0
    for count, pair in enumerate(ranked, 1):
        hits += pair in right
        if hits >= precision * count:
            best = hits
    return best / max(1, len(right))


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value > 1 else f"{value:.3f}"


def by_share(shown_as: dict[Pair, set[str]], right: set[Pair]) -> dict[Pair, float]:
    """How often the same words lead to the same target among the answers: the most that a name can tell of a link."""
    seen, linked = Counter[Pair](), Counter[Pair]()
    for pair, names in shown_as.items():
        for name in names:
            seen[name, pair[1]] += 1
            linked[name, pair[1]] += pair in right
    return {
        pair: max(linked[name, pair[1]] / seen[name, pair[1]] for name in names)
        for pair, names in shown_as.items()
    }


def curve(odds: dict[Pair, float], right: set[Pair], total: int) -> dict[str, float]:
    """The best F1 of all thresholds, and the recall where precision is still .9."""
    best = dict.fromkeys(("f1", "threshold", "precision", "recall", "recall at .9"), 0.0)
    ranked = sorted(odds.items(), key=lambda item: (-item[1], item[0]))
    hits = 0
    for count, (pair, value) in enumerate(ranked, 1):
        hits += pair in right
        if count < len(ranked) and ranked[count][1] == value:
            continue
        precision, recall = hits / count, hits / total
        score = 2 * hits / (count + total)
        if score > best["f1"]:
            best |= {"f1": score, "threshold": value, "precision": precision, "recall": recall}
        if precision >= 0.9:
            best["recall at .9"] = max(best["recall at .9"], recall)
    return best


def band(odds: dict[Pair, float], right: set[Pair], low: float, high: float) -> float:
    inside = [pair in right for pair, value in odds.items() if low <= value < high]
    return sum(inside) / max(1, len(inside))


def f1(found: set[Pair], right: set[Pair]) -> float:
    return placed(found, found & right, right)


def placed(found: Any, hits: set[Pair], right: set[Pair]) -> float:
    return 2 * len(hits) / (len(found) + len(right))


def related(vaults: list[Loaded]) -> None:
    """Every note in turn loses all its links; the other notes keep theirs."""
    print("| vault | notes with links | recall@10 | without mentions | text alone | of 10 at most |")
    print("|---|---|---|---|---|---|")
    for loaded in vaults:
        prior = prior_without(loaded.name, vaults)
        linker = learn(loaded.notes, map(names_of, loaded.notes), loaded.resolver, loaded.vectors, prior)
        linker.ranker = prior  # the vault's own weights have seen the note's links
        tags = {note.path: frozenset(tag.name for tag in note.tags) for note in loaded.notes}
        proses = {note.path: read_prose(note, loaded.resolver) for note in loaded.notes}
        whole = {path: {link.target for link in prose.links} for path, prose in proses.items()}
        rows = []
        for note in loaded.notes:
            gold = whole[note.path] | (proses[note.path].elsewhere)
            if not gold:
                continue
            elsewhere = {path: prose.elsewhere for path, prose in proses.items() if path != note.path}
            graph = LinkGraph({**whole, note.path: set()}, elsewhere)
            relations = Relations(graph, linker.known.context, tags)
            bare, _ = hidden(note, loaded.resolver)
            linker.known.graph = graph
            mentioned = foretold(linker, without_links(linker.read(bare)))
            full = [one.path for one in relations.related(note.path, mentioned=mentioned)]
            plain = [one.path for one in relations.related(note.path)]
            text = linker.known.context.of(note.path).nearest
            rows.append(
                [len(gold & set(found)) / len(gold) for found in (full, plain, text)]
                + [min(10, len(gold)) / len(gold)]
            )
        print(
            f"| {loaded.name} | {len(rows)} | "
            + " | ".join(f"{value:.3f}" for value in np.mean(rows, axis=0))
            + " |",
            flush=True,
        )


def weights(vaults: list[Loaded]) -> None:
    """What kb/linking/ranking/weights.py holds."""
    ranker = prior_without("", vaults)
    print("DEFAULT: dict[str, float] = {")
    for name, value in zip((*NAMES, CONSTANT), ranker.weights, strict=True):
        print(f'    "{name}": {value:.3f},')
    print("}")


def speed(count: int = 10_000) -> None:
    """A made-up vault; real time, and the processor's in brackets."""
    with tempfile.TemporaryDirectory() as folder:
        notes = made_up(Path(folder) / "vault", count)
        embedder = HashingEmbedder()
        index = Index(Path(folder) / "index", embedder)
        index.sync(Vault(Path(folder) / "vault"), lambda _: None)
        advisor = LinkAdvisor(index.catalog, Vault(Path(folder) / "vault"), embedder, no_decisions(folder))
        paths = sorted(notes)
        first = timed(lambda: advisor.links(paths[0]))
        singles = [timed(lambda path=path: advisor.links("new.md", notes[path]))[0] for path in paths[1:50]]
        relates = [timed(lambda path=path: advisor.related(path))[0] for path in paths[1:20]]
        found: list[object] = []
        whole = timed(lambda: found.extend(advisor.links_of_all(0.5)))
        index.close()
    print(
        "| notes | learning and the first note | a new note | related notes | whole vault | links of p >= .5 |"
    )
    print("|---|---|---|---|---|---|")
    print(
        f"| {count:,} | {first[0]:.1f} s ({first[1]:.1f}) | {np.median(singles) * 1000:.0f} ms "
        f"(longest {max(singles) * 1000:.0f}) | {np.median(relates) * 1000:.0f} ms "
        f"| {whole[0]:.1f} s ({whole[1]:.1f}) | {len(found):,} |"
    )


def no_decisions(folder: str) -> DecisionLog:
    return DecisionLog(MachineLog(Path(folder), "links", lambda: "bench"))


def made_up(folder: Path, count: int) -> dict[str, str]:
    """Names of one to three words, some of them common; 300 words a note, six links, six more names."""
    rng = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = ["".join(rng.choices(letters, k=rng.randint(2, 9))) for _ in range(20_000)]
    odds = [1 / (rank + 10) for rank in range(len(vocabulary))]
    drawn = (" ".join(rng.choices(vocabulary, k=rng.randint(1, 3))) for _ in range(2 * count))
    names = list(dict.fromkeys(drawn))[:count]
    notes = {}
    for number, name in enumerate(names):
        text = rng.choices(vocabulary, odds, k=300)
        for _ in range(6):
            text[rng.randrange(300)] = f"[[{rng.choice(names)}]]"
            text[rng.randrange(300)] = rng.choice(names)
        lines = [" ".join(text[start : start + 60]) + "." for start in range(0, 300, 60)]
        notes[f"{number % 50}/{name}.md"] = "\n\n".join(lines)
    write_notes(folder, notes)
    return notes


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    start, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - used


def main() -> None:
    if sys.argv[1:] == ["speed"]:
        speed()
        return
    vectors = Vectors(CACHE / "linking-vectors.npz")
    vaults = [load(name, vectors) for name in (ALL if sys.argv[1:] == ["new"] else MEASURED)]
    for name in sys.argv[1:] or ("links", "related"):
        {"links": links, "new": new, "related": related, "weights": weights}[name](vaults)


if __name__ == "__main__":
    main()
