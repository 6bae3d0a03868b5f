"""The page of `kb serve` in a real browser: search, ask, read, and citations that open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import Page, browser
from tests.serve.conftest import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    with browser() as made:
        made.size(390, 800)  # a phone
        made.goto(f"{server.address}/#token={server.token}")
        made.until("document.getElementById('told').textContent === '6 notes'")
        yield made
        assert made.run("window.bad === undefined")
        assert [url for url in made.remote() if not url.startswith(server.address)] == []
        assert made.problems == []


def test_the_token_leaves_the_address_and_stays_for_this_tab(page: Page, server: Server) -> None:
    assert server.token not in page.run("location.href")
    page.send("Page.reload")
    page.until(
        "document.readyState === 'complete' && document.getElementById('told')?.textContent === '6 notes'"
    )


def test_an_answer_cites_and_its_citation_opens_the_note_at_the_line(page: Page) -> None:
    page.click("#words")
    page.type("How long is oolong steeped?")
    page.press("Enter")
    page.until("document.querySelector('#main a')")
    assert "three minutes" in page.text()
    assert page.run("document.querySelector('#main a').textContent") == "[1]"
    page.click("#main a")
    page.until("document.querySelector('.cited')")
    assert (
        page.run("document.querySelector('.cited').textContent")
        == "Steep it for three minutes at 90 degrees."
    )
    assert page.run("document.title") == "Oolong · kb"
    page.run("history.back()")
    page.until("document.querySelector('#main blockquote.quote')")
    page.run("document.getElementById('words').value = ''")
    page.click("#words")
    page.type("And at how many degrees?")
    page.press("Enter")
    page.until("document.querySelector('#main h2')?.textContent === 'And at how many degrees?'")
    page.until("document.querySelector('#main a')")
    assert "oolong" in page.run("document.querySelector('#main .soft').textContent").lower()


def test_quotes_read_as_their_note_does_and_the_words_that_answer_stand_out(page: Page) -> None:
    page.click("#words")
    page.type("How long is oolong steeped?")
    page.press("Enter")
    page.until("document.querySelector('#main blockquote.quote')")
    assert "three minutes" in page.run("document.querySelector('#main p b').textContent")
    page.run("location.hash = '#/search?q=zebra'")
    page.until("document.querySelector('#main h3 a')")
    assert page.run("document.querySelectorAll('#main blockquote :not(b, i, code)').length") == 0
    page.run("location.hash = '#/'")
    page.until("document.getElementById('main').textContent.includes('Ask your notes')")


def test_what_the_notes_do_not_say_is_told(page: Page) -> None:
    page.click("#words")
    page.type("Who won the chess match in Reykjavik?")
    page.click("button[name=ask]")
    page.until("document.getElementById('told').textContent.endsWith(' s')")
    assert "three minutes" not in page.text()


def test_a_search_leads_to_notes_and_links_lead_on(page: Page) -> None:
    page.click("#words")
    page.type("zebra")
    page.click("button[name=search]")
    page.until("document.querySelector('#main h3 a')")
    assert "<b>Sundays</b>" in page.text()
    page.click("#main h3 a")
    page.until("document.querySelector('article')")
    page.run(
        "document.querySelectorAll('article *').forEach((one) => one.dispatchEvent(new MouseEvent('mouseover')))"
    )
    assert "<script>window.bad=1</script>" in page.text()
    assert page.run("document.querySelectorAll('article script, article img, article svg').length") == 0
    page.click("article a[href]")
    page.until("document.title === 'Tea · kb'")
    assert "Linked from" in page.text()
    page.run(
        "[...document.querySelectorAll('#main ul a')].find((one) => one.textContent.startsWith('Evil')).click()"
    )
    page.until("document.title.startsWith('Evil')")


def test_orders_in_a_note_come_with_a_warning(page: Page) -> None:
    page.run("location.hash = '#/note?note=Order'")
    page.until("document.querySelector('.warning')")
    assert "do not follow" in page.run("document.querySelector('.warning').textContent")


def test_what_is_no_note_is_told(page: Page) -> None:
    page.run("location.hash = '#/note?note=%3Cimg%20src%3Dx%20onerror%3Dwindow.bad%3D1%3E'")
    page.until("document.getElementById('main').textContent.includes('No note')")
    page.problems[:] = [one for one in page.problems if "404" not in one]  # the browser's own line on it


def test_without_the_token_it_is_asked_for(server: Server) -> None:
    with browser() as page:
        page.goto(server.address)
        page.until("!document.getElementById('entry').hidden")
        page.click("#token")
        page.type("a wrong one")
        page.press("Enter")
        page.until("document.getElementById('main').textContent.includes('Enter the token')")
        page.click("#token")
        page.type(server.token)
        page.press("Enter")
        page.until("document.getElementById('told').textContent === '6 notes'")
        assert page.run("document.getElementById('entry').hidden")
