"""`kb export`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from kb.plugin_api import Terminal, UsageError
from kb_plugins.export.files import check_outside, form_of, write_new

app = typer.Typer(
    name="export",
    help="Write answers, cards, the graph or a site of your notes to files.\n\n"
    "For example: kb export site ~/site",
    no_args_is_help=True,
)
File = Annotated[
    Path, typer.Argument(help="The new file; its ending chooses the format.", show_default=False)
]
Notes = Annotated[str, typer.Option("--notes", help="Only these: a folder/, #tag, period or operators.")]


@app.command("answer")
def answer(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question.", show_default=False)],
    file: File,
) -> None:
    """Ask a question, and write the answer with its sources (.html, .md, .json).

    For example: kb export answer "What is oolong?" oolong.html
    """
    from kb_plugins.export.answers import FORMS, answer_text

    terminal: Terminal = context.obj
    form = form_of(file, *FORMS)
    with closing(terminal.knowledge_base()) as base:
        check_outside(base, file)
        write_new(base, file, answer_text(base.answer(question), form))
    _tell(terminal, file)


@app.command("conversations")
def conversations(
    context: typer.Context,
    file: File,
    number: Annotated[
        int | None,
        typer.Option("--number", "-n", min=1, help="Only this one, by its number in kb conversations."),
    ] = None,
) -> None:
    """Write the conversations that were kept (.html, .md, .json).

    For example: kb export conversations asked.html
    """
    from kb_plugins.export.answers import FORMS, conversations_text

    terminal: Terminal = context.obj
    form = form_of(file, *FORMS)
    with closing(terminal.knowledge_base()) as base:
        held = base.logs.conversations.all()
        if not held:
            raise UsageError("There are no conversations yet. Begin one with: kb chat, or just kb")
        if number is not None and number > len(held):
            raise UsageError(
                f"There is no conversation {number} in the list of {len(held)}. See it with: kb conversations"
            )
        write_new(base, file, conversations_text(held if number is None else [held[number - 1]], form))
    _tell(terminal, file)


@app.command("quiz")
def quiz(context: typer.Context, file: File, notes: Notes = "") -> None:
    """Write the quiz cards of your notes (.html, .md, .json, .apkg for Anki).

    For example: kb export quiz cards.html --notes "#tea"
    """
    from kb_plugins.export.cards import FORMS, cards_of, cards_text
    from kb_plugins.quiz.anki import write_package

    terminal: Terminal = context.obj
    form = form_of(file, *FORMS)
    with closing(terminal.knowledge_base()) as base:
        check_outside(base, file)
        cards = cards_of(base, notes)
        if form == "apkg":
            write_package(base, cards, file)
        else:
            write_new(base, file, cards_text(cards, form))
        behind = base.upkeep.notes_behind()
    _tell(terminal, file, behind)


@app.command("graph")
def graph(context: typer.Context, file: File, notes: Notes = "") -> None:
    """Write all notes and links as a page to explore (.html), or as .json; kb graph prints other formats.

    For example: kb export graph graph.html
    """
    from kb_plugins.export.graph import FORMS, graph_data, graph_text

    terminal: Terminal = context.obj
    form = form_of(file, *FORMS)
    with closing(terminal.knowledge_base()) as base:
        write_new(base, file, graph_text(graph_data(base, notes), form))
        behind = base.upkeep.notes_behind()
    _tell(terminal, file, behind)


@app.command("statistics")
def statistics(context: typer.Context, file: File) -> None:
    """Write statistics of your notes, with plots (.html), or as .md or .json.

    For example: kb export statistics figures.html
    """
    from kb_plugins.export.statistics import FORMS, figures, statistics_text

    terminal: Terminal = context.obj
    form = form_of(file, *FORMS)
    with closing(terminal.knowledge_base()) as base:
        write_new(base, file, statistics_text(figures(base), form))
        behind = base.upkeep.notes_behind()
    _tell(terminal, file, behind)


@app.command("site")
def site(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A new folder, or an older site.", show_default=False)],
    notes: Notes = "",
    title: Annotated[
        str, typer.Option("--title", help="Its title; the name of the vault's folder if left out.")
    ] = "",
) -> None:
    """Write your notes as pages with links, backlinks, tags, a graph and a search, to open from the disk or to serve.

    Everything that these notes say becomes readable to whoever has the folder. For example: kb export site site --notes "#public"
    """
    from kb_plugins.export.site import Site
    from kb_plugins.export.writing import write_site

    terminal: Terminal = context.obj
    with closing(terminal.knowledge_base()) as base:
        made = Site(base, notes, title)
        count = write_site(base, made, folder)
        behind = base.upkeep.notes_behind()
    for sentence in made.skipped:
        terminal.say(f"Left out: {sentence}")
    if terminal.json:
        result = {"folder": str(folder), "files": count, "left_out": made.skipped, "notes_behind": behind}
        terminal.print_json(result)
    else:
        terminal.say(f"Wrote {count} files. Open {folder / 'index.html'}")
    _tell_behind(terminal, behind)


def _tell(terminal: Terminal, file: Path, behind: int = 0) -> None:
    """Say what was written; `behind` notes differ from what is indexed."""
    if terminal.json:
        terminal.print_json({"file": str(file)} | ({"notes_behind": behind} if behind else {}))
    else:
        terminal.say(f"Wrote {file}")
    _tell_behind(terminal, behind)


def _tell_behind(terminal: Terminal, behind: int) -> None:
    if behind:
        noun = "note has" if behind == 1 else "notes have"
        terminal.say(f"{behind:,} {noun} changed since kb index. Run it, then export again to include them.")
