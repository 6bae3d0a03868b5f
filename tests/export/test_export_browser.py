"""What `kb export` writes, in a real browser: it works, fetches nothing, and nothing that a note says runs."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.browser import Page, browser
from tests.support import run_kb, write_notes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as made:
        yield made


def test_no_page_of_a_site_runs_or_fetches_what_a_note_says(page: Page, site: Path) -> None:
    for file in sorted(site.rglob("*.html")):
        page.goto(file.as_uri())
        assert page.run("window.bad === undefined"), file
    page.goto((site / "notes" / "Evil.html").as_uri())
    page.run(
        "document.querySelectorAll('main a').forEach((link) => link.dispatchEvent(new MouseEvent('mouseover')))"
    )
    assert page.run("window.bad === undefined")
    assert page.remote() == []
    assert page.problems == []


def test_a_site_is_searched_and_its_links_are_followed(page: Page, site: Path) -> None:
    page.goto((site / "index.html").as_uri())
    page.click("input[name=q]")
    page.type("OXIDISED tea")
    page.click("nav button")
    page.until("document.querySelectorAll('#found li').length > 0")
    assert page.run("document.querySelector('#found a').textContent") == "Oolong"
    assert "half oxidised" in page.run("document.querySelector('#found p').textContent")
    page.click("#found a")
    page.until("document.title === 'Oolong' && document.readyState === 'complete'")
    page.click("#backlinks a")
    page.until("document.title !== 'Oolong' && document.readyState === 'complete'")
    page.goto((site / "search.html").as_uri() + "?q=nothing-like-this")
    page.until("document.getElementById('told').textContent === '0 notes'")
    page.goto((site / "search.html").as_uri() + "?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.bad%3D1%3E")
    page.until("document.getElementById('told').textContent !== ''")
    assert page.run("window.bad === undefined")


def test_the_graph_is_found_in_chosen_and_walked_through(
    page: Page, export_base: Path, site: Path, tmp_path: Path
) -> None:
    assert run_kb("export", "graph", str(tmp_path / "g.html"), cwd=export_base).returncode == 0
    page.size(1000, 700)
    page.goto((tmp_path / "g.html").as_uri())
    page.until("document.documentElement.dataset.settled === 'yes'")
    assert page.run("document.getElementById('count').textContent").startswith("9 notes, ")
    page.click("#find")
    page.type("oolong")
    page.press("Enter")
    assert page.run("document.querySelector('#about h2').textContent") == "Oolong"
    assert "Linked from (2)" in page.text()
    page.click("#about li button")
    assert page.run("document.querySelector('#about h2').textContent") == "Tea"
    # The chosen note lies in the middle of the picture, where a click finds it again.
    page.run("document.getElementById('about').replaceChildren()")
    box = page.run(
        "(() => { const b = document.getElementById('graph').getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()"
    )
    page.click_at(*box)
    assert page.run("document.querySelector('#about h2').textContent") == "Tea"
    page.goto((site / "graph.html").as_uri())
    page.click("#find")
    page.type("taiwan")
    page.press("Enter")
    page.click("#about a")
    page.until("document.title === 'Taiwan'")
    assert page.run("window.bad === undefined")
    assert page.remote() == []
    assert page.problems == []


def test_names_of_the_graph_do_not_lie_upon_each_other_and_its_colours_are_told(
    page: Page, tmp_path: Path
) -> None:
    leaves = {f"{'ab'[n % 2]}/A leaf with a long name {n}.md": "# Leaf\n\n[[Hub]]\n" for n in range(40)}
    write_notes(tmp_path / "notes", {"Hub.md": "# Hub\n"} | leaves)
    for words in (["init", "notes"], ["index"], ["export", "graph", "g.html"]):
        assert run_kb(*words, cwd=tmp_path).returncode == 0
    page.size(700, 500)
    page.goto((tmp_path / "g.html").as_uri())
    page.until("document.documentElement.dataset.settled === 'yes'")
    shown = "Number(document.getElementById('graph').dataset.names)"
    assert 1 < page.run(shown) < 41
    assert page.run("document.querySelector('.legend').innerText").split() == [
        "no",
        "folder",
        "1",
        "a",
        "20",
        "b",
        "20",
    ]
    page.run("document.querySelectorAll('.legend button')[0].click()")
    assert page.run(shown) == 1
    page.click("#find")
    page.type("hub")
    page.press("Enter")
    assert page.run("document.querySelector('.legend') === null")
    page.run("document.getElementById('graph').focus()")
    page.press("Escape")
    assert page.run("document.querySelector('.legend') !== null")
    assert page.problems == []


def test_other_exports_open_without_a_problem(page: Page, asked_base: Path, tmp_path: Path) -> None:
    for words in (["statistics"], ["quiz"], ["conversations"], ["answer", "What does the note Evil say?"]):
        file = tmp_path / f"{words[0]}.html"
        assert run_kb("export", *words, str(file), cwd=asked_base).returncode == 0
        page.goto(file.as_uri())
        assert page.run("window.bad === undefined")
    assert page.remote() == []
    assert page.problems == []


def test_a_site_is_served_as_it_lies_on_the_disk(page: Page, site: Path) -> None:
    handler = partial(Silent, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/search.html?q=oolong")
        page.until("document.querySelectorAll('#found li').length > 0")
        page.click("#found a")
        page.until("document.title === 'Oolong'")
        server.shutdown()
    assert page.problems == []


class Silent(http.server.SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""
