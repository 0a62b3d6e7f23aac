"""Parts of an ONNX model: its constants, its convolutions, and stretches of its graph as models of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audiobook.engines.flat import flatten
from audiobook.engines.onnxgraph import convolution, multiply, signed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Convolution", "Parts"]

_TRACE = 1e-30
"""Imaginary part of the bins that have none: above nought, which makes the phase of a negative number pi, not -pi."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """A quantized convolution over time as a product of matrices."""

    matrix: NDArray[np.int8]
    """Weights; see `audiobook.engines.onnxgraph.signed`."""
    zero: NDArray[np.int8]
    """What stands for nought in ``matrix``."""
    scale: NDArray[np.float32]
    """What one step of ``matrix`` is worth."""
    width: int
    dilation: int

    @property
    def channels(self) -> int:
        """Channels that come out."""
        return int(self.matrix.shape[1])

    @property
    def reach(self) -> int:
        """Frames that it needs beyond either end."""
        return self.dilation * (self.width - 1) // 2


class Parts:
    """A quantized model to take apart. What is asked for and not there is a ValueError."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._nodes = list(model.graph.node)
        self._constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self._makers = {name: place for place, node in enumerate(self._nodes) for name in node.output}
        self.inputs = tuple(given.name for given in model.graph.input)
        self.outputs = tuple(given.name for given in model.graph.output)

    def constant(self, name: str) -> NDArray[Any]:
        """Return the numbers of a constant."""
        import onnx

        if name not in self._constants:
            raise _missing(name)
        array: NDArray[Any] = onnx.numpy_helper.to_array(self._constants[name])
        return array

    def convolution(self, sums: str) -> Convolution:
        """Read the ``ConvInteger`` that makes the tensor ``sums``; it gives as many frames as it takes."""
        node = self._nodes[self._maker(sums)]
        shape = convolution(node, self._constants)
        if shape is None or shape[2] != shape[3]:
            raise _missing(sums)
        scale = self.constant(node.input[1].removesuffix("_quantized") + "_scale")
        return Convolution(*signed(node, self._constants), scale, *shape[:2])

    def nodes(self, inputs: Sequence[str], outputs: Sequence[str]) -> list[Any]:
        """Return the nodes that make ``outputs`` from ``inputs``, in order."""
        return [self._nodes[place] for place in sorted(self._needed(inputs, outputs))]

    def cut(
        self, inputs: Sequence[str], outputs: Sequence[str], turned: Collection[str], *, flat: bool = False
    ) -> bytes:
        """Return the part of the graph that makes ``outputs`` from ``inputs``, with the same sums made faster.

        How they are made faster is said at `audiobook.engines.onnxgraph.multiply` and `_spectrum`.

        Args:
            inputs: names of tensors.
            outputs: names of tensors.
            turned: those of them whose last two dimensions change places: frames in rows, not in columns.
            flat: compute its vocoder as pictures, see `audiobook.engines.flat`.
        """
        import onnx

        make, value = onnx.helper.make_node, onnx.helper.make_tensor_value_info
        nodes = self.nodes(inputs, outputs)
        nodes = [new for node in nodes for new in (_spectrum(node, self) if node.op_type == "STFT" else [node])]
        kinds = {given.name: given for given in self._model.graph.input}
        enter, leave = [], []
        model = onnx.ModelProto(ir_version=self._model.ir_version, opset_import=self._model.opset_import)
        graph = model.graph
        graph.name = "part"
        for name in inputs:
            entering = f"{name}_rows" if name in turned else name
            if name in turned:
                enter.append(make("Transpose", [entering], [name], perm=[0, 2, 1]))
            graph.input.append(kinds.get(name) or value(entering, onnx.TensorProto.FLOAT, [1, None, None]))
        for name in outputs:
            if name in turned:
                leave.append(make("Transpose", [name], [f"{name}_rows"], perm=[0, 2, 1]))
            graph.output.append(onnx.helper.make_empty_tensor_value_info(f"{name}_rows" if name in turned else name))
        graph.node.extend([*enter, *nodes, *leave])
        used = {name for node in graph.node for name in node.input}
        graph.initializer.extend(tensor for name, tensor in self._constants.items() if name in used)
        multiply(graph)
        if flat:
            flatten(graph)
        return bytes(model.SerializeToString())

    def _needed(self, inputs: Sequence[str], outputs: Sequence[str]) -> set[int]:
        needed: set[int] = set()
        wanted = list(outputs)
        while wanted:
            name = wanted.pop()
            if name and name not in inputs and name not in self._constants:
                place = self._maker(name)
                if place not in needed:
                    needed.add(place)
                    wanted.extend(self._nodes[place].input)
        return needed

    def _maker(self, name: str) -> int:
        if name not in self._makers:
            raise _missing(name)
        return self._makers[name]


def _missing(name: str) -> ValueError:
    return ValueError(f"not the expected model: it has no {name}")


def _spectrum(node: Any, parts: Parts) -> list[Any]:
    """Nodes that give the output of an ``STFT`` of constant step and window by a convolution, which is much faster."""
    import numpy as np
    import onnx

    step, window = int(parts.constant(node.input[1])), parts.constant(node.input[2])
    bins = len(window) // 2 + 1
    turns = np.outer(np.arange(bins), np.arange(len(window))) * (2 * np.pi / len(window))
    waves = np.stack([np.cos(turns), -np.sin(turns)])
    traces = np.zeros((2, bins))
    for real in (0, bins - 1):
        waves[1, real], traces[1, real] = 0, _TRACE
    name, make = f"{node.name}_wave", onnx.helper.make_node
    constants = {
        "filters": (waves * window).reshape(2 * bins, 1, -1).astype(np.float32),
        "bias": traces.ravel().astype(np.float32),
        "axis": np.array([1]),
        "shape": np.array([1, 2, bins, -1]),
    }
    return [
        *(
            make("Constant", [], [f"{name}_{key}"], value=onnx.numpy_helper.from_array(array))
            for key, array in constants.items()
        ),
        make("Unsqueeze", [node.input[0], f"{name}_axis"], [f"{name}_channel"]),
        make("Conv", [f"{name}_channel", f"{name}_filters", f"{name}_bias"], [f"{name}_bins"], strides=[step]),
        make("Reshape", [f"{name}_bins", f"{name}_shape"], [f"{name}_split"]),
        make("Transpose", [f"{name}_split"], node.output, perm=[0, 3, 2, 1]),
    ]
