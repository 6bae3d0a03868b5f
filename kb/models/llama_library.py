"""The only importer of llama_cpp; its threads are told not to wait too busily for each other."""

from __future__ import annotations

import os

# GNU OpenMP reads this once, when loaded. Its default, 300,000 rounds, keeps a core from the very thread that is
# waited for when other programs are busy; 2,000 is as fast on an idle machine, and 0 is three times as slow.
_VARIABLE = "GOMP_SPINCOUNT"
_unset = _VARIABLE not in os.environ
if _unset:
    os.environ[_VARIABLE] = "2000"

import llama_cpp.llama_cpp as llama  # noqa: E402

if _unset:
    del os.environ[_VARIABLE]

__all__ = ["llama"]
