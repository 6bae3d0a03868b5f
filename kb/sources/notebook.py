"""Jupyter notebooks: cells of text and code, with what they printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from kb.files.small import parse_json
from kb.notes.extract import Extract
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Unreadable

_LONGEST_OUTPUT = 2_000  # characters of one cell's; more is data
_MOST_CELLS = 20_000


def read(file: BinaryIO, asked: Asked, /) -> Extract:  # noqa: ARG001 - every source is asked alike
    """The cells of the notebook in `file`. Raises Unreadable."""
    try:
        notebook = parse_json(file.read())
    except ValueError as error:
        raise Unreadable("is damaged: its JSON cannot be read") from error
    cells = _cells(notebook)
    language = _language(notebook)
    text = MarkdownText()
    title = ""
    for number, cell in enumerate(cells[:_MOST_CELLS], start=1):
        text.place("cell", number)
        source = _text(cell.get("source", cell.get("input")))
        kind = cell.get("cell_type")
        if kind == "code":
            text.code(source, language)
            for output in _outputs(cell):
                text.code(output)
        elif kind == "heading":  # of the third format
            text.heading(int(cell.get("level") or 1), source)
        elif kind == "markdown":
            text.markdown(source)
            title = title or _title(source)
        else:
            text.paragraph(source)
    return text.extract(title=title)


def _cells(notebook: object) -> list[Mapping[str, Any]]:
    found: object = None
    if isinstance(notebook, dict):
        found = notebook.get("cells")
        sheets = notebook.get("worksheets")
        if found is None and isinstance(sheets, list) and sheets and isinstance(sheets[0], dict):
            found = sheets[0].get("cells")
    if not isinstance(found, list):
        raise Unreadable("is not a notebook")
    return [one for one in found if isinstance(one, dict)]


def _language(notebook: Any) -> str:
    about = notebook.get("metadata")
    kernel = about.get("kernelspec") if isinstance(about, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    return language if isinstance(language, str) else "python"


def _text(value: object) -> str:
    """Text as notebooks hold it: a string, or a list of lines."""
    if isinstance(value, list):
        return "".join(one for one in value if isinstance(one, str))
    return value if isinstance(value, str) else ""


def _outputs(cell: Mapping[str, Any]) -> Iterator[str]:
    outputs = cell.get("outputs")
    for one in outputs if isinstance(outputs, list) else ():
        if not isinstance(one, dict):
            continue
        data = one.get("data")
        printed = _text(one.get("text")) or _text(data.get("text/plain") if isinstance(data, dict) else None)
        if printed.strip():
            yield printed[:_LONGEST_OUTPUT]


def _title(source: str) -> str:
    first = source.lstrip().split("\n", 1)[0]
    return first.lstrip("# ").strip() if first.startswith("# ") else ""
