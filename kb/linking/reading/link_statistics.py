"""What a vault's own links tell: which words are linked, how often, and to what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.linking.reading.mentions import Key, Lexicon, Mention
from kb.linking.reading.prose import Linked, Prose
from kb.linking.reading.words import key_of


@dataclass(frozen=True, slots=True)
class Read:
    """A note's prose with the names in it, and what was linked."""

    prose: Prose
    mentions: tuple[Mention, ...]
    linked: Mapping[int, Linked]  # by the mention's place in `mentions`

    @property
    def path(self) -> str:
        return self.prose.path


def read_mentions(prose: Prose, lexicon: Lexicon) -> Read:
    """The names in a note's prose."""
    mentions = tuple(lexicon.mentions(prose.text))
    linked: dict[int, Linked] = {}
    index = 0
    for place, mention in enumerate(mentions):
        while index < len(prose.links) and prose.links[index].span.end <= mention.span.start:
            index += 1
        if index < len(prose.links) and prose.links[index].span.start < mention.span.end:
            linked[place] = prose.links[index]
    return Read(prose, mentions, linked)


@dataclass(slots=True)
class _Use:
    """In how many notes a key or a form of it is mentioned and linked."""

    notes: int = 0
    linking: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """Notes that mention a name and notes that link it, the note in question left out."""

    notes: int
    linking: int

    def smoothed(self, prior: float, strength: float = 2.0) -> float:
        """The share that links, drawn to `prior` as by `strength` further notes."""
        return (self.linking + prior * strength) / (self.notes + strength)


class LinkStatistics:
    """Counts by note, so that any note can be judged by the others alone."""

    def __init__(self, read: Iterable[Read]) -> None:
        self._keys: dict[Key, _Use] = defaultdict(_Use)
        self._forms: dict[str, _Use] = defaultdict(_Use)
        self._targets: dict[Key, Counter[str]] = defaultdict(Counter)
        self._headings: dict[tuple[Key, str], Counter[str]] = defaultdict(Counter)
        self._own: dict[str, tuple[dict[Key, set[str]], dict[str, bool]]] = {}
        self._names, self._linked_names = 0, 0
        for one in read:
            self._count(one)

    def _count(self, read: Read) -> None:
        # A note without links says nothing of what its writer links.
        if not read.prose.links:
            return
        keys: dict[Key, set[str]] = {}
        forms: dict[str, bool] = {}
        for place, mention in enumerate(read.mentions):
            link = read.linked.get(place)
            whole = (
                link is not None and key_of(read.prose.text[link.span.start : link.span.end]) == mention.key
            )
            keys.setdefault(mention.key, set())
            forms.setdefault(mention.text, False)
            if link is not None and whole:
                keys[mention.key].add(link.target)
                forms[mention.text] = True
                self._headings[mention.key, link.target][link.heading or ""] += 1
        self._own[read.path] = (keys, forms)
        for key, targets in keys.items():
            use = self._keys[key]
            use.notes += 1
            use.linking += bool(targets)
            self._targets[key].update(targets)
        for form, is_linked in forms.items():
            use = self._forms[form]
            use.notes += 1
            use.linking += is_linked
        self._names += len(keys)
        self._linked_names += sum(map(bool, keys.values()))

    @property
    def prior(self) -> float:
        """The share of all names in notes with links that are linked."""
        return (self._linked_names + 0.5) / (self._names + 5)

    def rate(self, key: Key, but: str) -> Rate:
        """How often a name is linked in notes other than `but`."""
        use = self._keys.get(key)
        own = self._own.get(but)
        here = own[0].get(key) if own else None
        if use is None:
            return Rate(0, 0)
        return Rate(use.notes - (here is not None), use.linking - bool(here))

    def form_rate(self, text: str, but: str) -> Rate:
        """The same for the name in just this form."""
        use = self._forms.get(text)
        own = self._own.get(but)
        here = own[1].get(text) if own else None
        if use is None:
            return Rate(0, 0)
        return Rate(use.notes - (here is not None), use.linking - bool(here))

    def targets(self, key: Key, but: str) -> dict[str, int]:
        """What notes other than `but` link by this name, and how many of them."""
        counts = self._targets.get(key)
        if not counts:
            return {}
        own = self._own.get(but)
        here = own[0].get(key, ()) if own else ()
        return {path: rest for path, count in counts.items() if (rest := count - (path in here))}

    def heading(self, key: Key, target: str) -> str | None:
        """The heading that most links of this name to `target` point at."""
        counts = self._headings.get((key, target))
        if not counts:
            return None
        return min(counts, key=lambda heading: (-counts[heading], heading)) or None


def anchor_names(proses: Sequence[Prose]) -> set[str]:
    """The words that links of these notes show."""
    return {prose.text[link.span.start : link.span.end] for prose in proses for link in prose.links}
