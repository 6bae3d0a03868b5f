"""The OpenAPI document of the server, made of its table of operations."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from kb_plugins.http_server.operations import OPERATIONS, Failure, Operation

_REFERENCE = "#/components/schemas/{model}"
_REFUSALS = {
    "400": "The request cannot be understood.",
    "401": "The token is missing or wrong.",
    "403": "Writing is off, or the request comes from a page of another origin.",
    "404": "There is no note by that name.",
    "413": "The request is too large.",
    "421": "The server was called by a host name other than its address.",
    "503": "The index, the model or a note cannot be used now.",
}


def document(*, may_write: bool) -> dict[str, Any]:
    """The document; what writes is in it only where it may."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    failure = _schema(Failure, schemas)
    for operation in OPERATIONS:
        if may_write or not operation.writes:
            paths.setdefault(operation.path, {})[operation.method.lower()] = _described(
                operation, schemas, failure
            )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kb",
            "version": version("kb-notes"),
            "description": "A personal knowledge base: search, answers with citations, notes and links.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _described(operation: Operation, schemas: dict[str, Any], failure: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": _schema(operation.gives, schemas)}}
    if operation.name == "ask":
        content["text/event-stream"] = {"schema": {"type": "string"}}
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {
            "200": {"description": "Success.", "content": content},
            **{
                status: {"description": message, "content": {"application/json": {"schema": failure}}}
                for status, message in _REFUSALS.items()
            },
        },
    }
    if operation.method == "POST":
        taken = _schema(operation.takes, schemas)
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": taken}}}
    else:
        model = operation.takes.model_json_schema(ref_template=_REFERENCE)
        required = model.get("required", [])
        found["parameters"] = [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "description": schema.pop("description", ""),
                "schema": schema,
            }
            for name, schema in model.get("properties", {}).items()
        ]
    return found


def _schema(shape: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    made = TypeAdapter(shape).json_schema(ref_template=_REFERENCE)
    schemas.update(made.pop("$defs", {}))
    schemas[shape.__name__] = made
    return {"$ref": _REFERENCE.format(model=shape.__name__)}
