"""Several voices with the same words in one file, to choose by ear."""

from __future__ import annotations

import dataclasses
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from audiobook.atomic import write_bytes
from audiobook.cache import cache_folder
from audiobook.engines import open_engine
from audiobook.pipeline.trial import speak_text
from audiobook.script import Voice
from audiobook.settings import Settings

__all__ = ["SAMPLE_TEXT", "speak_side_by_side"]

SAMPLE_TEXT = (
    "The lamp had burned all night, and by morning three ships had come home. "
    "“Did you wait for us?” the captain asked. “Of course,” she said."
)
_GAP_S = 0.8


def speak_side_by_side(voices: Sequence[Voice], text: str, settings: Settings, out: Path | None) -> Path:
    """Speak ``text`` with each voice in turn, its name first when there are several.

    Args:
        voices: in the order in which they are heard.
        text: the words.
        settings: as for a build.
        out: a file as `speak_text` takes it for one voice, a WAV for several; None is a temporary WAV.

    Raises:
        UsageError, EngineError, RecordingError: as `speak_text` does.
    """
    if len(voices) == 1:
        return speak_text(text, (), _with(settings, voices[0]), out)
    import numpy as np
    import soundfile
    import soxr

    target = out or cache_folder() / "trial.wav"
    rate = max(_rate(voice) for voice in voices)
    parts: list[np.ndarray] = []
    with tempfile.TemporaryDirectory(prefix="audiobook-try-") as folder:
        for number, voice in enumerate(voices):
            path = Path(folder) / f"{number}.wav"
            speak_text(f"{_called(voice)}. {text}", (), _with(settings, voice), path)
            samples, own = soundfile.read(path, dtype="float32")
            parts.extend((soxr.resample(samples, own, rate), np.zeros(round(_GAP_S * rate), np.float32)))
    whole = io.BytesIO()
    soundfile.write(whole, np.concatenate(parts), rate, subtype="PCM_16", format="WAV")
    write_bytes(target, whole.getvalue())
    return target


def _with(settings: Settings, voice: Voice) -> Settings:
    return dataclasses.replace(settings, engine=voice.engine, voice=voice.address)


def _rate(voice: Voice) -> int:
    engine = open_engine(voice.engine)
    try:
        return engine.sample_rate(voice.name)
    finally:
        engine.close()


def _called(voice: Voice) -> str:
    """A voice's name as it can be said: ``af_heart`` is "af heart"."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in voice.name).split())
