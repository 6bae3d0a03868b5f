"""`kb link`: the links a note may want, how sure each is, and why; on request they are made."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import err, out, print_json, say
from kb.cli.render.changes import print_diff
from kb.cli.render.suggestions import print_suggestion, print_suggestions
from kb.errors import UsageError
from kb.safe_text import safe_line

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase
    from kb.linking.decisions import Verdict
    from kb.linking.suggestions import LinkSuggestion

LIKELY, SURE = 0.3, 0.9  # confidence from which links are shown, and made without asking


def link(
    context: typer.Context,
    note: Annotated[
        str | None, typer.Argument(help="Its path, file name, alias or title.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Look at every note.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Apply confident, unambiguous links.")] = False,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask about each link: accept, reject, always, never.")
    ] = False,
    minimum: Annotated[
        float | None,
        typer.Option(
            "--min",
            min=0.0,
            max=1.0,
            metavar="P",
            help="Only links at least this likely (default 0.3; with --apply 0.9).",
        ),
    ] = None,
    add_related: Annotated[
        bool, typer.Option("--related", help="With --apply: also add a section of related notes.")
    ] = False,
    vault: Vault = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Suggest links for a note, and make them on request.

    Each comes with its confidence and reasons.

    For example: kb link "New note" --apply. kb undo takes them back.
    """
    if (note is None) != every:
        raise UsageError("Give a note, or use --all for every note.")
    if add_related and (every or not apply):
        raise UsageError("--related needs a note and --apply.")
    options = resolve_options(context, vault, index, json)
    bar = minimum if minimum is not None else SURE
    # With --apply those that are left are looked for, too, so that they can be told.
    min_confidence = min(bar, LIKELY) if apply else bar if minimum is not None else LIKELY
    with closing(options.knowledge_base()) as base:
        if every:
            suggestions = list(base.links.advisor.links_of_all(min_confidence))
        else:
            suggestions = base.links.suggestions(str(note), min_confidence)
        if interactive:
            _make(base, ask_for_each(base, suggestions), options.json, str(note) if add_related else "")
        elif apply:
            wanted = [one for one in suggestions if not one.rivals and one.confidence >= bar]
            _make(base, wanted, options.json, str(note) if add_related else "")
            _tell_of_left(suggestions, wanted, bar, "--all" if every else str(note))
        elif options.json:
            print_json(_as_json(base, note, suggestions))
        else:
            print_suggestions(base, note, suggestions)


def ask_for_each(base: KnowledgeBase, suggestions: Sequence[LinkSuggestion]) -> list[LinkSuggestion]:
    """Show one after another and ask; what is said is remembered, and what was accepted is returned."""
    from kb.linking.decisions import decided

    accepted: list[LinkSuggestion] = []
    settled: dict[str, str] = {}  # by name, what was said once and for all
    for number, one in enumerate(suggestions, start=1):
        said = settled.get(one.mention.casefold(), "")
        if not said:
            print_suggestion(err(), one)
            said = _ask(f"{number}/{len(suggestions)}  [y]es  [n]o  [a]lways  ne[v]er  [q]uit: ")
        if said == "q":
            break
        if said in ("a", "v"):
            settled.setdefault(one.mention.casefold(), said)
            verdict: Verdict = "always" if said == "a" else "never"
            base.links.decisions.add(decided(verdict, one.mention, None, one.target))
        else:
            verdict = "accept" if said == "y" else "reject"
            base.links.decisions.add(decided(verdict, one.mention, one.path, one.target))
        if said in ("y", "a"):
            accepted.append(one)
    return accepted


def _ask(prompt: str) -> str:
    while True:
        err().print(prompt, end="", markup=False)
        line = sys.stdin.readline()
        if not line:
            return "q"
        letter = line.strip().casefold()[:1]
        if letter in {"y", "n", "a", "v", "q"}:
            return letter


def _make(
    base: KnowledgeBase, suggestions: Sequence[LinkSuggestion], as_json: bool, with_related: str
) -> None:
    paths = dict.fromkeys(one.path for one in suggestions)
    if with_related:
        paths[base.links.of(with_related).path] = None
    before = {path: base.note(path).text for path in paths}
    made, left = (
        base.links.apply(_step_name(list(paths)), suggestions, related_for=with_related)
        if paths
        else ([], [])
    )
    if as_json:
        print_json({"changed": made, "left": left, "links": [asdict(one) for one in suggestions]})
    else:
        for path in made:
            print_diff(path, before[path], base.note(path).text)
        count = len(suggestions)
        out().print(
            f"{count} {'link' if count == 1 else 'links'} in {len(made)} {'note' if len(made) == 1 else 'notes'}. "
            "To take them back: kb undo"
            if made
            else "No links added."
        )
    for sentence in left:
        say(safe_line(sentence), style="yellow")


def _tell_of_left(
    suggestions: Sequence[LinkSuggestion], made: Sequence[LinkSuggestion], bar: float, note: str
) -> None:
    """Say what was not applied, and why."""
    several = sum(bool(one.rivals) for one in suggestions)
    less = len(suggestions) - len(made) - several
    reasons = [
        f"{count} {why}"
        for count, why in ((less, f"below {bar:.0%}"), (several, "with more than one possible note"))
        if count
    ]
    if reasons:
        say(
            f"Left: {', '.join(reasons)}. To decide on each: kb link {shlex.quote(note)} --interactive",
            style="dim",
        )


def _step_name(paths: Sequence[str]) -> str:
    return f"links in {paths[0]}" if len(paths) == 1 else f"links in {len(paths)} notes"


def _as_json(
    base: KnowledgeBase, note: str | None, suggestions: Sequence[LinkSuggestion]
) -> dict[str, object]:
    found: dict[str, object] = {"links": [asdict(one) for one in suggestions]}
    if note is not None:
        tags, relations = base.links.proposals(note)
        found["related"] = [asdict(one) for one in base.links.related(note)]
        found["tags"] = [asdict(one) for one in tags]
        found["relations"] = [asdict(one) for one in relations]
    return found
