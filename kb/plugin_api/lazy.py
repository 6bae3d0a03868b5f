"""Names that are looked up in their modules when they are first asked for: a plugin pays only for what it uses."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

# Where the names of kb.plugin_api and kb.plugin_api.editing stand.
MAIN = {
    "kb.answering.answer": "Answer AnswerSentence Quote cite",
    "kb.answering.generation.draft": "sentences_of",
    "kb.answering.gates.negation": "contradicts polarity",
    "kb.answering.question.question": "Question read_question",
    "kb.answering.gates.groundedness": "check_groundedness",
    "kb.answering.words": "content_words covers numbers_of same_word words_of",
    "kb.errors": "KbError ModelError NothingToStudy ReviewsUnwritable UsageError",
    "kb.machine_log": "MachineLog",
    "kb.models.language_model": "Cancellation LanguageModel Message Options Usage",
    "kb.notes.injected": "injected_spans",
    "kb.notes.note": "Block Note Section Span Tag Task",
    "kb.notes.opaque": "Opaque opaque_spans without_comments",
    "kb.notes.places": "place_at span_of where",
    "kb.notes.plain": "plain_text",
    "kb.notes.sentences": "Sentence split_sentences",
    "kb.plugin_api.base": "KnowledgeBase",
    "kb.reading.reading": "Reading Support",
    "kb.retrieval.hit": "SearchHit",
    "kb.retrieval.selection": "Selection",
    "kb.safe_text": "safe_line safe_text",
    "kb.settings": "Settings",
    "kb.sources.source": "Source",
    "kb.text.days": "day_in",
    "kb.text.language": "language_of language_told",
    "kb.text.quantities": "Quantity quantities_in same_quantity",
}
EDITING = {
    "kb.answering.answer": "abstention",
    "kb.answering.events": "AnswerEvent Finished SentenceChecked Step",
    "kb.capture": "Capture Captured",
    "kb.drafts.drafts": "Drafts Reference",
    "kb.drafts.foresight": "Foresight",
    "kb.errors": "NoteUnwritable",
    "kb.indexing.diagnosis": "Finding NoteFinding",
    "kb.linking.decisions": "decided",
    "kb.linking.related": "RelatedNote",
    "kb.linking.renaming.relinking": "Changed Renamed",
    "kb.linking.renaming.block": "block_mark",
    "kb.linking.renaming.part": "title_span",
    "kb.linking.suggestions": "LinkSuggestion",
    "kb.linking.targets": "LinkTarget",
    "kb.notes.create": "path_of_new_note",
    "kb.notes.new_alias": "new_alias",
    "kb.notes.note": "Link",
    "kb.notes.outline": "Item outline",
    "kb.notes.suffixes": "stem",
    "kb.notes.resolve": "LinkResolver NoteNames Resolution",
    "kb.notes.source": "Lines",
    "kb.notes.written": "Written parts_of",
}

# Names of either module that go with the next API_VERSION, such as "kb.plugin_api.verify", and what to use instead. Each also stands
# in CHANGELOG.md under "Deprecated". A hook is marked with hookspec(warn_on_impl=DeprecationWarning(...)).
DEPRECATED: Mapping[str, str] = {}


def lazily(
    package: str, places: Mapping[str, str], deprecated: Mapping[str, str] = DEPRECATED
) -> Callable[[str], Any]:
    """A `__getattr__` for the module `package`; `places` maps a module of kb to the names taken from it.

    `other=name` offers a name as another. One that is `deprecated` warns each time that it is asked for, and is still given.
    """
    found_at = {
        name: (module, own or name)
        for module, names in places.items()
        for name, _, own in (one.partition("=") for one in names.split())
    }

    def look_up(name: str) -> Any:
        if name not in found_at:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, own = found_at[name]
        found = getattr(import_module(module), own)
        if instead := deprecated.get(f"{package}.{name}"):
            message = (
                f"{package}.{name} will be removed in the next version of the plugin API. Use {instead}."
            )
            warnings.warn(message, DeprecationWarning, stacklevel=2)
        else:
            setattr(sys.modules[package], name, found)  # so that it is asked for once
        return found

    return look_up
