"""How a path or an anchor is written in a link, most like the way it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath, relpath
from urllib.parse import quote, unquote

from kb.notes.headings import heading_key
from kb.notes.resolve import NoteNames
from kb.notes.suffixes import SUFFIX, page_name, stem
from kb.notes.written import Written

_SAFE = "/!'*,;@&=+:~"  # what a Markdown destination may hold as it is, besides letters and digits
_ENCODED_BY_LOGSEQ = re.compile(r"[/:*?\"<>|\\]")  # in names of pages, which a file's name cannot hold
_LIKE_SCHEME = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*:"
)  # `a:b.md` is an address for a browser, `./a:b.md` is none
_ENTITY = re.compile(r"&(?=#?\w+;)")
_SLUG_GAP = re.compile(r"[ \t]")
_NOT_SLUG = re.compile(r"[^\w\- ]")
_NOT_IN_ANCHOR = re.compile(r"[\[\]|#^\\]+|%%")


def path_forms(parts: Written, source: str, wanted: str, *, from_root: bool = False) -> list[str]:
    """Ways to write the path to `wanted` in the note at `source`; `from_root` when it was written from there."""
    found = dict.fromkeys(_escaped(form, parts) for form in _forms(parts, source, wanted, from_root))
    return [form for form in found if form]


def _forms(parts: Written, source: str, wanted: str, from_root: bool) -> Iterator[str]:
    folder = source.rpartition("/")[0]
    is_bare = not SUFFIX.search(parts.path) and (parts.path or not parts.is_markdown)
    path = SUFFIX.sub("", wanted) if is_bare else wanted
    name = path.rsplit("/", 1)[-1]
    if parts.by_name_only:
        yield name
        return
    relative = relpath(path, folder or ".")
    dotted = relative if relative.startswith("../") else f"./{relative}"
    if parts.is_markdown and _LIKE_SCHEME.match(relative):
        relative = dotted
    if parts.path.startswith("/"):
        yield f"/{path}"
    elif parts.path.startswith(("./", "../")):
        yield dotted if parts.path.startswith("./") else relative
        if parts.is_markdown and "/" not in relative:
            yield dotted
    if parts.is_markdown:
        if from_root and not _LIKE_SCHEME.match(path):
            yield path
        yield relative
        yield dotted
        yield f"/{path}"
        return
    if _ENCODED_BY_LOGSEQ.search(page_name(wanted)) and page_name(wanted) != stem(wanted):
        yield page_name(wanted)  # what Logseq calls the page
    if "/" in parts.path:
        yield path
    yield name
    yield stem(wanted)
    yield path
    yield f"/{path}"


def _escaped(form: str, parts: Written) -> str:
    if not parts.is_markdown:
        return form
    if parts.in_angles:
        if "%" in parts.path:
            return quote(form, safe=_SAFE + "()")
        return _ENTITY.sub("%26", re.sub(r"[<>\\]", r"\\\g<0>", form.replace("%", "%25")))
    safe = _SAFE + ("()" if "(" in parts.raw_path.replace("\\(", "") and _is_balanced(form) else "")
    if parts.raw_path.isascii():
        return _ENTITY.sub("%26", quote(form, safe=safe))
    pieces = re.split(r"([^\x00-\x7f]+)", form)
    return _ENTITY.sub("%26", "".join(quote(part, safe=safe) if part.isascii() else part for part in pieces))


def _is_balanced(text: str) -> bool:
    level = 0
    for character in text:
        level += (character == "(") - (character == ")")
        if level < 0:
            return False
    return level == 0


def written_path(path: str) -> str:
    """A path as a Markdown destination; one that begins like an address is marked as a path."""
    return quote(f"./{path}" if _LIKE_SCHEME.match(path) else path, safe=_SAFE)


def spelled_alike(parts: Written, before: tuple[str, str], after: tuple[str, str]) -> bool:
    """Whether the written path is as right afterwards as it was before: `before` and `after` are (source, target).

    A path that leads to the file, and a name that is the file's, must go on doing so, to the letter where they did.
    """
    for fold in (str, str.casefold):
        was, now = (
            _rightness(fold(parts.path), parts.is_markdown, *map(fold, place)) for place in (before, after)
        )
        if any(right and not still for right, still in zip(was, now, strict=True)):
            return False
    return True


def _rightness(written: str, is_markdown: bool, source: str, path: str) -> tuple[bool, bool, bool]:
    """Whether the path leads to `path` from the source's folder, or else from the root; and whether it has its name."""
    is_path = is_markdown or "/" in written
    target, bare = _bare(unquote(written)), _bare(path)
    folder = source.rpartition("/")[0]
    here = normpath(f"{folder}/{target}" if folder else target)
    from_here = is_path and not written.startswith("/") and bare == here
    from_root = is_path and not from_here and bare == target.lstrip("/")
    return from_here, from_root, stem(target) in (stem(path), page_name(path))


def leads_from_root(parts: Written, source: str, path: str) -> bool:
    """Whether the path is written from the vault's root on, and not from the folder of the note at `source`."""
    return _rightness(parts.path, parts.is_markdown, source, path)[1]


def _bare(path: str) -> str:
    return SUFFIX.sub("", path)


def anchor_form(
    written: str, headings: Mapping[str, str], names: NoteNames | None, is_markdown: bool
) -> str | None:
    """The anchor `written` with the renamed headings in it; None when it holds none of them."""
    keys = {heading_key(old): (old, new) for old, new in headings.items()}
    for other, title in names.anchors if names else ():
        if title in headings:
            keys.setdefault(heading_key(other), (title, headings[title]))
    parts = written.split("#")
    changed = False
    for index, part in enumerate(parts):
        known = keys.get(heading_key(unquote(part)))
        if known is None:
            continue
        old, new = known
        changed = True
        if is_markdown:
            parts[index] = slug(new) if unquote(part) == slug(old) else quote(new, safe="")
        else:
            parts[index] = " ".join(_NOT_IN_ANCHOR.sub(" ", new).split())
    return "#".join(parts) if changed else None


def repeated_anchors(headings: Sequence[tuple[str, ...]], number: int, is_markdown: bool) -> Iterator[str]:
    """Anchors that mean the heading `number` of those with its words, by what stands above it or by its count."""
    path = headings[number]
    if is_markdown:
        name = slug(path[-1])
        count = sum(slug(other[-1]) == name for other in headings[:number])
        yield f"{name}-{count}" if count else name
        return
    for first in range(len(path) - 1, -1, -1):
        yield "#".join(" ".join(_NOT_IN_ANCHOR.sub(" ", title).split()) for title in path[first:])


def slug(title: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return _SLUG_GAP.sub("-", _NOT_SLUG.sub("", title.strip().lower()))
