"""The Socratic tutor as a mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
    Note,
    NothingToStudy,
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
from kb_plugins.quiz.item import Item
from kb_plugins.quiz.logging_cards import checked_now, open_log, review_of
from kb_plugins.quiz.reviews import Rating, ReviewLog, now
from kb_plugins.socratic import MODE
from kb_plugins.socratic.hints import hints, question_of, sentences_beside
from kb_plugins.socratic.learner import in_order, mastery
from kb_plugins.socratic.lesson import Lesson, Outcome, Step
from kb_plugins.socratic.listening import Heard, Listener
from kb_plugins.socratic.moves import Speaker
from kb_plugins.socratic.parts import parts_of_fact
from kb_plugins.socratic.path import path_through
from kb_plugins.socratic.phrasing import ask_blindly
from kb_plugins.socratic.results import as_note, results
from kb_plugins.socratic.secret import Secret
from kb_plugins.socratic.tongue import Tongue
from kb_plugins.study.minds import Minds
from kb_plugins.study.page import page_of
from kb_plugins.study.wording import Wording

QUESTIONS = 4  # of a session on one note, or on nothing named
PATH = 8  # of a lesson on a topic or a folder
_LOOKED_AT = 60  # cards from which they are chosen
_PER_NOTE = 2
_MOST_LINKED = 5  # titles of linked notes that may be compared with
_RATINGS: dict[Outcome, Rating] = {"mastered": 3, "helped": 2, "shown": 1}
_WEAK = 0.15  # mastery below which the first hint comes with the question


class TutorSession:
    """Asks, gives hints, and never tells, unless the learner gives up."""

    def __init__(self, base: KnowledgeBase, use_model: bool = True) -> None:
        self._base, self._use_model = base, use_model
        self._lessons: list[Lesson] = []
        self._speakers: dict[str, Speaker] = {}  # by the id of the card
        self._listeners: dict[str, Listener] = {}
        self._tongues: dict[str, Tongue] = {}  # by language
        self._notes: dict[str, Note] = {}
        self._at = 0
        self._label = ""
        self._transcript: list[str] = []
        self._added = 0

    @cached_property
    def _log(self) -> ReviewLog:
        return open_log(self._base)

    @cached_property
    def _deck(self) -> Deck:
        return Deck(self._base, self._log)

    @cached_property
    def _minds(self) -> Minds:
        return Minds(self._base)

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
                f"No question can be made from {selection.label}. Name a note with definitions, terms or headings."
            )
        secrets = {item.id: Secret.of(item, self._deck.aliases(item), question_of(item)) for item in items}
        self._lessons = [lesson for item in items for lesson in self._lesson(item, secrets)]
        if not self._lessons:
            raise NothingToStudy(
                f"Every question on {selection.label} gives away its own answer. Name another note."
            )
        if len({item.path for item in items}) > 1 and selection.kind != "all":
            yield self._say(self._tongue(self._lessons[0]).says("path", count=len(self._lessons)))
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
        heard: Heard | None = None
        if command == "/reveal":
            step = lesson.reveal()
        elif command == "/skip":
            step = lesson.leave()
        elif command == "/hint":
            step = lesson.next_hint()
        elif command.startswith("/"):
            yield Said(f"Unknown command {command}. Commands: {', '.join(MODE.commands)}")
            yield Done()
            return
        elif lesson.state == "check":
            step = lesson.take(text, Heard("answer", "right"))
            yield self._say(self._speakers[lesson.item.id].judged(text))
        else:
            yield Status("Listening")
            heard = self._listeners[lesson.item.id].hear(text)
            step = lesson.take(text, heard)
        yield from self._respond(lesson, step, heard, text, cancellation)

    def close(self) -> None:
        """Every outcome is written down already."""

    def _choose(self, selection: Selection, known: dict[str, float]) -> list[Item]:
        due = {card.card for card in self._log.due(now())}
        found: list[Item] = []
        for item in self._deck.facts(selection, now().toordinal()):
            if len(found) >= _LOOKED_AT and found[-1].path != item.path:
                break  # a note is looked at as a whole
            found.append(item)
        if selection.kind != "all" and len({item.path for item in found}) > 1:
            return path_through(found, {item.path: self._note(item.path) for item in found}, known, PATH)
        of_note: Counter[str] = Counter()
        chosen: list[Item] = []
        for item in in_order(found, known, due):
            if len(chosen) < QUESTIONS and (of_note[item.path] < _PER_NOTE or len(selection.paths) == 1):
                of_note[item.path] += 1
                chosen.append(item)
        return chosen

    def _note(self, path: str) -> Note:
        if path not in self._notes:
            self._notes[path] = page_of(self._base.note(path)).note
        return self._notes[path]

    def _lesson(self, item: Item, secrets: dict[str, Secret]) -> Iterator[Lesson]:
        try:
            note = self._note(item.path)
        except KbError:
            return
        secret = secrets[item.id]
        if secret.is_told_by(secret.known):
            return
        around = plain_text(note.text[max(0, item.source.start - 200) : item.source.end + 200])
        others = tuple(other for key, other in secrets.items() if key != item.id)
        language = Wording(note).language
        tongue = self._tongues.setdefault(language, Tongue(language))
        ladder = hints(item, note, secret, others, tongue)
        parts = parts_of_fact(item)
        beside = sentences_beside(item, note)
        cards = [card for card in self._deck.of_note(item.path) if card.id != item.id]
        self._listeners[item.id] = Listener(item, parts, beside, cards, secret.aliases, self._minds)
        linked = dict.fromkeys(
            (link.label or link.target).partition("#")[0] for link in note.links if link.kind == "wiki"
        )
        titles = [title for title in linked if title and not secret.is_told_by(title)][:_MOST_LINKED]
        sentences = (item.as_quote().text, *beside)
        self._speakers[item.id] = Speaker(tongue, tuple(titles), sentences, self._minds)
        yield Lesson(item, secret.known, secret, " ".join(around.split()), ladder, others, parts)

    def _tongue(self, lesson: Lesson) -> Tongue:
        return self._tongues[Wording(self._note(lesson.item.path)).language]

    def _ask(self, known: dict[str, float] | None = None) -> Iterator[Event]:
        lesson = self._lessons[self._at]
        if known and lesson.hints and known.get(lesson.item.title, 1.0) < _WEAK:
            lesson.hint = 1
            yield self._say(lesson.hints[0])
        self._transcript.append(f"**Tutor**: {safe_line(lesson.question)}")
        yield self._standing(lesson)
        yield Card(self._at + 1, len(self._lessons), "open", lesson.question)
        yield Done()

    def _respond(
        self, lesson: Lesson, step: Step, heard: Heard | None, text: str, cancellation: Cancellation
    ) -> Iterator[Event]:
        if lesson.is_over:
            yield from self._close_lesson(lesson, step)
            return
        turn = self._speakers[lesson.item.id].turn(lesson, step, heard, text)
        question = turn.question
        if step not in ("check", "stuck") and self._has_chosen_model:
            yield Status("Thinking of a question")
            question = self._phrased(lesson, text, cancellation) or question
        yield self._say(" ".join((*filter(None, turn.sentences), question)))
        yield self._standing(lesson)
        yield Done()

    @property
    def _has_chosen_model(self) -> bool:
        """Whether a language model may phrase: the bundled one is too small to gain by it."""
        models = self._base.settings.models
        return self._use_model and bool(models.path or models.url or models.plugin)

    def _phrased(self, lesson: Lesson, text: str, cancellation: Cancellation) -> str:
        """The model's question, where it is fit to be shown; else nothing."""
        try:
            asked = ask_blindly(
                self._base, lesson.secret, lesson.passage, text, self._minds.similarity, cancellation
            )
        except ModelError as error:
            self._use_model, asked = False, ""  # the questions of this lesson need none
            self._base.notice(f"Without the model: {error}")
        return "" if any(other.is_told_by(asked) for other in lesson.others) else asked

    def _close_lesson(self, lesson: Lesson, step: Step) -> Iterator[Event]:
        self._record(lesson)
        tongue = self._tongue(lesson)
        if step == "left":
            yield self._say(tongue.says("left"))
        else:
            yield self._say(tongue.says("shown" if step == "shown" else "compare"))
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

    def _say(self, text: str) -> Said:
        self._transcript.append(f"**Tutor**: {safe_line(text)}")
        return Said(text)

    def _standing(self, lesson: Lesson) -> Standing:
        return Standing("hint", lesson.hint, len(lesson.hints))

    def _results(self) -> list[str]:
        return results(self._lessons, self._tongue(self._lessons[0]), self._added)

    def _save(self, name: str) -> Path:
        plain = "".join(letter for letter in self._label if letter.isalnum() or letter in " -_").strip()
        title = name.strip() or f"Study logs/{date.today()} {plain}"
        text = as_note(self._label, self._lessons, self._results(), self._transcript)
        return self._base.files.create_note(title, text)
