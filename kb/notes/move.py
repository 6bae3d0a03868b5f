"""What changes in links when a note gets another path: each keeps its meaning, and the form it is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import normpath, relpath
from urllib.parse import quote, unquote

from kb.notes.edit import Edit
from kb.notes.note import Link, Note, Span
from kb.notes.parse import stem
from kb.notes.resolve import LinkResolver, NoteNames

_SUFFIX = re.compile(r"\.(?:md|markdown)$", re.IGNORECASE)
_SAFE = "/!'*,;@&=+:~()"  # what a Markdown destination may hold as it is, besides letters and digits


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """What a move asks of one note."""

    edits: tuple[Edit, ...]
    left: tuple[int, ...]  # lines with a link that must be changed by hand


class Move:
    """The links of a vault before and after one of its notes moved from `old` to `new`."""

    def __init__(self, names: Sequence[NoteNames], moved: NoteNames, old: str, files: Sequence[str]) -> None:
        """`moved` are the names of the note under its new path."""
        self.old, self.new = old, moved.path
        self._before = LinkResolver(names, files)
        self._after = LinkResolver([moved if one.path == old else one for one in names], files)

    def concerns(self, source: str, link: Link) -> bool:
        """Whether `link` in the note at `source` needs a look."""
        was = self._before.resolve(link, source).path
        return was == self.old or (
            was is not None and self._after.resolve(link, self._moved(source)).path != was
        )

    def changes(self, note: Note) -> LinkChanges:
        """What to change in `note`, as it was read under its old path."""
        edits: list[Edit] = []
        left: list[int] = []
        for link in note.links:
            if link.kind in ("url", "block") or not link.target:
                continue
            target = self._new_target(link, note.path)
            if target is None or target == link.target:
                continue
            place = _place(note.text, link)
            if place is None or not target:
                left.append(link.line)
            else:
                edits.append(Edit(place, target))
        return LinkChanges(tuple(edits), tuple(left))

    def _new_target(self, link: Link, source: str) -> str | None:
        """What is to stand in place of the link's target; None for no change, empty when nothing would do."""
        was = self._before.resolve(link, source)
        moved = self._moved(source)
        if was.path is None:
            return self._attachment(link, source, moved) if was.status == "attachment" else None
        wanted = self._moved(was.path)
        still = self._after.resolve(link, moved)
        # A link by file name is one in any program; that the old name may be a title still is known to few.
        same = all(
            test(link, moved, wanted) or not test(link, source, was.path) for test in (_leads_to, _names_file)
        )
        if still.path == wanted and still.status != "ambiguous" and same:
            return None
        for form in _forms(link, moved, wanted):
            found = self._after.resolve(replace(link, target=form), moved)
            if found.path == wanted and found.status != "ambiguous":
                return form
        return ""

    def _attachment(self, link: Link, source: str, moved: str) -> str | None:
        """A file is found by its name, but other programs follow the path that is written."""
        if source == moved or link.target.startswith("/") or link.kind == "wiki" or "/" not in source + moved:
            return None
        file = normpath(f"{_folder(source)}/{unquote(link.target)}").lstrip("/")
        if file not in self._before.resolve(link, source).candidates:
            return None
        return _written(relpath(file, _folder(moved) or "."), link)

    def _moved(self, path: str) -> str:
        return self.new if path == self.old else path


def _leads_to(link: Link, source: str, path: str) -> bool:
    """Whether the path that is written, followed as a file system does, leads to the note at `path`."""
    if link.kind not in ("markdown", "embed") and "/" not in link.target:
        return False
    target = _SUFFIX.sub("", unquote(link.target))
    bare = _SUFFIX.sub("", path)
    from_here = normpath(f"{_folder(source)}/{target}").lstrip("/")
    return bare.casefold() in (from_here.casefold(), target.lstrip("/").casefold())


def _names_file(link: Link, _source: str, path: str) -> bool:
    """Whether the link's last part is the name of the file."""
    return stem(unquote(link.target)).casefold() == stem(path).casefold()


def _forms(link: Link, source: str, wanted: str) -> Iterator[str]:
    """Ways to write the target, most like the way it is written first."""
    path = wanted if _SUFFIX.search(link.target) else _SUFFIX.sub("", wanted)
    name = path.rsplit("/", 1)[-1]
    if link.kind == "markdown" or link.target.startswith(("./", "../")):
        relative = relpath(path, _folder(source) or ".")
        if link.target.startswith("/"):
            yield _written(f"/{path}", link)
        yield _written(
            f"./{relative}" if link.target.startswith("./") and relative[0] != "." else relative, link
        )
        yield _written(f"/{path}", link)
        return
    if "/" in link.target:
        yield path
    yield name
    yield stem(wanted)
    yield path


def _written(path: str, link: Link) -> str:
    """A path as a Markdown destination is written; a wiki-link takes it as it is."""
    if link.kind == "wiki" or ("%" not in link.target and " " in link.target):
        return path
    return quote(path, safe=_SAFE) if link.kind == "markdown" or "%" in link.target else path


def _place(text: str, link: Link) -> Span | None:
    """Where the target stands in the note; None when it stands elsewhere, as in a definition of a reference."""
    written = text[link.span.start : link.span.end]
    opening = written.find("[[")
    if opening >= 0:
        start = written.find(link.target, opening + 2)
        if "|" in written[opening:start]:
            return None  # behind the bar stands what is shown
    else:
        opening = written.rfind("](")
        start = written.find(link.target, opening + 2) if opening >= 0 else -1
    if start < 0:
        return None
    start += link.span.start
    return Span(start, start + len(link.target))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def affected(move: Move, links: Mapping[str, Sequence[Link]]) -> list[str]:
    """Paths of the notes to look into, among those whose links are given by the note they stand in."""
    found = {source for source, some in links.items() if any(move.concerns(source, link) for link in some)}
    return sorted(found | {move.old})
