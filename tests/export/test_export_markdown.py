"""Markdown of a note as HTML: what begins with a mark keeps it, wherever a place is named."""

from __future__ import annotations

import pytest
from kb_plugins.export.markdown import note_html

from kb.notes.parse import parse_note

CASES = {
    "a fence in a quote": ("> > ```\n> > code\n> > ```\n", 1, "<pre><code>code\n</code></pre>"),
    "a line of code in a list": (
        "- one\n\n  ```\n  code\n  ```\n",
        4,
        '<pre><code><a id="cited"></a>code\n</code></pre>',
    ),
    "a row of a table in a quote": ("> | a |\n> | - |\n> | b |\n", 3, "<td>b</td>"),
    "a row of a table": ("| a |\n| - |\n| [[X\\|y]] |\n", 3, '<td><a href="#X">y</a></td>'),
    "a task": ("- [ ] buy\n- [x] done\n", 2, '<li class="task"><a id="cited"></a>☑ done</li>'),
    "a heading": (
        "## A [[X]]\n\ntext\n",
        1,
        '<h2><a id="h-0"></a><a id="cited"></a>A <a href="#X">X</a></h2>',
    ),
    "a heading underlined": ("A\n===\n", 1, '<h1><a id="h-0"></a><a id="cited"></a>A</h1>'),
    "a formula": ("text\n\n$$\na < b\n$$\n", 4, '<span class="math">$$\na &lt; b\n$$</span>'),
    "a comment that nobody closed": ("text\n\n%% never [[X]]\n", 1, '<p><a id="cited"></a>text</p>'),
    "HTML": ("<details>\n\n**b**\n", 1, "&lt;details&gt;"),
    "other ends of lines": (
        "# A\r\n\r\nline [[X]]\r\nnext\r\n",
        3,
        '<a id="cited"></a>line <a href="#X">X</a>\nnext',
    ),
    "a footnote": ("Text[^1].\n\n[^1]: Told [[X]].\n", 1, '<a href="#X">X</a>'),
    "a picture in a link": ("[![alt](p.png)](http://x.y)\n", 1, '<a href="#http://x.y">alt</a>'),
    "a definition": (
        "[a] and [b][c]\n\n[a]: ../t.md\n[c]: http://x.y\n",
        1,
        '<a href="#../t.md">a</a> and <a href="#http://x.y">b</a>',
    ),
    "signs that stand for others": ("\ue1200\ue121 <b> \ue1209\ue121\n", 1, "&lt;b&gt;"),
    "nothing": ("", 1, ""),
}


@pytest.mark.parametrize("text, cited, shown", CASES.values(), ids=CASES)  # noqa: PT006 - three of each
def test_a_note_is_shown_as_it_is_meant(text: str, cited: int, shown: str) -> None:
    note = parse_note("A.md", text)
    made = note_html(note, lambda link, label: f'<a href="#{link.target}">{label}</a>', cited)
    assert shown in made
    assert "\ue120" not in made
    assert made.count('id="cited"') == (1 if text else 0)
