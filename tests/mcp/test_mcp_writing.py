"""Writing through `kb mcp`: only where the settings allow it, never over what is there, with an undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import run_kb, write_notes

if TYPE_CHECKING:
    from tests.mcp.client import Talk

pytestmark = pytest.mark.slow
WRITING = 'vault = "vault"\nindex = "index"\n\n[mcp]\nwrite = "on"\n'


def made_base(folder: Path) -> Path:
    """A vault whose kb.toml, written by who knows whom, asks for writing."""
    pytest.importorskip("mcp")
    write_notes(folder / "vault", {"Tea.md": "# Tea\n\nGreen or black.\n", "Win.md": "# Win\r\n\r\nline\r\n"})
    (folder / "vault" / "Win.md").write_bytes(b"# Win\r\n\r\nline\r\n")
    (folder / "kb.toml").write_text(WRITING, encoding="utf-8")
    done = run_kb("index", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def own_base(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    base = made_base(tmp_path_factory.mktemp("writing"))
    done = run_kb("trust", "--yes", cwd=base)
    assert done.returncode == 0, done.stderr
    return base


@pytest.fixture(scope="module")
def writer(own_base: Path) -> Iterator[Talk]:
    from tests.mcp.client import Talk, over_stdio

    made = Talk(lambda: over_stdio(own_base))
    yield made
    made.end()


def test_a_kb_toml_that_nobody_confirmed_lets_nobody_write(tmp_path: Path) -> None:
    from tests.mcp.client import Talk, over_stdio

    base = made_base(tmp_path)
    talk = Talk(lambda: over_stdio(base))
    try:
        assert not {"create_note", "append_to_note"} & {
            tool.name for tool in talk.do(talk.client.list_tools()).tools
        }
        assert "create_note" in talk.refused("create_note", title="New", text="x")
        state = talk.call("status")
        assert not state["may_write"]
        assert any("mcp.write" in one for one in state["ignored_settings"])
    finally:
        talk.end()
    assert not (base / "vault" / "New.md").exists()
    assert "kb trust" in (base / "mcp.log").read_text(encoding="utf-8")


def test_a_new_note_is_written_found_and_undone(writer: Talk, own_base: Path) -> None:
    done = writer.call("create_note", title="Herbs/Mint", text="Mint cools the tongue.")
    assert done == {"path": "Herbs/Mint.md", "line": 1, "new": True, "undo": "kb undo"}
    file = own_base / "vault" / "Herbs" / "Mint.md"
    assert file.read_text(encoding="utf-8") == "# Mint\n\nMint cools the tongue.\n"
    assert writer.call("search", query="tongue")["hits"][0]["path"] == "Herbs/Mint.md"
    assert "already exists" in writer.refused("create_note", title="Herbs/Mint", text="other")
    assert run_kb("undo", cwd=own_base).returncode == 0
    assert not file.exists()


def test_text_is_added_at_the_end_and_undone_to_the_byte(writer: Talk, own_base: Path) -> None:
    for name, added in (("Tea", b"\n## More\n\n- one\n"), ("Win", b"\r\n## More\r\n\r\n- one\r\n")):
        file = own_base / "vault" / f"{name}.md"
        before = file.read_bytes()
        done = writer.call("append_to_note", note=name, text="## More\n\n- one\n")
        assert file.read_bytes() == before + added
        assert done["line"] == 5
        assert run_kb("undo", cwd=own_base).returncode == 0
        assert file.read_bytes() == before


@pytest.mark.parametrize(
    "title", ["../out", "/out", "a/../../out", ".kb/x", ".hidden", "a\x00b", "a\nb", "x" * 300, " ", "con|"]
)
def test_no_note_is_written_under_a_hostile_name(writer: Talk, own_base: Path, title: str) -> None:
    before = sorted(file for file in own_base.rglob("*") if "index" not in file.parts)
    assert "\n" not in writer.refused("create_note", title=title, text="x")
    assert sorted(file for file in own_base.rglob("*") if "index" not in file.parts) == before


@pytest.mark.parametrize("name", ["../kb.toml", "kb.toml", "Nobody", ".kb/reviews/x.jsonl"])
def test_nothing_is_added_to_what_is_no_note(writer: Talk, own_base: Path, name: str) -> None:
    assert "\n" not in writer.refused("append_to_note", note=name, text="x")
    assert (own_base / "kb.toml").read_text(encoding="utf-8") == WRITING


def test_a_note_that_is_a_link_elsewhere_is_not_written_through(writer: Talk, own_base: Path) -> None:
    outside = own_base / "outside.md"
    outside.write_text("# Outside\n", encoding="utf-8")
    (own_base / "vault" / "Way out.md").symlink_to(outside)
    writer.refused("append_to_note", note="Way out", text="x")
    assert outside.read_text(encoding="utf-8") == "# Outside\n"
