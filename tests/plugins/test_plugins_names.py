"""The names of the plugin API are found when they are asked for; a type checker reads the same list."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import kb.plugin_api
import kb.plugin_api.editing
from kb.plugin_api.lazy import EDITING, MAIN
from tests.support import loaded_by


@pytest.mark.parametrize(
    ("module", "places"), [(kb.plugin_api, MAIN), (kb.plugin_api.editing, EDITING)], ids=["main", "editing"]
)
def test_every_name_is_there_as_the_type_checker_sees_it(module, places) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    [block] = [
        node
        for node in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    told = {node.module: {one.name for one in node.names} for node in block.body}
    found = {place: set(names.split()) for place, names in places.items()}
    assert {place: names & set(module.__all__) for place, names in told.items() if place in found} == found


def test_a_name_that_is_not_there_is_an_import_error() -> None:
    with pytest.raises(ImportError):
        from kb.plugin_api import Nonsense  # noqa: F401


def test_bundled_plugins_are_loaded_without_what_they_do_not_need_yet() -> None:
    """`kb --help` and every command of a plugin wait for this."""
    program = "import kb_plugins.quiz, kb_plugins.lsp, kb_plugins.socratic, kb_plugins.summarize, kb_plugins.evening"
    assert loaded_by(program, "numpy", "markdown_it", "sqlite3", "lsprotocol") == []
