"""YAML front matter: read safely, within limits, and never at the price of the note."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date, datetime

import yaml

from kb.notes.note import Link, Problem, PropertyValue, Span

# A person's front matter has tens of lines; the pure-Python loader needs about a second for 64 KB.
MAX_CHARACTERS = 65_536
# The loader recurses; deeper nesting than this is never properties.
MAX_DEPTH = 20

_FENCE = re.compile(r"\ufeff?---[ \t]*(?:\r\n?|\n)")
_CLOSE = re.compile(r"(?:(?<=\n)|(?<=\r))(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|$)")
_KEY = re.compile(r"([^\s#:\-'\"\[{][^:\n\r]*+|'[^'\n\r]*+'|\"[^\"\n\r]*+\"):(?=\s|$)")
_WIKI = re.compile(r"(!?)\[\[([^\[\]\n\r|#]*+)(?:#([^\[\]\n\r|]*+))?(?:\|([^\[\]\n\r]*+))?\]\]")
_MARKDOWN = re.compile(r"\[([^\[\]\n\r]*+)\]\(([^()\s]++)\)")
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n|$)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands between the fences; `end` is where the body begins."""

    end: int = 0
    properties: dict[str, PropertyValue] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()


class _Loader(yaml.SafeLoader):
    """SafeLoader without aliases (bombs), and with dates that do not exist left as text."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise self._refusal("aliases (*name) are not read")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._refusal("it is nested too deeply")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refusal(self, reason: str) -> yaml.composer.ComposerError:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        return yaml.composer.ComposerError(None, None, reason, event.start_mark)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = True) -> dict[Hashable, object]:
        pairs: dict[Hashable, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key_node.tag)
            pairs[key] = self.construct_object(value_node, deep=deep)
        return pairs


def _forgiving(name: str) -> None:
    """Keep a scalar as text where its YAML type cannot hold it, such as 2024-02-31 or 1:99999."""
    original = getattr(yaml.SafeLoader, f"construct_yaml_{name}")

    def construct(loader: _Loader, node: yaml.ScalarNode) -> object:
        try:
            return original(loader, node)
        except (ValueError, OverflowError):
            return node.value

    _Loader.add_constructor(f"tag:yaml.org,2002:{name}", construct)


for _name in ("timestamp", "int", "float"):
    _forgiving(_name)


def read_front_matter(text: str) -> FrontMatter:
    """The front matter at the very start of `text`; an empty value where there is none."""
    opening = _FENCE.match(text)
    if not opening:
        return FrontMatter()
    start = opening.end()
    closing = _CLOSE.search(text, start, min(len(text), start + MAX_CHARACTERS + 4))
    if closing is None:
        return FrontMatter()
    inner = text[start : closing.start()]
    if not inner.strip() and closing.start() == start:
        return FrontMatter(end=closing.end())
    if not _looks_like_yaml(inner):
        return FrontMatter()
    links = tuple(_links(text, start, closing.start()))
    properties, problems = _load(inner)
    return FrontMatter(closing.end(), properties, links, problems)


def _looks_like_yaml(inner: str) -> bool:
    """Tell front matter from text between two thematic breaks: some line is a key."""
    return (
        not inner.strip()
        or any(_KEY.match(line) for line in inner.splitlines())
        or inner.lstrip()[:1] in "{#"
    )


def _load(inner: str) -> tuple[dict[str, PropertyValue], tuple[Problem, ...]]:
    try:
        loader = _Loader(_readable(inner))
        value = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 2
        reason = error.problem or error.context or "it is not valid YAML"
        return _salvage(inner), (Problem(f"Front matter could not be read: {reason}.", line),)
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, AttributeError, RecursionError) as error:
        return _salvage(inner), (Problem(f"Front matter could not be read: {error}.", 2),)
    if value is None:
        return {}, ()
    if not isinstance(value, dict):
        return {}, (Problem("Front matter is not a list of `key: value` lines.", 2),)
    return {str(key).strip(): _value(item) for key, item in value.items()}, ()


def _readable(inner: str) -> str:
    """YAML forbids control characters and lone surrogates; tabs before a key are a common slip."""
    return yaml.reader.Reader.NON_PRINTABLE.sub("\ufffd", inner).replace("\t", "    ")


def _salvage(inner: str) -> dict[str, PropertyValue]:
    """`key: value` lines of broken YAML, each as plain text: better than none."""
    found: dict[str, PropertyValue] = {}
    for line in inner.splitlines():
        match = _KEY.match(line)
        if match and line[match.end() :].strip():
            found.setdefault(match[1].strip("'\""), line[match.end() :].strip().strip("'\""))
    return found


def _value(item: object) -> PropertyValue:
    if isinstance(item, float) and not math.isfinite(item):
        return str(item)
    if isinstance(item, int) and not isinstance(item, bool) and abs(item) > 2**63:
        return hex(item)
    if item is None or isinstance(item, str | bool | int | float | datetime | date):
        return item
    if isinstance(item, dict):
        # A wiki link written without quotes reads as a mapping or nested list; so keep keys and values.
        return tuple(f"{key}: {_text(_value(value))}" for key, value in item.items())
    if isinstance(item, list | tuple | set):
        values = tuple(_value(value) for value in item)
        if len(values) == 1 and isinstance(values[0], tuple) and len(values[0]) == 1:
            return f"[[{_text(values[0][0])}]]"  # an unquoted [[link]] is a list in a list
        return values
    return str(item)


def _text(value: PropertyValue) -> str:
    return ", ".join(_text(item) for item in value) if isinstance(value, tuple) else str(value)


def _links(text: str, start: int, end: int) -> list[Link]:
    """Links in values; each is a relation named by the key it stands under."""
    links = []
    relation = ""
    number = text.count("\n", 0, start) + 1
    for line in _LINE.finditer(text, start, end):
        if line.start() == line.end():
            break
        key = _KEY.match(line[0])
        if key:
            relation = key[1].strip("'\"").strip()
        for match in _WIKI.finditer(text, line.start(), line.end()):
            target, anchor = match[2].strip(), (match[3] or "").strip()
            block = anchor[1:] if anchor.startswith("^") else None
            links.append(
                Link(
                    "property",
                    target.rstrip("\\"),
                    Span(*match.span()),
                    number,
                    label=match[4],
                    heading=anchor if anchor and not block else None,
                    block=block,
                    relation=relation,
                )
            )
        for match in _MARKDOWN.finditer(text, line.start(), line.end()):
            target, _, anchor = match[2].partition("#")
            if "://" not in target:
                links.append(
                    Link(
                        "property",
                        target,
                        Span(*match.span()),
                        number,
                        match[1],
                        anchor or None,
                        None,
                        relation,
                    )
                )
        number += 1
    return links
