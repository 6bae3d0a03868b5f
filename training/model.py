"""The reader in torch: the encoder of multilingual-e5-small under three heads, made to train fast on a CPU.

Attention is a batched matrix product with its softmax in bfloat16 (torch's fused kernel spends most of its time in its
backward pass there), there is no dropout inside it, word embeddings stay as they are, and nothing is autocast. On a CPU
that only emulates bfloat16, everything is float32: 3.5 times as fast there.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

PAD = 1


def fast_dtype() -> torch.dtype:
    """What this CPU multiplies fastest: bfloat16 where it has instructions for it, else float32."""
    has_bfloat16 = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if has_bfloat16 else torch.float32


class Reader(nn.Module):
    """Token ids to logits: start and end of the answer a token, answerable, and a label of a sentence pair."""

    def __init__(self, base: Path, *, dtype: torch.dtype | None = None, frozen: int = 0) -> None:
        super().__init__()
        self.frozen = frozen  # lowest layers that are not trained
        config = json.loads((base / "config.json").read_text(encoding="utf-8"))
        self.size: int = config["hidden_size"]
        self.layers: int = config["num_hidden_layers"]
        self.heads: int = config["num_attention_heads"]
        self.dtype = dtype or fast_dtype()
        weights = load_file(base / "model.safetensors")
        names = "embeddings."
        # Kept out of the parameters: they are the embedding model's own, and shared with it.
        self._word = weights[names + "word_embeddings.weight"].half()
        positions = weights[names + "position_embeddings.weight"].float()
        self._position = positions + weights[names + "token_type_embeddings.weight"][0].float()
        self._norm = (
            weights[names + "LayerNorm.weight"].float(),
            weights[names + "LayerNorm.bias"].float(),
        )
        self.p = nn.ParameterDict(
            {name: nn.Parameter(value) for name, value in self._initial(weights).items()}
        )

    def forward(self, ids: Tensor, mask: Tensor, dropout: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (n, length, 2), (n,) and (n, 3) of padded ids (n, length); `mask` is 1 for tokens, 0 for padding."""
        count, length = ids.shape
        w = {name: value.to(self.dtype) for name, value in self.p.items()}
        states = self._word[ids].float() + self._position[:length]
        states = F.layer_norm(states, (self.size,), *self._norm).to(self.dtype)
        bias = None
        if not bool(mask.all()):
            hidden = ((1 - mask.to(self.dtype)) * -1e4)[:, None, None, :]
            bias = hidden.expand(count, self.heads, 1, length).reshape(count * self.heads, 1, length)
        with torch.no_grad():
            for layer in range(self.frozen):
                states = self._layer(w, layer, states, bias, dropout)
        for layer in range(self.frozen, self.layers):
            states = self._layer(w, layer, states, bias, dropout)
        states = states.float()
        first = states[:, 0]
        return (
            F.linear(states, self.p["span_w"], self.p["span_b"]),
            F.linear(first, self.p["ans_w"], self.p["ans_b"]).squeeze(-1),
            F.linear(first, self.p["nli_w"], self.p["nli_b"]),
        )

    def save(self, file: Path) -> None:
        """Write the layers and heads in bfloat16."""
        partial = file.with_suffix(".partial")
        save_file({name: v.detach().to(torch.bfloat16).contiguous() for name, v in self.p.items()}, partial)
        partial.replace(file)

    def load(self, file: Path) -> None:
        """Take layers and heads from `file`: a checkpoint, or a reader as it was exported."""
        if file.suffix == ".onnx":
            from training.export import read_weights

            weights = {name: torch.from_numpy(value.copy()) for name, value in read_weights(file).items()}
        else:
            weights = load_file(file)
        self.load_state_dict({f"p.{name}": value.float() for name, value in weights.items()})

    def _layer(
        self, w: dict[str, Tensor], layer: int, states: Tensor, bias: Tensor | None, dropout: float
    ) -> Tensor:
        count, length, _ = states.shape
        head = self.size // self.heads

        def linear(values: Tensor, name: str) -> Tensor:
            return F.linear(values, w[f"{layer}_{name}_w"], w[f"{layer}_{name}_b"])

        def norm(values: Tensor, name: str) -> Tensor:
            return F.layer_norm(values, (self.size,), w[f"{layer}_{name}_w"], w[f"{layer}_{name}_b"])

        parts = linear(states, "qkv").view(count, length, 3, self.heads, head).permute(2, 0, 3, 1, 4)
        query, key, value = parts.reshape(3, count * self.heads, length, head).unbind(0)
        scores = torch.bmm(query, key.transpose(1, 2))
        if bias is not None:
            scores = scores + bias
        mixed = torch.bmm(torch.softmax(scores, -1), value).view(count, self.heads, length, head)
        mixed = linear(mixed.transpose(1, 2).reshape(count, length, self.size), "o")
        states = norm(states + F.dropout(mixed, dropout, dropout > 0), "n1")
        wide = linear(F.gelu(linear(states, "fi")), "fo")
        return norm(states + F.dropout(wide, dropout, dropout > 0), "n2")

    def _initial(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        scale = (self.size // self.heads) ** -0.5
        initial: dict[str, Tensor] = {}
        for layer in range(self.layers):
            name = f"encoder.layer.{layer}."

            def pair(part: str, name: str = name) -> tuple[Tensor, Tensor]:
                return weights[f"{name}{part}.weight"].float(), weights[f"{name}{part}.bias"].float()

            query, key, value = (pair(f"attention.self.{part}") for part in ("query", "key", "value"))
            initial[f"{layer}_qkv_w"] = torch.cat([query[0] * scale, key[0], value[0]])
            initial[f"{layer}_qkv_b"] = torch.cat([query[1] * scale, key[1], value[1]])
            for short, part in (
                ("o", "attention.output.dense"),
                ("n1", "attention.output.LayerNorm"),
                ("fi", "intermediate.dense"),
                ("fo", "output.dense"),
                ("n2", "output.LayerNorm"),
            ):
                initial[f"{layer}_{short}_w"], initial[f"{layer}_{short}_b"] = pair(part)
        for head, outputs in (("span", 2), ("ans", 1), ("nli", 3)):
            initial[f"{head}_w"] = torch.randn(outputs, self.size) * 0.02
            initial[f"{head}_b"] = torch.zeros(outputs)
        return initial


def padded(rows: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask, shape (n, longest)."""
    length = max(map(len, rows))
    ids = torch.full((len(rows), length), PAD)
    mask = torch.zeros(len(rows), length)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = 1
    return ids, mask
