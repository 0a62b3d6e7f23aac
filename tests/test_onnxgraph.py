"""Changes to graphs must not change what they compute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from audiobook.engines import onnxgraph


def run(model: bytes, **inputs: Any) -> list[Any]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def saved(graph: Any, path: Path) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))
    return path


@pytest.mark.parametrize(
    ("width", "dilation", "pads"), [(1, 1, (0, 0)), (3, 1, (1, 1)), (7, 3, (9, 9)), (4, 2, (0, 5))]
)
def test_convolutions_become_products_with_equal_sums(width: int, dilation: int, pads: tuple[int, int]) -> None:
    draw = np.random.default_rng(width)
    weights = draw.integers(0, 256, (6, 5, width), np.uint8)
    node = helper.make_node(
        "ConvInteger", ["x", "w", "zx", "zw"], ["y"], dilations=[dilation], pads=list(pads), kernel_shape=[width]
    )
    graph = helper.make_graph(
        [node],
        "convolution",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [1, 5, None])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, None)],
        [
            numpy_helper.from_array(weights, "w"),
            numpy_helper.from_array(np.array(117, np.uint8), "zx"),
            numpy_helper.from_array(np.array(131, np.uint8), "zw"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    samples = draw.integers(0, 256, (1, 5, 50), np.uint8)
    before = run(model.SerializeToString(), x=samples)[0]
    onnxgraph.multiply(model.graph)
    assert "ConvInteger" not in {node.op_type for node in model.graph.node}
    assert "w" not in {tensor.name for tensor in model.graph.initializer}
    assert np.array_equal(run(model.SerializeToString(), x=samples)[0], before)


def test_given_noise_takes_the_place_of_drawn_noise(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [
            helper.make_node("RandomNormalLike", ["x"], ["noise"], dtype=1),
            helper.make_node("Add", ["x", "noise"], ["sum"]),
            helper.make_node("Ceil", ["x"], ["frames"]),
            helper.make_node("Mul", ["sum", "frames"], ["y"]),
        ],
        "noisy",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, None])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    model, sources = onnxgraph.with_given_noise(saved(graph, tmp_path / "noisy.onnx"))
    assert sources == 1
    given = np.arange(100, dtype=np.float32)
    x = np.full((1, 2, 3), 0.5, np.float32)
    y, frames = run(model.SerializeToString(), x=x, **{onnxgraph.NOISE.format(0): given})
    assert np.array_equal(y, 0.5 + given[:6].reshape(1, 2, 3))
    assert np.array_equal(frames, np.ones((1, 2, 3), np.float32))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(b"\xff\x00 not a model")
    with pytest.raises(ValueError, match="not an ONNX file"):
        onnxgraph.with_given_noise(path)


def test_a_model_without_durations_is_not_kokoro(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "plain",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])],
    )
    with pytest.raises(ValueError, match="not a Kokoro model"):
        onnxgraph.kokoro_graph(saved(graph, tmp_path / "plain.onnx"))


def test_exactness_of_products_is_a_fact_of_the_machine() -> None:
    assert onnxgraph.products_are_exact() is onnxgraph.products_are_exact()


def test_a_quantized_graph_computes_in_floats_what_it_computed_in_bytes() -> None:
    draw = np.random.default_rng(4)
    weights = draw.integers(0, 256, (6, 5, 3), np.uint8)
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
        helper.make_node("ConvInteger", ["xq", "w", "xz", "wz"], ["sum"], kernel_shape=[3], pads=[1, 1]),
        helper.make_node("Mul", ["xs", "ws"], ["scale"]),
        helper.make_node("Div", ["bias", "scale"], ["steps"]),
        helper.make_node("Floor", ["steps"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["offset"], to=TensorProto.INT32),
        helper.make_node("Add", ["sum", "offset"], ["moved"]),
        helper.make_node("Cast", ["moved"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["float", "scale"], ["y"]),
    ]
    constants = {"w": weights, "wz": np.array(131, np.uint8), "ws": np.array(0.01, np.float32),
                 "bias": draw.normal(0, 1, (1, 6, 1)).astype(np.float32)}  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "quantized",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 5, None])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    samples = draw.normal(0, 1, (1, 5, 50)).astype(np.float32)
    (before,) = run(model.SerializeToString(), x=samples)
    onnxgraph._in_floats(model.graph)
    kinds = {node.op_type for node in model.graph.node}
    assert not kinds & {"ConvInteger", "DynamicQuantizeLinear"}
    (after,) = run(model.SerializeToString(), x=samples)
    assert np.abs(after - before).max() < 0.05 * np.abs(before).max()
