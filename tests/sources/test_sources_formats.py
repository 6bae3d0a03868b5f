"""What is read of each format beside PDF, through the function that the child process runs."""

from __future__ import annotations

import importlib
import io

import pytest

from kb.notes.extracted_note import note_of_extract
from kb.notes.note import Note
from kb.sources.bundled import BUNDLED
from kb.sources.source import Asked, Unreadable
from tests.sources import files


def note(name: str, data: bytes | str) -> Note:
    suffix = name[name.rfind(".") :]
    [source] = [one for one in BUNDLED if suffix in one.suffixes]
    module, _, function = source.reads.partition(":")
    read = getattr(importlib.import_module(module), function)
    return note_of_extract(
        name, read(io.BytesIO(data.encode() if isinstance(data, str) else data), Asked(name))
    )


def places(found: Note) -> list[tuple[str, str]]:
    return [(one.anchor, found.text[one.span.start : one.span.end].strip()) for one in found.places]


def test_word() -> None:
    body = (
        files.word("Feeding", "berschrift1")
        + files.word("Bees eat honey [[x]].")
        + files.word("in winter", depth=0)
        + files.word("sugar too", depth=1)
        + files.word("Prices", "berschrift2")
        + "<w:tbl><w:tr><w:tc>" + files.word("Jar") + "</w:tc><w:tc>" + files.word("Price") + "</w:tc></w:tr>"
        "<w:tr><w:tc>" + files.word("500 g") + "</w:tc><w:tc>" + files.word("7 euros") + "</w:tc></w:tr></w:tbl>"
        "<w:p><w:del><w:r><w:delText>struck out</w:delText></w:r></w:del></w:p>"
    )  # fmt: skip
    comment = f"<w:comments {files._W}><w:comment>{files.word('ask Ada')}</w:comment></w:comments>"
    found = note(
        "a.docx",
        files.docx(
            body,
            **{
                "word/styles.xml": files.STYLES,
                "docProps/core.xml": files.CORE,
                "word/comments.xml": comment,
            },
        ),
    )
    assert found.text.split("\n\n") == [
        "# Feeding",
        "Bees eat honey \\[[x]].",
        "- in winter\n   - sugar too",
        "## Prices",
        "| Jar | Price |\n| --- | --- |\n| 500 g | 7 euros |",
        "> ask Ada",
        "",
    ]
    assert (found.title, found.properties, found.links) == ("Beekeeping", {"author": "Ada Well"}, ())
    assert found.created is not None
    assert found.created.year == 2024


def test_epub() -> None:
    found = note(
        "a.epub",
        files.epub(
            {
                "one.xhtml": "<h1>Queens</h1><p>A queen lives 5 years.</p>",
                "two.xhtml": "<p>Drones do not.</p>",
            }
        ),
    )
    assert places(found) == [
        ("chapter=1", "# Queens\n\nA queen lives 5 years."),
        ("chapter=2", "Drones do not."),
    ]
    assert (found.title, found.properties) == ("The hive", {"author": "Ada Well"})


def test_a_book_of_a_shop_says_so() -> None:
    locked = (
        '<encryption><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></encryption>'
    )
    with pytest.raises(Unreadable, match="DRM"):
        note("a.epub", files.epub({"one.xhtml": "<p>x</p>"}, **{"META-INF/encryption.xml": locked}))


def test_html() -> None:
    page = """<html><head><title>On bees</title><meta name="author" content="Ada"><script>alert(1)</script>
      <link rel="canonical" href="https://example.org/bees"></head><body><nav>Home About</nav><main>
      <h1>Bees</h1><p>They <b>dance</b><br>to tell. <img alt="a waggle dance" src="http://x/y.png"></p>
      <ul><li>workers<ul><li>nurses</li></ul></li><li>drones</li></ul><blockquote><p>So it is.</p></blockquote>
      <table><tr><th>Kind</th><th>Days</th></tr><tr><td>queen</td><td>16</td></tr></table>
      <pre>x = 1\ny</pre></main><footer>(c) 2024</footer></body></html>"""
    found = note("a.html", page)
    assert found.text.split("\n\n") == [
        "# Bees",
        "They dance to tell. a waggle dance",
        "- workers\n   - nurses\n- drones",
        "> So it is.",
        "| Kind | Days |\n| --- | --- |\n| queen | 16 |",
        "```\nx = 1\ny\n```",
        "",
    ]
    assert found.title == "On bees"
    assert found.properties == {"author": "Ada", "source": "https://example.org/bees"}


