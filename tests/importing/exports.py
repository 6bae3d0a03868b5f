"""Small exports in the forms in which the programs write them, after the public descriptions of these."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ID_HOME, ID_RYE, ID_DB, ID_ROW = (letter * 32 for letter in "abcd")


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def pack(file: Path, files: Mapping[str, str | bytes]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def _message(role: str, *parts: Any, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {
        "id": "m",
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": 1709942400.5,
        "content": {"content_type": kind, "parts": list(parts)},
        "status": "finished_successfully",
        "metadata": {},
        "recipient": "all",
    } | more


CHATGPT = [
    {
        "title": "Rye starter",
        "create_time": 1709942400.123,
        "update_time": 1709946000.0,
        "conversation_id": "65eb9a00-0000-4000-8000-000000000001",
        "id": "65eb9a00-0000-4000-8000-000000000001",
        "current_node": "n5",
        "default_model_slug": "gpt-4o",
        "mapping": {
            "root": {"id": "root", "message": None, "parent": None, "children": ["n1"]},
            "n1": {
                "id": "n1",
                "message": _message("system", "", metadata={"is_visually_hidden_from_conversation": True}),
                "parent": "root",
                "children": ["n2"],
            },
            "n2": {
                "id": "n2",
                "message": _message(
                    "user",
                    {
                        "content_type": "image_asset_pointer",
                        "asset_pointer": "file-service://file-AbC123",
                        "width": 1,
                    },
                    "How do I feed a rye starter?",
                    kind="multimodal_text",
                    metadata={
                        "attachments": [{"id": "file-AbC123", "name": "jar.png", "mimeType": "image/png"}]
                    },
                ),
                "parent": "n1",
                "children": ["n3", "n4"],
            },
            "n3": {
                "id": "n3",
                "message": _message("assistant", "An answer thrown away."),
                "parent": "n2",
                "children": [],
            },
            "n4": {
                "id": "n4",
                "message": {**_message("assistant"), "content": {"content_type": "thoughts", "thoughts": []}},
                "parent": "n2",
                "children": ["n5"],
            },
            "n5": {
                "id": "n5",
                "message": _message(
                    "assistant",
                    "# Feeding\n\nEvery morning, 50 g of flour\ue200cite\ue202turn0search1\ue201.\n\n```sh\n# not a heading\n```",
                ),
                "parent": "n4",
                "children": [],
            },
        },
    },
    {"title": "Nothing", "create_time": 1.0, "mapping": {}, "current_node": "x", "conversation_id": "empty"},
]
CHATGPT_FILES: dict[str, str | bytes] = {
    "conversations.json": json.dumps(CHATGPT),
    "file-AbC123-jar.png": PNG,
    "chat.html": "<html><body>viewer</body></html>",
    "user.json": '{"id": "user-1", "email": "ada@example.org"}',
    "message_feedback.json": "[]",
}

CLAUDE = [
    {
        "uuid": "11111111-2222-4333-8444-555555555555",
        "name": "Bread chemistry",
        "summary": "",
        "created_at": "2024-03-09T10:00:00.123456Z",
        "updated_at": "2024-03-10T10:00:00.123456Z",
        "account": {"uuid": "a"},
        "chat_messages": [
            {
                "uuid": "m1",
                "text": "Why does rye bread rise less?",
                "content": [{"type": "text", "text": "Why does rye bread rise less?", "citations": []}],
                "sender": "human",
                "created_at": "2024-03-09T10:00:00Z",
                "attachments": [
                    {
                        "file_name": "recipe.txt",
                        "file_size": 12,
                        "file_type": "txt",
                        "extracted_content": "500 g rye",
                    }
                ],
                "files": [{"file_name": "loaf.jpg"}],
            },
            {
                "uuid": "m2",
                "text": "",
                "content": [
                    {"type": "thinking", "thinking": "hidden"},
                    {"type": "text", "text": "It has little gluten."},
                    {"type": "tool_use", "name": "search", "input": {}},
                ],
                "sender": "assistant",
                "created_at": "2024-03-09T10:01:00Z",
                "attachments": [],
                "files": [],
            },
        ],
    }
]
CLAUDE_FILES = {
    "conversations.json": json.dumps(CLAUDE),
    "users.json": "[]",
    "projects.json": json.dumps(
        [
            {
                "uuid": "p1",
                "name": "Bakery",
                "docs": [
                    {
                        "uuid": "d1",
                        "filename": "Suppliers.md",
                        "content": "Mill: Adler",
                        "created_at": "2024-01-02T03:04:05Z",
                    }
                ],
            }
        ]
    ),
}

MESSAGES = [
    {
        "id": "w1",
        "title": "Ovens",
        "created_at": 1709942400,
        "chat": {
            "history": {
                "currentId": "b",
                "messages": {
                    "a": {"id": "a", "parentId": None, "role": "user", "content": "Which oven?"},
                    "b": {"id": "b", "parentId": "a", "role": "assistant", "content": "A stone one."},
                    "c": {"id": "c", "parentId": "a", "role": "assistant", "content": "Dropped."},
                },
            }
        },
    }
]

_ENML = '<?xml version="1.0" encoding="UTF-8" standalone="no"?><!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd"><en-note>{}</en-note>'
GUID, LOST, RYE = (f"{digit * 8}-2222-4333-8444-aaaaaaaaaaaa" for digit in "179")
_DIGEST = hashlib.md5(PNG, usedforsecurity=False).hexdigest()
_RYE = _ENML.format(
    f'<div>Feed the <b>starter</b> first, see <a href="evernote:///view/1/s1/{GUID}/{GUID}/" rel="noopener">Starter</a>'
    f' and <a href="evernote:///view/1/s1/{LOST}/{LOST}/">Lost note</a>, <a href="https://share.evernote.com/note/{GUID}">it</a>.</div><div><br/></div>'
    '<div><en-todo checked="true"/>Buy rye</div><div><en-todo checked="false"/>Bake</div>'
    f'<div><en-media hash="{_DIGEST}" type="image/png" alt="A loaf"/></div>'
    "<table><tbody><tr><td>Hour</td><td>Step</td></tr><tr><td>0</td><td>Mix&nbsp;it</td></tr></tbody></table>"
    '<div style="box-sizing: border-box; -en-codeblock: true;"><div>def rise():</div><div>    return 2</div></div>'
    "<ul style='--en-todo:true;'><li style='--en-checked:true;'><div>Weigh</div></li><li style='--en-checked:false;'><div>Wait</div></li></ul>"
)
_STARTER = _ENML.format(
    f"<div>Wild yeast. Back to <a href='evernote:///view/1/s1/{RYE}/{RYE}/'>Rye / bread: notes?</a></div>"
)
ENEX = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">
<en-export export-date="20240310T101112Z" application="Evernote" version="10.80">
  <note>
    <title>Rye / bread: notes?</title>
    <created>20240309T101112Z</created>
    <updated>20240310T101112Z</updated>
    <tag>baking</tag>
    <tag>slow food</tag>
    <note-attributes><author>Ada</author><source-url>https://example.org/rye</source-url></note-attributes>
    <content><![CDATA[{_RYE}]]></content>
    <resource>
      <data encoding="base64">{base64.b64encode(PNG).decode()}</data>
      <mime>image/png</mime>
      <resource-attributes><file-name>loaf.png</file-name></resource-attributes>
    </resource>
    <resource>
      <data encoding="base64">{base64.b64encode(PDF).decode()}</data>
      <mime>application/pdf</mime>
      <resource-attributes><file-name>mill.pdf</file-name></resource-attributes>
    </resource>
    <task><title>Call the mill</title><taskStatus>open</taskStatus><dueDate>20240401T080000Z</dueDate></task>
  </note>
  <note>
    <title>Starter</title>
    <created>20240201T080000Z</created>
    <updated>20240201T080000Z</updated>
    <content><![CDATA[{_STARTER}]]></content>
  </note>
</en-export>
"""

