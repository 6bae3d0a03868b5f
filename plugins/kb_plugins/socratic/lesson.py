"""The state machine of one question: elicit, probe, up to four hints, check, consolidate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from kb.plugin_api import Grade
from kb_plugins.quiz.grade import gives_up
from kb_plugins.quiz.item import Item
from kb_plugins.socratic.hints import HINTS
from kb_plugins.socratic.secret import Secret

State = Literal["elicit", "probe", "hint", "check", "done"]
Outcome = Literal["", "mastered", "helped", "shown", "left"]
TURNS = 12  # of one question, after which it is left for another day
ASKED = 3  # pleas for the answer after which the note is shown
_PLEAS = re.compile(
    r"\b(?:(?:just |please )*(?:tell|give|show|say|reveal|spill)\b.{0,40}\b(?:me|answer|it|solution|us)|"
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
    state: State = "elicit"
    hint: int = 0  # hints given, 0 to 4
    pleas: int = 0
    turns: int = 0
    outcome: Outcome = ""
    answers: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return self.state == "done"

    def take(self, text: str, grade: Grade) -> Step:
        """Move on by what the learner said, which was graded; returns what the tutor does now."""
        self.turns += 1
        self.answers.append(text)
        if self.state == "check":
            return self._finish("mastered" if self.hint == 0 else "helped")
        if grade == "right":
            self.state = "check"
            return "check"
        if is_plea(text):
            self.pleas += 1
            if self.pleas >= ASKED:
                return self._finish("shown")
        if self.turns >= TURNS:
            return self._finish("left")
        if grade == "unsure" and self.state != "probe" and not gives_up(text):
            self.state = "probe"
            return "probe"
        if self.hint < HINTS:
            self.state = "hint"
            self.hint += 1
            return "hint"
        self.state = "probe"
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


Step = Literal["check", "probe", "hint", "stuck", "mastered", "helped", "shown", "left"]


def is_plea(text: str) -> bool:
    """Whether the learner asks to be told."""
    return bool(_PLEAS.search(text))
