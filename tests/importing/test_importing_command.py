"""`kb import` as people and programs use it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from jsonschema import validate

from tests.cli.test_cli_json import exactly, many
from tests.importing.exports import ENEX, NOTION_FILES, pack, put
from tests.support import run_kb
from tests.terminal import Terminal

_TEXT = {"type": "string"}
IMPORT = exactly(
    **{"from": _TEXT},
    folder=_TEXT,
    notes=many(exactly(path=_TEXT, title=_TEXT)),
    attachments=many(_TEXT),
    known=many(_TEXT),
    changed=many(_TEXT),
    left=many(exactly(name=_TEXT, reason=_TEXT)),
    unlinked=many(_TEXT),
    dry_run={"type": "boolean"},
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "vault").mkdir()
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    return put(tmp_path, {"notes.enex": ENEX})


def notes(place: Path) -> list[str]:
    return sorted(file.relative_to(place / "vault").as_posix() for file in (place / "vault").rglob("*.md"))


def test_without_a_terminal_nothing_is_written_unasked(place: Path) -> None:
    done = run_kb("import", "notes.enex", cwd=place)
    assert done.returncode == 2
    assert done.stdout.startswith(
        "2 notes and 2 attachments from Evernote, notes.enex\n  Evernote/Rye bread notes.md\n"
    )
    assert done.stderr.splitlines()[-1] == (
        "kb: Nothing was imported. To import without being asked, add --yes; to only look, --dry-run."
    )
    assert notes(place) == []
    assert run_kb("import", "notes.enex", "--yes", "--dry-run", cwd=place).returncode == 2


@pytest.mark.parametrize(("key", "written"), [("y", 2), ("n", 0)])
def test_on_a_terminal_it_shows_and_asks(place: Path, key: str, written: int) -> None:
    with Terminal([sys.executable, "-m", "kb", "import", "notes.enex"], cwd=place) as terminal:
        terminal.wait_for("Evernote/Starter.md")
        terminal.wait_for("Import 2 notes and 2 attachments? [y/N]")
        terminal.type(f"{key}\n")
        terminal.wait_for("To take them back: kb undo" if written else "Nothing was imported.")
        terminal.end()
    assert len(notes(place)) == written


@pytest.mark.slow
def test_json_looks_unless_it_is_told_to_write(place: Path) -> None:
    for words, dry_run, count in (((), True, 0), (("--dry-run",), True, 0), (("--yes",), False, 2)):
        done = run_kb("import", "notes.enex", "--json", *words, cwd=place)
        value = json.loads(done.stdout)
        validate(value, IMPORT)
        assert (value["dry_run"], len(value["notes"]), done.stderr) == (dry_run, 2, "")
        assert len(notes(place)) == count
    again = json.loads(run_kb("import", "notes.enex", "--json", "--yes", cwd=place).stdout)
    assert (again["notes"], len(again["known"]), again["dry_run"]) == ([], 2, True)


@pytest.mark.slow
def test_what_was_imported_is_found_at_once_and_undone_in_the_index_too(place: Path) -> None:
    (place / "vault" / "Own.md").write_text("My own note.\n", encoding="utf-8")
    assert run_kb("index", cwd=place).returncode == 0
    assert run_kb("import", "notes.enex", "--yes", cwd=place).returncode == 0
    found = json.loads(run_kb("search", "wild yeast", "--json", cwd=place).stdout)["hits"]
    assert found[0]["path"] == "Evernote/Starter.md"
    done = run_kb("undo", cwd=place)
    assert done.stdout.startswith("Undone: the import of 2 notes from Evernote.\n")
    assert notes(place) == ["Own.md"]
    assert json.loads(run_kb("status", "--json", cwd=place).stdout)["notes"] == 1


def test_undo_works_before_the_first_index(place: Path) -> None:
    assert run_kb("import", "notes.enex", "--yes", cwd=place).returncode == 0
    done = run_kb("undo", cwd=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert list((place / "vault").iterdir()) == []


def test_many_notes_are_told_in_a_few_lines(place: Path) -> None:
    files = {f"Page {number} {number:032x}.md": f"# Page {number}\n\nx\n" for number in range(40)}
    pack(place / "n.zip", files)
    done = run_kb("import", "n.zip", "--dry-run", cwd=place)
    assert done.stdout.splitlines()[-1] == "  … and 28 more"
    assert len(done.stdout.splitlines()) == 14


def test_the_command_that_a_look_names_imports_into_the_same_vault(place: Path) -> None:
    (place / "other").mkdir()
    done = run_kb("import", "notes.enex", "--to", "A b", "--dry-run", "--vault", "other", cwd=place)
    last = done.stderr.splitlines()[-1]
    assert last == "Nothing was written. To import: kb import notes.enex --to 'A b' --vault other"


def test_links_that_lead_nowhere_are_told_in_a_few_lines(place: Path) -> None:
    links = " ".join(
        f'<a href="evernote:///view/1/s1/{number:08}-2222-4333-8444-aaaaaaaaaaaa/x/">Lost {number}</a>'
        for number in range(40)
    )
    note = f"<en-export><note><title>a</title><content><![CDATA[<en-note>{links}</en-note>]]></content></note></en-export>"
    (place / "lost.enex").write_text(note, encoding="utf-8")
    done = run_kb("import", "lost.enex", "--dry-run", cwd=place)
    lines = done.stderr.splitlines()
    assert lines[0] == "40 links lead to what is not in the export:"
    assert lines[13:] == ["  … and 28 more", "Nothing was written. To import: kb import lost.enex"]


def test_formats_are_completed(place: Path) -> None:
    done = run_kb(cwd=place, _KB_COMPLETE="complete_bash", COMP_WORDS="kb import x --from no", COMP_CWORD="4")
    assert done.stdout.split() == ["notion"]


def test_the_formats_of_the_page_are_those_there_are() -> None:
    from kb.importing.formats import FORMATS

    page = (Path(__file__).parents[2] / "docs" / "moving-in.md").read_text(encoding="utf-8")
    rows = [line.rsplit("|", 2)[1].strip(" `") for line in page.splitlines() if line.startswith("| ")][1:]
    assert sorted(row for row in rows if row.isalpha()) == sorted(importer.name for importer in FORMATS)


def test_help_loads_no_reader_of_html(place: Path) -> None:
    put(place, {"n.zip": b""})
    pack(place / "n.zip", NOTION_FILES)
    program = (
        "import sys, contextlib\nfrom kb.cli.main import main\n"
        "with contextlib.suppress(SystemExit):\n    main(['import', 'n.zip', '--dry-run'])\n"
        "print('LOADED', *[name for name in ('bs4', 'markdownify', 'torch', 'chromadb') if name in sys.modules])"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=place, capture_output=True, text=True, check=True
    )
    assert done.stdout.rsplit("LOADED", 1)[1].split() == []
