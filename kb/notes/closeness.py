"""Which of several notes a link by name means: the one that lies nearest."""

from __future__ import annotations

from kb.notes.suffixes import SUFFIX


def nearest(candidates: tuple[str, ...], target: str, source_path: str) -> tuple[str, bool]:
    """Obsidian's order: below the source's own folder, then the shorter path; then the nearer folder.

    True when that leaves a tie.
    """
    if len(candidates) == 1:
        return candidates[0], False
    exact = [path for path in candidates if SUFFIX.sub("", path).endswith(SUFFIX.sub("", target))]
    ranked = sorted(exact or candidates, key=lambda path: (rank(path, source_path), path))
    return ranked[0], len(ranked) > 1 and rank(ranked[0], source_path) == rank(ranked[1], source_path)


def rank(path: str, source_path: str) -> tuple[bool, int, int]:
    """How far a note is from one that links to its name: not below its folder, folders above it, steps between them."""
    source, folders = source_path.split("/")[:-1], path.split("/")[:-1]
    shared = 0
    for ours, theirs in zip(source, folders, strict=False):
        if ours != theirs:
            break
        shared += 1
    below = bool(source) and shared == len(source)
    return not below, len(folders), len(source) + len(folders) - 2 * shared
