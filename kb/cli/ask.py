"""Scripts outside this repository that ask whole sets import the JSON form of an answer from here."""

from kb.wire import answer_json as as_json

__all__ = ["as_json"]
