"""Piper's network (VITS) on one core: its convolutions as pictures of one line, its vocoder in stretches.

Most of the time goes into the vocoder, whose stages raise the number of frames to that of samples. A stage hears only
some dozens of frames around each, so it is computed in stretches that stay in the processor's cache, each with as
many frames more at its ends as it hears; what comes of those is cut off. Every sample is the same sum as in the whole
graph, added in another order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from audiobook.engines import device
from audiobook.engines.flat import attributes
from audiobook.engines.parts import Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Network"]

_STAGES = 2
"""Last stages that are computed in stretches; the frames of those before fit into a core's cache."""
_STRETCH = 131_072
"""Numbers that a stage makes of a stretch and keeps for each step: half a megabyte."""


class Network:
    """The loaded network; it takes and gives what the graph does."""

    def __init__(self, model: Any) -> None:
        """Load ``model``; raise ValueError when it has no vocoder of the kind that is expected."""
        raising = [node for node in model.graph.node if node.op_type == "ConvTranspose"][-_STAGES:]
        if not raising:
            msg = "the model has no vocoder"
            raise ValueError(msg)
        parts = Parts(model)
        output, *others = parts.outputs
        joints = [node.input[0] for node in raising]
        self._body = device.open_session(
            parts.cut(parts.inputs, [joints[0], *others], (), flat=True), "cpu", arena=False
        )
        self._stages = [_Stage(parts, node, joint) for node, joint in zip(raising, [*joints[1:], output], strict=True)]

    def run(self, inputs: dict[str, Any]) -> list[Any]:
        """Return the samples and the graph's other outputs."""
        frames, *others = self._body.run(None, inputs)
        for stage in self._stages:
            frames = stage(frames)
        return [frames, *others]


class _Stage:
    """What makes more frames of frames, from a ``ConvTranspose`` to the next."""

    def __init__(self, parts: Parts, raising: Any, output: str) -> None:
        self._input = raising.input[0]
        (self._growth,) = attributes(raising).get("strides", [])
        channels = parts.constant(raising.input[1]).shape[1]
        self._step = max(1, _STRETCH // (channels * self._growth))
        self._margin = -(-_hearing(parts.nodes([self._input], [output])) // self._growth)
        self._session = device.open_session(parts.cut([self._input], [output], (), flat=True), "cpu", arena=False)

    def __call__(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        count, made = frames.shape[2], []
        for start in range(0, count, self._step):
            first, end = max(start - self._margin, 0), min(start + self._step, count)
            (stretch,) = self._session.run(None, {self._input: frames[:, :, first : end + self._margin]})
            made.append(stretch[..., (start - first) * self._growth : (end - first) * self._growth])
        return np.concatenate(made, axis=-1)


def _hearing(nodes: list[Any]) -> int:
    """Frames at each end of what a stage makes that depend on what lies beyond its input."""
    reach: dict[str, int] = {}
    for node in nodes:
        own = 0
        if node.op_type in {"Conv", "ConvTranspose"}:
            facts = attributes(node)
            (width,), (dilation,) = facts.get("kernel_shape", []), facts.get("dilations", [1])
            own = dilation * (width - 1)
            if node.op_type == "Conv":
                own -= own // 2
        reach[node.output[0]] = own + max((reach.get(name, 0) for name in node.input), default=0)
    return max(reach.values())
