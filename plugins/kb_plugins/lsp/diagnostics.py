"""What `kb doctor` would say, while it is being written."""

from __future__ import annotations

from lsprotocol import types

from kb.plugin_api import KbError
from kb.plugin_api.editing import NoteFinding
from kb_plugins.lsp.desk import Desk, Page

SOURCE = "kb"
_SEVERITY = {
    "duplicate title": types.DiagnosticSeverity.Information,
    "doubled alias": types.DiagnosticSeverity.Information,
    "ambiguous link": types.DiagnosticSeverity.Information,
    "bad front matter": types.DiagnosticSeverity.Error,
}


def diagnostics(desk: Desk, path: str) -> list[types.Diagnostic]:
    """What to say of an open note, in the order of its text; nothing of one that cannot be read."""
    try:
        page = desk.page_at(path)
        return [shown(page, one) for one in desk.drafts.findings(path)]
    except KbError:
        return []


def shown(page: Page, one: NoteFinding) -> types.Diagnostic:
    """A finding as the protocol has it, on its first line."""
    kind = one.finding.kind
    end = page.note.text.find("\n", one.span.start, one.span.end)
    return types.Diagnostic(
        page.places.range(one.span.start, one.span.end if end < 0 else end),
        one.finding.message,
        severity=_SEVERITY.get(kind, types.DiagnosticSeverity.Warning),
        code=kind.replace(" ", "-"),
        source=SOURCE,
    )
