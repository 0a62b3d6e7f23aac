"""Kokoro's network, with its generator computed in stretches that stay in the processor's cache.

The generator makes 4,800 frames of 128 numbers a second and walks 48 times over them or their like: normalize,
bend (Snake), quantize, convolve. ONNX Runtime does each step for the whole piece, about twenty walks through
memory a convolution. Here a stretch of frames takes all steps of a convolution before the next stretch follows.
The products of matrices and all other parts of the network remain ONNX Runtime's.

Frames are rows here: the convolution of a stretch is then one product of bytes that lie beside each other, and a
stretch has a scale of its own to which its numbers are rounded, finer than one for the whole piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from audiobook.engines import device
from audiobook.engines.onnxgraph import WIDTHS, kokoro_model
from audiobook.engines.parts import Convolution, Parts

if TYPE_CHECKING:
    import onnxruntime
    from numpy.typing import NDArray

__all__ = ["Network"]

_GENERATOR = "/decoder/decoder/generator/"
_NOISES = tuple(f"{_GENERATOR}noise_convs.{stage}/Conv_output_0" for stage in range(2))
_RAISED = (f"{_GENERATOR}ups.0/ConvTranspose_output_0", f"{_GENERATOR}reflection_pad/Pad_output_0")
"""Tensor at which the sound enters each stage, raised to the stage's rate."""
_SUMS = tuple(f"{_GENERATOR}Add_{number}_output_0" for number in (4, 7))
"""Tensor at which it leaves each stage: the sum of three blocks."""
_BLOCKS = (
    ("noise_res.0", "resblocks.0", "resblocks.1", "resblocks.2"),
    ("noise_res.1", "resblocks.3", "resblocks.4", "resblocks.5"),
)
_EPSILON = 1e-5
"""Added to variances, as in the graph."""
_STRETCH = 131_072
"""Numbers of a stretch: with the bytes of its convolution about 2 MB, as large as one core's cache; halves and doubles
of it were no faster."""


class Network:
    """The loaded network; it takes and gives what the graph of `kokoro_graph` does."""

    def __init__(self, path: Path) -> None:
        """Load the model at ``path``; raise ValueError when it is not Kokoro's."""
        model = Parts(kokoro_model(path))
        quantize = device.open_session(_quantize(), "cpu", arena=False)
        self._stages = [[_Block(model, name, quantize) for name in names] for names in _BLOCKS]
        styles = [name for stage in self._stages for block in stage for name in block.styles]
        self._given = [*_NOISES, _RAISED[0], *dict.fromkeys(styles), WIDTHS]
        turned = {*_NOISES, *_RAISED, *_SUMS}
        cuts = (
            (model.inputs, self._given),
            ([_SUMS[0]], [_RAISED[1]]),
            ([_SUMS[1]], model.outputs[:1]),
        )
        parts = [model.cut(inputs, outputs, turned) for inputs, outputs in cuts]
        del model  # of a hundred megabytes; opening the parts takes as much
        self._end, self._between, self._front = (device.open_session(parts.pop(), "cpu", arena=False) for _ in cuts)

    def run(self, inputs: dict[str, Any]) -> list[Any]:
        """Return the samples and the frames of each token."""
        known = dict(zip(self._given, self._front.run(None, inputs), strict=True))
        total = self._stage(0, known.pop(_RAISED[0]), known)
        (raised,) = self._between.run(None, {f"{_SUMS[0]}_rows": total[None]})
        total = self._stage(1, raised, known)
        (samples,) = self._end.run(None, {f"{_SUMS[1]}_rows": total[None]})
        return [samples, known[WIDTHS]]

    def _stage(self, number: int, raised: NDArray[np.float32], known: dict[str, Any]) -> NDArray[np.float32]:
        noise, *blocks = self._stages[number]
        frames = noise(_Sound.of(known.pop(_NOISES[number])[0]), known).frames
        frames += raised[0]
        sound = _Sound.of(frames)
        total = blocks[0](sound, known).frames
        for block in blocks[1:]:
            total += block(sound, known).frames
        return total


@dataclass(frozen=True, slots=True)
class _Sound:
    """Frames and what normalizing them needs."""

    frames: NDArray[np.float32]
    """A row a frame, a column a channel."""
    sums: NDArray[np.float64]
    """Of each channel: its sum and the sum of its squares."""

    @classmethod
    def of(cls, frames: NDArray[np.float32]) -> _Sound:
        """Add up each channel of ``frames``."""
        sums = np.zeros((2, frames.shape[1]))
        rows = _STRETCH // frames.shape[1]
        for at in range(0, len(frames), rows):
            sums += _sums(frames[at : at + rows])
        return cls(frames, sums)


