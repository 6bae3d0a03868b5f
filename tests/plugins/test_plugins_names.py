"""The names of the plugin API are found when they are asked for; a type checker reads the same list."""

from __future__ import annotations

import ast
import inspect
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import pytest

import kb.plugin_api
import kb.plugin_api.editing
import kb.plugin_api.formats
import kb.plugin_api.serving
from kb.plugin_api import base
from kb.plugin_api.lazy import DEPRECATED, EDITING, MAIN, lazily
from tests.support import loaded_by


@pytest.mark.parametrize(
    ("module", "places"), [(kb.plugin_api, MAIN), (kb.plugin_api.editing, EDITING)], ids=["main", "editing"]
)
def test_every_name_is_there_as_the_type_checker_sees_it(module: Any, places: Any) -> None:
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    [block] = [
        node
        for node in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    told = {
        node.module: {  # type: ignore[attr-defined]
            f"{one.asname}={one.name}" if one.asname else one.name
            for one in node.names  # type: ignore[attr-defined]
            if (one.asname or one.name) in module.__all__
        }
        for node in block.body
    }
    found = {place: set(names.split()) for place, names in places.items()}
    assert {place: names for place, names in told.items() if place in found} == found


def test_a_name_that_is_not_there_is_an_import_error() -> None:
    with pytest.raises(ImportError):
        from kb.plugin_api import Nonsense  # type: ignore[attr-defined]  # noqa: F401


def test_bundled_plugins_are_loaded_without_what_they_do_not_need_yet() -> None:
    """`kb --help` and every command of a plugin wait for this."""
    program = "import kb_plugins.quiz, kb_plugins.lsp, kb_plugins.socratic, kb_plugins.summarize, kb_plugins.evening"
    assert loaded_by(program, "numpy", "markdown_it", "sqlite3", "lsprotocol") == []


def api() -> list[str]:
    """Every name that a plugin may count on, and each hook with what it is given."""
    modules = (kb.plugin_api, kb.plugin_api.editing, kb.plugin_api.formats, kb.plugin_api.serving)
    names = [f"{module.__name__}.{name}" for module in modules for name in module.__all__]
    hooks = [
        f"{name}({', '.join(inspect.signature(hook).parameters)})"
        for name, hook in vars(kb.plugin_api.Hooks).items()
        if name.startswith("kb_")
    ]
    return sorted([*names, *hooks])


def test_within_a_version_the_api_only_grows() -> None:
    """docs/plugins.md promises it. Add what is new to the file; what is there goes with another API_VERSION only."""
    kept = (
        (Path(__file__).parent / f"api-{kb.plugin_api.OLDEST_API_VERSION}.txt").read_text("utf-8").split("\n")
    )
    assert kept[:-1] == api()


def test_a_name_that_is_to_go_still_works_and_says_what_to_use_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """docs/plugins.md promises it: a plugin's author hears of it from pytest, a plugin's user sees nothing."""
    module = types.ModuleType("kb.plugin_api.old_and_new")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    places = {"kb.notes.places": "place_at where"}
    look_up = lazily(module.__name__, places, {f"{module.__name__}.place_at": "kb.plugin_api.where"})
    monkeypatch.setattr(module, "__getattr__", look_up, raising=False)
    for _ in range(2):
        with pytest.warns(
            DeprecationWarning, match=r"old_and_new\.place_at will be removed .* Use kb\.plugin_api\.where\."
        ) as heard:
            assert module.place_at is kb.plugin_api.place_at
        assert heard[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert module.where is kb.plugin_api.where


def test_what_is_to_go_is_there_and_stands_in_the_changelog() -> None:
    changelog = (Path(__file__).parents[2] / "CHANGELOG.md").read_text("utf-8")
    told = " ".join(part.partition("\n### ")[0] for part in changelog.split("\n### Deprecated\n")[1:])
    offered = {line.partition("(")[0] for line in api()}
    for name, instead in DEPRECATED.items():
        assert name in offered, f"{name} went with another API_VERSION: take it from DEPRECATED"
        assert f"`{name.rpartition('.')[2]}`" in told, f"name {name} in CHANGELOG.md under Deprecated"
        assert instead


CALLS = Path(__file__).parent / "api-1-calls.txt"


def calls() -> dict[str, list[str]]:
    """The public methods of what a plugin is handed, with their parameters."""
    found = {}
    services = (base.Catalog, base.Files, base.Links, base.Logs, base.Models, base.Retriever, base.Upkeep)
    for kind in (base.KnowledgeBase, *services, kb.plugin_api.Terminal):
        for name, member in inspect.getmembers_static(kind):
            function = getattr(member, "fget", None) or getattr(member, "func", member)
            function = getattr(function, "__func__", function)
            if not name.startswith("_") and inspect.isfunction(function):
                taken = list(inspect.signature(function).parameters)[1:]
                found[f"{kind.__name__}.{name}"] = taken
    return found


def test_what_a_plugin_may_call_keeps_its_parameters() -> None:
    """Parameters may come behind those that are there; a call that is new is added to the file."""
    now = calls()
    lines = [line.partition("(") for line in CALLS.read_text("utf-8").splitlines()]
    kept = {name: taken.rstrip(")").split(", ") if taken != ")" else [] for name, _, taken in lines}
    assert sorted(kept) == sorted(now)
    for name, taken in kept.items():
        assert [one for one in now[name] if one in taken] == taken, name


def test_no_plugin_calls_a_protocol_instead_of_what_it_was_handed() -> None:
    """`KnowledgeBase.index(base)` does nothing: the protocol holds no code."""
    files = (Path(__file__).parents[2] / "plugins").rglob("*.py")
    nodes = ((file.name, node) for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    named = calls().keys()
    wrong = [
        f"{file}:{node.lineno}: {ast.unparse(node)}"
        for file, node in nodes
        if isinstance(node, ast.Attribute) and ast.unparse(node) in named
    ]
    assert wrong == []
