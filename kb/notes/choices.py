"""Why a link means this note, where several have its name."""

from __future__ import annotations

from dataclasses import dataclass

from kb.notes.closeness import rank
from kb.notes.note import Link
from kb.notes.resolve import LinkResolver

_REASONS = (
    "it lies in this note's folder or below",
    "its path is the shortest",
    "it lies nearest to this note",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A note out of several of one name."""

    path: str
    others: tuple[str, ...]
    reason: str  # as the end of a sentence


def choice(resolver: LinkResolver, link: Link, source: str) -> Choice | None:
    """Why `link`, standing in the note at `source`, means what it does; None where only one note has its name."""
    found = resolver.resolve(link, source)
    if found.path is None or not link.target:
        return None
    others = sorted({*found.candidates, *resolver.named(link.target)} - {found.path})
    if not others:
        return None
    return Choice(found.path, tuple(others), _reason(found.path, found.candidates, link.target, source))


def _reason(path: str, candidates: tuple[str, ...], target: str, source: str) -> str:
    rivals = [one for one in candidates if one != path]
    if rivals:
        best = rank(path, source)
        second = min(rank(one, source) for one in rivals)
        differing = [place for place in range(len(best)) if best[place] != second[place]]
        return _REASONS[differing[0]] if differing else "none lies nearer, so the first by name was taken"
    if "/" not in target and path.rpartition("/")[0] == source.rpartition("/")[0]:
        return "it lies in the same folder"
    return "its path is just what the link says"
