"""The formats that kb reads itself. To add one, write its function in a module of this folder and name it here.

On without being asked for are those that people write or collect to be read: texts, papers, books. Off are those of
which a vault may hold thousands that nobody reads: saved web pages, tables of data, pictures.
"""

from __future__ import annotations

from kb.sources.source import Source

_MANY_BYTES = 300_000_000

BUNDLED = (
    Source("txt", (".txt", ".text"), "kb.sources.text:read", by_default=True),
    Source("pdf", (".pdf",), "kb.sources.pdf:read", True, 2, most_bytes=_MANY_BYTES, seconds=120.0),
    Source("docx", (".docx",), "kb.sources.docx:read", by_default=True),
    Source("epub", (".epub",), "kb.sources.epub:read", True, most_bytes=_MANY_BYTES, seconds=60.0),
    Source("org", (".org",), "kb.sources.org:read", by_default=True),
    Source("ipynb", (".ipynb",), "kb.sources.notebook:read", by_default=True),
    Source("canvas", (".canvas",), "kb.sources.canvas:read", by_default=True),
    Source("html", (".html", ".htm", ".xhtml"), "kb.sources.html:read"),
    Source("csv", (".csv", ".tsv"), "kb.sources.table:read"),
    Source(
        "picture",
        (".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".heic", ".avif", ".svg"),
        "kb.sources.picture:read",
        most_bytes=_MANY_BYTES,
        seconds=10.0,
    ),
)
