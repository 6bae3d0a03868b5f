"""Words that build a sentence and say nothing of what it is about."""

from __future__ import annotations

from kb.text.language_data import language_data

_LANGUAGES = ("en", "de", "es", "fr")
FUNCTION_WORDS = frozenset[str]().union(*(language_data(code).function_words for code in _LANGUAGES))