NOTION_FILES: dict[str, str | bytes] = {
    f"Bakery {ID_HOME}.md": (
        f"# Bakery\n\nThe [Rye bread](Bakery%20{ID_HOME}/Rye%20bread%20{ID_RYE}.md) and the [Flours](Bakery%20{ID_HOME}/Flours%20{ID_DB}.csv).\n\n"
        f"Again: [rye](https://www.notion.so/Rye-bread-{ID_RYE}?pvs=21) and [out](https://example.org).\n\n"
        f"![oven.png](Bakery%20{ID_HOME}/oven.png)\n\n<aside>\n💡 Warm the oven.\n\n</aside>\n"
    ),
    f"Bakery {ID_HOME}/Rye bread {ID_RYE}.md": (
        f"# Rye bread\n\nBack to [Bakery](../Bakery%20{ID_HOME}.md).\n\n- [ ]  weigh\n- [x]  mix\n"
    ),
    f"Bakery {ID_HOME}/oven.png": PNG,
    f"Bakery {ID_HOME}/Flours {ID_DB}.csv": "\ufeffName,Kind\nAdler,rye\n",
    f"Bakery {ID_HOME}/Flours {ID_DB}_all.csv": '\ufeffName,Kind,Tags\nAdler,rye,"dark, local"\nLoose | row,wheat,\n',
    f"Bakery {ID_HOME}/Flours/Adler {ID_ROW}.md": (
        f"# Adler\n\nKind: rye\nUsed in: Rye bread (../Rye%20bread%20{ID_RYE}.md), Bakery (../../Bakery%20{ID_HOME}.md)\nTags: dark, local\nCreated: March 9, 2024 10:11 AM\nPrice: 3.5\nOrganic: Yes\n\nMilled in stone.\n"
    ),
}

