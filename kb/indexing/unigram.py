"""The Unigram tokenizer of multilingual-e5-small, light enough for one query: mapped, not built, when it is opened.

The library that cuts text in bulk builds a trie of 250,000 pieces first, which takes a second and 300 MB. Here all
substrings of a text are looked up at once in a sorted table of hashes, and the most probable cut of each word is found
by dynamic programming (Kudo, "Subword Regularization", 2018). Both ways give the same tokens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kb.indexing.e5_package import E5Package

Hashes = NDArray[np.uint64]

# What the normaliser (SentencePiece's nmt_nfkc) drops, and what it takes for a space.
_DROPPED = "\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f"
_SPACES = "\t\n\x0c\r\x20\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2581\u3000\ufeff\ufffd"
_RUN = re.compile(f"[^{_SPACES}]+")
_DROP = re.compile(f"[{_DROPPED}]")
_CLUSTER = re.compile(
    r".[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u3099\u309a]*", re.DOTALL
)
_SPACE = "▁"
_SPECIAL = 4  # the first ids are marks, which no text spells
_UNKNOWN_PENALTY = 10.0  # below the least probable piece, as in SentencePiece
_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_INVERSE = pow(_BASE, -1, 1 << 64)
_LONGEST_RUN = 2_000  # characters cut at once; longer runs without a space are cut in parts
_KEPT = 50_000  # words whose cut is remembered


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the characters of the text that it stands for."""

    id: int
    start: int
    end: int


def open_unigram(package: E5Package, cache: Path) -> Unigram:
    """The package's tokenizer, with its table in the folder `cache`."""
    return Unigram(package, cache / f"pieces-{package.digest}.npz")


