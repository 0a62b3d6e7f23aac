"""On what ONNX Runtime runs the neural voices: the processor, or a graphics card or accelerator.

Each device is one of ONNX Runtime's execution providers, and each provider comes in a package of ONNX Runtime of its
own, which takes the place of the plain one. What the provider cannot do the processor does.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audiobook.engines import store
from audiobook.errors import EngineError
from audiobook.settings import DEVICES

if TYPE_CHECKING:
    import onnxruntime

__all__ = [
    "AUTOMATIC",
    "PROVIDERS",
    "Provider",
    "chosen",
    "complaint",
    "failures",
    "mark",
    "open_session",
    "run",
    "runtime",
    "usable",
]


@dataclass(frozen=True, slots=True)
class Provider:
    """An execution provider of ONNX Runtime."""

    name: str
    package: str
    """Distribution of ONNX Runtime that holds it."""
    options: tuple[tuple[str, str], ...] = ()


PROVIDERS = {
    "cuda": Provider("CUDAExecutionProvider", "onnxruntime-gpu", (("cudnn_conv_algo_search", "HEURISTIC"),)),
    "coreml": Provider("CoreMLExecutionProvider", "onnxruntime"),
    "directml": Provider("DmlExecutionProvider", "onnxruntime-directml"),
    "openvino": Provider("OpenVINOExecutionProvider", "onnxruntime-openvino"),
}
"""Device -> provider. cuDNN's exhaustive search would search anew for each length of a sentence."""
AUTOMATIC = ("cuda",)
"""Devices that ``auto`` takes where they are usable. The others must be asked for: CoreML and OpenVINO leave most of a
voice's varying lengths to the processor, and DirectML is known to fail with some models."""
_PLAIN = "CPUExecutionProvider"
_DISTRIBUTIONS = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino")


@functools.cache
def runtime() -> str:
    """Name and version of the installed ONNX Runtime, "onnxruntime 1.20.1"; empty when there is none."""
    found = [name for name in _DISTRIBUTIONS if store.version(name)]
    # Two side by side overwrite each other; the special one was installed on purpose.
    return f"{found[-1]} {store.version(found[-1])}" if found else ""


def usable(device: str) -> bool:
    """Tell whether voices can run on ``device`` here: its provider is installed and opens a tiny graph."""
    return device == "cpu" or _opens(device)


def chosen(device: str) -> str:
    """Return the device that is used when ``device`` is asked for; ``cpu`` where that is not usable."""
    wanted = AUTOMATIC if device == "auto" else (device,)
    installed = runtime().partition(" ")[0]
    for one in wanted:
        # Without the package there is nothing to open, and the runtime need not be loaded to know it.
        if one != "cpu" and (device != "auto" or PROVIDERS[one].package == installed) and usable(one):
            return one
    return "cpu"


def complaint(device: str) -> str:
    """Say in one line why ``device`` is not used and what would supply it; empty when it is used."""
    if device in {"auto", "cpu"} or chosen(device) == device:
        return ""
    provider = PROVIDERS[device]
    remedy = f"pip install {provider.package} in place of {runtime().partition(' ')[0] or 'onnxruntime'}"
    if device == "coreml":
        remedy = "it comes with onnxruntime for macOS"
    elif provider.name in _available():
        remedy = f"{provider.name} is installed and does not start; its driver or libraries are missing"
    return f"device {device} cannot be used here, the processor speaks in its place ({remedy})"


def mark(device: str) -> str:
    """Return what a fingerprint says of a device in use: nothing of the processor, whose bytes are the reference."""
    return "" if device == "cpu" else f" on {device}"


def failures() -> tuple[type[Exception], ...]:
    """Errors of ONNX Runtime; they have no common base but Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception))
    return (*own, RuntimeError, OSError)


def open_session(graph: bytes | str, device: str, *, arena: bool = True) -> onnxruntime.InferenceSession:
    """Open a graph on a device that `chosen` returned, with one thread: one process a core is faster than threads.

    Args:
        graph: model, or path of one.
        device: where it runs.
        arena: keep memory between the steps and runs of the graph.

    Raises:
        ValueError: it cannot be opened; the message is the runtime's.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = arena
    providers: list[Any] = [_PLAIN]
    if device != "cpu":
        provider = PROVIDERS[device]
        providers.insert(0, (provider.name, dict(provider.options)))
    if device == "directml":  # its documentation asks for it
        options.enable_mem_pattern = False
    try:
        return onnxruntime.InferenceSession(graph, options, providers=providers, enable_fallback=0)
    except failures() as error:
        raise ValueError(str(error)) from error


def run(session: onnxruntime.InferenceSession, inputs: dict[str, Any]) -> list[Any]:
    """Run a graph and return its outputs.

    Raises:
        EngineError: it fails on a device other than the processor.
    """
    where = session.get_providers()[0]
    if where == _PLAIN:
        return list(session.run(None, inputs))
    try:
        return list(session.run(None, inputs))
    except failures() as error:
        raise EngineError(f"{where} cannot run this voice ({str(error)[:120]})", remedy="Add --device cpu") from error


@functools.cache
def _available() -> frozenset[str]:
    import onnxruntime

    return frozenset(onnxruntime.get_available_providers())


@functools.cache
def _opens(device: str) -> bool:
    """Open a graph of one node: a provider may be installed and its driver not, and then says so only here."""
    if not runtime() or PROVIDERS[device].name not in _available():
        return False
    import onnx

    value = onnx.helper.make_tensor_value_info
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    shape = [value(name, onnx.TensorProto.FLOAT, [1]) for name in ("x", "y")]
    graph = onnx.helper.make_graph([node], "probe", shape[:1], shape[1:])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    try:
        session = open_session(model.SerializeToString(), device)
    except ValueError:
        return False
    return PROVIDERS[device].name in session.get_providers()


assert set(DEVICES) == {"auto", "cpu", *PROVIDERS}
