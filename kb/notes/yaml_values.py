"""YAML as people mean it: the types of YAML 1.2 only, and a value that would be shown otherwise stays as written."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from datetime import date

import yaml

from kb.notes.note import PropertyValue

# The loader recurses; deeper nesting than this is never properties.
MAX_DEPTH = 20

_TYPES = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    # Leading zeros, signs and underscores would be lost, so such values are text.
    "int": r"-?(?:0|[1-9][0-9]{0,17})",
    "float": r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}",
    "timestamp": r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d)?",
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Loader(yaml.SafeLoader):
    """SafeLoader without aliases (bombs), without the types of YAML 1.1, and without mappings as keys."""

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
            if not isinstance(key_node, yaml.ScalarNode):
                # Such as {{date}}, which a template leaves behind.
                raise yaml.constructor.ConstructorError(None, None, "a key is not text", key_node.start_mark)
            pairs[key_node.value] = self.construct_object(value_node, deep=deep)
        return pairs

    def construct_as_written(self, node: yaml.ScalarNode) -> object:
        """A number or day, unless it would be shown in another way than it is written."""
        kind = node.tag.rsplit(":", 1)[-1]
        try:
            value = getattr(yaml.SafeLoader, f"construct_yaml_{kind}")(self, node)
        except (ValueError, OverflowError):
            return node.value  # a day that does not exist
        shown = value.isoformat() if kind == "timestamp" else str(value)
        return value if shown == node.value else node.value

    def construct_text(self, node: yaml.ScalarNode) -> str:
        """Text; in double quotes a backslash before a letter was meant as one, where it made a control character."""
        value = str(node.value)
        if node.style == '"' and _CONTROLS.search(value) and node.start_mark.buffer is not None:
            return node.start_mark.buffer[node.start_mark.pointer + 1 : node.end_mark.pointer - 1]
        return value


Loader.yaml_implicit_resolvers = {}
for _name, _pattern in _TYPES.items():
    _form, _first = _pattern if isinstance(_pattern, tuple) else (_pattern, "-0123456789")
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_form})$"), list(_first))
for _name in ("int", "float", "timestamp"):
    Loader.add_constructor(f"tag:yaml.org,2002:{_name}", Loader.construct_as_written)
Loader.add_constructor("tag:yaml.org,2002:str", Loader.construct_text)


def load(text: str) -> object:
    """The value that `text` is. Raises what PyYAML raises."""
    return Loader(readable(text)).get_single_data()


def readable(text: str) -> str:
    """YAML forbids control characters and lone surrogates; tabs before a key are a common slip."""
    return yaml.reader.Reader.NON_PRINTABLE.sub("\ufffd", text).replace("\t", "    ")


def property_value(item: object) -> PropertyValue:
    """A loaded value as a property holds it."""
    if isinstance(item, float) and not math.isfinite(item):
        return str(item)
    if isinstance(item, dict):
        # A wiki link written without quotes reads as a mapping or nested list; so keep keys and values.
        return tuple(f"{key}: {_text(property_value(value))}" for key, value in item.items())
    if isinstance(item, list | tuple | set):
        values = tuple(property_value(value) for value in item)
        if len(values) == 1 and isinstance(values[0], tuple) and len(values[0]) == 1:
            return f"[[{_text(values[0][0])}]]"  # an unquoted [[link]] is a list in a list
        return values
    return item if item is None or isinstance(item, str | bool | int | float | date) else str(item)


def _text(value: PropertyValue) -> str:
    return ", ".join(_text(item) for item in value) if isinstance(value, tuple) else str(value)
