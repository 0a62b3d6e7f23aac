"""Devices for the neural voices: chosen by name, refused by name, and always with the processor behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from audiobook.audio import Plan, Utterance
from audiobook.book import Metadata
from audiobook.booth import Booth
from audiobook.cache import TakeCache
from audiobook.cli import main
from audiobook.configfile import build_settings, set_layer
from audiobook.engines import device, open_engine, store
from audiobook.errors import EngineError, SettingsError
from audiobook.pipeline import health
from audiobook.pipeline.voices import device_complaint, unhonoured
from audiobook.record import Keys, open_recorder
from audiobook.script import Voice
from audiobook.settings import DEVICES, RecordSettings

_LINE = Utterance("The lamp burned.", "en", Voice("piper", "en_US-joe-medium"))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    caches = (device.runtime, device._available, device._opens)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


class _Session(onnxruntime.InferenceSession):
    """The processor, pretending to be the first provider that was asked for."""

    def __init__(self, graph: Any, options: Any, providers: list[Any], **_more: Any) -> None:
        super().__init__(graph, options, providers=["CPUExecutionProvider"])
        self._asked = [one if isinstance(one, str) else one[0] for one in providers]

    def get_providers(self) -> list[str]:
        return self._asked


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with CUDA and its package, as far as can be seen from outside."""
    _install(monkeypatch, "onnxruntime-gpu", "CUDAExecutionProvider")
    monkeypatch.setattr(onnxruntime, "InferenceSession", _Session)


def _install(monkeypatch: pytest.MonkeyPatch, package: str, provider: str) -> None:
    known = store.version
    versions = {"onnxruntime": "", package: "1.20.1"}
    monkeypatch.setattr(store, "version", lambda name: versions.get(name) or ("" if name in versions else known(name)))
    monkeypatch.setattr(device, "_available", lambda: frozenset({provider, "CPUExecutionProvider"}))
    device._available.cache_clear = lambda: None  # type: ignore[attr-defined]


def test_every_device_of_the_settings_has_a_provider() -> None:
    assert set(DEVICES) == {"auto", "cpu", *device.PROVIDERS}
    with pytest.raises(SettingsError, match=r"record\.device"):
        build_settings((set_layer(["record.device=gpu"]),))


def test_the_processor_is_always_usable_and_leaves_no_mark() -> None:
    assert device.usable("cpu")
    assert device.chosen("auto") == device.chosen("cpu") == "cpu"
    assert device.mark("cpu") == ""
    assert device.complaint("cpu") == device.complaint("auto") == ""


@pytest.mark.parametrize(("name", "package"), [(name, one.package) for name, one in device.PROVIDERS.items()])
def test_a_missing_device_is_named_with_its_package_and_the_processor_speaks(
    monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    monkeypatch.setattr(device, "_available", lambda: frozenset({"CPUExecutionProvider"}))
    monkeypatch.setattr(device, "_opens", lambda _name: False)
    assert device.chosen(name) == "cpu"
    complaint = device.complaint(name)
    assert complaint.startswith(f"device {name} cannot be used here")
    assert package in complaint
    assert "\n" not in complaint


def test_a_provider_whose_driver_is_missing_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, "onnxruntime-gpu", "CUDAExecutionProvider")
    monkeypatch.setattr(_Session, "get_providers", lambda _self: ["CPUExecutionProvider"])
    monkeypatch.setattr(onnxruntime, "InferenceSession", _Session)
    assert not device.usable("cuda")
    assert device.chosen("auto") == "cpu"
    assert "driver or libraries are missing" in device.complaint("cuda")


@pytest.mark.usefixtures("cuda")
def test_a_usable_card_is_taken_and_marks_the_takes() -> None:
    assert device.chosen("auto") == device.chosen("cuda") == "cuda"
    assert device.complaint("cuda") == ""
    on_card, on_processor = (open_engine("piper", where).fingerprint(_LINE.voice.name) for where in ("cuda", "cpu"))
    assert on_card == f"{on_processor} on cuda"
    assert Keys(0, "cuda").key(_LINE) != Keys(0, "cpu").key(_LINE)


@pytest.mark.usefixtures("cuda")
def test_openvino_is_not_taken_unasked() -> None:
    assert device.chosen("openvino") == "cpu"
    assert "onnxruntime-openvino" in device.complaint("openvino")


@pytest.mark.usefixtures("cuda")
def test_voices_run_on_the_chosen_device() -> None:
    engine = open_engine("piper", "cuda")
    speech = engine.speak(_LINE)
    assert len(speech.samples) > 0.5 * speech.sample_rate
    assert engine._loaded.popitem()[1]._network.func.__self__.get_providers()[0] == "CUDAExecutionProvider"  # type: ignore[attr-defined]


def test_bytes_of_the_processor_do_not_depend_on_how_it_was_chosen() -> None:
    spoken = [open_engine("piper", where).speak(_LINE).samples for where in ("auto", "openvino")]
    assert np.array_equal(*spoken)


def test_a_card_that_fails_while_speaking_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        def get_providers(self) -> list[str]:
            return ["DmlExecutionProvider", "CPUExecutionProvider"]

        def run(self, _outputs: None, _inputs: dict[str, Any]) -> None:
            raise onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException("the parameter is incorrect")

    monkeypatch.setattr(device, "chosen", lambda _name: "directml")
    with pytest.raises(EngineError, match="DmlExecutionProvider cannot run this voice") as caught:
        device.run(Failing(), {})  # type: ignore[arg-type]
    assert "--device cpu" in str(caught.value)


def test_a_booth_keeps_an_engine_for_each_device(tmp_path: Path) -> None:
    booth = Booth(tmp_path)
    assert booth._engine("piper", "cpu") is booth._engine("piper", "cpu")
    assert booth._engine("piper", "cpu") is not booth._engine("piper", "auto")
    booth.close()


@pytest.mark.parametrize(("where", "jobs", "size"), [("cuda", 0, 4), ("cuda", 7, 7), ("cpu", 0, 16)])
def test_few_processes_share_a_card(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str, jobs: int, size: int
) -> None:
    monkeypatch.setattr("audiobook.record.chosen", lambda name: name)
    for module in ("record", "speakers"):
        monkeypatch.setattr(f"audiobook.{module}.default_jobs", lambda: 16)
    with open_recorder(TakeCache(tmp_path), RecordSettings(device=where), jobs) as recorder:
        assert recorder._crew.size == size


def test_only_engines_with_models_complain_of_a_device() -> None:
    assert device_complaint(["silent", "pyttsx3"], "openvino") == ""
    assert device_complaint(["silent", "piper"], "openvino")
    assert unhonoured(Plan(Metadata("Title"), ()), "openvino") == ()


def test_say_warns_once_and_speaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.wav"
    assert main(["say", "Yes.", "--engine", "silent", "--device", "openvino", "-o", str(out)]) == 0
    assert capsys.readouterr().err.count("device openvino cannot be used here") == 1
    assert out.is_file()


def test_doctor_lists_the_devices() -> None:
    (finding,) = health._devices()
    assert finding.detail.startswith("cpu")
    assert "onnxruntime" in finding.detail
    assert RecordSettings().device == "auto"
