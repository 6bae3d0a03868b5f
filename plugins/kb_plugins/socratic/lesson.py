"""The state machine of one question: elicit, listen, hint, check, consolidate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from kb_plugins.quiz.item import Item
from kb_plugins.socratic.listening import Heard
from kb_plugins.socratic.parts import Part
from kb_plugins.socratic.secret import Secret

State = Literal["elicit", "probe", "hint", "check", "done"]
Outcome = Literal["", "mastered", "helped", "shown", "left"]
Step = Literal[
    "check", "probe", "missing", "contradicted", "belongs", "elsewhere", "question", "unknown", "plea", "hint", "stuck",
    "mastered", "helped", "shown", "left",
]  # fmt: skip
TURNS = 12  # of one question, after which it is left for another day
ASKED = 3  # pleas for the answer after which the note is shown
_PLEAS = re.compile(
    r"\b(?:(?:tell|give|show|say|reveal|spill)\b.{0,40}\b(?:me|answer|it|solution|us)|"
    r"(?:what(?:'s| is)|need|want|know|have) the (?:answer|solution)|the answer,? (?:please|now)|must answer|have to answer|"
    r"answer (?:it|the question|me)\b|sag(?:e)? (?:es |mir )|verrat|gib mir|die (?:antwort|lösung)|"
    r"dime|dígame|la respuesta|dis-moi|donne-moi|la réponse|dimmi|la risposta|ignore (?:all|your|previous))|"
    r"答案|告诉|教えて|ответ|скажи|الجواب",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Lesson:
    """Where the learner stands with one question."""

    item: Item
    question: str
    secret: Secret
    passage: str  # around the answer, for the model, which sees it masked
    hints: list[str]
    others: tuple[Secret, ...] = ()  # answers to the session's other questions
    parts: tuple[Part, ...] = ()
    state: State = "elicit"
    hint: int = 0  # hints given
    pleas: int = 0
    turns: int = 0
    present: set[int] = field(default_factory=set)  # parts said so far
    outcome: Outcome = ""
    answers: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.state == "done"

    @property
    def missing(self) -> list[int]:
        """Numbers of the parts not said yet."""
        return [number for number in range(len(self.parts)) if number not in self.present]

    def take(self, text: str, heard: Heard) -> Step:
        """Move on by what the learner said; returns what the tutor does now."""
        self.turns += 1
        self.answers.append(text)
        if self.state == "check":
            return self._finish("mastered" if self.hint == 0 else "helped")
        before = len(self.present)
        self.present |= heard.present
        # What was said piece by piece is said.
        if heard.grade == "right" or (len(self.parts) > 1 and not self.missing and not heard.contradicted):
            self.state = "check"
            return "check"
        if is_plea(text):
            self.pleas += 1
            if self.pleas >= ASKED:
                return self._finish("shown")
            heard = replace(heard, kind="plea")
        if self.turns >= TURNS:
            return self._finish("left")
        return self._move(heard, has_more=len(self.present) > before)

    def _move(self, heard: Heard, has_more: bool) -> Step:
        if heard.kind == "question":
            return "question"
        if heard.contradicted:
            self.state = "probe"
            return "contradicted"
        if heard.belongs_to is not None:
            self.state = "probe"
            return "belongs"
        if heard.kind == "elsewhere" and self.state != "probe":
            self.state = "probe"
            return "elsewhere"
        if len(self.parts) > 1 and has_more:
            self.state = "probe"
            return "missing"
        has_hint = self.hint < len(self.hints)
        if heard.grade == "unsure" and heard.kind == "answer" and (self.state != "probe" or not has_hint):
            self.state = "probe"
            return "probe"
        if has_hint:
            self.state = "hint"
            self.hint += 1
            return heard.kind if heard.kind in ("unknown", "plea") else "hint"
        self.state = "probe"
        return "plea" if heard.kind == "plea" else "stuck"

    def next_hint(self) -> Step:
        """The learner asks for the next hint."""
        self.turns += 1
        if self.state == "check":
            return self._finish("mastered" if self.hint == 0 else "helped")
        if self.turns >= TURNS:
            return self._finish("left")
        if self.hint < len(self.hints):
            self.state = "hint"
            self.hint += 1
            return "hint"
        return "stuck"

    def reveal(self) -> Step:
        """The learner gave up."""
        return self._finish("shown")

    def leave(self) -> Step:
        """The learner wants to go on to another question."""
        return self._finish("left")

    def _finish(self, outcome: Outcome) -> Step:
        self.state, self.outcome = "done", outcome
        return outcome or "left"


def is_plea(text: str) -> bool:
    """Whether the learner asks to be told."""
    return bool(_PLEAS.search(text))
