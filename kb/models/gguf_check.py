"""Reads a GGUF file's header with bounds on everything, before llama.cpp is let near the file.

Only sizes and places are checked, in pure Python over a memory map: a file may claim any number of anything,
so nothing is allocated by what it claims. Layout: the GGUF specification, version 3, in the ggml repository.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from kb.errors import ModelFileDamaged, ModelFileMissing

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_STRING, _ARRAY = 8, 9
_SCALAR_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_SCALAR_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

# More than any real file has: the largest vocabularies hold 260,000 entries, the largest models 10,000 tensors.
_MOST_VALUES = 10_000
_MOST_TENSORS = 100_000
_MOST_ITEMS = 2_000_000
_LONGEST_KEY = 65_535  # by the specification
_LONGEST_KEPT = 1 << 20  # bytes of a text value, such as a chat template
_LONGEST_TENSOR_NAME = 63  # ggml keeps 64 bytes, one of them zero
_MOST_DIMENSIONS = 4

# Values in a block and bytes it takes, by tensor type; from ggml's type table, without types only used in memory.
_BLOCKS: dict[int, tuple[int, int]] = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """What a model file says about itself."""

    architecture: str
    values: dict[str, str | int | float]  # scalar values and texts; arrays are left out
    tensors: int
    parameters: int  # numbers in all tensors together
    data_bytes: int

    def number(self, name: str) -> int:
        """The architecture's own value `name`, such as block_count; 0 if absent."""
        value = self.values.get(f"{self.architecture}.{name}", 0)
        return value if isinstance(value, int) else 0


def check_gguf(path: Path) -> Header:
    """The header of a file that is whole and consistent.

    Raises ModelFileMissing or ModelFileDamaged, which say what is wrong and what to do.
    """
    if not path.is_file():
        where = f"{path} is a folder, not a model" if path.is_dir() else f"No model file at {path}"
        raise ModelFileMissing(f"{where}. Set models.path in kb.toml to a .gguf file, or leave it out.")
    try:
        with path.open("rb") as file:
            if path.stat().st_size < 24:
                _refuse(path, "it is too short to be one")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(path, data).header()
    except OSError as error:
        raise ModelFileMissing(
            f"The model file {path} cannot be read: {error.strerror}. Check its permissions."
        ) from error


def _refuse(path: Path, reason: str) -> NoReturn:
    raise ModelFileDamaged(
        f"{path.name} is not a usable GGUF model: {reason}. Download it again, or choose another file."
    )


class _Reader:
    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._size = len(data)
        self._at = 0

    def header(self) -> Header:
        if self._data[:4] != _MAGIC:
            _refuse(self._path, "it does not begin with the letters GGUF")
        self._at = 4
        version = self._number("I")
        if version not in _VERSIONS:
            _refuse(self._path, f"its format version {version} is unknown")
        tensors = self._count(_MOST_TENSORS, "tensors")
        values = self._values(self._count(_MOST_VALUES, "header values"))
        architecture = values.get("general.architecture")
        if not isinstance(architecture, str) or not architecture:
            _refuse(self._path, "it does not name its architecture")
        if not tensors:
            _refuse(self._path, "it holds a vocabulary but no weights")
        parameters, ends = self._tensors(tensors)
        alignment = values.get("general.alignment", 32)
        if (
            not isinstance(alignment, int)
            or alignment <= 0
            or alignment & (alignment - 1)
            or alignment > 1 << 16
        ):
            _refuse(self._path, "its alignment is not a small power of two")
        data = (self._at + alignment - 1) // alignment * alignment
        if any(offset % alignment for offset, _ in ends):
            _refuse(self._path, "a tensor is not aligned")
        end = max(offset + length for offset, length in ends)
        if data + end > self._size:
            missing = data + end - self._size
            _refuse(self._path, f"it is cut off, {missing} bytes are missing at its end")
        self._refuse_overlaps(ends)
        return Header(architecture, values, tensors, parameters, self._size - data)

    def _values(self, count: int) -> dict[str, str | int | float]:
        values: dict[str, str | int | float] = {}
        seen: set[str] = set()
        for _ in range(count):
            key = self._text(_LONGEST_KEY)
            if key in seen:
                _refuse(self._path, f"its header names {key[:80]!r} twice")
            seen.add(key)
            kind = self._number("I")
            if kind == _ARRAY:
                self._skip_array()
            elif kind == _STRING:
                values[key] = self._text(_LONGEST_KEPT)
            elif kind in _SCALAR_FORMATS:
                values[key] = self._number(_SCALAR_FORMATS[kind])
            else:
                _refuse(self._path, f"its header has a value of unknown type {kind}")
        return values

    def _skip_array(self) -> None:
        kind = self._number("I")
        count = self._count(_MOST_ITEMS, "items in an array")
        if kind in _SCALAR_SIZES:
            self._skip(count * _SCALAR_SIZES[kind])
        elif kind == _STRING:
            at, size, unpack = self._at, self._size, struct.Struct("<Q").unpack_from
            for _ in range(count):
                if at + 8 > size:
                    self._cut_off()
                at += 8 + unpack(self._data, at)[0]
            if at > size:
                self._cut_off()
            self._at = at
        else:
            _refuse(self._path, f"its header has an array of unknown type {kind}")

    def _tensors(self, count: int) -> tuple[int, list[tuple[int, int]]]:
        """How many numbers the tensors hold, and where each lies: offset and length in bytes."""
        parameters = 0
        places = []
        names: set[str] = set()
        for _ in range(count):
            name = self._text(_LONGEST_TENSOR_NAME)
            if name in names:
                _refuse(self._path, f"the tensor {name!r} is there twice")
            names.add(name)
            dimensions = self._number("I")
            if not 1 <= dimensions <= _MOST_DIMENSIONS:
                _refuse(self._path, f"the tensor {name!r} has {dimensions} dimensions")
            shape = [self._number("Q") for _ in range(dimensions)]
            kind = self._number("I")
            offset = self._number("Q")
            if kind not in _BLOCKS:
                _refuse(self._path, f"the tensor {name!r} is of unknown type {kind}")
            numbers = 1
            for extent in shape:
                numbers *= extent
                if not 0 < numbers < 1 << 56:
                    _refuse(self._path, f"the tensor {name!r} has an impossible size")
            block, length = _BLOCKS[kind]
            if shape[0] % block:
                _refuse(self._path, f"the tensor {name!r} does not fill its blocks")
            places.append((offset, numbers // block * length))
            parameters += numbers
        return parameters, places

    def _refuse_overlaps(self, places: list[tuple[int, int]]) -> None:
        end = 0
        for offset, length in sorted(places):
            if offset < end:
                _refuse(self._path, "two of its tensors overlap")
            end = offset + length

    def _number(self, form: str) -> int:
        size = struct.calcsize(form)
        if self._at + size > self._size:
            self._cut_off()
        (value,) = struct.unpack_from("<" + form, self._data, self._at)
        self._at += size
        return value  # type: ignore[no-any-return]

    def _count(self, most: int, what: str) -> int:
        count = self._number("Q")
        if count > most:
            _refuse(self._path, f"it claims {count} {what}")
        return count

    def _text(self, longest: int) -> str:
        length = self._number("Q")
        if length > longest:
            _refuse(self._path, f"it has a name or text of {length} bytes")
        start = self._at
        self._skip(length)
        return self._data[start : self._at].decode("utf-8", "replace")

    def _skip(self, length: int) -> None:
        if self._at + length > self._size:
            self._cut_off()
        self._at += length

    def _cut_off(self) -> NoReturn:
        _refuse(self._path, "its header is cut off")
