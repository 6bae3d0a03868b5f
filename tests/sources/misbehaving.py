"""Sources that do what a library may do over a hostile file."""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path
from typing import BinaryIO

from kb.notes.extract import Extract
from kb.sources.source import Asked


def endless(file: BinaryIO, asked: Asked, /) -> Extract:
    while True:
        pass


def waiting(file: BinaryIO, asked: Asked, /) -> Extract:
    time.sleep(3_600)
    raise AssertionError


def crashing(file: BinaryIO, asked: Asked, /) -> Extract:
    ctypes.string_at(0)
    raise AssertionError


def greedy(file: BinaryIO, asked: Asked, /) -> Extract:
    return Extract(str(len(b"x" * (4 << 30))))


def raising(file: BinaryIO, asked: Asked, /) -> Extract:
    raise KeyError("\x1b[31mred")


def leaving(file: BinaryIO, asked: Asked, /) -> Extract:
    os._exit(0)


def writing(file: BinaryIO, asked: Asked, /) -> Extract:
    Path(file.read().decode()).write_text("written", encoding="utf-8")
    return Extract("wrote")


def lying(file: BinaryIO, asked: Asked, /) -> Extract:
    return Extract(
        "a\ud800b", starts=(("page", 1, 99), ("PAGE", 2, 0), ("page", -3, 1)), title="x\x00y\n" * 9_999
    )


def flooding(file: BinaryIO, asked: Asked, /) -> Extract:
    return Extract("x" * 60_000_000)


def surroundings(file: BinaryIO, asked: Asked, /) -> Extract:
    return Extract(f"{Path.cwd()} {sorted(os.environ)}")
