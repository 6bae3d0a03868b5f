"""`kb export site`: every link leads somewhere, nothing is fetched from elsewhere, and no note does anything."""

from __future__ import annotations

import json
import os
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.export.conftest import PIXEL
from tests.support import run_kb, write_notes

pytestmark = pytest.mark.slow


class Seen(HTMLParser):
    """What a page refers to, the ids in it, its tags and its text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.references: list[tuple[str, str, str]] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attributes:
            if name in ("href", "src", "action"):
                self.references.append((tag, name, value or ""))
            if name == "id":
                self.ids.add(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Seen]:
    return {file: Seen(file) for file in sorted(site.rglob("*.html"))}


def test_every_note_has_a_page_and_no_name_is_taken_twice(site: Path, pages: dict[Path, Seen]) -> None:
    names = [file.relative_to(site).as_posix() for file in pages]
    assert {"index.html", "tags.html", "graph.html", "search.html"} <= set(names)
    assert {"notes/index.html", "notes/tags.html", "notes/Tea.html", "notes/Places/Taiwan.html"} <= set(names)
    assert len([name for name in names if name.startswith("notes/")]) == 9
    assert len({name.casefold() for name in names}) == len(names)
    assert all(
        len(part.encode()) < 200 and not set(part) & set('<>"?*|:')
        for name in names
        for part in name.split("/")
    )


def test_the_first_page_lists_each_note_below_its_own_folder(site: Path) -> None:
    top, *folders = (site / "index.html").read_text("utf-8").split("<h2>")
    assert all(f">{title}</a>" in top for title in ("Oolong", "Private", "Tea"))
    assert [(one.partition("<")[0], one.count("<li>")) for one in folders] == [("Odd", 1), ("Places", 1)]


def test_every_link_leads_to_a_file_and_a_place_that_is_there(site: Path, pages: dict[Path, Seen]) -> None:
    checked = 0
    for file, seen in pages.items():
        for tag, name, reference in seen.references:
            address = urlsplit(reference)
            if address.scheme:
                assert (tag, name, address.scheme) in (
                    ("a", "href", "https"),
                    ("a", "href", "http"),
                    ("img", "src", "data"),
                    ("link", "href", "data"),
                )
                continue
            target = (file.parent / unquote(address.path)).resolve() if address.path else file
            assert target.is_relative_to(site.resolve())
            assert target.is_file(), (file.name, reference)
            if address.fragment:
                assert unquote(address.fragment) in pages[target].ids, (file.name, reference)
            checked += 1
    assert checked > 80


def test_links_and_backlinks_are_those_of_the_notes(site: Path, pages: dict[Path, Seen]) -> None:
    tea = pages[site / "notes" / "Tea.html"]
    found = [reference for _, name, reference in tea.references if name == "href"]
    assert "Oolong.html#h-1" in found
    assert "Oolong.html#heat" in found
    assert "Places/Taiwan.html" in found
    assert not any("Rooibos" in reference for reference in found)
    assert "https://example.org/tea" in found
    assert "Linked from" in tea.text
    oolong = (site / "notes" / "Oolong.html").read_text("utf-8")
    assert '<a href="Tea.html">Tea</a>' in oolong.partition('id="backlinks"')[2]
    assert '<a href="Places/Taiwan.html">Taiwan</a>' in oolong.partition('id="backlinks"')[2]


def test_a_note_reads_as_it_is_meant(site: Path) -> None:
    tea = (site / "notes" / "Tea.html").read_text("utf-8")
    assert "nobody reads" not in tea
    assert "aliases" not in tea
    assert '<li class="task"><a id="buy"></a>☐ buy some</li>' in tea
    assert '<blockquote><p><a id="tip"></a><strong>A tip</strong><br>' in tea
    index = (site / "notes" / "index.html").read_text("utf-8")
    assert "id::" not in index
    assert '<a id="64a0c6f0-1111-4222-8333-444455556667"></a><a href="Tea.html">Tea</a> first' in index
    assert "<mark>pot</mark>" in tea
    assert '<span class="math">$a_1 * b_2$</span>' in tea
    assert '<img src="../files/pixel.png"' in tea
    assert (site / "files" / "pixel.png").read_bytes().startswith(b"\x89PNG")
    assert "is: <a" in tea


def test_what_a_note_says_is_text_whatever_it_says(site: Path, pages: dict[Path, Seen]) -> None:
    for file, seen in pages.items():
        assert not seen.handlers, file
        scripts = 2 if file.name in ("search.html", "graph.html") else 0
        assert seen.tags.count("script") == (scripts if file.parent == site else 0), file
        assert not {"svg", "iframe", "object", "embed", "base"} & set(seen.tags), file
        assert not any("javascript:" in reference.lower() for _, _, reference in seen.references)
        assert all(
            reference.startswith("data:image/")
            for tag, _, reference in seen.references
            if "data:" in reference and tag != "link"
        )
        assert "\x1b" not in file.read_text("utf-8")
    evil = pages[site / "notes" / "Evil.html"]
    assert "<script>window.bad = 1</script> [[Tea]] ==x==" in evil.text
    assert not list(site.rglob("page.html"))
    assert not list(site.rglob("*.svg"))
    data = (site / "search-data.js").read_text("utf-8")
    assert "</" not in data
    assert json.loads(data.removeprefix("const NOTES = ").removesuffix(";\n"))[0].keys() == {
        "title",
        "page",
        "text",
    }


def test_only_the_notes_that_are_named_are_written(export_base: Path, tmp_path: Path) -> None:
    done = run_kb(
        "export", "site", str(tmp_path / "some"), "--notes", "-tag:secret", "--json", cwd=export_base
    )
    assert (
        json.loads(done.stdout)["files"]
        == len([one for one in (tmp_path / "some").rglob("*") if one.is_file()]) - 1
    )
    everything = "".join(
        file.read_text("utf-8", "replace") for file in (tmp_path / "some").rglob("*") if file.is_file()
    )
    assert "Xylophone" not in everything
    assert "Private.html" not in everything
    assert 'class="missing">Private</span>' in everything
    assert "secret" not in everything


def test_a_site_is_made_anew_and_anothers_folder_is_left_alone(
    export_base: Path, site: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    (copy / "notes" / "Gone.html").write_text("old", encoding="utf-8")
    (copy / "CNAME").write_text("mine", encoding="utf-8")
    held = json.loads((copy / ".kb-site").read_text("utf-8"))
    outside = tmp_path / "outside.txt"
    outside.write_text("mine", encoding="utf-8")
    held["files"] += ["notes/Gone.html", "../outside.txt", str(outside), "notes/\0"]
    (copy / ".kb-site").write_text(json.dumps(held), encoding="utf-8")
    done = run_kb("export", "site", str(copy), cwd=export_base)
    assert done.returncode == 0, done.stderr
    assert not (copy / "notes" / "Gone.html").exists()
    assert (copy / "CNAME").read_text("utf-8") == "mine"
    assert outside.read_text("utf-8") == "mine"
    assert (copy / "index.html").read_bytes() == (site / "index.html").read_bytes()
    for made in (tmp_path / "full", tmp_path / "damaged"):
        made.mkdir()
        (made / "index.html").write_text("mine", encoding="utf-8")
    (tmp_path / "damaged" / ".kb-site").write_text("[" * 100_000, encoding="utf-8")
    for target in ("full", "damaged", "outside.txt"):
        refused = run_kb("export", "site", str(tmp_path / target), cwd=export_base)
        assert refused.returncode == 2, target
        assert len(refused.stderr.strip().splitlines()) == 1
    assert (tmp_path / "full" / "index.html").read_text("utf-8") == "mine"
    among = run_kb("export", "site", "vault/site", cwd=export_base)
    assert "among your notes" in among.stderr
    assert not (export_base / "vault" / "site").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_written_is_one_sentence(export_base: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = run_kb("export", "site", str(tmp_path / "site"), cwd=export_base)
    tmp_path.chmod(0o700)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)


def test_files_that_are_read_beside_the_notes_are_shown_as_they_are(tmp_path: Path) -> None:
    notes = {
        "Tea.md": "# Tea\n\nSee [[talk.txt]], ![[pixel.png]], [[pixel.png]] and [[Papers/x.pdf#page=2]].\n",
        "talk.txt": "A talk on <b>oolong</b>.\n",
    }
    write_notes(tmp_path / "vault", notes)
    (tmp_path / "vault" / "pixel.png").write_bytes(PIXEL)
    (tmp_path / "vault" / "Papers").mkdir()
    (tmp_path / "vault" / "Papers" / "x.pdf").write_bytes(b"%PDF-1.4 not a real one")
    settings = 'vault = "vault"\nindex = "index"\nsources = ["default", "picture"]\n'
    (tmp_path / "kb.toml").write_text(settings, encoding="utf-8")
    for words in (["index"], ["export", "site", "site"]):
        done = run_kb(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    tea = (tmp_path / "site" / "notes" / "Tea.html").read_text("utf-8")
    for shown in ("../files/talk.txt", "../files/pixel.png", "../files/Papers/x.pdf#page=2"):
        assert f'<a href="{shown}">' in tea
    assert '<img src="../files/pixel.png"' in tea
    assert (tmp_path / "site" / "files" / "talk.txt").read_text("utf-8") == notes["talk.txt"]
    assert [file.name for file in (tmp_path / "site" / "notes").iterdir()] == ["Tea.html"]


def test_a_note_that_went_since_it_was_indexed_has_no_page_and_nothing_leads_to_it(tmp_path: Path) -> None:
    notes = {
        "Tea.md": "# Tea\n\nSee [[Oolong]] and [[Green]]. #drink\n",
        "Oolong.md": "# Oolong\n\n[[Tea]] #drink\n",
        "Green.md": "# Green\n\n[[Tea]]\n",
    }
    write_notes(tmp_path / "vault", notes)
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=tmp_path).returncode == 0
    (tmp_path / "vault" / "Oolong.md").unlink()
    done = run_kb("export", "site", "site", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 note has changed since kb index." in done.stderr
    pages = {file: Seen(file) for file in sorted((tmp_path / "site").rglob("*.html"))}
    assert not [
        reference for seen in pages.values() for _, _, reference in seen.references if "Oolong" in reference
    ]
    assert "Oolong" not in (tmp_path / "site" / "graph.html").read_text("utf-8")
    assert 'class="missing">Oolong</span>' in (tmp_path / "site" / "notes" / "Tea.html").read_text("utf-8")
    assert "2 notes" in pages[tmp_path / "site" / "index.html"].text
    assert run_kb("index", cwd=tmp_path).returncode == 0
    again = run_kb("export", "graph", "graph.json", cwd=tmp_path)
    assert "changed since" not in again.stderr


def test_a_note_that_cannot_be_read_has_a_page_that_says_so(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", {"Tea.md": "# Tea\n\n[[Oolong]]\n", "Oolong.md": "# Oolong\n"})
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=tmp_path).returncode == 0
    (tmp_path / "outside.md").write_text("# Outside\n", encoding="utf-8")
    (tmp_path / "vault" / "Oolong.md").unlink()
    (tmp_path / "vault" / "Oolong.md").symlink_to(tmp_path / "outside.md")
    done = run_kb("export", "site", "site", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Left out: " in done.stderr
    page = (tmp_path / "site" / "notes" / "Oolong.html").read_text("utf-8")
    assert "could not be read" in page
    assert "Outside" not in page
