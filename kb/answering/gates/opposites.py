"""Words that say the contrary of each other, and words that say the same."""

from __future__ import annotations

from kb.text.language_data import language_data

_LANGUAGES = tuple(language_data(code) for code in ("en", "de", "fr", "es"))
# A sentence that has one of a pair while its quote has only the other says the contrary.
OPPOSITES = tuple(pair for language in _LANGUAGES for pair in language.opposites)
# Words that may stand for one another, so that either is borne out by the other.
SYNONYMS = tuple(group for language in _LANGUAGES for group in language.synonyms)
# What may stand in a sentence without standing in its quotes.
STATING_NOTHING = frozenset().union(*(language.stating_nothing for language in _LANGUAGES))