def test_notebook() -> None:
    found = note(
        "a.ipynb",
        files.notebook(("markdown", "# Honey yield\n\nIn *kilograms*.", ""), ("code", "print(12)", "12\n")),
    )
    assert places(found) == [
        ("cell=1", "# Honey yield\n\nIn *kilograms*."),
        ("cell=2", "```python\nprint(12)\n```\n\n```\n12\n```"),
    ]
    assert found.title == "Honey yield"


def test_canvas() -> None:
    found = note("a.canvas", files.canvas())
    assert [place for _, place in places(found)] == [
        "## The year",
        "Bees gather nectar",
        "Honey is sold in #autumn",
        "[[Bees#Food]]",
        "- Bees gather nectar → Honey is sold in #autumn: becomes\n- Bees gather nectar → [[Bees]]",
    ]
    assert {link.target for link in found.links} == {"Bees"}
    assert {tag.name for tag in found.tags} == {"autumn"}


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t")])
def test_table(name: str, mark: str) -> None:
    found = note(
        name, mark.join(["Hive", "Honey"]) + "\n" + mark.join(["north", '"12 kg"']) + f"\nsouth{mark}9 kg\n"
    )
    assert places(found) == [
        ("row=2", "| Hive | Honey |\n| --- | --- |\n| north | 12 kg |"),
        ("row=3", "| Hive | Honey |\n| --- | --- |\n| south | 9 kg |"),
    ]


def test_org() -> None:
    text = (
        "#+TITLE: Bee diary\n#+FILETAGS: :bees:\nIntro.\n* TODO Buy sugar :shop:\nDEADLINE: <2024-10-01 Tue>\n"
        "From [[file:shops.org][the shop]], see [[https://example.org][this]] and [[id:123][that]].\n"
        "#+BEGIN_SRC python\nprint(1)\n#+END_SRC\n** Amounts\n| kind | kg |\n|------+----|\n| white | 5 |\n"
    )
    found = note("a.org", text)
    assert found.title == "Bee diary"
    assert [one.name for one in found.tags] == ["bees", "shop"]
    assert [section.path[-1] for section in found.sections] == ["TODO Buy sugar", "Amounts"]
    assert "From [the shop](<shops.org>), see [this](<https://example.org>) and that." in found.text
    assert "```python\nprint(1)\n```" in found.text
    assert "| kind | kg |\n| --- | --- |\n| white | 5 |" in found.text
    assert [one.anchor for one in found.places][1:] == ["line=4", "line=10"]


def test_picture() -> None:
    from PIL import Image, PngImagePlugin

    stream = io.BytesIO()
    about = PngImagePlugin.PngInfo()
    about.add_text("Description", "A swarm in the pear tree")
    Image.new("RGB", (4, 4)).save(stream, "PNG", pnginfo=about)
    assert note("swarm_2024-05.png", stream.getvalue()).text.split("\n\n")[:2] == [
        "swarm 2024 05",
        "A swarm in the pear tree",
    ]
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "The queen"
    Image.new("RGB", (4, 4)).save(stream, "JPEG", exif=exif)
    assert "The queen" in note("a.jpg", stream.getvalue()).text
    assert (
        "Hive plan"
        in note("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><title>Hive plan</title></svg>").text
    )


def test_every_format_has_a_name_and_suffixes_of_its_own() -> None:
    suffixes = [suffix for one in BUNDLED for suffix in one.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert len({one.name for one in BUNDLED}) == len(BUNDLED)
