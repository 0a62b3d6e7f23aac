"""The loops that the packages of Piper and Kokoro themselves offer, in a process of one thread.

They need ``pip install piper-tts kokoro-onnx``. They get the same texts in the same voices, but none of this program's
phonemes, pieces, options or blends: of a blend they speak the first voice.
"""

from __future__ import annotations

import functools
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from audiobook.audio import Utterance
from audiobook.engines import kokoro, piperfiles

__all__ = ["ENGINES", "speak"]

ENGINES = ("kokoro", "piper")
"""Engines that have a package of their own to compare with."""


def speak(utterance: Utterance) -> float:
    """Speak as the package's documentation shows; return seconds of speech."""
    name = re.split(r"[*+#?]", utterance.voice.name)[0]
    if utterance.voice.engine == "piper":
        voice = _piper(name)
        return sum(
            (len(chunk.audio_int16_array) / chunk.sample_rate for chunk in voice.synthesize(utterance.text)), 0.0
        )
    samples, rate = _kokoro(name).create(utterance.text, voice=name, lang="en-gb" if name[0] == "b" else "en-us")
    return len(samples) / int(rate)


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@functools.cache
def _piper(name: str) -> Any:
    from piper.config import PiperConfig
    from piper.voice import PiperVoice

    path = piperfiles.files()[name]
    return PiperVoice(_session(path), PiperConfig.from_dict(piperfiles.config(path)))


@functools.cache
def _kokoro(name: str) -> Any:
    from kokoro_onnx import Kokoro

    with tempfile.TemporaryDirectory() as folder:
        voices = Path(folder) / "voices.npz"
        rows: Any = np.fromfile(kokoro.folder() / "voices" / f"{name}.bin", "<f4").reshape(510, 1, 256)
        np.savez(voices, allow_pickle=False, **{name: rows})
        return Kokoro.from_session(_session(kokoro.folder() / kokoro.MODEL), str(voices))
