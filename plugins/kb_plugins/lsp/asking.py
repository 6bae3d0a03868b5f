"""Answers from the notes, as a Markdown document with its sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from tempfile import NamedTemporaryFile
from urllib.parse import quote

from kb.plugin_api import Answer, Cancellation, KnowledgeBase, cite, safe_line
from kb.plugin_api.editing import Finished, SentenceChecked, Step, abstention


def ask(
    base: KnowledgeBase, question: str, cancellation: Cancellation, report: Callable[[str], None]
) -> Answer | None:
    """The answer; None when it was cancelled. `report` is told each step and each sentence, from the caller's thread."""
    answer = None
    for event in base.ask(question, cancellation):
        if cancellation.cancelled:
            return None
        if isinstance(event, Step):
            report(event.name)
        elif isinstance(event, SentenceChecked) and event.sentence.supported:
            report(cite(event.sentence))
        elif isinstance(event, Finished):
            answer = event.answer
    return answer


def as_markdown(answer: Answer, uri_of: Callable[[str], str]) -> str:
    """The answer with a link to each place that it cites."""
    lines = [f"# {safe_line(answer.question)}", ""]
    lines += [abstention(answer) if answer.abstained else answer.text, ""]
    for one in answer.sources:
        name = PurePosixPath(one.path).name.translate(str.maketrans("[]", "()"))
        at = one.place or f"L{one.line}"
        lines.append(
            f"{one.number}. [{name}]({quote(uri_of(one.path), safe=':/%')}#{at}): {safe_line(one.text)}"
        )
    return "\n".join(lines).rstrip() + "\n"


def scratch(text: str) -> str:
    """A file for nobody but this user, outside of the vault, that holds `text`; the system clears it away."""
    with NamedTemporaryFile("w", encoding="utf-8", prefix="kb-answer-", suffix=".md", delete=False) as file:
        file.write(text)
        return file.name
