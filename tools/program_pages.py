"""Reference pages for programs that use kb: the Python API and the HTTP API, made of the code they describe."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

_LINKS = re.compile(r"[;,] see kb(?:\.\w+)+")  # places in the code, which say nothing on a page


def python_page() -> str:
    """What `from kb import …` gives: every call of KnowledgeBase, and what the calls give back."""
    import kb

    lines = [
        "# Python API",
        "",
        (
            "What `from kb import …` gives. [kb from Python](../python.md) shows how it is used, and "
            "[how long it keeps working](../plugins.md#how-long-it-keeps-working) holds for it, too."
        ),
        "",
        "## KnowledgeBase",
        "",
        told_of(kb.KnowledgeBase),
        "",
        "| call | |",
        "| --- | --- |",
        *sorted(calls_of(kb.KnowledgeBase)),
    ]
    for name, service in services():
        lines += ["", f"## KnowledgeBase.{name}", "", told_of(service), "", "| call | |", "| --- | --- |"]
        lines += sorted(calls_of(service))
    for name in ("Answer", "Quote", "SearchHit"):
        kind = getattr(kb, name)
        lines += ["", f"## {name}", "", told_of(kind), "", "| field | |", "| --- | --- |"]
        for field in kind.__dataclass_fields__.values():
            lines.append(f"| `{field.name}: {_type(field.type)}` | {_comment_of(kind, field.name)} |")
        lines += sorted(calls_of(kind))
    lines += ["", "## KbError", "", told_of(kb.KbError), ""]
    lines += [f"- `{kind.__name__}`: {told_of(kind)}" for kind in _below(kb.KbError)]
    return "\n".join(lines) + "\n"


def services() -> list[tuple[str, type]]:
    """What a knowledge base groups its calls in, by name."""
    from kb.capture import Capture
    from kb.importing.moving import Moving
    from kb.knowledge_base.files import Files
    from kb.knowledge_base.links import Links
    from kb.knowledge_base.logs import Logs
    from kb.knowledge_base.models import Models
    from kb.knowledge_base.renaming import Renaming
    from kb.knowledge_base.upkeep import Upkeep

    kinds = (Capture, Files, Links, Logs, Models, Moving, Renaming, Upkeep)
    return [(kind.__name__.lower(), kind) for kind in kinds]


def http_page() -> str:
    """Every operation of `kb serve`: what it takes and the form that it gives."""
    from kb_plugins.http_server.openapi import document

    made = document(may_write=True)
    schemas = made["components"]["schemas"]
    lines = [
        "# HTTP API",
        "",
        (
            "What `kb serve` answers, as its `/api/openapi.json` says it. [Your notes over HTTP](../http.md) shows how it is used. "
            "Operations that write are there only where `serve.write` is on."
        ),
        "",
        "| status | |",
        "| --- | --- |",
    ]
    first = next(iter(next(iter(made["paths"].values())).values()))
    lines += [
        f"| {status} | {one['description']} |"
        for status, one in first["responses"].items()
        if status != "200"
    ]
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            given = operation["responses"]["200"]["content"]["application/json"]["schema"]
            lines += ["", f"## {method.upper()} {path}", "", _escaped(operation["summary"]), ""]
            lines += [f"Gives a [{_name(given)}](#{_name(given).lower()}).", ""]
            lines += _taken(operation, schemas)
    bodies = {
        _name(operation["requestBody"]["content"]["application/json"]["schema"])
        for methods in made["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    }
    for name in sorted(set(schemas) - bodies):
        schema = schemas[name]
        lines += ["", f"## {name}", "", _escaped(schema.get("description", "")), ""]
        lines += ["| field | |", "| --- | --- |", *_fields(schema)]
    return "\n".join(lines) + "\n"


def _taken(operation: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    if "requestBody" in operation:
        taken = schemas[_name(operation["requestBody"]["content"]["application/json"]["schema"])]
        parts = [
            (name, one, one.get("description", ""), name in taken.get("required", ()))
            for name, one in taken["properties"].items()
        ]
    else:
        parts = [
            (one["name"], one["schema"], one["description"], one["required"])
            for one in operation["parameters"]
        ]
    rows = [
        f"| `{name}: {_kind(schema)}`{'' if is_needed else ' may be left out'} | {_escaped(told)} |"
        for name, schema, told, is_needed in parts
    ]
    return ["| takes | |", "| --- | --- |", *rows] if rows else ["It takes nothing."]


def _fields(schema: dict[str, Any]) -> list[str]:
    return [
        f"| `{name}: {_kind(one)}` | {_escaped(one.get('description', ''))} |"
        for name, one in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f'"{one}"' for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "any value"))


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def calls_of(kind: type) -> Iterator[str]:
    """A row for each public call of `kind`."""
    for name, member in inspect.getmembers_static(kind):
        if name.startswith("_") and name != "_repr_markdown_":
            continue
        function = getattr(member, "fget", None) or getattr(member, "func", member)
        function = getattr(function, "__func__", function)
        if not inspect.isfunction(function):
            continue
        signature = inspect.signature(function)
        given = _type(signature.return_annotation)
        shown = (
            name if function is not member and not isinstance(member, classmethod) else _call(name, signature)
        )
        yield f"| `{shown} -> {given}` | {told_of(function)} |".replace(" -> None`", "`")


def _call(name: str, signature: inspect.Signature) -> str:
    parts, is_named = [], False
    for one in list(signature.parameters.values())[1:]:
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not is_named:
            parts, is_named = [*parts, "*"], True
        default = one.default
        if default is inspect.Parameter.empty:
            parts.append(one.name)
        else:
            parts.append(f"{one.name}=…" if callable(default) else f"{one.name}={default!r}")
    return f"{name}({', '.join(parts)})"


def _type(annotation: Any) -> str:
    return str(annotation).strip("'").replace("|", "\\|")


def told_of(thing: Any) -> str:
    """The docstring of `thing`, on one line."""
    return _escaped(_LINKS.sub("", " ".join((inspect.getdoc(thing) or "").split())))


def _comment_of(kind: type, field: str) -> str:
    """The comment behind a field in its class, or above it."""
    lines = inspect.getsource(kind).splitlines()
    number = next((at for at, line in enumerate(lines) if re.match(rf"\s+{field}\s*:", line)), None)
    if number is None:
        return ""
    _, mark, behind = lines[number].partition("  # ")
    above = lines[number - 1].strip()
    told = behind if mark else above.lstrip("# ") if above.startswith("#") else ""
    return _escaped(_LINKS.sub("", told))


def _below(kind: type) -> Iterator[type]:
    for one in sorted(kind.__subclasses__(), key=lambda found: found.__name__):
        if one.__module__.startswith("kb."):
            yield one
            yield from _below(one)


def _escaped(text: str) -> str:
    marked = text.replace("|", "\\|").replace("<", "&lt;").replace("[[", "\\[[").replace("[n]", "\\[n]")
    return marked.replace("*", "\\*")
