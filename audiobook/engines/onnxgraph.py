"""Small changes to ONNX graphs, made in memory while a model is loaded."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "NOISE",
    "WIDTHS",
    "convolution",
    "kokoro_graph",
    "kokoro_model",
    "multiply",
    "products_are_exact",
    "signed",
    "with_given_noise",
]

NOISE = "given_noise_{}"
"""Name of the graph input that replaces the k-th random source."""
WIDTHS = "w_ceil"
"""Name of the added graph output: frames of each phoneme id."""
_PROBE = 64
"""Rows of the matrices by which `products_are_exact` judges."""


def with_given_noise(path: Path) -> tuple[Any, int]:
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
    return model, count


def _given(node: Any, number: int) -> list[Any]:
    import onnx

    shape, size, flat = (f"given_noise_{number}_{part}" for part in ("shape", "size", "flat"))
    return [
        onnx.helper.make_node("Shape", [node.input[0]], [shape]),
        onnx.helper.make_node("ReduceProd", [shape], [size], keepdims=1),
        onnx.helper.make_node("Slice", [NOISE.format(number), "given_noise_zero", size], [flat]),
        onnx.helper.make_node("Reshape", [flat, shape], [node.output[0]]),
    ]


def kokoro_model(path: Path) -> Any:
    """Load a Kokoro model and add the frames of each token as a second output `WIDTHS`.

    The frames are the only ``Round`` of the graph, limited to at least 1 by the ``Clip`` behind it.

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
    return model


def kokoro_graph(path: Path, *, floats: bool = False) -> bytes:
    """Load a Kokoro model with the second output `WIDTHS`.

    Args:
        path: the model, quantized to bytes.
        floats: compute with floating-point numbers, as graphics cards want it; see `_in_floats`.

    Raises:
        ValueError: the file is not a Kokoro model.
    """
    model = kokoro_model(path)
    if floats:
        _in_floats(model.graph)
    return bytes(model.SerializeToString())