KEEP_FILES: dict[str, str | bytes] = {
    "Takeout/Keep/Shopping.json": json.dumps(
        {
            "color": "DEFAULT", "isTrashed": False, "isPinned": True, "isArchived": False, "title": "Shopping",
            "userEditedTimestampUsec": 1709946000000000, "createdTimestampUsec": 1709942400000000,
            "listContent": [{"text": "Rye flour", "isChecked": True}, {"text": "Salt", "isChecked": False}],
            "labels": [{"name": "to do"}],
            "attachments": [{"filePath": "18a.jpeg", "mimetype": "image/jpeg"}],
            "annotations": [{"description": "", "source": "WEBLINK", "title": "Mill", "url": "https://example.org/mill"}],
        }
    ),
    "Takeout/Keep/18a.jpg": b"\xff\xd8\xff\xe0rest",
    "Takeout/Keep/2024-03-09T10_00_00.json": json.dumps(
        {
            "isTrashed": False, "isPinned": False, "isArchived": True, "title": "",
            "textContent": "The oven is warm at seven in the evening, always.\nSecond line.",
            "userEditedTimestampUsec": 1709946000000001, "createdTimestampUsec": 1709942400000001,
        }
    ),
    "Takeout/Keep/Old.json": json.dumps(
        {"isTrashed": True, "title": "Old", "textContent": "gone", "userEditedTimestampUsec": 1, "createdTimestampUsec": 2}
    ),
    "Takeout/Keep/Shopping.html": "<html></html>",
    "Takeout/Keep/Labels.txt": "to do\n",
    "Takeout/archive_browser.html": "<html></html>",
}  # fmt: skip

ROAM = [
    {
        "title": "Rye bread", "uid": "pageRye01", "create-time": 1709942400000, "edit-time": 1709946000000,
        "children": [
            {"string": "Method", "uid": "headRye01", "heading": 2, "children": [
                {"string": "Feed the [[Starter]] in the __morning__ with ^^50 g^^", "uid": "blokFeed1", "children": [
                    {"string": "{{[[TODO]]}} weigh", "uid": "blokTodo1"},
                    {"string": "{{[[DONE]]}} mix #baking #[[slow food]]", "uid": "blokDone1"},
                ]},
            ]},
            {"string": "Author:: [[Ada]]", "uid": "blokAuth1"},
            {"string": "```python\nrise((2))\n```", "uid": "blokCode1"},
        ],
    },
    {
        "title": "Starter", "uid": "pageSta01", "edit-time": 1709946000000,
        "children": [
            {"string": "See ((blokFeed1)) and [the list](((blokTodo1))) and [bread]([[Rye bread]]) and [[Nowhere]]", "uid": "b_ok_Ref1"},
            {"string": "{{[[embed]]: ((blokFeed1))}}", "uid": "blokEmb01"},
            {"string": "a ref to an unknown ((xxxxxxxxx))", "uid": "blokUnk01"},
        ],
    },
    {
        "title": "March 9th, 2024", "uid": "03-09-2024", "edit-time": 1709946000000,
        "children": [{"string": "Baked [[Rye bread]]", "uid": "blokDay01"}],
    },
    {"title": "Empty", "uid": "pageEmp01", "edit-time": 1709946000000},
]  # fmt: skip

_UUID = "65eb9a00-1111-4000-8000-00000000000{}"
LOGSEQ = {
    "version": 1,
    "blocks": [
        {
            "id": _UUID.format(1), "page-name": "Rye bread", "properties": None, "format": "markdown",
            "children": [
                {"id": _UUID.format(2), "format": "markdown", "content": "tags:: baking, slow food\nalias:: Schwarzbrot\nrating:: 5", "properties": {}, "children": []},
                {"id": _UUID.format(3), "format": "markdown", "content": f"Feed the [[Starter]]\nid:: {_UUID.format(3)}", "children": [
                    {"id": _UUID.format(4), "content": "TODO weigh\ncollapsed:: true\n:LOGBOOK:\nCLOCK: x\n:END:", "children": []},
                ]},
                {"id": _UUID.format(5), "content": "## Method", "children": []},
            ],
        },
        {
            "id": _UUID.format(6), "page-name": "Starter", "children": [
                {"id": _UUID.format(7), "content": f"See (({_UUID.format(3)})) and {{{{embed (({_UUID.format(3)}))}}}}", "children": []},
            ],
        },
        {"id": _UUID.format(8), "page-name": "Mar 9th, 2024", "children": [{"id": _UUID.format(9), "content": "Baked [[rye bread]]", "children": []}]},
        {"id": _UUID.format(0), "page-name": "Contents", "children": []},
    ],
}  # fmt: skip

