"""The Socratic tutor as a mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from kb.plugin_api import (
    Cancellation,
    Card,
    Done,
    Event,
    KbError,
    KnowledgeBase,
    ModelError,
    NothingToStudy,
    Quote,
    Said,
    Saved,
    Selection,
    Sources,
    Standing,
    Status,
    plain_text,
    safe_line,
)
from kb_plugins.quiz.deck import Deck
from kb_plugins.quiz.grade import grade
from kb_plugins.quiz.item import Item
from kb_plugins.quiz.reviews import Rating, ReviewLog, now
from kb_plugins.quiz.session import checked_now, open_log, review_of
from kb_plugins.socratic import MODE
from kb_plugins.socratic.hints import HINTS, hints, question_of
from kb_plugins.socratic.learner import in_order, mastery
from kb_plugins.socratic.lesson import Lesson, Outcome, Step
from kb_plugins.socratic.phrasing import ask_blindly
from kb_plugins.socratic.secret import Secret
from kb_plugins.study.page import page_of

QUESTIONS = 4  # of a session
_LOOKED_AT = 60  # cards from which they are chosen
_PER_NOTE = 2
_RATINGS: dict[Outcome, Rating] = {"mastered": 3, "helped": 2, "shown": 1}
_WEAK = 0.15  # mastery below which the first hint comes with the question
_PROBES = (
    "What makes you think so?",
    "Can you put that more precisely?",
    "Which word does your note use for it?",
)
_HINT_QUESTIONS = (
    "What comes to mind?",
    "What follows from that?",
    "What fits?",
    "What completes it?",
)
_NOT_YET = ("Not yet.", "That's not what your note says.", "Not quite there.", "Think again.")
_STUCK = "That was the last hint. Type /skip to come back to it another day, or /reveal to see the answer."


class TutorSession:
    """Asks, gives hints, and never tells, unless the learner gives up."""

    def __init__(self, base: KnowledgeBase, use_model: bool = True) -> None:
        self._base, self._use_model = base, use_model
        self._lessons: list[Lesson] = []
        self._at = 0
        self._label = ""
        self._transcript: list[str] = []
        self._added = 0
        self._said: Counter[str] = Counter()

    @cached_property
    def _log(self) -> ReviewLog:
        return open_log(self._base)

    @cached_property
    def _deck(self) -> Deck:
        return Deck(self._base, self._log)

    def open(self, argument: str, _cancellation: Cancellation, /) -> Iterator[Event]:
        """Choose what to talk about, and ask the first question."""
        yield Status("Choosing what to talk about")
        checked_now()
        selection = self._base.select(argument)
        self._label = selection.label
        known = mastery(self._log.reviews)
        items = self._choose(selection, known)
        if not items:
            raise NothingToStudy(
                f"No question can be made of {selection.label}. Name a note with definitions, terms or headings."
            )
        secrets = {item.id: Secret.of(item, self._deck.aliases(item), question_of(item)) for item in items}
        self._lessons = [lesson for item in items for lesson in self._lesson(item, secrets)]
        yield from self._ask(known)

    def reply(self, text: str, cancellation: Cancellation, /) -> Iterator[Event]:
        """Go on by what the learner says."""
        command, _, rest = text.strip().partition(" ")
        if command == "/save":
            yield Saved(self._save(rest))
            yield Done()
            return
        if command == "/quit" or self._at >= len(self._lessons):
            yield from self._end()
            return
        lesson = self._lessons[self._at]
        self._transcript.append(f"**I**: {safe_line(text)}")
        if command == "/reveal":
            step = lesson.reveal()
        elif command == "/skip":
            step = lesson.leave()
        elif command == "/hint":
            step = lesson.take("", "wrong")
        elif command.startswith("/"):
            yield Said(f"Unknown command {command}. Commands: {', '.join(MODE.commands)}")
            yield Done()
            return
        else:
            graded = grade(lesson.item, text, self._similarity, lesson.secret.aliases)
            step = lesson.take(text, graded.grade)
        yield from self._respond(lesson, step, text, cancellation)

    def close(self) -> None:
        """Every outcome is written down already."""

    def _choose(self, selection: Selection, known: dict[str, float]) -> list[Item]:
        due = {card.card for card in self._log.due(now())}
        found: list[Item] = []
        for item in self._deck.facts(selection, now().toordinal()):
            if len(found) >= _LOOKED_AT and found[-1].path != item.path:
                break  # a note is looked at as a whole
            found.append(item)
        of_note: Counter[str] = Counter()
        chosen: list[Item] = []
        for item in in_order(found, known, due):
            if len(chosen) < QUESTIONS and (of_note[item.path] < _PER_NOTE or len(selection.paths) == 1):
                of_note[item.path] += 1
                chosen.append(item)
        return chosen

    def _lesson(self, item: Item, secrets: dict[str, Secret]) -> Iterator[Lesson]:
        try:
            note = page_of(self._base.note(item.path)).note
        except KbError:
            return
        secret = secrets[item.id]
        question = secret.known
        if secret.is_told_by(question):
            return
        around = plain_text(note.text[max(0, item.source.start - 200) : item.source.end + 200])
        others = tuple(other for key, other in secrets.items() if key != item.id)
        ladder = hints(item, note, secret, others)
        yield Lesson(item, question, secret, " ".join(around.split()), ladder, others)

    def _ask(self, known: dict[str, float] | None = None) -> Iterator[Event]:
        lesson = self._lessons[self._at]
        if known and known.get(lesson.item.title, 1.0) < _WEAK:
            lesson.hint = 1
            yield self._say(lesson.hints[0])
        self._transcript.append(f"**Tutor**: {safe_line(lesson.question)}")
        yield self._standing(lesson)
        yield Card(self._at + 1, len(self._lessons), "open", lesson.question)
        yield Done()

    def _respond(self, lesson: Lesson, step: Step, text: str, cancellation: Cancellation) -> Iterator[Event]:
        if lesson.is_over:
            yield from self._close_lesson(lesson, step)
            return
        if step == "check":
            yield self._say(
                "Yes, that is what your note says. Now in your own words: "
                "why is it so, or what would be an example?"
            )
        elif step == "stuck":
            yield self._say(_STUCK)
        else:
            yield Status("Thinking of a question")
            begin = "" if step == "probe" else f"{self._varied(_NOT_YET)} {lesson.hints[lesson.hint - 1]} "
            yield self._say(begin + self._question(lesson, step, text, cancellation))
        yield self._standing(lesson)
        yield Done()

    def _question(self, lesson: Lesson, step: Step, text: str, cancellation: Cancellation) -> str:
        """One question: the model's if it is fit to be shown, else a template."""
        if self._use_model:
            try:
                asked = ask_blindly(
                    self._base, lesson.secret, lesson.passage, text, self._similarity, cancellation
                )
            except ModelError as error:
                self._use_model, asked = False, ""  # the questions of this lesson need none
                self._base.notice(f"Without the model: {error}")
            if asked and not any(other.is_told_by(asked) for other in lesson.others):
                return asked
        return self._varied(_PROBES) if step == "probe" else _HINT_QUESTIONS[lesson.hint - 1]

    def _close_lesson(self, lesson: Lesson, step: Step) -> Iterator[Event]:
        self._record(lesson)
        if step == "left":
            yield self._say("Let's come back to that another day.")
        else:
            yield self._say(
                "Here is what your note says." if step == "shown" else "Compare it with your note:"
            )
            quote = lesson.item.as_quote()
            yield Said(f"> {safe_line(quote.text)}")
            yield Sources((quote,))
        self._at += 1
        if self._at < len(self._lessons):
            yield from self._ask()
        else:
            yield from self._end()

    def _record(self, lesson: Lesson) -> None:
        rating = _RATINGS.get(lesson.outcome)
        if rating is None:
            return
        item = lesson.item
        self._added += item.id not in self._log.schedule()
        self._log.add(review_of(item, rating, now(), "tutor"))

    def _end(self) -> Iterator[Event]:
        self._at = len(self._lessons)
        yield self._say("\n\n".join(self._results()))
        yield Done(ended=True)

    def _results(self) -> list[str]:
        lines = []
        for title, outcomes in (("Mastered", ("mastered",)), ("To revisit", ("helped", "shown", "left"))):
            # The answer of a question that was left stays secret.
            names = [
                lesson.item.key if lesson.outcome != "left" else f"a question on {_place(lesson)}"
                for lesson in self._lessons
                if lesson.outcome in outcomes
            ]
            if names:
                lines.append(f"{title}: {'; '.join(map(safe_line, names))}")
        cards = f"{self._added} {'card' if self._added == 1 else 'cards'} added to your reviews."
        return [*lines, cards]

    def _say(self, text: str) -> Said:
        self._transcript.append(f"**Tutor**: {safe_line(text)}")
        return Said(text)

    def _varied(self, texts: Sequence[str]) -> str:
        """One of `texts`, another each time."""
        self._said[texts[0]] += 1
        return texts[(self._said[texts[0]] - 1) % len(texts)]

    def _standing(self, lesson: Lesson) -> Standing:
        return Standing("hint", lesson.hint, HINTS, lesson.state)

    def _similarity(self, one: str, other: str) -> float:
        first, second = self._base.embed([one, other])
        return float(first @ second)

    def _save(self, name: str) -> Path:
        plain = "".join(letter for letter in self._label if letter.isalnum() or letter in " -_").strip()
        title = name.strip() or f"Study logs/{date.today()} {plain}"
        links = dict.fromkeys(lesson.item.path.removesuffix(".md") for lesson in self._lessons)
        parts = [
            f"---\nmade-by: kb\ncreated: {date.today()}\ntags: [study-log]\n---",
            f"# Study log: {safe_line(self._label)}",
            "\n".join(f"- {line}" for line in self._results()),
            "## Notes\n\n" + "\n".join(f"- [[{link}]]" for link in links),
            "## Talk\n\n" + "\n\n".join(self._transcript),
        ]
        return self._base.create_note(title, "\n\n".join(parts) + "\n")


def _place(lesson: Lesson) -> str:
    quote: Quote = lesson.item.as_quote()
    parts = [part for part in (quote.title, *quote.heading_path) if not lesson.secret.is_told_by(part)]
    return parts[0] if parts else "one of your notes"
