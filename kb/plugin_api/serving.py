"""What plugins need that serve other programs, such as the MCP server; part of `kb.plugin_api`, version 1.

Answers and hits have one form for machines, whoever asks for them:

    from kb.plugin_api.serving import Finished, answer_json

    for event in base.ask("What is oolong?"):
        if isinstance(event, Finished):
            print(answer_json(event.answer))
"""

from __future__ import annotations

from kb.answering.answer import Style, abstention
from kb.answering.conversation import Turn
from kb.answering.events import AnswerEvent, Finished, QuotesFound, SentenceChecked, Step
from kb.answering.kept_conversations import Conversation, Exchange
from kb.answering.kept_conversations import as_markdown as conversation_markdown
from kb.capture import Capture, Captured
from kb.errors import IndexingError, IndexLocked, IndexMissing, IndexOutdated, NoteUnreadable
from kb.indexing.beside import index_beside
from kb.retrieval.listing import ListedNote
from kb.retrieval.unknown_words import worth_showing
from kb.wire import answer_json, hit_json

__all__ = [
    "AnswerEvent",
    "Capture",
    "Captured",
    "Conversation",
    "Exchange",
    "Finished",
    "IndexLocked",
    "IndexMissing",
    "IndexOutdated",
    "IndexingError",
    "ListedNote",
    "NoteUnreadable",
    "QuotesFound",
    "SentenceChecked",
    "Step",
    "Style",
    "Turn",
    "abstention",
    "answer_json",
    "conversation_markdown",
    "hit_json",
    "index_beside",
    "worth_showing",
]
