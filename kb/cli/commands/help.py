"""`kb help TOPIC`: the help of a command, or of what no single command tells."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from kb.cli.output import out
from kb.errors import UsageError

TOPICS = {
    "search": """\
Words find notes that hold them in any form, and notes about the same subject. These narrow a search:

  "exact phrase"          exactly these words
  -word, -"a phrase"      without it
  tag:tea                 notes with this tag, or one below it
  path:journal            notes with this in their path
  title:oolong            notes with this in their title
  link:[[Oolong]]         notes that link to this one
  before:2026-03          notes dated earlier; after: later, also yesterday, last-week
  PROPERTY:VALUE          notes whose front matter says so, such as is:book

A leading - negates each. For example: kb search tea -green tag:notes after:last-month""",
    "templates": """\
A template is a note that new notes start from: kb new TITLE --template NAME. These placeholders are filled in:

  {{title}}               the new note's title
  {{date}}, {{time}}      the day and time of writing
  {{date:dddd D MMMM}}    the same in another form; tokens as in Obsidian: YYYY MM DD dddd HH mm

"folder: Projects" in a template's front matter says where its notes go. See also: kb help settings""",
    "notes": """\
kb new TITLE              a new note; kb new Projects/Shed puts it into a folder
kb daily                  today's note, in your editor; kb daily yesterday
kb capture "a thought"    added to the end of today's note; --inbox, --to NOTE
kb edit NOTE              in $EDITOR; kb open NOTE in Obsidian, or your system's program
kb undo                   undoes kb's last change to your notes

Daily notes go where Obsidian or Logseq puts them, or else where you already keep them. To choose:
kb config set notes.daily "Journal/YYYY-MM-DD\"""",
    "keys": """\
F1 in the terminal interface lists its keys. Keys of your own go into keys.toml in your configuration
folder, which F1 names:

  vim = true              j, k, G, Ctrl+D and Ctrl+U move, except while you are typing

  [keys]
  search = "ctrl+k"       by name; F1 and Ctrl+P list the names, and a wrong one is reported

Long output goes to $KB_PAGER, else $PAGER, else less. KB_PAGER=cat turns that off.""",
    "exit": """\
0   done
1   error; one sentence on stderr says why. kb search: nothing was found
2   wrong usage: unknown or conflicting arguments
130 stopped with Ctrl-C; completed work was saved""",
    "settings": """\
Settings are in kb.toml; for one command, set a variable such as KB_ANSWERS_STYLE=short.

  kb config               all of them, with their values
  kb config set NAME VALUE
  kb config edit          opens kb.toml in your editor""",
}


def help_on(
    context: typer.Context,
    topic: Annotated[
        list[str] | None,
        typer.Argument(help=f"A command, or one of: {', '.join(TOPICS)}.", show_default=False),
    ] = None,
) -> None:
    """Show help for a command or a topic.

    For example: kb help search
    """
    words = topic or []
    command, parents = _command(context, words)
    if command is None and " ".join(words) not in TOPICS:
        raise _unknown(context, words[0])
    if command is not None:
        out().print(Text.from_ansi(_help(context, command, parents, words)), end="")
    if text := TOPICS.get(" ".join(words)):
        out().print(Text(text))


def _command(context: typer.Context, words: list[str]) -> tuple[Any, Any]:
    """The command that `words` name, and the context it stands in."""
    assert context.parent is not None
    here, command = context.parent, context.parent.command
    for word in words:
        child = command.get_command(here, word) if hasattr(command, "get_command") else None
        if child is None:
            return None, None
        here, command = (here, child)
    return command, here


def _help(context: typer.Context, command: Any, parent: Any, words: list[str]) -> str:
    inner = type(parent)(command, info_name=" ".join(words), parent=context.parent) if words else parent
    return str(command.get_help(inner))


def _unknown(context: typer.Context, word: str) -> UsageError:
    from difflib import get_close_matches

    assert context.parent is not None
    known = [*context.parent.command.list_commands(context.parent), *TOPICS]  # type: ignore[attr-defined]
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]}?" if near else f"Topics: {', '.join(TOPICS)}; or name a command."
    return UsageError(f"There is no help on {word!r}. {hint}")
