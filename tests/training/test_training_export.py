"""The reader's graph: what training made, in 8 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from training.export import build, read_weights

SIZE, WIDE = 48, 192


@pytest.fixture
def weights() -> dict[str, np.ndarray]:
    """Two layers of random weights, about as large as trained ones."""
    chance = np.random.default_rng(4)
    shapes = {"qkv": (3 * SIZE, SIZE), "o": (SIZE, SIZE), "fi": (WIDE, SIZE), "fo": (SIZE, WIDE)}
    shapes = {f"{n}_{part}": shape for n in range(2) for part, shape in shapes.items()}
    shapes |= {"span": (2, SIZE), "ans": (1, SIZE), "nli": (3, SIZE)}
    made = {}
    for part, (outputs, inputs) in shapes.items():
        made[f"{part}_w"] = chance.normal(0, inputs**-0.5, (outputs, inputs)).astype(np.float32)
        made[f"{part}_b"] = chance.normal(0, 0.1, outputs).astype(np.float32)
    for norm in ("0_n1", "0_n2", "1_n1", "1_n2"):
        made[f"{norm}_w"] = chance.uniform(0.5, 1.5, SIZE).astype(np.float32)
        made[f"{norm}_b"] = chance.normal(0, 0.1, SIZE).astype(np.float32)
    return made


def outputs(model: onnx.ModelProto, states: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["spans", "answerable", "labels"], {"states": states, "mask": mask})


def test_eight_bits_say_what_float32_says(weights: dict[str, np.ndarray]) -> None:
    states = np.random.default_rng(5).standard_normal((3, 20, SIZE)).astype(np.float32)
    mask = np.ones((3, 20), np.int32)
    whole = outputs(build(weights, rounds=False), states, mask)
    for exact, rounded in zip(whole, outputs(build(weights), states, mask), strict=True):
        assert np.abs(exact - rounded).max() < 0.05 * exact.std() + 0.05


def test_padding_changes_nothing(weights: dict[str, np.ndarray]) -> None:
    states = np.random.default_rng(6).standard_normal((1, 20, SIZE)).astype(np.float32)
    mask = np.ones((1, 12), np.int32)
    short = outputs(build(weights), states[:, :12], mask)
    padded = outputs(build(weights), states, np.pad(mask, ((0, 0), (0, 8))))
    assert np.allclose(short[0], padded[0][:, :12], atol=1e-4)
    assert np.allclose(short[1], padded[1], atol=1e-4)


def test_training_goes_on_from_what_is_shipped(weights: dict[str, np.ndarray], tmp_path: Path) -> None:
    file = tmp_path / "reader.onnx"
    onnx.save(build(weights), file)
    again = read_weights(file)
    assert again.keys() == weights.keys()
    for name, value in weights.items():
        assert again[name].shape == value.shape
        assert np.abs(again[name] - value).max() <= np.abs(value).max() / 200