_INFO = {
    "version": 2,
    "type": "net.daringfireball.markdown",
    "transient": False,
    "creatorIdentifier": "net.shinyfrog.bear",
}


def bear_info(identity: str, trashed: int = 0) -> str:
    own = {
        "uniqueIdentifier": identity, "creationDate": "2024-03-09T10:11:12Z", "modificationDate": "2024-03-10T10:11:12Z",
        "trashed": trashed, "archived": 0, "pinned": 0,
    }  # fmt: skip
    return json.dumps({**_INFO, "net.shinyfrog.bear": own})


BEAR_FILES: dict[str, str | bytes] = {
    "Backup/Rye bread.textbundle/text.md": (
        '# Rye bread\n#baking/dark #slow food#\n\nSee [[Starter]] and [[Starter/Feeding]].\n![](assets/loaf.png)<!-- {"width":300} -->\n'
        "::important:: <b>x</b> and [the mill](assets/mill.pdf)\n"
    ),
    "Backup/Rye bread.textbundle/info.json": bear_info("BEAR-1"),
    "Backup/Rye bread.textbundle/assets/loaf.png": PNG,
    "Backup/Rye bread.textbundle/assets/mill.pdf": PDF,
    "Backup/Starter.textbundle/text.md": "# Starter\n\n## Feeding\n\nEvery morning.\n",
    "Backup/Starter.textbundle/info.json": bear_info("BEAR-2"),
    "Backup/Old.textbundle/text.md": "# Old\n",
    "Backup/Old.textbundle/info.json": bear_info("BEAR-3", trashed=1),
}

CLIPPING = """<!DOCTYPE html><!-- saved from url=(0024)https://example.org/rye -->
<html><head><title>Rye bread – The Journal</title><meta property="og:title" content="Rye bread">
<meta name="author" content="Ada"><meta property="article:published_time" content="2024-03-09T10:11:12+00:00">
<style>p{color:red}</style></head><body><nav><ul><li><a href="/">Home</a><li>About</ul></nav>
<article><h1>Rye bread</h1><p>Rye <em>ferments</em> faster than <strong>wheat</strong>.<p>Mix 3*4 grams.
<ul><li>500 g rye<ul><li>fine</ul><li>400 ml water</ul>
<table><tr><th>Hour<th>Step<tr><td>0<td>Mix | stir<tr><td>12<td>Bake</table>
<pre><code class="language-python">for i in range(3):
    print(i)
</code></pre><script>alert(1)</script><img src="Rye%20bread_files/loaf.png" alt="A loaf">
<p><a href="javascript:alert(1)">Press</a> <a href="https://example.org/mill">the mill</a> <a href="Starter.html">starter</a></article>
<footer>Subscribe</footer></body></html>
"""
CLIPPING_FILES: dict[str, str | bytes] = {
    "Rye bread.html": CLIPPING,
    "Rye bread_files/loaf.png": PNG,
    "Rye bread_files/frame.html": "<html>ad</html>",
    "Starter.html": "<html><head><title>Starter</title></head><body><main><h1>Starter</h1><p>Wild yeast.</p></main></body></html>",
}

APPLE_FILES: dict[str, str | bytes] = {
    "iCloud Notes/Recipes/Rye bread.html": (
        "<div><h1>Rye bread</h1></div>\n<div>Feed it.</div>\n<div><br></div>\n<div>Bake it.</div>\n<ul>\n<li>rye</li>\n<li>salt</li>\n</ul>\n"
        f'<div><img src="data:image/png;base64,{base64.b64encode(PNG).decode()}"></div>\n'
    ),
    "iCloud Notes/Oven/Oven.txt": "The oven is old.\n",
    "iCloud Notes/Oven/photo.png": PNG,
}

TEXT_FILES: dict[str, str | bytes] = {
    "Diary.txt": "Monday\r\nbaked rye\r\n",
    "Bread/Rye.md": "---\n# mine\ntags: [baking]\n---\n# Rye\n\nSee [starter](Starter.md), [[Starter#Feeding]] and [[Nowhere]].\n\n![loaf](img/loaf.png)\n",
    "Bread/Starter.md": "# Starter\n\n## Feeding\n\nDaily. [the mill](../mill.pdf)\n",
    "Bread/img/loaf.png": PNG,
    "mill.pdf": PDF,
    "unused.bin": b"\x00\x01",
}
