"""What a rename changes, as one edit of the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from lsprotocol import types

from kb.plugin_api.editing import Changed, Renamed
from kb_plugins.lsp.desk import Desk, start_of_file
from kb_plugins.lsp.positions import Places

Change = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


def workspace_edit(desk: Desk, done: Renamed, *, moves: bool = True) -> types.WorkspaceEdit:
    """Texts first, by their old names; then the files, unless the editor moves them itself."""
    changes: list[Change] = []
    for one in done.notes:
        changes += _change(desk, one)
    for old, new in done.moved if moves else ():
        changes.append(types.RenameFile(desk.uri_of(old), desk.uri_of_file(new)))
    return types.WorkspaceEdit(document_changes=changes)


def _change(desk: Desk, one: Changed) -> list[Change]:
    uri = desk.uri_of(one.path)
    if not one.before and not desk.is_there(one.path):
        return new_file(desk, one.path, one.after)
    if not one.after and one.before:
        return [types.DeleteFile(uri)]
    edits = list(text_edits(desk.places(one.before), one.before, one.after))
    return [document_edit(uri, edits)] if edits else []


def new_file(desk: Desk, path: str, text: str) -> list[Change]:
    """A note that is not there yet."""
    uri = desk.uri_of_file(path)
    begin = types.Range(start_of_file(), start_of_file())
    return [types.CreateFile(uri), document_edit(uri, [types.TextEdit(begin, text)])]


def document_edit(uri: str, edits: list[types.TextEdit]) -> types.TextDocumentEdit:
    """Edits of one document, whatever its version."""
    return types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri), list(edits))


def text_edits(places: Places, before: str, after: str) -> Iterator[types.TextEdit]:
    """What turns `before` into `after`, line by line, so that cursors and marks elsewhere stay."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    if len(old) == len(new):
        pairs = [(row, row + 1, row, row + 1) for row in range(len(old)) if old[row] != new[row]]
    else:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        pairs = [tuple[int, int, int, int](code[1:]) for code in matcher.get_opcodes() if code[0] != "equal"]
    for first, end, new_first, new_end in pairs:
        yield _trimmed(places, starts[first], "".join(old[first:end]), "".join(new[new_first:new_end]))


def _trimmed(places: Places, start: int, old: str, new: str) -> types.TextEdit:
    """Without what is the same at both ends."""
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    tail = next(
        (index for index in range(shorter - head) if old[-1 - index] != new[-1 - index]), shorter - head
    )
    # Never between the two characters of a line end.
    if head and old[head - 1 : head] == "\r":
        head -= 1
    if tail and old[len(old) - tail : len(old) - tail + 1] == "\n":
        tail -= 1
    return types.TextEdit(places.range(start + head, start + len(old) - tail), new[head : len(new) - tail])
