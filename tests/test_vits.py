"""Piper's network in parts must compute what its graph says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from audiobook.engines import piperfiles, vits
from audiobook.engines.flat import flatten
from audiobook.engines.onnxgraph import NOISE, with_given_noise


def run(model: Any, **inputs: Any) -> list[Any]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return list(session.run(None, inputs))


def vocoder() -> Any:
    """Two stages that raise, bend and convolve, with a condition, as VITS has them; ``frames`` pass beside."""
    draw = np.random.default_rng(1)
    node, number = helper.make_node, numpy_helper.from_array
    nodes = [
        node("Mul", ["x", "mask"], ["masked"]),
        node("Conv", ["masked", "w0", "b0"], ["before"], kernel_shape=[7], pads=[3, 3]),
        node("Add", ["before", "condition"], ["a"]),
        node("ConvTranspose", ["a", "w1"], ["b"], kernel_shape=[8], strides=[4], pads=[2, 2]),
        node("LeakyRelu", ["b"], ["c"], alpha=0.1),
        node("Conv", ["c", "w2"], ["d"], kernel_shape=[3], pads=[6, 6], dilations=[6]),
        node("Add", ["d", "b"], ["e"]),
        node("Div", ["e", "three"], ["f"]),
        node("ConvTranspose", ["f", "w3"], ["g"], kernel_shape=[4], strides=[2], pads=[1, 1]),
        node("Conv", ["g", "w4"], ["h"], kernel_shape=[5], pads=[4, 4], dilations=[2]),
        node("Tanh", ["h"], ["y"]),
        node("Identity", ["x"], ["frames"]),
    ]
    shapes = {"w0": (8, 4, 7), "b0": (8,), "w1": (8, 6, 8), "w2": (6, 6, 3), "w3": (6, 4, 4), "w4": (1, 4, 5)}
    constants = [number(draw.normal(0, 0.3, shape).astype(np.float32), name) for name, shape in shapes.items()]
    constants.append(number(np.array(3, np.float32), "three"))
    value = helper.make_tensor_value_info
    inputs = [value("x", TensorProto.FLOAT, [1, 4, None]), value("mask", TensorProto.FLOAT, [1, 1, None]),
              value("condition", TensorProto.FLOAT, [1, 8, 1])]  # fmt: skip
    outputs = [value("y", TensorProto.FLOAT, [1, 1, None]), value("frames", TensorProto.FLOAT, [1, 4, None])]
    graph = helper.make_graph(nodes, "vocoder", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def given(frames: int) -> dict[str, Any]:
    draw = np.random.default_rng(frames)
    shapes = {"x": (1, 4, frames), "mask": (1, 1, frames), "condition": (1, 8, 1)}
    return {name: draw.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}


def test_a_flattened_vocoder_gives_the_same() -> None:
    model = vocoder()
    wanted = run(model, **given(50))
    flatten(model.graph)
    dimensions = {
        len(helper.get_attribute_value(fact))
        for node in model.graph.node
        if node.op_type in {"Conv", "ConvTranspose"}
        for fact in node.attribute
        if fact.name == "kernel_shape"
    }
    assert dimensions == {2}
    for found, whole in zip(run(model, **given(50)), wanted, strict=True):
        assert np.allclose(found, whole, atol=1e-5)


@pytest.mark.parametrize("stretch", [1, 48, 240, 100_000])
@pytest.mark.parametrize("frames", [1, 9, 50])
def test_stretches_of_any_length_give_what_the_whole_gives(
    stretch: int, frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vits, "_STRETCH", stretch)
    model = vocoder()
    inputs = given(frames)
    for found, whole in zip(vits.Network(model).run(inputs), run(model, **inputs), strict=True):
        assert found.shape == whole.shape
        assert np.allclose(found, whole, atol=1e-5)


def test_a_model_without_a_vocoder_is_refused() -> None:
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "plain", [value], [value])
    with pytest.raises(ValueError, match="no vocoder"):
        vits.Network(helper.make_model(graph))


def test_the_bundled_voice_sounds_as_its_graph_says() -> None:
    path = piperfiles.bundled()
    assert isinstance(path, Path)
    model, noises = with_given_noise(path)
    ids = np.array([[1, 0, *np.random.default_rng(2).integers(3, 60, 60), 0, 2]], np.int64)
    inputs = {"input": ids, "input_lengths": np.array([64]), "scales": np.array([0.667, 1, 0.8], np.float32)}
    for number in range(noises):
        noise = np.random.default_rng(number).standard_normal(200_000, dtype=np.float32)
        inputs[NOISE.format(number)] = noise
    samples, widths = run(onnx.ModelProto.FromString(model.SerializeToString()), **inputs)
    found, same = vits.Network(model).run(inputs)
    assert np.array_equal(widths, same)
    assert np.abs(found - samples).max() < 1e-4
