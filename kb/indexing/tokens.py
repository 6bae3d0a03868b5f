"""Words of scripts written without spaces, as overlapping pairs of characters.

SQLite's tokeniser takes a whole run of Chinese for one word: stock BM25 reaches nDCG@10 .114 on XQuAD (zh), with
character bigrams .901.
"""

from __future__ import annotations

import re

# Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar.
_UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f]+"
)


def unspaced_bigrams(text: str) -> list[str]:
    """The character bigrams of such runs in `text`, in order; a run of one character gives itself."""
    return [bigram for run in _UNSPACED.findall(text) for bigram in _bigrams(run)]


def _bigrams(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)] or [run]
