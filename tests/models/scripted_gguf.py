"""Writes a tiny GGUF model that says one given text, whatever it is asked, through the real llama.cpp.

One layer of zeros passes each token's embedding through unchanged, and the output matrix is a table of bigrams:
the newline that ends a ChatML prompt leads to the text's first piece, each piece to the next, the last to the end.
Every byte of a prompt is a token of its own, so give long prompts a large `models.context`; it costs nothing here.
"""

from __future__ import annotations

import re
from pathlib import Path

import gguf
import numpy as np

CHATML_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' "
    "+ '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TRAINED_CONTEXT = 65_536
_CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
_STRENGTH = 64.0  # logit of the token that comes next; all others have 0


def write_scripted_model(path: Path, text: str, *, template: str = CHATML_TEMPLATE) -> Path:
    """A model file whose every answer is `text`, word by word."""
    pieces = _pieces(text)
    bytes_to_letters = _letters()
    tokens = [*_CONTROL, *bytes_to_letters]
    newline = tokens.index(bytes_to_letters[ord("\n")])
    first = len(tokens)
    tokens += ["".join(bytes_to_letters[byte] for byte in piece.encode()) for piece in pieces]
    # One dimension for each state of the script: what was said last.
    width = max(64, -(-(len(pieces) + 1) // 64) * 64)
    embeddings = np.zeros((len(tokens), width), dtype=np.float32)
    output = np.zeros((len(tokens), width), dtype=np.float32)
    said = [newline, *range(first, len(tokens))]
    for state, (token, following) in enumerate(
        zip(said, [*said[1:], _CONTROL.index("<|im_end|>")], strict=True)
    ):
        embeddings[token, state] = 1.0
        # The norm before the output makes the one number sqrt(width).
        output[following, state] = _STRENGTH / np.sqrt(width)

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("scripted")
    writer.add_context_length(TRAINED_CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_rope_dimension_count(64)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    normal, control = gguf.TokenType.NORMAL, gguf.TokenType.CONTROL
    writer.add_token_types([control if token in _CONTROL else normal for token in tokens])
    writer.add_token_merges([f"{bytes_to_letters[0]} {bytes_to_letters[0]}"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(_CONTROL.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    if template:
        writer.add_chat_template(template)

    writer.add_tensor("token_embd.weight", embeddings)
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", np.ones(width, dtype=np.float32))
    for name in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{name}.weight", np.ones(width, dtype=np.float32))
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((width, width), dtype=np.float32))
    for name in ("ffn_gate", "ffn_up"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((64, width), dtype=np.float32))
    writer.add_tensor("blk.0.ffn_down.weight", np.zeros((width, 64), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _pieces(text: str) -> list[str]:
    """The text in words; one that came before is joined to the next, so that each piece is a token of its own."""
    pieces: list[str] = []
    seen: set[str] = set()
    held = ""
    for word in re.findall(r"\s*\S+\s*?|\s+", text):
        held += word
        # A single character would be one of the 256 byte tokens.
        if len(held.encode()) > 1 and held not in seen:
            pieces.append(held)
            seen.add(held)
            held = ""
    if held and pieces:
        pieces[-1] += held
    return pieces


def _letters() -> list[str]:
    """The visible letter that stands for each byte in GPT-2's vocabulary."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = iter(range(256, 512))
    return [chr(byte) if byte in visible else chr(next(hidden)) for byte in range(256)]
