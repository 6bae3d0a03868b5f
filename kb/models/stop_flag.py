"""A flag that both Python and llama.cpp look at."""

from __future__ import annotations

import ctypes

from kb.models.llama_library import llama


class StopFlag:
    """A byte both Python and llama.cpp look at: nonzero means stop."""

    def __init__(self) -> None:
        self.buffer = ctypes.create_string_buffer(2)

    def set(self) -> None:
        self.buffer[0] = b"\x01"

    def __bool__(self) -> bool:
        return self.buffer[0] != b"\0"


# llama.cpp asks at every step of its graph whether to stop. A Python function would take the interpreter's
# lock hundreds of times a token; `strlen` of the flag's bytes gives the same answer, 0 or 1, in plain C.
is_set_in_c = ctypes.cast(ctypes.CDLL(None).strlen, llama.ggml_abort_callback)
