"""The vault as a folder of pages: notes with their links and backlinks, tags, the graph, and a search; opened from the disk or served."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from kb.plugin_api import KbError, KnowledgeBase, Note, UsageError, plain_text, safe_line, without_comments
from kb.plugin_api.editing import Link, LinkResolver
from kb_plugins.export import graph
from kb_plugins.export.addresses import Addresses, address
from kb_plugins.export.markdown import listed, note_html, outside_link, web_address
from kb_plugins.export.media import Media
from kb_plugins.export.page import as_script, asset, text

# What the pages share; notes lie in a folder of their own, so that none can be called like one of these.
HOME, TAGS, GRAPH, SEARCH = "index.html", "tags.html", "graph.html", "search.html"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
_PAGE = re.compile(r"page=\d{1,6}")  # of a PDF, as browsers take it
_TEXT = 20_000  # characters of a note that the search knows


class Site:
    """The pages of a site, made one by one."""

    def __init__(self, base: KnowledgeBase, wanted: str = "", title: str = "") -> None:
        """Only the notes that `wanted` names are shown, or linked to. Raises UsageError where there is none."""
        self._base = base
        # What is no Markdown is shown as the file it is.
        files = {note.path for note in base.catalog.notes() if note.stamp}
        found = [note for note in base.list_notes(wanted) if note.path not in files]
        # One that went since it was indexed has no page, and so nothing may lead to it.
        self._notes = [note for note in found if _is_there(base, note.path)]
        if not self._notes:
            raise UsageError("There are no notes of this kind. Name others; kb search lists what there is.")
        self._titles = {note.path: safe_line(note.title) or note.path for note in self._notes}
        self._title = safe_line(title or base.settings.vault.name) or "Notes"
        self._addresses = Addresses()
        self._addresses.add_notes(self._titles)
        self._resolver = LinkResolver(
            [one for one in base.catalog.names() if one.path not in files], base.files.attachments()
        )
        self._media = Media(base, self._addresses)
        self._tags: defaultdict[str, list[str]] = defaultdict(list)
        self._rows: list[dict[str, str]] = []
        self.skipped: list[str] = []  # a sentence for each note or file that could not be read

    def files(self) -> Iterator[tuple[str, str | bytes]]:
        """Name and content of every file of the site."""
        for found in self._notes:
            try:
                note = self._base.note(found.path)
            except KbError as error:
                self.skipped.append(str(error))
                yield self._addresses.of(found.path), self._unread_page(found.path)
                continue
            yield self._addresses.of(found.path), self._note_page(note)
        yield from self._media.files()
        self.skipped += self._media.skipped
        yield HOME, self._page(HOME, self._title, self._home())
        yield TAGS, self._page(TAGS, "Tags", self._tag_list())
        yield SEARCH, self._page(SEARCH, "Search", _SEARCH_BODY, scripts=("search-data.js", "search.js"))
        yield "search-data.js", f"const NOTES = {as_script(self._rows)};\n"
        yield "search.js", asset("search.js")
        yield "site.css", asset("page.css")
        yield from self._graph()

    @property
    def title(self) -> str:
        """What the site is called."""
        return self._title

    def _note_page(self, note: Note) -> str:
        page, title = self._addresses.of(note.path), self._titles[note.path]
        body = note_html(note, lambda link, label: self._link(note.path, page, link, label))
        tags = list(dict.fromkeys(safe_line(tag.name) for tag in note.tags))
        for tag in tags:
            self._tags[tag].append(note.path)
        plain = plain_text(without_comments(note)[note.body.start :])
        self._rows.append(
            {"title": title, "page": address(page, SEARCH), "text": " ".join(plain.split())[:_TEXT]}
        )
        shown = [f"<h1>{text(title)}</h1>"] if not _says(note, title) else []
        shown += [f"<p>{self._tag_links(tags, page)}</p>"] if tags else []
        shown += [
            self._relations(note, page),
            body,
            self._backlinks(note.path, page),
            f'<p class="soft">{text(note.path)}</p>',
        ]
        return self._page(page, title, "\n".join(shown))

    def _unread_page(self, path: str) -> str:
        """Stands in for a note that is there and cannot be read: other pages lead to it."""
        title = self._titles[path]
        body = f'<h1>{text(title)}</h1>\n<p class="soft">This note could not be read.</p>'
        return self._page(self._addresses.of(path), title, body)

    def _relations(self, note: Note, page: str) -> str:
        """The links in the note's properties, by the property that holds them."""
        rows: defaultdict[str, list[str]] = defaultdict(list)
        for link in note.links:
            if link.kind == "property" and link.relation:
                label = text(link.label or link.target)
                rows[link.relation].append(self._link(note.path, page, link, label))
        return "".join(f"<p>{text(name)}: {', '.join(links)}</p>" for name, links in rows.items())

    def _link(self, path: str, page: str, link: Link, label: str) -> str:
        """A link that stands in the note at `path`; one to what is not part of the site is its label."""
        found = self._resolver.resolve(link, path)
        if found.status == "external" or link.kind == "url":
            to = web_address(link.target)
            return outside_link(to, label) if to else f'<span class="missing">{label}</span>'
        if found.path:
            to = self._addresses.of(found.path)
            if not to:
                return f'<span class="missing">{label}</span>'
            return f'<a href="{text(address(to, page) + self._anchor(link, found.path))}">{label}</a>'
        if found.candidates:
            part = link.heading if link.heading and _PAGE.fullmatch(link.heading) else ""
            return self._media.shown(found.candidates[0], page, label, is_picture=_is_embed(link), part=part)
        return f'<span class="missing">{label}</span>'

    def _anchor(self, link: Link, path: str) -> str:
        if link.block:
            return f"#{link.block}"
        number = self._resolver.section(path, link.heading) if link.heading else None
        return f"#h-{number}" if number is not None and number >= 0 else ""

    def _backlinks(self, path: str, page: str) -> str:
        rows = []
        links = [link for link in self._base.catalog.links_to(path) if link.source in self._titles]
        for source, group in groupby(sorted(links, key=lambda one: one.source), key=lambda one: one.source):
            relations = ", ".join(dict.fromkeys(one.relation for one in group if one.relation))
            beside = f' <span class="soft">{text(relations)}</span>' if relations else ""
            rows.append(f"{self._to(source, page)}{beside}")
        return f'<section id="backlinks"><h2>Linked from</h2>\n{listed(rows)}</section>' if rows else ""

    def _to(self, path: str, page: str) -> str:
        return f'<a href="{text(address(self._addresses.of(path), page))}">{text(self._titles[path])}</a>'

    def _tag_links(self, tags: list[str], page: str) -> str:
        numbered = address(TAGS, page)
        return " ".join(f'<a href="{text(numbered)}#{text(_tag_id(tag))}">#{text(tag)}</a>' for tag in tags)

    def _home(self) -> str:
        count = len(self._notes)
        parts = [f"<h1>{text(self._title)}</h1>", f"<p>{count:,} {'note' if count == 1 else 'notes'}</p>"]
        # By path alone, notes of the top would stand again behind each folder, below its heading.
        placed = sorted((note.path.rpartition("/")[0], note.path) for note in self._notes)
        for folder, group in groupby(placed, key=lambda one: one[0]):
            parts.append(f"<h2>{text(folder)}</h2>" if folder else "")
            parts.append(listed(self._to(path, HOME) for _, path in group))
        return "\n".join(parts)

    def _tag_list(self) -> str:
        parts = ["<h1>Tags</h1>"]
        for tag, paths in sorted(self._tags.items(), key=lambda item: item[0].casefold()):
            parts.append(f'<h2 id="{text(_tag_id(tag))}">#{text(tag)}</h2>')
            parts.append(listed(self._to(path, TAGS) for path in paths))
        return "\n".join(parts)

    def _graph(self) -> Iterator[tuple[str, str]]:
        shown = {path: address(self._addresses.of(path), GRAPH) for path in self._titles}
        if len(shown) > graph.MOST:
            return
        data = graph.graph_of(self._base, shown, shown)
        yield GRAPH, graph.graph_text(data, "html")

    def _page(self, name: str, title: str, body: str, scripts: tuple[str, ...] = ()) -> str:
        to = {one: text(address(one, name)) for one in (HOME, TAGS, SEARCH, GRAPH, "site.css", *scripts)}
        drawn = f'<a href="{to[GRAPH]}">Graph</a>' if len(self._titles) <= graph.MOST else ""
        run = "".join(f'<script src="{to[one]}" defer></script>\n' for one in scripts)
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
            f'<title>{text(title)}</title>\n<link rel="stylesheet" href="{to["site.css"]}">\n{run}</head>\n<body>\n'
            f'<nav><a href="{to[HOME]}">{text(self._title)}</a> <a href="{to[TAGS]}">Tags</a> {drawn}\n'
            f'<form action="{to[SEARCH]}" method="get" role="search"><input type="search" name="q" aria-label="Search"> '
            f"<button>Search</button></form></nav>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
        )


_SEARCH_BODY = """\
<h1>Search</h1>
<p id="told" role="status" class="soft"></p>
<ol id="found"></ol>
<noscript><p>The search needs JavaScript, which this browser has turned off.</p></noscript>"""


def _tag_id(tag: str) -> str:
    return "tag-" + "".join(one if one.isalnum() else "-" for one in tag)


def _says(note: Note, title: str) -> bool:
    """Whether the note begins with its title as a heading."""
    return bool(note.sections) and note.sections[0].level == 1 and safe_line(note.sections[0].title) == title


def _is_there(base: KnowledgeBase, path: str) -> bool:
    return (base.settings.vault / base.files.on_disk(path)).is_file()


def _is_embed(link: Link) -> bool:
    return link.kind == "embed"


def manifest(names: list[str]) -> str:
    """What a site's own list of files holds; it is known by this, and made anew."""
    made: dict[str, Any] = {"made-by": "kb export site", "files": sorted(names)}
    return json.dumps(made, ensure_ascii=True, allow_nan=False, indent=0) + "\n"
