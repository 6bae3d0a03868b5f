"""Instruct models worth having, by size; permissive licences first. What is downloaded shows its own size and licence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recommended:
    """A model to download from the Hugging Face hub."""

    name: str  # what to type after `kb models get`
    repo: str
    file: str
    gigabytes: float  # about, for telling what fits before anything is asked of the network
    licence: str
    reason: str  # one line

    @property
    def source(self) -> str:
        return f"{self.repo}:{self.file}"


RECOMMENDED = (
    Recommended(
        "qwen2.5-0.5b",
        "Qwen/Qwen2.5-0.5B-Instruct-GGUF",
        "qwen2.5-0.5b-instruct-q4_k_m.gguf",
        0.5,
        "Apache-2.0",
        "a small step up, in many languages",
    ),
    Recommended(
        "qwen2.5-1.5b",
        "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        "qwen2.5-1.5b-instruct-q4_k_m.gguf",
        1.1,
        "Apache-2.0",
        "can also act as the judge",
    ),
    Recommended(
        "smollm2-1.7b",
        "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF",
        "smollm2-1.7b-instruct-q4_k_m.gguf",
        1.1,
        "Apache-2.0",
        "clear English, without a graphics card",
    ),
    Recommended(
        "qwen3-1.7b",
        "Qwen/Qwen3-1.7B-GGUF",
        "Qwen3-1.7B-Q8_0.gguf",
        1.8,
        "Apache-2.0",
        "for notes in other languages",
    ),
    Recommended(
        "qwen3-4b",
        "Qwen/Qwen3-4B-GGUF",
        "Qwen3-4B-Q4_K_M.gguf",
        2.5,
        "Apache-2.0",
        "best choice for 8 GB of memory",
    ),
    Recommended(
        "qwen3-8b",
        "Qwen/Qwen3-8B-GGUF",
        "Qwen3-8B-Q4_K_M.gguf",
        5.0,
        "Apache-2.0",
        "for 16 GB and a graphics card",
    ),
)
