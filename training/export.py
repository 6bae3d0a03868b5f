"""The trained reader as kb runs it: `python -m training.export OUT/reader.safetensors kb/reading/reader.onnx`.

The graph takes embedded tokens (kb looks them up in the word table it shares with multilingual-e5-small) and gives the
logits of the heads. The large matrices are kept in 8 bits with one scale a column, and what they are multiplied with is
rounded to 8 bits with one scale a token, as it comes. Attention and the activation after a bias are one operator of
onnxruntime each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file

_HEADS = 12
_EPSILON = 1e-5
_OPSET, _IR = 18, 9
_FUSED = "com.microsoft"  # onnxruntime's operators
_LARGE = ("qkv", "o", "fi", "fo")  # matrices of each layer
_TOP = 127  # of 8 bits and a sign


class _Graph:
    """Nodes and weights, as they are added."""

    def __init__(self, weights: dict[str, NDArray[np.float32]], rounds: bool) -> None:
        self.weights = weights
        self.rounds = rounds
        self.size = weights["0_o_w"].shape[0]
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: object) -> str:
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def add(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def fused(self, operator: str, inputs: list[str], output: str, **attributes: object) -> str:
        """One of onnxruntime's own operators."""
        return self.add(operator, inputs, output, domain=_FUSED, **attributes)

    def product(self, states: str, part: str, output: str) -> str:
        weight = self.weights[f"{part}_w"].T
        if not self.rounds or part.rpartition("_")[2] not in _LARGE:
            return self.add("MatMul", [states, self.constant(f"{part}_w", weight)], output)
        scales = np.abs(weight).max(axis=0) / _TOP
        whole = np.rint(weight / scales).astype(np.int8)
        highest = self.add(
            "ReduceMax", [self.add("Abs", [states], f"{output}_abs"), "last_axis"], f"{output}_highest"
        )
        unit = self.add("Mul", [highest, "step"], f"{output}_unit")
        units = self.add("Div", [states, unit], f"{output}_units")
        rounded = self.add("QuantizeLinear", [units, "one", "middle"], f"{output}_rounded")
        inputs = [
            rounded,
            self.constant(f"{part}_w", whole),
            "one",
            self.constant(f"{part}_s", scales),
            "middle",
            self.constant(f"{part}_z", np.zeros(len(scales), np.int8)),
        ]
        return self.add(
            "Mul", [self.fused("MatMulIntegerToFloat", inputs, f"{output}_of_unit"), unit], output
        )

    def linear(self, states: str, part: str, output: str) -> str:
        bias = self.constant(f"{part}_b", self.weights[f"{part}_b"])
        return self.add("Add", [self.product(states, part, f"{output}_product"), bias], output)

    def norm(self, states: str, part: str, output: str) -> str:
        scale = self.constant(f"{part}_w", self.weights[f"{part}_w"])
        shift = self.constant(f"{part}_b", self.weights[f"{part}_b"])
        return self.add("LayerNormalization", [states, scale, shift], output, axis=-1, epsilon=_EPSILON)

    def layer(self, states: str, n: int) -> str:
        """One layer: attention and a feed-forward net, each with a residual and a norm after it."""
        parts = self.linear(states, f"{n}_qkv", f"{n}_parts")
        names = [f"{n}_query", f"{n}_key", f"{n}_value"]
        self.nodes.append(helper.make_node("Split", [parts], names, axis=-1, num_outputs=3))
        mixed = self.fused(
            "MultiHeadAttention", [*names, "", "mask"], f"{n}_mixed", num_heads=_HEADS, scale=1.0
        )
        mixed = self.linear(mixed, f"{n}_o", f"{n}_out")
        states = self.norm(self.add("Add", [states, mixed], f"{n}_sum"), f"{n}_n1", f"{n}_normed")
        wide = self.product(states, f"{n}_fi", f"{n}_wide")
        gelu = self.fused(
            "BiasGelu", [wide, self.constant(f"{n}_fi_b", self.weights[f"{n}_fi_b"])], f"{n}_gelu"
        )
        narrow = self.linear(gelu, f"{n}_fo", f"{n}_narrow")
        return self.norm(self.add("Add", [states, narrow], f"{n}_sum2"), f"{n}_n2", f"{n}_done")


def build(weights: dict[str, NDArray[np.float32]], *, rounds: bool = True) -> onnx.ModelProto:
    """The graph, in 8 bits or in float32."""
    graph = _Graph(weights, rounds)
    size = graph.size
    graph.constant("first_token", np.array(0, np.int64))
    if rounds:
        graph.constant("last_axis", np.array([-1], np.int64))
        graph.constant("step", np.float32(1 / _TOP))
        graph.constant("one", np.float32(1))
        graph.constant("middle", np.uint8(_TOP + 1))
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
            helper.make_tensor_value_info("mask", TensorProto.INT32, ["n", "tokens"]),
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        graph.constants,
    )
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)], ir_version=_IR
    )
    onnx.checker.check_model(model)
    return model


def read_weights(file: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of an exported reader, as `model.Reader` names them, to go on training from; 8 bits are enough for that."""
    graph = onnx.load(file).graph
    values = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    weights: dict[str, NDArray[np.float32]] = {}
    for name, value in values.items():
        if name.endswith("_b") or name[-4:] in ("n1_w", "n2_w"):
            weights[name] = value
        elif name.endswith("_w"):
            scales = values.get(f"{name.removesuffix('_w')}_s", np.float32(1))
            weights[name] = (value.astype(np.float32) * scales).T
    return weights


def main() -> None:
    """Export from the command line; the mean of two stages of one training often reads better than either [1].

    [1] Izmailov et al., Averaging Weights Leads to Wider Optima and Better Generalization, 2018.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--float", action="store_true", help="keep float32, to compare with")
    parser.add_argument("--mean", type=Path, help="a stage before: its weights and those are averaged")
    options = parser.parse_args()
    stages = [load_file(file) for file in (options.weights, options.mean) if file]
    # A mean is kept as exactly as a stage is.
    means = {
        name: (sum(stage[name].float() for stage in stages) / len(stages)).bfloat16() for name in stages[0]
    }
    weights = {name: value.float().numpy() for name, value in means.items()}
    onnx.save(build(weights, rounds=not options.float), options.out)


if __name__ == "__main__":
    main()