def _sums(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack((np.einsum("tc->c", frames), np.einsum("tc,tc->c", frames, frames)))


class _Block:
    """Three times two layers; what each pair makes is added to what it was made from."""

    def __init__(self, model: Parts, name: str, quantize: onnxruntime.InferenceSession) -> None:
        self._layers = [[_Layer(model, name, f"{half}.{pair}", quantize) for half in (1, 2)] for pair in range(3)]
        self.styles = [style for pair in self._layers for layer in pair for style in (layer.gain, layer.shift)]

    def __call__(self, sound: _Sound, known: dict[str, Any]) -> _Sound:
        for first, second in self._layers:
            sound = second(first(sound, known), known, sound.frames)
        return sound


class _Layer:
    """Instance normalization in the voice's style, Snake (x + sin² αx / α), and a convolution over time."""

    def __init__(self, model: Parts, block: str, place: str, quantize: onnxruntime.InferenceSession) -> None:
        half, pair = place.split(".")
        path = f"{_GENERATOR}{block}/"
        self.gain, self.shift = (f"{path}adain{place}/{part}_output_0" for part in ("Add_1", "Slice_1"))
        dotted = path.strip("/").replace("/", ".")
        self._alpha = model.constant(f"{dotted}.alpha{place}").ravel().astype(np.float64)
        self._convolution = model.convolution(f"{path}convs{half}.{pair}/Conv_output_0_output_quantized")
        bias = model.constant(f"{dotted}.convs{half}.{pair}.bias")
        self._product = device.open_session(_product(self._convolution, bias), "cpu", arena=False)
        self._quantize = quantize

    def __call__(self, sound: _Sound, known: dict[str, Any], added: NDArray[np.float32] | None = None) -> _Sound:
        frames = sound.frames
        gain, shift, back = self._bend(sound, known[self.gain].ravel(), known[self.shift].ravel())
        made = np.empty((len(frames), self._convolution.channels), np.float32)
        sums = np.zeros((2, self._convolution.channels))
        reach, rows = self._convolution.reach, _STRETCH // frames.shape[1]
        for start in range(0, len(frames), rows):
            end = min(start + rows, len(frames))
            wave = frames[max(start - reach, 0) : end + reach] * gain
            wave += shift
            bent = np.sin(wave)
            bent *= bent
            bent += wave
            bent *= back
            around = (max(reach - start, 0), max(end + reach - len(frames), 0))
            if any(around):
                bent = np.pad(bent, (around, (0, 0)))
            stretch = made[start:end]
            stretch[:] = self._convolve(bent, end - start)
            if added is not None:
                stretch += added[start:end]
            sums += _sums(stretch)
        return _Sound(made, sums)

    def _bend(self, sound: _Sound, gain: Any, shift: Any) -> tuple[NDArray[np.float32], ...]:
        """Of each channel: factor and summand that normalize it and multiply by alpha, and 1 / alpha."""
        mean, square = sound.sums / len(sound.frames)
        factor = gain / np.sqrt(square - mean * mean + _EPSILON)
        parts = (factor * self._alpha, (shift - mean * factor) * self._alpha, 1 / self._alpha)
        return tuple(part.astype(np.float32) for part in parts)

    def _convolve(self, frames: NDArray[np.float32], count: int) -> Any:
        """Convolve ``frames``, which reach beyond the ``count`` frames that are made."""
        codes, scale, zero = self._quantize.run(None, {"x": frames})
        channels, step = frames.shape[1], self._convolution.dilation * frames.shape[1]
        beside = np.ndarray((count, self._convolution.width, channels), np.uint8, codes, 0, (channels, step, 1))
        return self._product.run(None, {"x": beside.reshape(count, -1), "scale": scale, "zero": zero})[0]


def _quantize() -> bytes:
    """Return a graph that rounds numbers to bytes."""
    import onnx

    value, kinds = onnx.helper.make_tensor_value_info, onnx.TensorProto
    node = onnx.helper.make_node("DynamicQuantizeLinear", ["x"], ["codes", "scale", "zero"])
    outputs = [
        value("codes", kinds.UINT8, [None, None]),
        value("scale", kinds.FLOAT, []),
        value("zero", kinds.UINT8, []),
    ]
    return _model(onnx.helper.make_graph([node], "quantize", [value("x", kinds.FLOAT, [None, None])], outputs))


def _product(convolution: Convolution, bias: NDArray[np.float32]) -> bytes:
    """Return a graph that multiplies bytes by a convolution's weights and gives numbers."""
    import onnx

    value, kinds, given = onnx.helper.make_tensor_value_info, onnx.TensorProto, onnx.numpy_helper.from_array
    rows, columns = convolution.matrix.shape
    inputs = [value("x", kinds.UINT8, [None, rows]), value("scale", kinds.FLOAT, []), value("zero", kinds.UINT8, [])]
    weights: dict[str, NDArray[Any]] = {
        "w": convolution.matrix,
        "ws": convolution.scale,
        "wz": convolution.zero,
        "bias": bias,
    }
    node = onnx.helper.make_node(
        "MatMulIntegerToFloat", ["x", "w", "scale", "ws", "zero", "wz", "bias"], ["y"], domain="com.microsoft"
    )
    return _model(
        onnx.helper.make_graph(
            [node], "product", inputs, [value("y", kinds.FLOAT, [None, columns])],
            [given(array, name) for name, array in weights.items()],
        )
    )  # fmt: skip


def _model(graph: Any) -> bytes:
    import onnx

    versions = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("com.microsoft", 1)]
    return bytes(onnx.helper.make_model(graph, opset_imports=versions, ir_version=8).SerializeToString())
