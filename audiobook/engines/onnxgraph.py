"""Small changes to ONNX graphs, made in memory while a model is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["NOISE", "WIDTHS", "with_given_noise"]

NOISE = "given_noise_{}"
"""Name of the graph input that replaces the k-th random source."""
WIDTHS = "w_ceil"
"""Name of the added graph output: frames of each phoneme id."""


def with_given_noise(path: Path) -> tuple[bytes, int]:
    """Load a VITS model and let the caller supply the noise that the graph would draw.

    Each ``RandomNormalLike(x)`` becomes the first ``size(x)`` numbers of a new one-dimensional
    input, reshaped like ``x``. The graph draws the same distribution as before when the input is
    standard normal, and the same input gives the same sound. The durations of the phoneme ids
    (the only ``Ceil`` of a VITS graph) become a second output where there is one.

    Returns:
        The changed model, and the number of noise inputs.

    Raises:
        ValueError: the file is not an ONNX model.
    """
    import onnx

    model = _load(path)
    graph = model.graph
    nodes: list[Any] = []
    count = 0
    for node in graph.node:
        if node.op_type == "RandomNormalLike":
            nodes.extend(_given(node, count))
            noise = onnx.helper.make_tensor_value_info(NOISE.format(count), onnx.TensorProto.FLOAT, [None])
            graph.input.append(noise)
            count += 1
        else:
            nodes.append(node)
    if count:
        zero = onnx.helper.make_tensor("given_noise_zero", onnx.TensorProto.INT64, [1], [0])
        graph.initializer.append(zero)
    ceils = [node for node in graph.node if node.op_type == "Ceil"]
    if len(ceils) == 1:
        nodes.append(onnx.helper.make_node("Identity", [ceils[0].output[0]], [WIDTHS]))
        graph.output.append(onnx.helper.make_empty_tensor_value_info(WIDTHS))
    del graph.node[:]
    graph.node.extend(nodes)
    return model.SerializeToString(), count


def _given(node: Any, number: int) -> list[Any]:
    import onnx

    shape, size, flat = (f"given_noise_{number}_{part}" for part in ("shape", "size", "flat"))
    return [
        onnx.helper.make_node("Shape", [node.input[0]], [shape]),
        onnx.helper.make_node("ReduceProd", [shape], [size], keepdims=1),
        onnx.helper.make_node("Slice", [NOISE.format(number), "given_noise_zero", size], [flat]),
        onnx.helper.make_node("Reshape", [flat, shape], [node.output[0]]),
    ]


def with_durations(path: Path) -> bytes:
    """Load a Kokoro model and add the frames of each token as a second output, `WIDTHS`.

    They are the only ``Round`` of the graph, limited to at least 1 by the ``Clip`` behind it. The input
    ``speed`` may then hold one factor for every token instead of one for all.

    Raises:
        ValueError: the file is not a Kokoro model.
    """
    import onnx

    model = _load(path)
    graph = model.graph
    rounds = {node.output[0] for node in graph.node if node.op_type == "Round"}
    clips = [node for node in graph.node if node.op_type == "Clip" and node.input[0] in rounds]
    if len(clips) != 1:
        msg = "not a Kokoro model: it has no durations"
        raise ValueError(msg)
    graph.node.append(onnx.helper.make_node("Identity", [clips[0].output[0]], [WIDTHS]))
    graph.output.append(onnx.helper.make_empty_tensor_value_info(WIDTHS))
    for given in graph.input:
        if given.name == "speed":
            given.type.tensor_type.shape.dim[0].dim_param = "speeds"
    return bytes(model.SerializeToString())


def _load(path: Path) -> Any:
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        return onnx.load(str(path))
    except DecodeError as error:
        msg = "not an ONNX file"
        raise ValueError(msg) from error
