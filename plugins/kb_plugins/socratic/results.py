"""What a lesson came to: what was mastered and what to look at again, and the whole of it as a note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kb.plugin_api import safe_line
from kb_plugins.socratic.lesson import Lesson
from kb_plugins.socratic.tongue import Tongue

_MOST_WORDS = 12  # of an answer


def results(lessons: Sequence[Lesson], tongue: Tongue, added: int) -> list[str]:
    """A sentence each for what was mastered, what to revisit, and how many cards were `added`."""
    lines = []
    for table, outcomes in (("mastered", ("mastered",)), ("revisit", ("helped", "shown", "left"))):
        # The answer of a question that was left stays secret.
        names = [
            f"{_place(lesson)}: {_shortened(lesson.item.key)}"
            if lesson.outcome != "left"
            else tongue.says("question_on", place=_place(lesson))
            for lesson in lessons
            if lesson.outcome in outcomes
        ]
        if names:
            lines.append(tongue.says(table, names="; ".join(map(safe_line, names))))
    return [*lines, tongue.says("cards", count=added)]


def as_note(label: str, lessons: Sequence[Lesson], said: Sequence[str], transcript: Sequence[str]) -> str:
    """The lesson as a note: what it came to (`said`), the notes it was about, and the talk."""
    links = dict.fromkeys(lesson.item.as_quote().link for lesson in lessons)
    parts = [
        f"---\nmade-by: kb\ncreated: {date.today()}\ntags: [study-log]\n---",
        f"# Study log: {safe_line(label)}",
        "\n".join(f"- {line}" for line in said),
        "## Notes\n\n" + "\n".join(f"- [[{link}]]" for link in links),
        "## Talk\n\n" + "\n\n".join(transcript),
    ]
    return "\n\n".join(parts) + "\n"


def _place(lesson: Lesson) -> str:
    quote = lesson.item.as_quote()
    parts = [part for part in (quote.title, *quote.heading_path) if not lesson.secret.is_told_by(part)]
    return parts[0] if parts else "one of your notes"


def _shortened(key: str) -> str:
    words = " ".join(key.split()).split(" ")
    return " ".join(words[:_MOST_WORDS]) + (" …" if len(words) > _MOST_WORDS else "")
