"""Which files are Markdown, those that kb parses as notes and may write to; and what their names say."""

from __future__ import annotations

import re
from urllib.parse import unquote

MARKDOWN = (".md", ".markdown", ".mdx", ".qmd", ".rmd")
SUFFIX = re.compile(r"\.(?:md|markdown|mdx|qmd|rmd)$", re.IGNORECASE)
# Notes of other programs that are found by their title, as Markdown notes are; other files only by their name.
_TITLED = (*MARKDOWN, ".txt", ".org")


def is_markdown(path: str) -> bool:
    """Whether the file at `path` is Markdown."""
    return path.lower().endswith(MARKDOWN)


def answers_to_title(path: str) -> bool:
    """Whether a link may mean the file at `path` by its title alone."""
    return path.lower().endswith(_TITLED)


def stem(path: str) -> str:
    """The file's name without folder and Markdown suffix."""
    return SUFFIX.sub("", path.rsplit("/", 1)[-1])


def page_name(path: str) -> str:
    """The name a file stands for: Logseq writes `a/b` as `a___b` or `a%2Fb`."""
    name = stem(path).replace("___", "/")
    return unquote(name, errors="replace") if "%" in name else name
