"""Grades a free answer in three bands, in steps from what is certain to what is likely.

Forms, days, quantities, lists and words decide first; where they do not, the reader's support model says whether the
answer and the note's words mean the same. Similarity alone never fails an answer: what stays open is left to the
learner, with the source in view.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kb.plugin_api import words_of
from kb_plugins.quiz.forms import of_days, of_forms, of_lists, of_names
from kb_plugins.quiz.graded import Attempt, Graded, Similarity, Supports
from kb_plugins.quiz.item import Item, normal_form
from kb_plugins.quiz.meaning import of_meaning, of_negation, of_terms, of_words
from kb_plugins.quiz.numbers import of_quantities

__all__ = ["Graded", "gives_up", "grade"]

_GIVE_UP = re.compile(
    r"(?:(?:hmm+|uh|um|well|äh+|hm+|sorry),?\s+)?(?:\?++|-++|\.++|idk|no idea|no clue|(?:i )?(?:don'?t|do not) (?:know|remember)|i'?m not sure|not sure|"
    r"dunno|pass|skip|forgot|i forgot|i give up|nothing|ich gebe auf|ich erinnere mich nicht|nichts|je ne me souviens (?:pas|plus)|j'abandonne|"
    r"no me acuerdo|me rindo|不记得(?:了)?|我放弃|"
    r"keine ahnung|wei(?:ß|ss) (?:ich )?(?:es )?nicht|ich wei(?:ß|ss) (?:es )?nicht|vergessen|no (?:lo )?sé|ni idea|"
    r"je ne sais (?:pas|plus)|aucune idée|不知道|我不知道|不清楚|忘了)[.!?。]*$",
    re.IGNORECASE,
)
_YES = frozenset("true t yes y right correct wahr ja richtig vrai oui verdadero sí si 对 是".split())
_NO = frozenset("false f no n wrong incorrect falsch nein faux non falso 错 不是".split())
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_STEPS: tuple[Callable[[Attempt], Graded | None], ...] = (
    of_forms,
    of_days,
    of_negation,
    of_quantities,
    of_lists,
    of_names,
    of_terms,
    of_words,
    of_meaning,
)


def grade(
    item: Item,
    answer: str,
    similarity: Similarity,
    aliases: Sequence[str] = (),
    supports: Supports | None = None,
) -> Graded:
    """How `answer` does; `similarity` and `supports` are asked only where words do not decide."""
    given = answer.strip()
    if gives_up(given):
        return Graded("wrong", "No answer.")
    if item.kind == "choice":
        return _of_choice(item, given)
    if item.kind == "true-false":
        return _of_truth(item, given)
    attempt = Attempt(
        item.question or item.stem, item.key, item.quote, given, tuple(aliases), similarity, supports
    )
    return next((graded for step in _STEPS if (graded := step(attempt))), Graded("unsure", attempt.compare))


def gives_up(answer: str) -> bool:
    """Whether an answer says nothing, or that nothing is known."""
    return not words_of(answer) or bool(_GIVE_UP.match(answer.strip().replace("’", "'")))


def _of_choice(item: Item, given: str) -> Graded:
    letter = given.casefold().rstrip(").")
    chosen = (
        item.options[_LETTERS.index(letter)]
        if len(letter) == 1 and letter in _LETTERS[: len(item.options)]
        else next((option for option in item.options if normal_form(option) == normal_form(given)), "")
    )
    if not chosen:
        last = _LETTERS[len(item.options) - 1]
        return Graded("unsure", f"Answer with a letter, a to {last}, or write the option out.")
    return Graded("right" if chosen == item.key else "wrong")


def _of_truth(item: Item, given: str) -> Graded:
    said = "true" if given.casefold() in _YES else "false" if given.casefold() in _NO else ""
    if not said:
        return Graded("unsure", "Answer true or false.")
    return Graded("right" if said == item.expected else "wrong", f"It is {item.expected}.")
