"""`kb status`: what is indexed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import typer
from rich.table import Table

from kb.cli.host import plugin_host
from kb.cli.options import Index, Json, Vault, resolve_options
from kb.cli.output import out, print_json, say
from kb.safe_text import safe_line

_SHOWN = 5  # files named with a reason; the rest are counted
_SUFFIXES = 8


def status(context: typer.Context, vault: Vault = None, index: Index = None, json: Json = False) -> None:
    """Show what is indexed.

    For example: kb status --json
    """
    from kb.indexing.model_choice import AUTO, advice

    options = resolve_options(context, vault, index, json)
    with closing(options.knowledge_base()) as base:
        report = base.status()
        report |= {"plugins": plugin_host().status(base)}
        folders = {"vault": base.settings.vault, "index": base.settings.index}
        last, writer = base.upkeep.last_sync(), base.upkeep.writer()
        message = "" if options.json else advice(base.settings.embedding.model, base.catalog)
    if options.json:
        print_json(report)
        return
    table = Table.grid(padding=(0, 2))
    for name, folder in folders.items():
        table.add_row(name, str(folder))
    files = ", ".join(f"{count:,} {name}" for name, count in report["files"].items())
    table.add_row("notes", f"{report['notes']:,}{f' (with {files})' if files else ''}")
    table.add_row("passages", f"{report['passages']:,} ({report['pending']:,} waiting for their embedding)")
    table.add_row("links", f"{report['links']:,} ({report['links_resolved']:,} resolved)")
    for row in _file_rows(report):
        table.add_row(*row)
    if left_out := report["left_out"]:
        named = ", ".join(safe_line(path) for path in sorted(left_out)[:3])
        table.add_row(
            "left out", f"{named}{' …' if len(left_out) > 3 else ''} ({len(left_out)}; why: kb doctor)"
        )
    chosen_by = "chosen for your notes" if base.settings.embedding.model == AUTO else "as set"
    table.add_row("embedding model", f"{report['embedding_model']} ({chosen_by})")
    for row in _shared_rows(report.get("shared_index")):
        table.add_row(*row)
    table.add_row("size on disk", f"{report['index_bytes'] / 1e6:,.1f} MB")
    if last:
        table.add_row("last indexed", f"{datetime.fromisoformat(last).astimezone():%Y-%m-%d %H:%M:%S}")
    if writer:
        table.add_row("being written by", safe_line(writer.removeprefix("Another ")))
    for name, value in report["plugins"].items():
        table.add_row(safe_line(name), safe_line(str(value)))
    out().print(table)
    if message:
        say(message)


def _shared_rows(shared: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """What is shared with other machines."""
    if shared is None:
        return
    yield "shared index", safe_line(f"{shared['url']} ({shared['tenant']}, {shared['database']})")
    seen = (
        f", {datetime.fromisoformat(shared['seen']).astimezone():%Y-%m-%d %H:%M:%S}" if shared["seen"] else ""
    )
    yield "", f"{shared['shared']:,} vectors shared, {shared['here_only']:,} only here{seen}"
    if shared["trouble"]:
        yield "", safe_line(shared["trouble"])


def _file_rows(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What was not read of the files beside the notes, and why."""
    from kb.sources.bundled import BUNDLED

    for label, reasons in (("not read", report["unread"]), ("read in part", report["partly_read"])):
        for path, reason in list(reasons.items())[:_SHOWN]:
            yield label, safe_line(reason if path in reason else f"{path}: {reason}")
            label = ""
        if len(reasons) > _SHOWN:
            yield "", f"… and {len(reasons) - _SHOWN:,} more; all of them: kb doctor"
    names = {suffix: one.name for one in BUNDLED for suffix in one.suffixes}
    off: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for suffix, count in report["not_read"].items():
        (off if suffix in names else others)[names.get(suffix, suffix)] += count
    for label, counts, hint in (
        ("switched off", off, " (sources in kb.toml reads them)"),
        ("other files", others, ""),
    ):
        named = ", ".join(f"{count:,} {safe_line(name)}" for name, count in counts.most_common(_SUFFIXES))
        if named:
            yield label, f"{named}{' …' if len(counts) > _SUFFIXES else ''}{hint}"
