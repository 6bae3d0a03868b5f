"""`kb ask`: a question, a checked answer, its sources."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from kb.cli.options import Index, Json, Vault, chosen
from kb.cli.output import err, out, print_indented, print_json
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from kb.answering.answer import Answer
    from kb.answering.events import AnswerEvent


def ask(
    context: typer.Context,
    question: Annotated[
        list[str], typer.Argument(help="The question, in your own words.", show_default=False)
    ],
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Answer a question from the notes, with citations."""
    options = chosen(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        events = base.ask(" ".join(question))
        if options.json:
            print_json(as_json(_last(events)))
        else:
            _show(events)


def as_json(answer: Answer) -> dict[str, Any]:
    """The documented form of an answer for machines."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "sentences": [
            {"text": item.text, "supported": item.supported, "citations": list(item.citations)}
            for item in answer.sentences
        ],
        "sources": [
            {"path": quote.path, "line": quote.line, "quote": quote.quote} for quote in answer.sources
        ],
        "model": answer.model,
        "seconds": round(answer.seconds, 3),
    }


def _last(events: Iterator[AnswerEvent]) -> Answer:
    from kb.answering.events import Finished

    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise AssertionError("an answer always finishes")


def _show(events: Iterator[AnswerEvent]) -> None:
    """Print each sentence as soon as it is checked, then the sources."""
    from kb.answering.answer import cite
    from kb.answering.events import Finished, SentenceChecked, Step

    console = out()
    with err().status("Searching the notes") as status:
        for event in events:
            if isinstance(event, Step):
                status.update(event.name)
            elif isinstance(event, SentenceChecked) and event.sentence.supported:
                _print_past(status, console, Text(safe_line(cite(event.sentence))))
            elif isinstance(event, Finished):
                status.stop()
                _print_end(console, event.answer)


def _print_past(status: Status, console: Console, text: Text) -> None:
    """Print on stdout while the status line lives on stderr of the same terminal."""
    status.stop()
    console.print(text)
    sys.stdout.flush()
    status.start()


def _print_end(console: Console, answer: Answer) -> None:
    if answer.abstained:
        console.print("Your notes do not hold the answer.")
        if answer.nearest:
            console.print(Text("\nNearest notes", style="bold"))
        for near in answer.nearest:
            console.print(Text(f"{safe_line(near.path)}:{near.line}", style="cyan"))
    else:
        console.print(Text("\nSources", style="bold"))
    for quote in answer.sources:
        head = Text(f"[{quote.number}] ")
        head.append(f"{safe_line(quote.path)}:{quote.line}", style="cyan")
        console.print(head, soft_wrap=True)
        print_indented(console, Text(f"“{safe_line(quote.quote)}”", style="dim"))
    dropped = sum(not sentence.supported for sentence in answer.sentences)
    note = f"{answer.model} · {answer.seconds:.1f} s"
    if dropped:
        note += f" · {dropped} unsupported {'sentence' if dropped == 1 else 'sentences'} of the model dropped"
    err().print(Text(f"\n{note}", style="dim"), soft_wrap=True)
