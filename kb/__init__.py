"""A personal knowledge base that answers from your own notes, with citations.

    from kb import KnowledgeBase

    with KnowledgeBase.open("~/notes") as base:
        base.index()
        print(base.answer("What did I decide about the garden?").text)

docs/python.md says the rest. What is named here is imported when it is first used.
"""

# Nothing is imported here: under `python -m kb` the current folder is still on sys.path (see kb/__main__.py).
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.answering.answer import Answer, Quote
    from kb.errors import KbError
    from kb.knowledge_base import KnowledgeBase
    from kb.retrieval.hit import SearchHit
    from kb.settings import Settings

__all__ = ["Answer", "KbError", "KnowledgeBase", "Quote", "SearchHit", "Settings"]

_PLACES = {
    "Answer": "kb.answering.answer",
    "KbError": "kb.errors",
    "KnowledgeBase": "kb.knowledge_base",
    "Quote": "kb.answering.answer",
    "SearchHit": "kb.retrieval.hit",
    "Settings": "kb.settings",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'kb' has no attribute {name!r}")
    found: object = getattr(import_module(_PLACES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
