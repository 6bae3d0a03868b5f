"""Greetings, thanks and calls for help: they ask nothing of the notes, and get guidance instead of a quote."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NOT_A_WORD = re.compile(r"[^\w\s'-]+")


def is_small_talk(text: str) -> bool:
    """Whether all of `text` is a greeting, thanks, a farewell or a call for help, in a language of `small_talk.txt`."""
    return _folded(text) in _phrases()


def _folded(text: str) -> str:
    return " ".join(_NOT_A_WORD.sub(" ", text.replace("’", "'")).casefold().split())


@cache
def _phrases() -> frozenset[str]:
    text = (files("kb.answering.question") / "small_talk.txt").read_text(encoding="utf-8")
    lines = (line.partition(":")[2] for line in text.splitlines() if not line.startswith("#"))
    return frozenset(_folded(phrase) for line in lines for phrase in line.split("|"))
