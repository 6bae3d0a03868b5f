"""Chooses the next token: greedy or by seeded chance, within a grammar if there is one."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from kb.errors import GrammarInvalid
from kb.models.language_model import Options
from kb.models.llama_library import llama

# llama.cpp's own defaults for sampling by chance.
_TOP_K, _TOP_P, _MIN_P = 40, 0.95, 0.05
_PENALTY_WINDOW = 64  # tokens
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class NoTokenFits(Exception):
    """The grammar allows nothing this vocabulary can write."""


class Sampler:
    """One answer's chain of samplers. To be used and closed on the thread that owns the context."""

    def __init__(self, vocab: Any, options: Options, grammar: str | None) -> None:
        self._size = llama.llama_vocab_n_tokens(vocab)
        self._grammar: Any = None
        if grammar is not None:
            self._grammar = llama.llama_sampler_init_grammar(vocab, grammar.encode(), b"root")
            if not self._grammar:
                raise GrammarInvalid(
                    "The grammar for this answer does not compile. This is a fault of the caller."
                )
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for link in self._links(options):
            llama.llama_sampler_chain_add(self._chain, link)

    def _links(self, options: Options) -> list[Any]:
        links: list[Any] = []
        if options.repeat_penalty != 1.0:
            links.append(
                llama.llama_sampler_init_penalties(self._size, _PENALTY_WINDOW, options.repeat_penalty, 0, 0)
            )
        if options.temperature <= 0:
            return [*links, llama.llama_sampler_init_greedy()]
        return [
            *links,
            llama.llama_sampler_init_top_k(_TOP_K),
            llama.llama_sampler_init_top_p(_TOP_P, 1),
            llama.llama_sampler_init_min_p(_MIN_P, 1),
            llama.llama_sampler_init_temp(options.temperature),
            llama.llama_sampler_init_dist(options.seed & 0xFFFFFFFF),
        ]

    def next(self, context: Any) -> int:
        """The next token after the context's latest logits."""
        if self._grammar is None:
            return int(llama.llama_sampler_sample(self._chain, context, -1))
        candidates = np.empty(self._size, dtype=_CANDIDATE)
        candidates["id"] = np.arange(self._size, dtype=np.int32)
        logits = llama.llama_get_logits_ith(context, -1)
        candidates["logit"] = np.ctypeslib.as_array(logits, shape=(self._size,))
        candidates["p"] = 0
        # Testing one token against the grammar is far cheaper than testing them all, and mostly enough.
        token, _ = self._choose(self._chain, candidates.copy())
        if self._fits(token):
            return self._accept(token)
        constrained = _array(candidates)
        llama.llama_sampler_apply(self._grammar, ctypes.byref(constrained))
        allowed = candidates[np.isfinite(candidates["logit"])]
        # Accepting a token the grammar forbids raises in C++ and would end the whole process.
        if not len(allowed):
            raise NoTokenFits
        token, _ = self._choose(self._chain, np.ascontiguousarray(allowed))
        return self._accept(token)

    def _choose(self, sampler: Any, candidates: np.ndarray[Any, Any]) -> tuple[int, float]:
        array = _array(candidates)
        llama.llama_sampler_apply(sampler, ctypes.byref(array))
        chosen = array.data[array.selected]
        return int(chosen.id), float(chosen.logit)

    def _fits(self, token: int) -> bool:
        single = np.array([(token, 0.0, 0.0)], dtype=_CANDIDATE)
        array = _array(single)
        llama.llama_sampler_apply(self._grammar, ctypes.byref(array))
        return bool(np.isfinite(single["logit"][0]))

    def _accept(self, token: int) -> int:
        llama.llama_sampler_accept(self._grammar, token)
        llama.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        llama.llama_sampler_free(self._chain)
        if self._grammar is not None:
            llama.llama_sampler_free(self._grammar)


def _array(candidates: np.ndarray[Any, Any]) -> Any:
    data = candidates.ctypes.data_as(llama.llama_token_data_p)
    return llama.llama_token_data_array(data=data, size=len(candidates), selected=-1, sorted=False)
