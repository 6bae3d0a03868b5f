"""`kb ask`: a question, a checked answer, its sources."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import print_json
from kb.cli.prompt import words_or_stdin
from kb.errors import UsageError
from kb.wire import answer_json

if TYPE_CHECKING:
    from kb.answering.answer import Answer
    from kb.answering.events import AnswerEvent


def ask(
    context: typer.Context,
    question: Annotated[
        list[str], typer.Argument(help="The question, in your own words; - reads stdin.", show_default=False)
    ],
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
    style: Annotated[
        str | None,
        typer.Option("--style", metavar="STYLE", help="short, full or quotes.", show_default=False),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Explain each step on stderr.")] = False,
) -> None:
    """Answer a question from the notes, with citations.

    For example: kb ask "What did I decide about the garden?", or: cat question.txt | kb ask -
    """
    from kb.answering.answer import Style
    from kb.cli.render.answers import explained, print_answer

    if style not in (None, *get_args(Style)):
        raise UsageError(f"There is no style {style!r}. Styles: {', '.join(get_args(Style))}.")
    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        events = base.ask(words_or_stdin(question), style=style)  # type: ignore[arg-type]
        if explain:
            events = explained(events)
        if options.json:
            print_json(answer_json(last_answer(events)))
        else:
            print_answer(events, short=style == "short")


def last_answer(events: Iterator[AnswerEvent]) -> Answer:
    """What the events come to."""
    from kb.answering.events import Finished

    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise AssertionError("an answer always finishes")
