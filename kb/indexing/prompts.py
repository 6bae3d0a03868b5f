"""What families of embedding models want to stand before a query and before a passage."""

from __future__ import annotations

_RETRIEVE = "Instruct: Given a question, retrieve passages of notes that answer it\nQuery: "
# (part of the folder's name, (before a query, before a passage)), as the models' cards say.
FAMILIES = (
    ("e5-mistral", (_RETRIEVE, "")),
    ("e5-large-instruct", (_RETRIEVE, "")),
    ("e5", ("query: ", "passage: ")),
    ("nomic-embed", ("search_query: ", "search_document: ")),
    ("qwen3-embedding", (_RETRIEVE, "")),
    ("bge-m3", ("", "")),
    ("bge-", ("Represent this sentence for searching relevant passages: ", "")),
    ("mxbai-embed", ("Represent this sentence for searching relevant passages: ", "")),
)
