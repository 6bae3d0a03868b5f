"""A fact that a note states, as the structure of the note tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.plugin_api import Span

FactKind = Literal[
    "answer", "term", "attribute", "cause", "contrast", "steps", "members", "relation", "cell", "section"
]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something worth knowing, with its whole answer, its context and its place."""

    kind: FactKind
    question: str  # plain
    answer: Span
    source: Span  # all that states it
    heading_path: tuple[str, ...]
    place: tuple[str, ...] = ()  # what else is to be told before the question: items above
    family: str = ""  # answers of one family can stand in for each other
    worth: float = 0.0  # 0 to 1; see study.worth
    is_name: bool = False  # the answer is a name, and the question what it names
