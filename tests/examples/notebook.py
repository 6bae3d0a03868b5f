"""Runs a notebook as Jupyter does: the cells of one file one after another, the last expression of each shown."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import json
import sys
from pathlib import Path
from typing import Any

Shown = tuple[str, str, str]
SEVERAL = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # a notebook's cells may await


async def run_cells(cells: list[str]) -> list[Shown]:
    """What each cell prints, and how the value of its last line is shown: a media type and a text."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = []
    for number, source in enumerate(cells, 1):
        tree = ast.parse(source, f"cell {number}")
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        printed, value = io.StringIO(), None
        with contextlib.redirect_stdout(printed):
            if tree.body:
                await _done(eval(compile(tree, f"cell {number}", "exec", SEVERAL), names))
            if last is not None:
                value = await _done(
                    eval(compile(ast.Expression(last.value), "<cell>", "eval", SEVERAL), names)  # type: ignore[attr-defined]
                )
        markdown = getattr(value, "_repr_markdown_", None)
        kind = "text/markdown" if markdown else "text/plain"
        said = markdown() if markdown else "" if value is None else repr(value)
        shown.append((printed.getvalue(), kind, said))
    return shown


async def _done(made: Any) -> Any:
    return await made if inspect.iscoroutine(made) else made


def code_of(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def fill_in(notebook: dict[str, Any], shown: list[Shown]) -> None:
    """Keep in the notebook what its cells show."""
    for number, (cell, (printed, kind, value)) in enumerate(zip(code_of(notebook), shown, strict=True), 1):
        cell["execution_count"], cell["outputs"] = number, []
        if printed:
            cell["outputs"].append(
                {"name": "stdout", "output_type": "stream", "text": printed.splitlines(True)}
            )
        if value:
            cell["outputs"].append(
                {
                    "data": {kind: value.splitlines(True)},
                    "execution_count": number,
                    "metadata": {},
                    "output_type": "execute_result",
                }
            )


if __name__ == "__main__":  # python -m tests.examples.notebook FILE [--write], in the home of the notes
    file = Path(sys.argv[1])
    held = json.loads(file.read_text("utf-8"))
    outputs = asyncio.run(run_cells(["".join(cell["source"]) for cell in code_of(held)]))
    fill_in(held, outputs)
    if "--write" in sys.argv:
        file.write_text(
            json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
        )
    print(json.dumps(outputs, allow_nan=False))