@functools.cache
def products_are_exact() -> bool:
    """Tell whether this machine multiplies unsigned by signed bytes without saturation.

    x86 processors without VNNI add pairs of products in 16 bits and cut them off there.
    """
    import numpy as np
    import onnx
    import onnxruntime

    value = onnx.helper.make_tensor_value_info
    weights = onnx.numpy_helper.from_array(np.full((_PROBE, _PROBE), 127, np.int8), "b")
    node = onnx.helper.make_node("MatMulInteger", ["a", "b"], ["y"])
    graph = onnx.helper.make_graph(
        [node],
        "probe",
        [value("a", onnx.TensorProto.UINT8, [_PROBE, _PROBE])],
        [value("y", onnx.TensorProto.INT32, None)],
        [weights],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (product,) = session.run(None, {"a": np.full((_PROBE, _PROBE), 255, np.uint8)})
    return bool((product == 255 * 127 * _PROBE).all())


def multiply(graph: Any) -> None:
    """Turn integer convolutions over time into products of matrices with signed weights.

    ONNX Runtime computes ``ConvInteger`` with unsigned weights, and processors have instructions for
    unsigned times signed bytes only. Shifted copies of the input, side by side, times the weights as one
    matrix are the same sums; weights and their zero point move by 128 together, so nothing changes.
    """
    known = {tensor.name: tensor for tensor in graph.initializer}
    old: set[str] = set()
    nodes: list[Any] = []
    for node in graph.node:
        shape = convolution(node, known)
        if shape is None:
            nodes.append(node)
            continue
        made, tensors = _product(node, f"product_{len(nodes)}", *signed(node, known), *shape)
        nodes.extend(made)
        graph.initializer.extend(tensors)
        old.update((node.input[1], node.input[3]))
    del graph.node[:]
    graph.node.extend(nodes)
    old -= {name for node in nodes for name in node.input}
    for place in reversed(range(len(graph.initializer))):  # others stay where they are: they are large
        if graph.initializer[place].name in old:
            del graph.initializer[place]


def convolution(node: Any, known: dict[str, Any]) -> tuple[int, int, int, int] | None:
    """Width, dilation and padding at both ends of a convolution that `multiply` can turn; None for other nodes."""
    import onnx

    if node.op_type != "ConvInteger" or not {node.input[1], node.input[3]} <= known.keys():
        return None
    facts = {fact.name: onnx.helper.get_attribute_value(fact) for fact in node.attribute}
    tensor = known[node.input[1]]
    plain = facts.get("group", 1) == 1 and facts.get("strides", [1]) == [1]
    if not plain or len(tensor.dims) != 3 or tensor.data_type != onnx.TensorProto.UINT8:
        return None
    before, after = facts.get("pads", [0, 0])
    return tensor.dims[2], facts.get("dilations", [1])[0], before, after


def signed(node: Any, known: dict[str, Any]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Weights of a convolution as a signed matrix, and what stands for nought in it.

    The rows are those of the first place, then those of the second, and so on; a column is an output channel.
    """
    import numpy as np
    import onnx

    weights, zero = (onnx.numpy_helper.to_array(known[node.input[place]]).astype(np.int16) - 128 for place in (1, 3))
    matrix = np.ascontiguousarray(weights.astype(np.int8).transpose(2, 1, 0).reshape(-1, weights.shape[0]))
    return matrix, zero.astype(np.int8)


def _product(
    node: Any, name: str, matrix: Any, zero: Any, width: int, dilation: int, before: int, after: int
) -> tuple[list[Any], list[Any]]:
    """Nodes and tensors that give ``node``'s output as a product of matrices."""
    import numpy as np
    import onnx

    make, tensor = onnx.helper.make_node, onnx.numpy_helper.from_array
    tensors = [
        tensor(matrix, f"{name}_w"),
        tensor(zero, f"{name}_z"),
        tensor(np.array([1], np.int64), f"{name}_axis"),
        tensor(np.array([0, before, 0, 0, after, 0], np.int64), f"{name}_pads"),
    ]
    nodes = [
        make("Transpose", [node.input[0]], [f"{name}_time"], perm=[0, 2, 1]),
        make("Pad", [f"{name}_time", f"{name}_pads", node.input[2]], [f"{name}_padded"]),
    ]
    copies = []
    for place in range(width):
        first, past = place * dilation, (place + 1 - width) * dilation or np.iinfo(np.int64).max
        bounds = [f"{name}_first{place}", f"{name}_past{place}"]
        tensors += [
            tensor(np.array([edge], np.int64), bound) for edge, bound in zip((first, past), bounds, strict=True)
        ]
        copies.append(f"{name}_copy{place}")
        nodes.append(make("Slice", [f"{name}_padded", *bounds, f"{name}_axis"], [copies[-1]]))
    nodes += [
        make("Concat", copies, [f"{name}_beside"], axis=2),
        make("MatMulInteger", [f"{name}_beside", f"{name}_w", node.input[2], f"{name}_z"], [f"{name}_sum"]),
        make("Transpose", [f"{name}_sum"], [node.output[0]], perm=[0, 2, 1]),
    ]
    return nodes, tensors


def _in_floats(graph: Any) -> None:
    """Compute with floats what a dynamically quantized graph computes with bytes.

    Graphics cards have no integer convolution, so each would go back to the processor. The weights keep the values
    to which they were rounded; inputs are no longer rounded: a quantized input is the input itself, its scale is 1.
    """
    import onnx

    known = {tensor.name: tensor for tensor in graph.initializer}
    made: dict[str, Any] = {}
    nodes = [new for node in graph.node for new in _in_float(node, known, made)]
    del graph.node[:]
    graph.node.extend(nodes)
    made["unit_scale"] = onnx.helper.make_tensor("unit_scale", onnx.TensorProto.FLOAT, [], [1.0])
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend([*kept, *made.values()])
    del graph.value_info[:]  # it says which tensors were bytes
    spectra = [node.output[0] for node in nodes if node.op_type == "STFT"]
    graph.value_info.extend(  # OpenVINO must know the number of dimensions, which nothing else tells
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * 4) for name in spectra
    )


def _in_float(node: Any, known: dict[str, Any], made: dict[str, Any]) -> list[Any]:
    """Nodes that take the place of ``node``; new weights are added to ``made``."""
    import onnx

    make = onnx.helper.make_node
    if node.op_type == "DynamicQuantizeLinear":
        same = make("Identity", [node.input[0]], [node.output[0]])
        return [same, make("Identity", ["unit_scale"], [node.output[1]])]
    if node.op_type in {"ConvInteger", "MatMulInteger"}:
        names = list(node.input[:2])
        if names[1] in known:
            names[1] = _dequantized(names[1], node.input[3], known, made)
        return [make(node.op_type.removesuffix("Integer"), names, node.output, **_attributes(node))]
    if node.op_type == "DynamicQuantizeLSTM":
        weights = [
            _dequantized(node.input[place], node.input[zero], known, made, node.input[scale])
            for place, scale, zero in ((1, 8, 9), (2, 10, 11))
        ]
        return [make("LSTM", [node.input[0], *weights, *node.input[3:8]], node.output, **_attributes(node))]
    if node.op_type == "Cast" and onnx.helper.get_node_attr_value(node, "to") == onnx.TensorProto.INT32:
        return [make("Cast", node.input, node.output, to=onnx.TensorProto.FLOAT)]
    return [node]


def _dequantized(name: str, zero: str, known: dict[str, Any], made: dict[str, Any], scale: str = "") -> str:
    """Name of the weights ``name`` as floats; with ``scale`` they are an LSTM's, which are also turned."""
    import numpy as np
    import onnx

    array = onnx.numpy_helper.to_array
    weights, middle = array(known[name]).astype(np.float32), array(known[zero]).astype(np.float32)
    if scale:  # one middle and scale for each direction
        weights = (weights - middle.reshape(-1, 1, 1)) * array(known[scale]).reshape(-1, 1, 1)
        weights = np.ascontiguousarray(weights.transpose(0, 2, 1))
    else:
        weights -= middle
    made[name] = onnx.numpy_helper.from_array(weights, f"{name}_float")
    return f"{name}_float"


def _attributes(node: Any) -> dict[str, Any]:
    import onnx

    return {fact.name: onnx.helper.get_attribute_value(fact) for fact in node.attribute}


def _load(path: Path) -> Any:
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        return onnx.load(str(path))
    except DecodeError as error:
        msg = "not an ONNX file"
        raise ValueError(msg) from error
