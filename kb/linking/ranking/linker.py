"""A vault learned: from its notes to what can judge any text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.linking.ranking.context import NoteContext, NoteSimilarity, PassageVectors
from kb.linking.ranking.features import CONSTANT, NAMES, Candidate, Knowledge
from kb.linking.ranking.ranker import Ranker, fit
from kb.linking.ranking.weights import DEFAULT
from kb.linking.reading.graph import LinkGraph, graph_of
from kb.linking.reading.link_statistics import LinkStatistics, Read, anchor_names, read_mentions
from kb.linking.reading.mentions import Lexicon
from kb.linking.reading.names import Frequencies, Names, farness
from kb.linking.reading.prose import read_prose
from kb.linking.reading.style import Style, Writer, style_of
from kb.linking.reading.words import words
from kb.notes.note import Note
from kb.notes.resolve import LinkResolver, NoteNames

# Best candidates nearer than this are for the person to choose from.
TIE = 0.15
# Notes with links whose mentions teach the weights, some 20 examples each; the counts are of all of them.
MAX_TAUGHT = 500


_COMMONNESS = NAMES.index("commonness")


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its probability."""

    candidate: Candidate
    odds: float  # 0 to 1
    rivals: tuple[str, ...] = ()  # other notes it may as well mean
    confidence: float = 0.0  # the odds, shared with the rivals


class Linker:
    """What a vault's notes and links tell, and the weights learned from them."""

    def __init__(
        self, known: Knowledge, lexicon: Lexicon, resolver: LinkResolver, ranker: Ranker, style: Style
    ) -> None:
        self.writer = Writer(style, resolver, known.names.by_path)
        self.known = known
        self.lexicon = lexicon
        self.resolver = resolver
        self.ranker = ranker

    def read(self, note: Note) -> Read:
        """The names in a note."""
        return read_mentions(read_prose(note, self.resolver), self.lexicon)

    def scored(self, read: Read, context: NoteContext | None = None, *, as_new: bool = False) -> list[Scored]:
        """Each mention with the note it most likely means, in the order of the text; see Knowledge.candidates."""
        candidates = self.known.candidates(read, context, as_new=as_new)
        odds = self.ranker.odds([candidate.row for candidate in candidates])
        return list(_best_of_each(read.path, candidates, [float(value) for value in odds]))


def train(
    notes: Iterable[Note],
    names: Iterable[NoteNames],
    resolver: LinkResolver,
    passages: Mapping[str, PassageVectors] | NoteSimilarity,
    prior: Ranker | None = None,
    graph: LinkGraph | None = None,
) -> Linker:
    """Learn from `notes` how the vault of `names` links. Notes without links in their prose teach nothing.

    `graph` is needed when `notes` are not all that there are.
    """
    proses = [read_prose(note, resolver) for note in notes]
    called = Names(names)
    lexicon = Lexicon([*called.all(), *anchor_names(proses)])
    read = [read_mentions(prose, lexicon) for prose in proses]
    known = Knowledge(
        names=called,
        habits=LinkStatistics(read),
        graph=graph or graph_of(proses),
        context=passages if isinstance(passages, NoteSimilarity) else NoteSimilarity(passages),
        frequencies=Frequencies(frozenset(word.stem for word in words(prose.text)) for prose in proses),
    )
    rows, labels = examples(known, [one for one in read if one.prose.links][:MAX_TAUGHT])
    ranker = fit(rows, labels, prior or Ranker([DEFAULT[name] for name in (*NAMES, CONSTANT)]))
    return Linker(known, lexicon, resolver, ranker, style_of(proses, called.by_path))


def examples(known: Knowledge, read: Iterable[Read]) -> tuple[list[tuple[float, ...]], list[bool]]:
    """What the links of these notes teach: a linked mention is right, an unlinked one wrong."""
    rows: list[tuple[float, ...]] = []
    labels: list[bool] = []
    for one in read:
        if not one.prose.links:
            continue
        linked = {link.target for link in one.prose.links}
        for candidate in known.candidates(one):
            # Once a note is linked, its other mentions are left bare; that says nothing against them.
            if candidate.linked is None and candidate.target in linked:
                continue
            rows.append(candidate.row)
            labels.append(candidate.linked == candidate.target)
    return rows, labels


def _best_of_each(source: str, candidates: Sequence[Candidate], odds: Sequence[float]) -> Iterator[Scored]:
    index = 0
    while index < len(candidates):
        end = index
        while end < len(candidates) and candidates[end].mention is candidates[index].mention:
            end += 1
        group = range(index, end)
        order = sorted(group, key=lambda i: (-odds[i], candidates[i].target))
        if len({candidates[i].row[_COMMONNESS] for i in group}) == 1:
            # Where nothing has been linked by this name yet, the folder is the best hint there is.
            order.sort(key=lambda i: farness(source, candidates[i].target))
        best = order[0]
        tied = [i for i in order[1:] if odds[best] - odds[i] < TIE]
        share = odds[best] / max(1e-12, odds[best] + sum(odds[i] for i in tied))
        rivals = tuple(candidates[i].target for i in tied)
        yield Scored(candidates[best], odds[best], rivals, odds[best] * share)
        index = end
