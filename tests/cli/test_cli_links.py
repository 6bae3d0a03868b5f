"""`kb links`, `kb doctor` and `kb graph`."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.support import run_kb, write_notes

NOTES = {
    "Tea.md": "---\nis: '[[Drink]]'\n---\n# Tea\n\nSee [[Coffee]] and [[Coffe]].\n",
    "Drink.md": "# Drink\n\n[[Tea#No such heading]] [[Tea#^nothing]]\n",
    "Coffee.md": "# Coffee\n\n[[Same]]\n",
    "a/Same.md": "# Same\n\none [[Tea]]\n",
    "b/Same.md": "# Same\n\ntwo [[Tea]]\n",
    "Alone.md": "# Alone\n\nNobody comes.\n",
    "Broken.md": "---\nx: [\n---\n[[Tea]]\n",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("linked")
    write_notes(folder / "vault", NOTES)
    (folder / "kb.toml").write_text('vault = "vault"\nindex = "index"\n')
    assert run_kb("index", cwd=folder).returncode == 0
    (folder / "vault" / "Picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
    return folder


@pytest.mark.parametrize("name", ["Tea", "tea", "Tea.md"])
def test_links_of_a_note_in_both_directions(base: Path, name: str) -> None:
    found = json.loads(run_kb("links", name, "--json", cwd=base).stdout)
    assert found["path"] == "Tea.md"
    assert [(link["resolved"], link["relation"], link["line"]) for link in found["out"]] == [
        ("Drink.md", "is", 2),
        ("Coffee.md", None, 6),
    ]
    assert {link["source"] for link in found["back"]} == {"Drink.md", "a/Same.md", "b/Same.md", "Broken.md"}
    assert [link["target"] for link in found["unresolved"]] == ["Coffe"]
    assert found["suggestions"] == {"Coffe": ["Coffee.md"]}


def test_links_as_a_person_reads_them(base: Path) -> None:
    shown = run_kb("links", "Tea", cwd=base).stdout
    assert "Links to (2)" in shown
    assert "Coffe: did you mean Coffee.md?" in shown


@pytest.mark.parametrize(
    ("name", "said"), [("Te", "Tea.md"), ("Same", "a/Same.md or b/Same.md"), ("zzz", "kb search")]
)
def test_a_name_that_is_not_one_note(base: Path, name: str, said: str) -> None:
    done = run_kb("links", name, cwd=base)
    assert done.returncode == 2
    assert said in done.stderr


def test_doctor_finds_what_may_want_mending(base: Path) -> None:
    findings = json.loads(run_kb("doctor", "--json", cwd=base).stdout)["findings"]
    found = {(finding["kind"], finding["path"], finding["line"]) for finding in findings}
    assert found == {
        ("unreadable file", "Picture.md", 1),
        ("bad front matter", "Broken.md", 2),
        ("broken link", "Tea.md", 6),
        ("missing heading", "Drink.md", 3),
        ("missing block", "Drink.md", 3),
        ("ambiguous link", "Coffee.md", 3),
        ("duplicate title", "b/Same.md", 1),
        ("orphan note", "Alone.md", 1),
    }
    assert "Did you mean Coffee.md?" in run_kb("doctor", cwd=base).stdout


def test_graph_for_other_programs(base: Path) -> None:
    whole = json.loads(run_kb("graph", cwd=base).stdout)
    assert {node["id"] for node in whole["nodes"]} == set(NOTES)
    assert {"source": "Tea.md", "target": "Drink.md", "count": 1, "relations": ["is"]} in whole["links"]
    tree = ElementTree.fromstring(run_kb("graph", "--format", "graphml", cwd=base).stdout)
    assert len(tree.findall(".//{*}node")) == len(NOTES)
    assert len(tree.findall(".//{*}edge")) == len(whole["links"])
    dot = run_kb("graph", "--format", "dot", cwd=base).stdout
    assert '"Tea.md" -> "Drink.md" [label="is"];' in dot


def test_why_one_of_several_notes_is_meant(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", {"a/Log.md": "[[Beds]]", "a/Beds.md": "x", "b/Beds.md": "x"})
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n')
    assert run_kb("index", cwd=tmp_path).returncode == 0
    shown = run_kb("links", "Log", cwd=tmp_path).stdout
    assert "Beds is a/Beds.md, not b/Beds.md: it lies in the same folder." in shown
