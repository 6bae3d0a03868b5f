"""An answer as it comes: each sentence once it is checked, then its sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from kb.answering.answer import abstention, cite
from kb.answering.events import Finished, QuotesFound, SentenceChecked, Step
from kb.cli.output import err, out, say
from kb.cli.render.text import print_place, print_source
from kb.cli.streams import answer
from kb.safe_text import safe_line, safe_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from kb.answering.answer import Answer, AnswerSentence, Quote
    from kb.answering.events import AnswerEvent


def explained(events: Iterator[AnswerEvent]) -> Iterator[AnswerEvent]:
    """The same events, each step and verdict told on stderr as it comes."""
    for event in events:
        if isinstance(event, Step):
            say(f"· {event.message}")
        elif isinstance(event, SentenceChecked):
            say(f"· {event.sentence.message}")
        yield event


def print_answer(events: Iterator[AnswerEvent], *, short: bool) -> None:
    """Print each sentence as soon as it is checked, then the sources."""
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
            print_place(quote)
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


def _print_quotes(heading: str, quotes: Sequence[Quote]) -> None:
    if quotes and heading:
        out().print(Text(f"\n{heading}", style="bold"))
    for quote in quotes:
        print_source(quote, f"[{quote.number}] ")
