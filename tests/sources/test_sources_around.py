"""Files beside the notes in the rest of kb: a watcher, a plugin's format, an editor, opening, related notes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kb.cli.render.places import address
from kb.indexing.watch import Synced, WatchEvent
from kb.knowledge_base import KnowledgeBase
from kb.linking.auto_linking import NewLinks
from kb.notes.note import Link, Span
from kb.notes.places import read_anchor, read_citation, where
from kb.notes.resolve import LinkResolver, NoteNames
from kb.settings import Settings
from tests.sources import files
from tests.sources.pdfs import make_pdf
from tests.support import run_kb, write_notes

PAGES = [["Bees gather nectar from lime trees."], ["The queen lays two thousand eggs a day."]]


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    write_notes(
        tmp_path / "vault", {"Hive.md": "# Hive\n\nAs [[bees.pdf#page=2|they say]], the queen lays eggs.\n"}
    )
    make_pdf(tmp_path / "vault" / "bees.pdf", PAGES)
    with closing(KnowledgeBase(Settings(vault=tmp_path / "vault", index=tmp_path / "index"))) as opened:
        opened.index()
        yield opened


@pytest.mark.slow
def test_a_watcher_hears_of_files(base: KnowledgeBase) -> None:
    heard: list[Synced] = []

    def hear(event: WatchEvent | NewLinks) -> None:
        if isinstance(event, Synced):
            heard.append(event)

    watcher = base.watch(hear)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        wait(lambda: heard)
        make_pdf(base.settings.vault / "wasps.pdf", [["Wasps build with paper."]])
        wait(lambda: any("wasps.pdf" in one.report.new for one in heard))
    finally:
        watcher.stop()
        thread.join()
    with closing(KnowledgeBase(base.settings)) as other:
        assert other.search("who builds with paper")[0].passage.note_path == "wasps.pdf"


def wait(condition: object) -> None:
    end = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.slow
def test_a_note_and_its_file_are_related(base: KnowledgeBase) -> None:
    assert [link.resolved for link in base.links.of("Hive").out] == ["bees.pdf"]
    assert [link.source for link in base.links.of("bees.pdf").back] == ["Hive.md"]
    assert base.links.suggestions("bees.pdf") == []
    write_notes(base.settings.vault, {"Lime.md": "# Lime\n\nBees like the nectar of lime trees in June.\n"})
    base.index()
    assert "bees.pdf" in [one.path for one in base.links.related("Lime")]


@pytest.mark.slow
def test_a_plugin_reads_a_format(tmp_path: Path) -> None:
    plugin = (
        "from kb.plugin_api import hookimpl\nfrom kb.plugin_api.formats import MarkdownText, Source\n\n"
        "def read(file, asked):\n    text = MarkdownText()\n"
        "    for number, line in enumerate(file.read().decode().splitlines(), start=1):\n"
        "        text.place('verse', number)\n        text.paragraph(line)\n    return text.extract(title='Songs')\n\n"
        "@hookimpl\ndef kb_sources():\n    return [Source('song', ('.song',), 'song_plugin:read')]\n"
    )
    site = tmp_path / "site"
    about = {
        "song_plugin.py": plugin,
        "song-1.dist-info/METADATA": "Name: song\nVersion: 1\n",
        "song-1.dist-info/entry_points.txt": "[kb.plugins]\nsong = song_plugin\n",
    }
    files.write(site, about)
    files.write(tmp_path / "vault", {"a.song": "The cuckoo calls\nThe owl replies", "b.md": "# B\n"})
    (tmp_path / "kb.toml").write_text(
        'vault = "vault"\nindex = "index"\nsources = ["default", "song"]\n', encoding="utf-8"
    )
    done = run_kb("index", cwd=tmp_path, PYTHONPATH=str(site))
    assert (done.returncode, done.stderr) == (0, "")
    found = run_kb("search", "owl", cwd=tmp_path, PYTHONPATH=str(site))
    assert "a.song, verse 2" in found.stdout
    described = run_kb("plugins", cwd=tmp_path, PYTHONPATH=str(site))
    assert "source song" in described.stdout + described.stderr


@pytest.mark.slow
def test_every_format_is_found_in_one_vault(tmp_path: Path) -> None:
    files.write(
        tmp_path / "vault",
        {
            "Start.md": "# Start\n\n[[plan.canvas]] [[yield.ipynb#cell=1]] [[hive.epub#chapter=1]] [[prices.csv#row=2]]\n",
            "letter.docx": files.docx(files.word("The landlord raised the rent in April.")),
            "hive.epub": files.epub({"1.xhtml": "<p>Drones die in autumn.</p>"}),
            "yield.ipynb": files.notebook(("markdown", "The northern hives gave more.", "")),
            "plan.canvas": files.canvas(),
            "diary.org": "* Monday\nFound a swarm in the pear tree.\n",
            "page.html": "<p>Propolis seals the cracks.</p>",
            "prices.csv": "Jar,Price\nhalf a kilogram,7 euros\n",
            "todo.txt": "Oil the extractor.",
            "Bees.md": "# Bees\n\n## Food\n\nNectar.\n",
        },
    )
    settings = Settings(tmp_path / "vault", tmp_path / "index", sources=("default", "html", "csv"))
    with closing(KnowledgeBase(settings)) as base:
        base.index()
        asked = {
            "who raised the rent": "letter.docx",
            "drones die": "hive.epub, chapter 1",
            "northern hives": "yield.ipynb, cell 1",
            "honey is sold": "plan.canvas, card 3",
            "swarm pear tree": "diary.org, line 1",
            "propolis": "page.html",
            "half a kilogram": "prices.csv, row 2",
            "oil the extractor": "todo.txt:1",
        }
        for words, place in asked.items():
            assert base.search(words)[0].passage.where == place, words
        assert {link.status for link in base.catalog.links_from("Start.md")} == {"resolved"}
        assert "plan.canvas" in [link.source for link in base.links.of("Bees").back]


def test_places_are_read_and_told() -> None:
    assert where("a/x.pdf", 9, "page=12") == "a/x.pdf, p. 12"
    assert where("a.md", 9) == "a.md:9"
    assert read_citation("a/x.pdf, p. 12") == ("a/x.pdf", "page=12")
    assert read_citation("x.ipynb, cell 3") == ("x.ipynb", "cell=3")
    assert read_citation("[[x.pdf#page=4&selection=1,2]]") == ("x.pdf", "page=4")
    assert read_citation("Tea, p. 3") is None
    assert read_anchor("height=400&page=2-5") == ("page", 2, 5)
    assert address(Path("/v"), "x.pdf", "page=3") == "file:///v/x.pdf#page=3"


@pytest.mark.parametrize(
    ("target", "anchor", "status"),
    [
        ("x.pdf", "page=2", "resolved"),
        ("P/x.pdf", "page=2&selection=1,2", "resolved"),
        ("x.pdf", "page=3", "heading_missing"),
        ("x.pdf", "page=0", "heading_missing"),
        ("x.pdf", "height=400", "resolved"),
        ("x.pdf", "Method", "resolved"),
        ("x.pdf", "Nothing", "heading_missing"),
        ("x", "", "unresolved"),
        ("On bees", "", "unresolved"),
        ("Y", "page=1", "heading_missing"),
    ],
)
def test_links_to_places_are_looked_up(target: str, anchor: str, status: str) -> None:
    names = NoteNames("P/x.pdf", "On bees", headings=(("Method",),), places=(("page", 2),))
    resolver = LinkResolver([names, NoteNames("Y.md", "Y")], ["P/x.pdf"])
    link = Link("wiki", target, Span(0, 1), 1, heading=anchor or None)
    assert resolver.resolve(link, "A.md").status == status


@pytest.mark.slow
def test_a_site_shows_a_file_as_it_is(base: KnowledgeBase, tmp_path: Path) -> None:
    vault, index = str(base.settings.vault), str(base.settings.index)
    done = run_kb("export", "site", str(tmp_path / "site"), "--vault", vault, "--index", index, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [copied] = (tmp_path / "site").rglob("*.pdf")
    assert copied.read_bytes() == (base.settings.vault / "bees.pdf").read_bytes()
    page = (tmp_path / "site" / "notes" / "Hive.html").read_text("utf-8")
    assert f'{copied.name}#page=2">they say</a>' in page
    assert not list((tmp_path / "site" / "notes").glob("bees*.html"))
