"""The trained reader as kb runs it: `python -m training.export OUT/reader.safetensors kb/reading/reader.onnx`.

The graph takes embedded tokens (kb looks them up in the word table it shares with multilingual-e5-small) and gives the
logits of the heads. Weights of its matrices are kept in blocks of 32 at 8 bits with one scale each, activations are
rounded to 8 bits as they come (MatMulNBits of onnxruntime, accuracy level 4): the area on squad2 is that of float32.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer
from safetensors.torch import load_file

_HEADS = 12
_EPSILON = 1e-5
_OPSET, _IR = 18, 9
_BITS, _BLOCK, _ACCURACY = 8, 32, 4


class _Graph:
    """Nodes and weights, as they are added."""

    def __init__(self, weights: dict[str, NDArray[np.float32]]) -> None:
        self.weights = weights
        self.size = weights["0_o_w"].shape[0]
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: object) -> str:
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def linear(self, states: str, part: str, output: str) -> str:
        weight = self.constant(f"{part}_w", self.weights[f"{part}_w"].T)
        bias = self.constant(f"{part}_b", self.weights[f"{part}_b"])
        return self.add("Add", [self.add("MatMul", [states, weight], f"{output}_product"), bias], output)

    def norm(self, states: str, part: str, output: str) -> str:
        scale = self.constant(f"{part}_w", self.weights[f"{part}_w"])
        shift = self.constant(f"{part}_b", self.weights[f"{part}_b"])
        return self.add("LayerNormalization", [states, scale, shift], output, axis=-1, epsilon=_EPSILON)

    def layer(self, states: str, n: int) -> str:
        """One layer: attention and a feed-forward net, each with a residual and a norm after it."""
        parts = self.add(
            "Reshape", [self.linear(states, f"{n}_qkv", f"{n}_parts"), "split_heads"], f"{n}_split"
        )
        parts = self.add("Transpose", [parts], f"{n}_turned", perm=[2, 0, 3, 1, 4])
        names = [f"{n}_query", f"{n}_key", f"{n}_value"]
        self.nodes.append(helper.make_node("Split", [parts], names, axis=0, num_outputs=3))
        query, key, value = (self.add("Squeeze", [name, "first_axis"], f"{name}_heads") for name in names)
        key = self.add("Transpose", [key], f"{n}_key_turned", perm=[0, 1, 3, 2])
        scores = self.add("Add", [self.add("MatMul", [query, key], f"{n}_scores"), "bias"], f"{n}_hidden")
        mixed = self.add(
            "MatMul", [self.add("Softmax", [scores], f"{n}_shares", axis=-1), value], f"{n}_mixed"
        )
        mixed = self.add("Transpose", [mixed], f"{n}_back", perm=[0, 2, 1, 3])
        mixed = self.linear(self.add("Reshape", [mixed, "join_heads"], f"{n}_joined"), f"{n}_o", f"{n}_out")
        states = self.norm(self.add("Add", [states, mixed], f"{n}_sum"), f"{n}_n1", f"{n}_normed")
        wide = self.linear(states, f"{n}_fi", f"{n}_wide")
        erf = self.add("Erf", [self.add("Mul", [wide, "root_half"], f"{n}_scaled")], f"{n}_erf")
        gelu = self.add("Mul", [wide, self.add("Add", [erf, "one"], f"{n}_above")], f"{n}_double")
        gelu = self.add("Mul", [gelu, "half"], f"{n}_gelu")
        narrow = self.linear(gelu, f"{n}_fo", f"{n}_narrow")
        return self.norm(self.add("Add", [states, narrow], f"{n}_sum2"), f"{n}_n2", f"{n}_done")


def build(weights: dict[str, NDArray[np.float32]]) -> onnx.ModelProto:
    """The graph in float32."""
    graph = _Graph(weights)
    size = graph.size
    graph.constant("split_heads", np.array([0, 0, 3, _HEADS, size // _HEADS], np.int64))
    graph.constant("join_heads", np.array([0, 0, size], np.int64))
    graph.constant("first_axis", np.array([0], np.int64))
    graph.constant("first_token", np.array(0, np.int64))
    for name, value in (("half", 0.5), ("one", 1.0), ("root_half", 0.5**0.5)):
        graph.constant(name, np.float32(value))
    states = "states"
    for number in range(sum(name.endswith("_qkv_w") for name in weights)):
        states = graph.layer(states, number)
    first = graph.add("Gather", [states, "first_token"], "first", axis=1)
    outputs = [
        (graph.linear(states, "span", "spans"), ["n", "tokens", 2]),
        (graph.linear(first, "ans", "answerable"), ["n", 1]),
        (graph.linear(first, "nli", "labels"), ["n", 3]),
    ]
    made = helper.make_graph(
        graph.nodes,
        "reader",
        [
            helper.make_tensor_value_info("states", TensorProto.FLOAT, ["n", "tokens", size]),
            helper.make_tensor_value_info("bias", TensorProto.FLOAT, ["n", 1, 1, "tokens"]),
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
    onnx.checker.check_model(model)
    return model


def read_weights(file: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of an exported reader, as `model.Reader` names them, to go on training from; 8 bits are enough for that."""
    graph = onnx.load(file).graph
    values = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    weights: dict[str, NDArray[np.float32]] = {}
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            blocks, scales = (values[name] for name in node.input[1:3])
            outputs = blocks.shape[0]
            whole = (blocks.astype(np.float32) - 128) * scales.reshape(outputs, -1, 1)
            weights[node.input[1].rpartition("_Q")[0]] = whole.reshape(outputs, -1)
    plain = {
        name: value for name, value in values.items() if name.endswith("_b") or name[-4:] in ("n1_w", "n2_w")
    }
    return weights | plain


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--float", action="store_true", help="keep float32, to compare with")
    options = parser.parse_args()
    model = build({name: value.float().numpy() for name, value in load_file(options.weights).items()})
    if options.float:
        onnx.save(model, options.out)
        return
    logging.disable(logging.INFO)  # the quantiser tells of every node
    config = DefaultWeightOnlyQuantConfig(
        block_size=_BLOCK, is_symmetric=True, accuracy_level=_ACCURACY, bits=_BITS
    )
    quantiser = MatMulNBitsQuantizer(model, algo_config=config)
    quantiser.process()
    quantiser.model.save_model_to_file(str(options.out))


if __name__ == "__main__":
    main()