class Unigram:
    """Cuts text into the model's tokens."""

    def __init__(self, package: E5Package, table: Path | None = None) -> None:
        self._scores = package.scores
        self._unknown = package.unknown
        self._least = float(self._scores[_SPECIAL:].min()) - _UNKNOWN_PENALTY
        self._hashes, self._ids, self._longest = _table(package, table)
        self._cuts: dict[str, tuple[tuple[int, int], ...]] = {}  # word -> (id, length) of its pieces

    def tokens(self, texts: Sequence[str]) -> list[list[Token]]:
        """The tokens of each text, without special ones."""
        runs = [[(match.start(), match[0]) for match in _RUN.finditer(text)] for text in texts]
        cleaned = [[(start, run, *_normal(run)) for start, run in found] for found in runs]
        self._cut_new(
            word for found in cleaned for _, _, word, _ in found for word in word.split(" ") if word
        )
        return [
            [token for start, run, word, map_ in found for token in self._placed(start, len(run), word, map_)]
            for found in cleaned
        ]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text, without special ones."""
        return [[token.id for token in tokens] for tokens in self.tokens(texts)]

    def _placed(self, start: int, length: int, word: str, places: Sequence[int] | None) -> Iterable[Token]:
        at = 0
        for part in word.split(" "):
            for number, (piece, size) in enumerate(self._cuts[part] if part else ()):
                # The mark for the space before a word has no character of its own.
                size -= number == 0
                low, high = at, at + size
                if places is not None:
                    low, high = places[low], places[high] if high < len(places) else length
                yield Token(piece, start + low, start + max(low, high))
                at += size
            at += 1

    def _cut_new(self, words: Iterable[str]) -> None:
        kept = dict.fromkeys(words)
        new = [word for word in kept if word not in self._cuts]
        if len(self._cuts) + len(new) > _KEPT:
            self._cuts = {word: cut for word, cut in self._cuts.items() if word in kept}
        for begin in range(0, len(new), 4_000):
            self._cut(new[begin : begin + 4_000])

    def _cut(self, words: Sequence[str]) -> None:
        if not words:
            return
        marked = [_SPACE + word for word in words]
        text = "".join(marked)
        hits = self._hits(text)
        base = 0
        for word, piece in zip(words, marked, strict=True):
            self._cuts[word] = self._best(hits, base, len(piece))
            base += len(piece)

    def _hits(self, text: str) -> list[list[tuple[int, int, float]]]:
        """For each place of `text`, the pieces that begin there: length, id, score."""
        count = len(text)
        sums, inverses = _sums(text), _powers(_INVERSE, count + 1)
        hits: list[list[tuple[int, int, float]]] = [[] for _ in range(count)]
        for size in range(1, min(self._longest, count) + 1):
            wanted = (sums[size:] - sums[:-size]) * inverses[: count - size + 1]
            places = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
            found = np.nonzero(self._hashes[places] == wanted)[0]
            ids = self._ids[places[found]]
            for place, piece, score in zip(
                found.tolist(), ids.tolist(), self._scores[ids].tolist(), strict=True
            ):
                hits[place].append((size, piece, score))
        return hits

    def _best(
        self, hits: list[list[tuple[int, int, float]]], base: int, length: int
    ) -> tuple[tuple[int, int], ...]:
        """The most probable cut of one word: (id, length) of its pieces; unknown neighbours are one."""
        best = [0.0] + [float("-inf")] * length
        last: list[tuple[int, int]] = [(0, 0)] * (length + 1)
        for place in range(length):
            here = best[place]
            known = False
            for size, piece, score in hits[base + place]:
                end = place + size
                if end > length:
                    continue
                known = known or size == 1
                if here + score > best[end]:
                    best[end], last[end] = here + score, (size, piece)
            if not known and here + self._least > best[place + 1]:
                best[place + 1], last[place + 1] = here + self._least, (1, self._unknown)
        cut: list[tuple[int, int]] = []
        end = length
        while end:
            size, piece = last[end]
            if cut and piece == self._unknown and cut[-1][0] == self._unknown:
                cut[-1] = (piece, cut[-1][1] + size)
            else:
                cut.append((piece, size))
            end -= size
        return tuple(reversed(cut))


def _normal(run: str) -> tuple[str, Sequence[int] | None]:
    """A run in its normal form, and the place in the run of each of its characters (None: they are the same)."""
    plain = _DROP.sub("", run) if run.isascii() else unicodedata.normalize("NFKC", _DROP.sub("", run))
    if plain == run:
        return plain, None
    places, start = [], 0
    for cluster in _CLUSTER.findall(run):
        places += [start] * len(unicodedata.normalize("NFKC", _DROP.sub("", cluster)))
        start += len(cluster)
    if len(places) != len(plain):  # composed across clusters: told as well as can be
        places = [min(place, len(run) - 1) for place in range(len(plain))]
    return plain, places


def _table(package: E5Package, file: Path | None) -> tuple[Hashes, NDArray[np.int32], int]:
    """Hashes of all pieces in order, the id of each, and the length of the longest; kept in `file` if one is given."""
    if file is not None and file.is_file():
        try:
            with np.load(file) as saved:
                return saved["hashes"], saved["ids"], int(saved["longest"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            file.unlink(missing_ok=True)  # damaged; it is made anew
    pieces = package.pieces
    seen: dict[str, int] = {}
    for number, piece in enumerate(pieces[_SPECIAL:], start=_SPECIAL):
        if piece and not (piece.startswith("<") and piece.endswith(">")):
            seen.setdefault(piece, number)
    hashes = _hashes(list(seen))
    ids = np.array(list(seen.values()), dtype=np.int32)
    order = np.argsort(hashes)
    longest = max(map(len, seen))
    if file is not None:
        with suppress(OSError):  # without the file, opening takes a second longer
            file.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=file.parent, suffix=".partial", delete=False) as partial:
                np.savez(partial, hashes=hashes[order], ids=ids[order], longest=np.int64(longest))
            Path(partial.name).replace(file)
    return hashes[order], ids[order], longest


def _hashes(texts: Sequence[str]) -> Hashes:
    """The polynomial hash modulo 2^64 of each text."""
    ends = np.cumsum([len(text) for text in texts])
    starts = np.concatenate([np.zeros(1, dtype=ends.dtype), ends[:-1]])
    sums = _sums("".join(texts))
    hashes: Hashes = (sums[ends] - sums[starts]) * _powers(_INVERSE, int(ends[-1]) + 1)[starts]
    return hashes


def _sums(text: str) -> Hashes:
    """Sums of character codes times powers of the base: hashes of all beginnings of `text`."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    weighed = (codes + np.uint64(1)) * _powers(_BASE, len(codes) + 1)[: len(codes)]
    return np.concatenate([np.zeros(1, np.uint64), np.cumsum(weighed)])


def _powers(base: int, count: int) -> Hashes:
    steps = np.full(count, base, dtype=np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)
