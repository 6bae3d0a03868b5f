"""What the tutor says: a statement and one question, chosen by what was heard."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.plugin_api import content_words, contradicts, covers, polarity, safe_line, words_of
from kb_plugins.quiz.grade import gives_up
from kb_plugins.quiz.item import Item
from kb_plugins.socratic.lesson import ASKED, Lesson, Step, is_plea
from kb_plugins.socratic.listening import Heard
from kb_plugins.socratic.parts import whole_of
from kb_plugins.socratic.tongue import Tongue
from kb_plugins.study.labels import NO_LABEL
from kb_plugins.study.minds import Minds

_MOST_QUOTED = 60  # characters of the learner's own words
_TOLD, _SAME, _FEWEST = 0.5, 0.6, 3  # of a reason: share of words, cosine, content words
_WHY = {"cause": "why_cause", "contrast": "why_contrast", "term": "why_term", "definition": "why_term"}
_LEAST_LETTERS = 4  # of a word of the learner that is worth being quoted
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_NUMBERS = ("number", "time", "share", "money", "measure", "year")


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said: statements, then one question, which a model may put otherwise."""

    sentences: tuple[str, ...]
    question: str


class Speaker:
    """Speaks of one question, in the language of its note."""

    def __init__(
        self, tongue: Tongue, linked: tuple[str, ...], sentences: tuple[str, ...], minds: Minds
    ) -> None:
        self._tongue, self._minds = tongue, minds
        self._linked = linked  # titles of notes that the fact's note links to
        self._sentences = sentences  # of the fact's section, all of them

    def turn(self, lesson: Lesson, step: Step, heard: Heard | None, text: str) -> Turn:
        """What is said for `step`; without the learner's own words where, with them, it would tell the answer."""
        secrets = (lesson.secret, *lesson.others)
        for words in (text, ""):
            turn = self._turn(lesson, step, heard, words)
            if not any(one.is_told_by(" ".join((*turn.sentences, turn.question))) for one in secrets):
                return turn
        # A count of parts or pleas may be a number of the answer.
        return Turn((self._tongue.says("open"),), turn.question)

    def _turn(self, lesson: Lesson, step: Step, heard: Heard | None, text: str) -> Turn:
        tongue = self._tongue
        match step:
            case "check":
                return Turn((tongue.says("given"), tongue.says("in_words")), self._why(lesson))
            case "stuck":
                return Turn(self._taken_up(lesson, heard, text), tongue.asks("stuck"))
            case "plea":
                refused = tongue.says("plea", left=ASKED - lesson.pleas)
                asked = tongue.asks("hint", lesson.hint - 1) if lesson.hint else tongue.asks("unknown")
                return Turn((refused, self._hint(lesson)), asked)
            case "missing":
                return Turn(self._missing(lesson, text), tongue.asks("missing"))
            case "contradicted":
                quoted = self._quoted(lesson, text)
                denied = tongue.says("contradicted", said=quoted) if quoted else tongue.says("open")
                return Turn((denied,), tongue.asks("contradicted"))
            case "belongs":
                other = self._named(lesson, heard.belongs_to) if heard and heard.belongs_to else ""
                if other:
                    return Turn((tongue.says("belongs_to", other=other),), tongue.asks("belongs_to"))
                return Turn((tongue.says("not_yet"),), tongue.asks("contradicted"))
            case "elsewhere":
                return Turn((tongue.says("elsewhere"),), tongue.asks("elsewhere"))
            case "question":
                there = self._missing(lesson, "") if lesson.present and lesson.missing else ()
                return Turn(there or (self._meant(lesson),), tongue.asks("meant"))
            case "unknown":
                return Turn((tongue.says("unknown"), self._hint(lesson)), tongue.asks("unknown"))
            case "probe":
                name = "evidence" if lesson.turns % 2 == 0 else "probe"
                return Turn(self._taken_up(lesson, heard, text), tongue.asks(name))
            case _:
                sentences = (*self._taken_up(lesson, heard, text), self._hint(lesson))
                return Turn(sentences, tongue.asks("hint", lesson.hint - 1))

    def _taken_up(self, lesson: Lesson, heard: Heard | None, text: str) -> tuple[str, ...]:
        """What the learner said, with what of it is there; nothing where a hint was asked for."""
        if heard is None or heard.kind != "answer":
            return ()
        quoted = self._quoted(lesson, text)
        if heard.grade != "unsure":
            return (self._tongue.says("not_said", said=quoted) if quoted else self._tongue.says("not_yet"),)
        if words := self._own_words(lesson, text):
            return (self._tongue.says("open_with", words=words),)
        return (self._tongue.says("open_said", said=quoted) if quoted else self._tongue.says("open"),)

    def _own_words(self, lesson: Lesson, text: str) -> str:
        """The learner's words that the answer has and the question has not."""
        key, asked = words_of(lesson.item.key), words_of(lesson.question)
        found = [
            word
            for word in _WORD.findall(text)
            if (len(word) >= _LEAST_LETTERS or not word.isascii())
            and any(covers(key, one) and not covers(asked, one) for one in content_words(word))
        ]
        return self._quoted(lesson, " … ".join(dict.fromkeys(found)))

    def judged(self, text: str) -> str:
        """What is said of the learner's reason, or example, after a right answer."""
        if gives_up(text) or is_plea(text):
            return self._tongue.says("why_empty")
        words = content_words(text)
        for sentence in self._sentences:
            known = words_of(sentence)
            held = sum(covers(known, word) for word in words)
            alike = len(words) >= _FEWEST and self._minds.similarity(text, sentence) >= _SAME
            if (len(words) >= _FEWEST and held >= _TOLD * len(words)) or alike:
                denies = contradicts(polarity(text), polarity(sentence))
                return self._tongue.says("why_other" if denies and held else "why_same")
        return self._tongue.says("why_none")

    def _hint(self, lesson: Lesson) -> str:
        return lesson.hints[lesson.hint - 1] if lesson.hint else ""

    def _missing(self, lesson: Lesson, text: str) -> tuple[str, ...]:
        quoted = self._quoted(lesson, text)
        heard = (self._tongue.says("heard", said=quoted),) if quoted else ()
        missing = lesson.missing
        if len(missing) == 1:
            part = lesson.parts[missing[0]]
            category = self._tongue.category(part.category, part.count)
            return (*heard, self._tongue.says("missing_one", category=category))
        there, total = len(lesson.parts) - len(missing), len(lesson.parts)
        return (*heard, self._tongue.says("missing_some", there=there, total=total, left=len(missing)))

    def _meant(self, lesson: Lesson) -> str:
        place = next(
            (
                part
                for part in (*reversed(lesson.item.heading_path), lesson.item.title)
                if not lesson.secret.is_told_by(part) and not NO_LABEL.match(part.rstrip(":："))
            ),
            lesson.item.title if not lesson.secret.is_told_by(lesson.item.title) else "",
        )
        whole = whole_of(lesson.item)
        category = self._tongue.category(whole.category, whole.count)
        return self._tongue.says("meant", place=place.replace("?", "").rstrip(":： "), category=category)

    def _quoted(self, lesson: Lesson, text: str) -> str:
        """The learner's words, unless they tell the answer or are long."""
        bare = safe_line(text).replace("?", "").replace("？", "").strip(' .“”"')
        gives_away = any(secret.is_told_by(bare) for secret in (lesson.secret, *lesson.others))
        return bare if bare and len(bare) <= _MOST_QUOTED and not gives_away else ""

    def _named(self, lesson: Lesson, other: Item) -> str:
        """What the card `other` is about, where that tells no answer."""
        asked = (other.question or other.stem).rstrip("?？… ")
        name = asked.rpartition(" — ")[0] or next(reversed(other.heading_path), other.title)
        hidden = any(secret.is_told_by(name) for secret in (lesson.secret, *lesson.others))
        return "" if hidden or "?" in name else name

    def _why(self, lesson: Lesson) -> str:
        other = next(
            (title for title in self._linked if not any(one.is_told_by(title) for one in lesson.others)), ""
        )
        if other and lesson.turns % 2 == 0:
            return self._tongue.asks("why_between", other=other.replace("?", ""))
        if whole_of(lesson.item).category in _NUMBERS:
            return self._tongue.asks("why_number")
        return self._tongue.asks(
            "why_term" if lesson.item.kind == "cloze" else _WHY.get(lesson.item.rule, "why_statement")
        )
