"""Each format: a small export of its real form becomes notes of the vault, and comes only once."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.errors import ExportUnreadable
from kb.notes.parse import parse_note
from tests.importing.conftest import House
from tests.importing.exports import (
    APPLE_FILES,
    BEAR_FILES,
    CHATGPT,
    CHATGPT_FILES,
    CLAUDE,
    CLAUDE_FILES,
    CLIPPING_FILES,
    ENEX,
    ID_HOME,
    ID_RYE,
    KEEP_FILES,
    LOGSEQ,
    LOST,
    MESSAGES,
    NOTION_FILES,
    PDF,
    PNG,
    ROAM,
    TEXT_FILES,
    bear_info,
    pack,
    put,
)

EXPORTS: dict[str, Callable[[Path], Path]] = {
    "chatgpt": lambda folder: pack(folder / "chatgpt.zip", CHATGPT_FILES),
    "claude": lambda folder: pack(folder / "claude.zip", CLAUDE_FILES),
    "messages": lambda folder: put(folder, {"chats.json": json.dumps(MESSAGES)}),
    "evernote": lambda folder: put(folder, {"My notes.enex": ENEX}) / "My notes.enex",
    "notion": lambda folder: pack(folder / "Export-1.zip", NOTION_FILES),
    "keep": lambda folder: pack(folder / "takeout.zip", KEEP_FILES),
    "roam": lambda folder: pack(folder / "Roam-Export.zip", {"garden.json": json.dumps(ROAM)}),
    "logseq": lambda folder: put(folder, {"graph.json": json.dumps(LOGSEQ)}) / "graph.json",
    "bear": lambda folder: pack(folder / "Backup.bear2bk", BEAR_FILES),
    "html": lambda folder: put(folder, CLIPPING_FILES),
    "apple": lambda folder: put(folder, APPLE_FILES),
    "text": lambda folder: put(folder, TEXT_FILES),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_known_by_its_look_and_comes_once(house: House, tmp_path: Path, name: str) -> None:
    export = EXPORTS[name](tmp_path / "export")
    house.bring(export)
    before = house.files()
    assert any(path.endswith(".md") for path in before)
    again = house.bring(export)
    assert (again.notes, again.files, again.changed) == ((), (), ())
    assert len(again.known) == sum(path.endswith(".md") for path in before)
    assert house.files() == before


@pytest.mark.parametrize("name", EXPORTS)
def test_one_undo_takes_an_import_back_with_its_attachments(house: House, tmp_path: Path, name: str) -> None:
    (house.vault / "Mine.md").write_text("# Mine\n\n[[Rye bread]]\n", encoding="utf-8")
    house.bring(EXPORTS[name](tmp_path / "export"))
    house.base.undo()
    assert [file.name for file in house.vault.iterdir()] == ["Mine.md"]


@pytest.mark.parametrize("name", EXPORTS)
def test_what_is_written_is_sound_markdown(house: House, tmp_path: Path, name: str) -> None:
    plan = house.bring(EXPORTS[name](tmp_path / "export"))
    for one in plan.notes:
        note = parse_note(one.path, house.text(one.path))
        assert note.problems == ()
        assert note.properties["import-id"].startswith(f"{name}-")
        assert not {"\ue0f0", "\ue0f1", "\ue200"} & set(note.text)


def test_chatgpt_keeps_the_branch_that_was_shown_last(house: House, tmp_path: Path) -> None:
    plan = house.bring(EXPORTS["chatgpt"](tmp_path))
    assert house.text("ChatGPT/Rye starter.md").partition("import-id")[0] == (
        "---\ncreated: 2024-03-09T00:00:00\nupdated: 2024-03-09T01:00:00\n"
        "source: https://chatgpt.com/c/65eb9a00-0000-4000-8000-000000000001\nmodel: gpt-4o\n"
    )
    assert house.text("ChatGPT/Rye starter.md").partition("---\n\n")[2] == (
        "# Rye starter\n\n## You\n\n![[jar.png]]\n\nHow do I feed a rye starter?\n\n"
        "## ChatGPT\n\n### Feeding\n\nEvery morning, 50 g of flour.\n\n```sh\n# not a heading\n```\n"
    )
    assert house.files()["ChatGPT/attachments/jar.png"] == PNG
    assert [(one.name, one.reason) for one in plan.left] == [("Nothing", "says nothing")]


def test_a_bare_conversations_file_is_enough(house: House, tmp_path: Path) -> None:
    put(tmp_path / "a", {"conversations.json": json.dumps(CHATGPT)})
    put(tmp_path / "b", {"conversations.json": json.dumps(CLAUDE)})
    assert house.bring(tmp_path / "a" / "conversations.json").label == "ChatGPT"
    assert house.bring(tmp_path / "b" / "conversations.json").label == "Claude"


def test_claude_brings_what_was_pasted_and_documents_of_projects(house: House, tmp_path: Path) -> None:
    house.bring(EXPORTS["claude"](tmp_path))
    talk = house.text("Claude/Bread chemistry.md")
    assert "## You\n\nWhy does rye bread rise less?\n\n**recipe.txt**\n\n```\n500 g rye\n```\n" in talk
    assert talk.endswith("## Claude\n\nIt has little gluten.\n")
    assert house.text("Claude/Bakery/Suppliers.md").endswith("# Suppliers\n\nMill: Adler\n")


def test_lists_of_messages_are_read_whoever_wrote_them(house: House, tmp_path: Path) -> None:
    rows = [
        {"role": "system", "content": "x"},
        {"role": "user", "content": "Hello?"},
        {"role": "assistant", "content": [{"type": "text", "text": "Yes."}]},
    ]
    lines = "\n".join(map(json.dumps, rows))
    put(tmp_path, {"a/Talk.json": json.dumps({"messages": rows}), "b/Lines.jsonl": lines})
    house.bring(tmp_path / "a")
    house.bring(tmp_path / "b")
    for path in ("Chats/Talk.md", "Chats/Lines.md"):
        assert house.text(path).endswith("## You\n\nHello?\n\n## Assistant\n\nYes.\n")


def test_messages_a_line_may_hold_signs_that_only_look_like_line_ends(house: House, tmp_path: Path) -> None:
    said = '{"role": "user", "content": "one\u2028two"}\n{"role": "assistant", "content": "three\x85four"}\n'
    house.bring(put(tmp_path / "c", {"chat.jsonl": said}) / "chat.jsonl")
    assert "three\x85four" in house.text("Chats/chat.md")


def test_evernote(house: House, tmp_path: Path) -> None:
    plan = house.bring(EXPORTS["evernote"](tmp_path))
    text = house.text("Evernote/Rye bread notes.md")
    assert text.startswith(
        '---\naliases: ["Rye / bread: notes?"]\ntags: [baking, slow-food]\ncreated: 2024-03-09T10:11:12\n'
        "updated: 2024-03-10T10:11:12\nsource: https://example.org/rye\nauthor: Ada\nimport-id: evernote-"
    )
    assert f"see [[Starter]] and [Lost note](evernote:///view/1/s1/{LOST}/{LOST}/), [[Starter|it]]." in text
    assert "- [x] Buy rye\n- [ ] Bake\n" in text
    assert "- [x] Weigh\n- [ ] Wait\n" in text
    assert "![[loaf.png|A loaf]]" in text
    assert "| Hour | Step |\n| --- | --- |\n| 0 | Mix it |" in text
    assert "```\ndef rise():\n    return 2\n```" in text
    assert "- [ ] Call the mill (due 2024-04-01)" in text
    assert text.endswith("![[mill.pdf]]\n")  # nothing in the text shows it
    assert "[[Rye bread notes|Rye / bread: notes?]]" in house.text("Evernote/Starter.md")
    assert plan.unlinked == ("Evernote/Rye bread notes.md: Lost note",)
    assert (house.vault / "Evernote/attachments/mill.pdf").read_bytes() == PDF


def test_evernote_notebooks_are_folders(house: House, tmp_path: Path) -> None:
    house.bring(
        put(tmp_path / "all", {"Bakery.enex": ENEX, "Mills.enex": ENEX.replace("<title>", "<title>M ")})
    )
    assert (house.vault / "Evernote/Bakery/Starter.md").exists()
    assert (house.vault / "Evernote/Mills/M Starter.md").exists()


def test_notion_loses_its_ids_and_keeps_its_links(house: House, tmp_path: Path) -> None:
    house.bring(EXPORTS["notion"](tmp_path))
    assert sorted(house.files()) == [
        "Notion/Bakery.md",
        "Notion/Bakery/Flours.md",
        "Notion/Bakery/Flours/Adler.md",
        "Notion/Bakery/Rye bread.md",
        "Notion/attachments/oven.png",
    ]
    text = house.text("Notion/Bakery.md")
    assert "The [[Rye bread]] and the [[Flours]]." in text
    assert "Again: [[Rye bread|rye]] and [out](https://example.org)." in text
    assert "![[oven.png]]" in text
    assert "> 💡 Warm the oven." in text
    assert "Back to [[Bakery]]." in house.text("Notion/Bakery/Rye bread.md")
    row = parse_note("x.md", house.text("Notion/Bakery/Flours/Adler.md"))
    assert [tag.name for tag in row.tags] == ["dark", "local"]
    assert (row.properties["Price"], row.properties["Organic"]) == (3.5, True)
    assert str(row.created) == "2024-03-09 10:11:00"
    assert row.properties["Used in"] == ("[[Rye bread]]", "[[Bakery]]")
    assert row.text.endswith("# Adler\n\nMilled in stone.\n")
    assert house.text("Notion/Bakery/Flours.md").endswith(
        "| Name | Kind | Tags |\n| --- | --- | --- |\n| [[Adler]] | rye | dark, local |\n| Loose \\| row | wheat |  |\n"
    )


def test_notion_packs_large_exports_in_parts(house: House, tmp_path: Path) -> None:
    names = list(NOTION_FILES)
    parts = {
        f"ExportBlock-1-Part-{number}.zip": pack(
            tmp_path / f"p{number}.zip", {name: NOTION_FILES[name] for name in some}
        ).read_bytes()
        for number, some in ((1, names[:2]), (2, names[2:]))
    }
    house.bring(pack(tmp_path / "whole.zip", parts))
    assert "![[oven.png]]" in house.text("Notion/Bakery.md")
    assert "[[Rye bread]]" in house.text("Notion/Bakery.md")


def test_keep(house: House, tmp_path: Path) -> None:
    plan = house.bring(EXPORTS["keep"](tmp_path))
    assert house.text("Google Keep/Shopping.md").endswith(
        "# Shopping\n\n- [x] Rye flour\n- [ ] Salt\n\n![[18a.jpg]]\n\n- [Mill](https://example.org/mill)\n"
    )
    assert "tags: [to-do]" in house.text("Google Keep/Shopping.md")
    assert "keep: [archived]" in house.text("Google Keep/The oven is warm at seven in the.md")
    assert [(one.name, one.reason) for one in plan.left] == [("Old", "is in the bin")]


def test_roam_keeps_links_to_pages_and_blocks(house: House, tmp_path: Path) -> None:
    plan = house.bring(EXPORTS["roam"](tmp_path))
    assert house.text("Roam/Rye bread.md").partition("---\n\n")[2] == (
        "# Rye bread\n\n### Method\n\n- Feed the [[Starter]] in the *morning* with ==50 g== ^blokFeed1\n"
        "  - [ ] weigh ^blokTodo1\n  - [x] mix #baking [[slow food]]\n- Author:: [[Ada]]\n"
        "- ```python\n  rise((2))\n  ```\n"
    )
    text = house.text("Roam/Starter.md")
    assert "[[Rye bread#^blokFeed1|Feed the Starter in the morning with 50 g]]" in text
    assert "[[Rye bread#^blokTodo1|the list]] and [[Rye bread|bread]] and [[Nowhere]]" in text
    assert "- ![[Rye bread#^blokFeed1]]\n" in text
    assert "an unknown ((xxxxxxxxx))" in text
    assert "- Baked [[Rye bread]]" in house.text("Daily/2024-03-09.md")
    assert plan.unlinked == ()
    house.base.index()
    broken = {one.message.split("]]")[0] for one in house.base.upkeep.diagnose() if one.kind == "broken link"}
    assert broken == {"[[slow food", "[[Ada", "[[Nowhere", "[["}  # the last is the unknown block


def test_logseq(house: House, tmp_path: Path) -> None:
    house.bring(EXPORTS["logseq"](tmp_path))
    text = house.text("Logseq/Rye bread.md")
    assert text.startswith("---\naliases: [Schwarzbrot]\ntags: [baking, slow-food]\nrating: 5\n")
    assert text.endswith(
        "# Rye bread\n\n- Feed the [[Starter]] ^65eb9a00-1111-4000-8000-000000000003\n  - [ ] weigh\n\n## Method\n"
    )
    link = "[[Rye bread#^65eb9a00-1111-4000-8000-000000000003"
    assert f"- See {link}|Feed the Starter]] and !{link}]]\n" in house.text("Logseq/Starter.md")
    assert "- Baked [[Rye bread|rye bread]]" in house.text("Daily/2024-03-09.md")


def test_bear(house: House, tmp_path: Path) -> None:
    plan = house.bring(EXPORTS["bear"](tmp_path))
    text = house.text("Bear/Rye bread.md")
    assert "created: 2024-03-09T10:11:12\nupdated: 2024-03-10T10:11:12\n" in text
    assert text.endswith(
        "# Rye bread\n#baking/dark #slow-food\n\nSee [[Starter]] and [[Starter#Feeding|Feeding]].\n![[loaf.png]]\n"
        "==important== <b>x</b> and [[mill.pdf|the mill]]\n"
    )
    assert [(one.name, one.reason) for one in plan.left] == [("Old", "is in the bin")]


def test_a_clipping_is_its_main_part(house: House, tmp_path: Path) -> None:
    plan = house.bring(EXPORTS["html"](tmp_path / "clips"))
    text = house.text("Clippings/Rye bread.md")
    assert "source: https://example.org/rye\nauthor: Ada\npublished: 2024-03-09\n" in text
    assert text.partition("---\n\n")[2] == (
        "# Rye bread\n\nRye *ferments* faster than **wheat**.\n\nMix 3\\*4 grams.\n\n- 500 g rye\n  - fine\n- 400 ml water\n\n"
        "| Hour | Step |\n| --- | --- |\n| 0 | Mix \\| stir |\n| 12 | Bake |\n\n```python\nfor i in range(3):\n    print(i)\n```\n\n"
        "![[loaf.png|A loaf]]\n\nPress [the mill](https://example.org/mill) [[Starter|starter]]\n"
    )
    assert {note.path for note in plan.notes} == {"Clippings/Rye bread.md", "Clippings/Starter.md"}


def test_one_page_brings_the_pictures_beside_it(house: House, tmp_path: Path) -> None:
    house.bring(put(tmp_path / "clips", CLIPPING_FILES) / "Rye bread.html")
    assert house.files()["Clippings/attachments/loaf.png"] == PNG


def test_apple_notes_as_pages_and_as_texts(house: House, tmp_path: Path) -> None:
    house.bring(EXPORTS["apple"](tmp_path / "notes"))
    page = house.text("Apple Notes/Recipes/Rye bread.md")
    assert "# Rye bread\n\nFeed it.\n\nBake it.\n\n- rye\n- salt\n\n![[picture-" in page
    assert house.text("Apple Notes/Oven.md").endswith("# Oven\n\nThe oven is old.\n\n![[photo.png]]\n")


def test_a_folder_of_text_keeps_its_shape(house: House, tmp_path: Path) -> None:
    plan = house.bring(EXPORTS["text"](tmp_path / "old"), to="Archive/2024")
    text = house.text("Archive/2024/Bread/Rye.md")
    assert text.startswith("---\n# mine\ntags: [baking]\nupdated: ")
    assert (
        "See [[Starter|starter]], [[Starter#Feeding|Starter]] and [[Nowhere]].\n\n![[loaf.png|loaf]]\n"
        in text
    )
    assert house.text("Archive/2024/Diary.txt".replace(".txt", ".md")).endswith("---\n\nMonday\nbaked rye\n")
    assert [(one.name, one.reason) for one in plan.left] == [
        ("unused.bin", "is not text, and no note links to it")
    ]


def test_code_of_evernote_keeps_its_lines_and_language(house: House, tmp_path: Path) -> None:
    code = (
        '<div style="--en-codeblock:true;--en-syntaxLanguage:python;padding: 8px;"><div>def f(x):</div>'
        "<div>&nbsp;&nbsp;&nbsp;&nbsp;if x:</div><div><br /></div><div><br /></div><div>        return '\\*_x_'</div></div>"
        '<div style="--en-codeblock:true;--en-codeblockLanguage:plaintext;">just [x] text<br/>```</div>'
    )
    note = f"<en-export><note><title>Code</title><content><![CDATA[<en-note>{code}</en-note>]]></content></note></en-export>"
    house.bring(put(tmp_path, {"a.enex": note}) / "a.enex")
    assert house.text("Evernote/Code.md").partition("# Code\n\n")[2] == (
        "```python\ndef f(x):\n    if x:\n\n\n        return '\\*_x_'\n```\n\n````\njust [x] text\n```\n````\n"
    )


def test_rich_text_of_keep_and_words_bold_by_style(house: House, tmp_path: Path) -> None:
    html = (
        '<h1 dir="ltr"><span style="font-weight:700;">Heading</span></h1><p dir="ltr"><span style="font-weight:700;'
        'font-style:normal;">Bold</span><span style="font-weight:400;"> and </span>'
        '<span style="font-style:italic;">slanted</span></p>'
    )
    note = {
        "isTrashed": False,
        "textContent": "Heading\nBold and slanted",
        "textContentHtml": html,
        "title": "Rich",
        "createdTimestampUsec": 1,
    }
    house.bring(put(tmp_path / "k", {"Keep/Rich.json": json.dumps(note)}))
    assert house.text("Google Keep/Rich.md").endswith("# Rich\n\n# Heading\n\n**Bold** and *slanted*\n")


def test_marks_in_code_of_bear_and_roam_stay(house: House, tmp_path: Path) -> None:
    bear = "# Marks\n\n~under~ ~~gone~~ ~/notes and `#two words# ~x~`\n\n```css\n#two words#\n::x::\n```\n\\#two words#\n"
    house.bring(put(tmp_path / "b", {"Marks.textbundle/text.md": bear}))
    assert house.text("Bear/Marks.md").endswith(
        "# Marks\n\n<u>under</u> ~~gone~~ ~/notes and `#two words# ~x~`\n\n```css\n#two words#\n::x::\n```\n\\#two words#\n"
    )
    roam = [{"title": "Code", "edit-time": 1, "children": [
        {"string": "```js\nconst [[one]] = 1;\nconst two = ((abcdefghi));```", "uid": "abcdefghi"},
        {"string": "{{embed-path: ((abcdefghi))}} and `[[A]]`", "uid": "b"},
    ]}]  # fmt: skip
    house.bring(put(tmp_path / "r", {"r.json": json.dumps(roam)}) / "r.json")
    text = house.text("Roam/Code.md")
    assert "- ```js\n  const [[one]] = 1;\n  const two = ((abcdefghi));\n  ```\n   ^abcdefghi\n" in text
    assert "- ![[Code#^abcdefghi]] and `[[A]]`\n" in text


def test_notion_as_html(house: House, tmp_path: Path) -> None:
    page = '<html><head><title>{}</title></head><body><article><h1 class="page-title">{}</h1>{}</article></body></html>'
    link = f'<p>To <a href="Bakery%20{ID_HOME}/Rye%20{ID_RYE}.html">rye</a></p><pre class="code"><code>a\n\n\n\nb</code></pre>'
    files = {
        f"Export-d2b14fbf-86de-4508-a1b2-6515ff8d7aab/Bakery {ID_HOME}.html": page.format(
            "Bakery", "Bakery", link
        ),
        f"Export-d2b14fbf-86de-4508-a1b2-6515ff8d7aab/Bakery {ID_HOME}/Rye {ID_RYE}.html": page.format(
            "Rye", "Rye", "<p>Dark.</p>"
        ),
    }
    house.bring(pack(tmp_path / "n.zip", files))
    assert house.text("Notion/Bakery.md").endswith("# Bakery\n\nTo [[Rye|rye]]\n\n```\na\n\n\n\nb\n```\n")
    assert house.text("Notion/Bakery/Rye.md").endswith("# Rye\n\nDark.\n")


def test_code_that_a_reply_left_open_ends_with_it(house: House, tmp_path: Path) -> None:
    rows = [{"role": "user", "content": "a\n````sh\n# b"}, {"role": "assistant", "content": "# c"}]
    house.bring(put(tmp_path / "m", {"Talk.json": json.dumps(rows)}))
    assert house.text("Chats/Talk.md").endswith("## You\n\na\n````sh\n# b\n````\n\n## Assistant\n\n### c\n")


def test_a_page_saved_as_mhtml_brings_its_pictures(house: House, tmp_path: Path) -> None:
    mail = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/bread/rye\r\nSubject: Rye\r\n"
        "Date: Sat, 9 Mar 2024 10:11:12 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="----b"\r\n\r\n'
        "------b\r\nContent-Type: text/html\r\nContent-ID: <frame-1@mhtml.blink>\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://example.org/bread/rye\r\n\r\n"
        '<html><head><title>Rye</title></head><body><main><p>Br=C3=B6tchen, see <a href=3D"../mill">the mill</a>.</p>'
        '<img src=3D"https://example.org/loaf.png" alt=3D"loaf"><img src=3D"cid:x@y"></main></body></html>\r\n'
        "------b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Location: https://example.org/loaf.png\r\n\r\n{base64.b64encode(PNG).decode()}\r\n"
        "------b\r\nContent-Type: image/png\r\nContent-ID: <x@y>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.b64encode(PNG + b'x').decode()}\r\n------b--\r\n"
    )
    house.bring(put(tmp_path / "m", {"Rye.mhtml": mail}) / "Rye.mhtml")
    text = house.text("Clippings/Rye.md")
    assert "created: 2024-03-09T10:11:12\nsource: https://example.org/bread/rye\n" in text
    assert "Brötchen, see [the mill](https://example.org/mill)." in text
    assert "![[loaf.png|loaf]]![[picture-" in text
    assert house.files()["Clippings/attachments/loaf.png"] == PNG


@pytest.mark.parametrize("charset", ["klingon", "idna", "undefined", "punycode", "x\0y"])
def test_mhtml_in_an_encoding_that_is_none_is_read_as_utf8(
    house: House, tmp_path: Path, charset: str
) -> None:
    mail = f'Content-Type: text/html; charset="{charset}"\n\n<p>Brötchen</p>\n'
    house.bring(put(tmp_path / "m", {"Rye.mhtml": mail}) / "Rye.mhtml")
    assert "Brötchen" in house.text("Clippings/Brötchen.md")


def test_a_title_that_is_only_bold_is_not_said_twice(house: House, tmp_path: Path) -> None:
    page = (
        '<div><b><span style="font-size: 24px">Mill</span></b><br></div>\n<div>Old &amp; <u>slow</u></div>\n'
    )
    house.bring(put(tmp_path / "a", {"Apple Notes/Mill.html": page}))
    assert house.text("Apple Notes/Mill.md").partition("---\n\n")[2] == "# Mill\n\nOld & slow\n"


def test_signs_in_the_text_of_a_page_stay_text(house: House, tmp_path: Path) -> None:
    page = "<title>Signs</title><main><p>a_b and List&lt;String&gt; and 1 &lt; 2 &lt;script&gt; <code>a_b&lt;c&gt;</code> _x_</p></main>"
    house.bring(put(tmp_path / "w", {"a.html": page}))
    assert house.text("Clippings/Signs.md").endswith(
        "\n\na_b and List\\<String> and 1 < 2 \\<script> `a_b<c>` \\_x\\_\n"
    )


@pytest.mark.parametrize("packed", [True, False])
def test_one_bundle_alone_is_a_note(house: House, tmp_path: Path, packed: bool) -> None:
    files = {"text.markdown": "![](assets/a.png)\n", "info.json": bear_info("X"), "assets/a.png": PNG}
    export = pack(tmp_path / "Mill.textpack", files) if packed else put(tmp_path / "Mill.textbundle", files)  # type: ignore[arg-type]
    assert house.bring(export).label == "Bear"
    assert house.text("Bear/Mill.md").endswith("# Mill\n\n![[a.png]]\n")
    assert "created: 2024-03-09T10:11:12\n" in house.text("Bear/Mill.md")


def test_what_a_format_does_not_take_is_named(house: House, tmp_path: Path) -> None:
    plan = house.bring(put(tmp_path / "w", {"a.html": "<p>Text</p>", "b.txt": "more"}))
    assert [(one.name, one.reason) for one in plan.left] == [
        ("b.txt", "is not a web page; import texts with --from text")
    ]
    (tmp_path / "empty").mkdir()
    with (
        pytest.raises(ExportUnreadable, match="empty holds no files"),
        house.base.moving.reading(tmp_path / "empty"),
    ):
        pass


def test_attachments_that_an_export_lacks_are_named(house: House, tmp_path: Path) -> None:
    keep = {name: data for name, data in KEEP_FILES.items() if not name.endswith(".jpg")}
    plan = house.bring(pack(tmp_path / "k.zip", keep))
    assert ("18a.jpeg", "of Shopping is not in the export") in [(one.name, one.reason) for one in plan.left]
    damaged = ENEX.replace(base64.b64encode(PDF).decode(), "%%%")
    plan = house.bring(put(tmp_path / "e", {"a.enex": damaged}) / "a.enex")
    assert [(one.name, one.reason) for one in plan.left] == [
        ("mill.pdf", "of Rye / bread: notes? is empty or damaged")
    ]


def test_a_file_that_is_no_text_is_named_once(house: House, tmp_path: Path) -> None:
    plan = house.bring(put(tmp_path / "w", {"a.md": PNG, "b.md": "Text"}))
    assert [(one.name, one.reason) for one in plan.left] == [("a.md", "is a PNG image, not text")]


def test_a_link_that_is_named_itself_is_followed(house: House, tmp_path: Path) -> None:
    put(tmp_path / "store", {"notes.enex": ENEX})
    (tmp_path / "link.enex").symlink_to(tmp_path / "store" / "notes.enex")
    assert len(house.bring(tmp_path / "link.enex").notes) == 2


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<details><summary>More</summary>about it</details>", "More\nabout it"),
        ("<dl><dt>Rye</dt><dd>a grain</dd></dl>", "Rye\n:   a grain"),
        ("<p>10<sup>6</sup> cells in 5 km<sup>2</sup></p>", "10^6 cells in 5 km2"),
        (
            '<p>Rye<a href="https://e.org/#n"><sup>[1]</sup></a> rises</p>',
            "Rye[\\[1\\]](https://e.org/#n) rises",
        ),
        ('<p>See <video><source src="b.mp4"></video></p>', "See ![[b.mp4]]"),
        ('<p>Hear <audio src="https://e.org/c.mp3"></audio></p>', "Hear [c.mp3](https://e.org/c.mp3)"),
    ],
)
def test_what_a_page_says_in_other_elements(house: House, tmp_path: Path, written: str, meant: str) -> None:
    page = f"<title>Page</title><main>{written}</main>"
    house.bring(put(tmp_path / "w", {"a.html": page, "b.mp4": b"film"}) / "a.html")
    assert house.text("Clippings/Page.md").partition("# Page\n\n")[2].strip() == meant
    assert [link.kind for link in parse_note("a.md", meant).links if link.kind == "wiki"] == []
