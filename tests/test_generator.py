"""Kokoro's generator in stretches must compute what its graph says."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from audiobook.engines import device, generator, parts

CHANNELS, FRAMES = 8, 300


def model(nodes: list[Any], inputs: list[Any], output: str, constants: dict[str, NDArray[Any]]) -> Any:
    given = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "made", inputs, [helper.make_empty_tensor_value_info(output)], given)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(given: bytes, **inputs: Any) -> Any:
    return onnxruntime.InferenceSession(given, providers=["CPUExecutionProvider"]).run(None, inputs)[0]


@pytest.fixture
def layer() -> tuple[Any, dict[str, NDArray[Any]]]:
    """A layer with a dilated convolution of five places, and its constants."""
    draw = np.random.default_rng(5)
    path, dotted = "/decoder/decoder/generator/block/convs1.0/", "decoder.decoder.generator.block"
    constants = {
        "w_quantized": draw.integers(0, 256, (CHANNELS, CHANNELS, 5)).astype(np.uint8),
        "w_zero_point": np.array(125, np.uint8),
        "w_scale": np.array(0.01, np.float32),
        f"{dotted}.alpha1.0": draw.uniform(0.3, 2, (1, CHANNELS, 1)).astype(np.float32),
        f"{dotted}.convs1.0.bias": draw.normal(0, 1, CHANNELS).astype(np.float32),
    }
    inputs = ["x", "w_quantized", "xz", "w_zero_point"]
    output = f"{path}Conv_output_0_output_quantized"
    node = helper.make_node("ConvInteger", inputs, [output], dilations=[3], pads=[6, 6], kernel_shape=[5])
    taken = parts.Parts(model([node], [], output, constants))
    quantize = device.open_session(generator._quantize(), "cpu")
    return generator._Layer(taken, "block", "1.0", quantize), constants


def heard(constants: dict[str, NDArray[Any]], frames: Any, style: dict[str, Any], layer: Any) -> Any:
    """What the layer should make, in floats: the definition, step by step."""
    gain, shift = style[layer.gain].ravel(), style[layer.shift].ravel()
    alpha = next(array for name, array in constants.items() if "alpha" in name).ravel()
    bias = next(array for name, array in constants.items() if "bias" in name)
    normal = (frames - frames.mean(0)) / np.sqrt(frames.var(0) + 1e-5) * gain + shift
    bent = np.pad(normal + np.sin(alpha * normal) ** 2 / alpha, ((6, 6), (0, 0)))
    weights = (constants["w_quantized"].astype(float) - 125) * 0.01
    return bias + sum(bent[3 * place : 3 * place + FRAMES] @ weights[:, :, place].T for place in range(5))


@pytest.mark.parametrize("stretch", [64, 40 * CHANNELS, 100_000])
def test_a_layer_normalizes_bends_and_convolves_in_stretches_of_any_length(
    layer: Any, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, constants = layer
    draw = np.random.default_rng(6)
    frames = draw.normal(3, 2, (FRAMES, CHANNELS)).astype(np.float32)
    style = {name: draw.normal(1, 0.3, (1, CHANNELS, 1)).astype(np.float32) for name in (made.gain, made.shift)}
    monkeypatch.setattr(generator, "_STRETCH", stretch)
    sound = made(generator._Sound.of(frames), style, frames)
    wanted = heard(constants, frames.astype(float), style, made) + frames
    assert np.abs(sound.frames - wanted).max() < 0.05 * np.abs(wanted).max()
    assert np.allclose(sound.sums, [sound.frames.sum(0), (sound.frames**2).sum(0)], rtol=1e-4, atol=1e-2)


def test_a_convolution_that_is_not_there_is_told() -> None:
    taken = parts.Parts(model([helper.make_node("Relu", ["x"], ["y"])], [], "y", {}))
    with pytest.raises(ValueError, match="it has no z"):
        taken.convolution("z")
    with pytest.raises(ValueError, match="it has no y"):
        taken.convolution("y")
    with pytest.raises(ValueError, match="it has no weights"):
        taken.constant("weights")


def test_a_part_of_a_graph_takes_and_gives_frames_in_rows() -> None:
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, None])
    nodes = [
        helper.make_node("Sqrt", ["x"], ["root"]),
        helper.make_node("Mul", ["root", "three"], ["a"]),
        helper.make_node("Add", ["a", "one"], ["b"]),
        helper.make_node("Neg", ["b"], ["c"]),
    ]
    constants = {"three": np.array(3, np.float32), "one": np.array(1, np.float32)}
    part = parts.Parts(model(nodes, [value], "c", constants)).cut(["a"], ["b"], {"a", "b"})
    rows = np.arange(6, dtype=np.float32).reshape(1, 3, 2)
    assert np.array_equal(run(part, a_rows=rows), rows + 1)


def test_a_spectrum_by_convolution_is_the_spectrum() -> None:
    samples = np.random.default_rng(7).normal(0, 1, (1, 105)).astype(np.float32)
    constants = {"step": np.array(5), "window": np.hanning(21)[:20].astype(np.float32), "length": np.array(20)}
    node = helper.make_node("STFT", ["x", "step", "window", "length"], ["y"], name="spectrum")
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, None])
    part = parts.Parts(model([node], [value], "y", constants)).cut(["x"], ["y"], ())
    found = run(part, x=samples)
    frames = np.lib.stride_tricks.sliding_window_view(samples[0], 20)[::5] * constants["window"]
    wanted = np.fft.rfft(frames)
    assert found.shape == (1, 18, 11, 2)
    assert np.abs(found[0, ..., 0] + 1j * found[0, ..., 1] - wanted).max() < 1e-5
    # Rounding once made the phase of a negative real number pi or -pi at random.
    assert (found[0, :, [0, 10], 1] > 0).all()
