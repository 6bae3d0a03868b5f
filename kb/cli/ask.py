"""`kb ask`: a question, a checked answer, its sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, get_args

import typer
from rich.text import Text

from kb.cli.modes import print_source
from kb.cli.options import Index, Json, Vault, chosen
from kb.cli.output import err, out, print_json, say
from kb.cli.prompt import words_or_stdin
from kb.cli.streams import answer
from kb.errors import UsageError
from kb.safe_text import safe_line, safe_text
from kb.wire import answer_json as as_json  # scripts that ask whole sets import it from here

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from kb.answering.answer import Answer, AnswerSentence, Quote
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

    if style not in (None, *get_args(Style)):
        raise UsageError(f"There is no style {style!r}. Styles: {', '.join(get_args(Style))}.")
    options = chosen(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        events = base.ask(words_or_stdin(question), style=style)  # type: ignore[arg-type]
        if explain:
            events = _explained(events)
        if options.json:
            print_json(as_json(last_answer(events)))
        else:
            _show(events, short=style == "short")


def last_answer(events: Iterator[AnswerEvent]) -> Answer:
    """What the events come to."""
    from kb.answering.events import Finished

    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise AssertionError("an answer always finishes")


def _explained(events: Iterator[AnswerEvent]) -> Iterator[AnswerEvent]:
    """The same events, each step and verdict told on stderr as it comes."""
    from kb.answering.events import SentenceChecked, Step

    for event in events:
        if isinstance(event, Step):
            say(f"· {event.told}")
        elif isinstance(event, SentenceChecked):
            say(f"· {event.sentence.told}")
        yield event


def _show(events: Iterator[AnswerEvent], *, short: bool) -> None:
    """Print each sentence as soon as it is checked, then the sources."""
    from kb.answering.events import Finished, QuotesFound, SentenceChecked, Step

    console = out()
    quotes: Sequence[Quote] = ()
    with err().status("Searching the notes") as status:
        for event in events:
            if isinstance(event, Step):
                status.update(event.name)
            elif isinstance(event, QuotesFound):
                quotes = event.quotes
            elif isinstance(event, SentenceChecked) and event.sentence.supported:
                _print_past(status, console, _said(event.sentence, quotes))
            elif isinstance(event, Finished):
                status.stop()
                _print_end(console, event.answer, short=short)


def _said(sentence: AnswerSentence, quotes: Sequence[Quote]) -> Text:
    """A sentence or block with its citations, the answer's own words in bold."""
    from kb.answering.answer import cite

    text = Text(safe_text(cite(sentence)))
    short = next((quote.short for quote in quotes if quote.number in sentence.citations and quote.short), "")
    start = text.plain.find(safe_text(short)) if short else -1
    if start >= 0 and len(short) < len(sentence.text):
        text.stylize("bold", start, start + len(safe_text(short)))
    return text


def _print_past(status: Status, console: Console, text: Text) -> None:
    """Print on stdout while the status line lives on stderr of the same terminal."""
    status.stop()
    console.print(text)
    answer().flush()
    status.start()


def _print_end(console: Console, answer: Answer, *, short: bool) -> None:
    from kb.answering.answer import abstention

    if answer.abstained:
        console.print(Text(abstention(answer)), soft_wrap=True)
        if answer.nearest:
            console.print(Text("\nNearest notes", style="bold"))
        for near in answer.nearest:
            console.print(Text(safe_line(near.where), style="cyan"))
    if answer.missing:
        console.print(
            Text(f"\nYour notes don't mention: {safe_line(', '.join(answer.missing))}."), soft_wrap=True
        )
    quoted = {number for item in answer.sentences if item.verdict == "quoted" for number in item.citations}
    if answer.cited:
        console.print()
    for quote in answer.cited:
        if quote.number in quoted:  # what it says was just said
            _print_place(quote)
        else:
            print_source(quote, f"[{quote.number}] ")
    if answer.outcome == "unsure":
        _print_quotes("", answer.sources)
    elif not short:
        also = [quote for quote in answer.sources if quote not in answer.cited]
        _print_quotes("Also", also)
    dropped = sum(not sentence.supported for sentence in answer.sentences)
    phrased = any(sentence.verdict not in ("quoted", "exact") for sentence in answer.sentences)
    note = f"{answer.model} · {answer.seconds:.1f} s" if phrased else f"{answer.seconds:.1f} s"
    if dropped:
        note += f" · {dropped} unsupported {'sentence' if dropped == 1 else 'sentences'} removed"
    err().print(Text(f"\n{note}", style="dim"), soft_wrap=True)


def _print_place(quote: Quote) -> None:
    """Where a quote stands: its number, path and line, and the headings above it."""
    place = Text(f"[{quote.number}] ")
    place.append(safe_line(quote.where), style="cyan")
    headings = [heading for heading in quote.heading_path if heading != quote.title]
    if headings:
        place.append(f"  {safe_line(' > '.join(headings))}", style="dim")
    out().print(place, soft_wrap=True)


def _print_quotes(heading: str, quotes: Sequence[Quote]) -> None:
    if quotes and heading:
        out().print(Text(f"\n{heading}", style="bold"))
    for quote in quotes:
        print_source(quote, f"[{quote.number}] ")
