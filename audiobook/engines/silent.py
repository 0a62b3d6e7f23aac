"""The ``silent`` engine: soft tones in the rhythm of the text, for dry runs and tests.

It needs no model and speaks thousands of times faster than real time. Each word is one soft
tone burst whose length follows its letters, so captions, pauses, levels and acceptance tests
work on it as on speech.
"""

from __future__ import annotations

import functools
import zlib
from typing import TYPE_CHECKING

from audiobook.audio import Speech, Utterance, WordTime
from audiobook.engines.base import EngineStatus, Gender, Timings, VoiceInfo, described, speakable, unknown_voice
from audiobook.engines.words import spoken_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["SilentEngine", "status"]

_RATE = 24_000
_LETTER_S = 0.058
"""Seconds a letter; with the gap this gives about 174 words a minute for English prose."""
_WORD_S = 0.05
_GAP_S = 0.04
_STOP_S = 0.2
"""Pause after a comma or stop inside an utterance."""
_WIDE = 0x2E7F
"""Last character before the scripts of East Asia."""
_PEAK = 0.1
"""About -26 dBFS RMS while a word sounds."""

_VOICES: dict[str, tuple[float, Gender]] = {
    "silent": (220.0, "neutral"),
    "silent-alto": (247.0, "female"),
    "silent-soprano": (294.0, "female"),
    "silent-mezzo": (262.0, "female"),
    "silent-bass": (110.0, "male"),
    "silent-tenor": (165.0, "male"),
    "silent-baritone": (131.0, "male"),
}
"""Name -> hertz and gender; several, so that casting can be tried without a model."""


def status() -> EngineStatus:
    """Always there."""
    return EngineStatus("silent", installed=True, detail="tones in place of speech")


class SilentEngine:
    """Deterministic tones in place of speech."""

    name = "silent"
    honours = frozenset({"rate", "pitch", "pitch_range", "timbre", "whisper"})
    deterministic = True
    timings: Timings = "exact"

    def voices(self) -> tuple[VoiceInfo, ...]:
        """List the voices; every language is as good as another, they are listed as English."""
        return tuple(
            VoiceInfo(self.name, name, "en", gender, licence="CC0-1.0", commercial=True, words_per_minute=174)
            for name, (_, gender) in _VOICES.items()
        )

    def describe(self, voice: str) -> VoiceInfo:
        """Facts of a voice; raise VoiceError for an unknown voice."""
        return described(self, voice)

    def sample_rate(self, voice: str) -> int:
        """24,000 Hz; raise VoiceError for an unknown voice."""
        _hertz(voice)
        return _RATE

    def fingerprint(self, voice: str) -> str:
        """Name and version of the tones."""
        return f"silent 3 {_hertz(voice):g}"

    def speak(self, utterance: Utterance) -> Speech:
        """Return one tone burst a word."""
        import numpy as np

        delivery = utterance.delivery
        hertz = _hertz(utterance.voice.name) * 2 ** (delivery.pitch / 12)
        if not speakable(utterance.text):
            return Speech(np.zeros(0, np.float32), _RATE)
        words = _layout(utterance)
        samples = np.zeros(words[-1].end, np.float32)
        for word in words:
            samples[word.start : word.end] = _burst(word.end - word.start)
        # A phase that depends on the text keeps two lines of one length from being the same sound.
        phase = zlib.crc32(utterance.text.encode()) % 628 / 100
        samples *= _tone(round(hertz, 3), len(samples), phase)
        return Speech(samples, _RATE, words)

    def close(self) -> None:
        """Nothing is held."""


def _hertz(voice: str) -> float:
    if voice not in _VOICES:
        raise unknown_voice("silent", voice, _VOICES)
    return _VOICES[voice][0]


def _layout(utterance: Utterance) -> tuple[WordTime, ...]:
    text, rate = utterance.text, utterance.delivery.rate
    weights = [float(_weight(character)) for character in text]
    # What is written "35°" may be said in three words: phonemes that are given decide.
    for first, last, phonemes in utterance.phonemes:
        sounds = sum(character.isalpha() for character in phonemes)
        weights[first:last] = [sounds / (last - first)] * (last - first)
    words = []
    at, place = 0.0, 0
    for word in spoken_words(text):
        place = text.index(word, place)
        letters = sum(weights[place : place + len(word)])
        place += len(word)
        end = at + (_WORD_S + _LETTER_S * letters) / rate
        words.append(WordTime(word, round(at * _RATE), round(end * _RATE)))
        pause = _STOP_S if word.rstrip("”’\"')")[-1:] in ",.;:!?…—" else _GAP_S
        at = end + pause / rate
    return tuple(words)


def _weight(character: str) -> int:
    """An ideograph, kana or Hangul syllable takes as long as three letters, in this engine as in any voice."""
    if not character.isalnum():
        return 0
    return 3 if ord(character) > _WIDE else 1


@functools.lru_cache(maxsize=4096)
def _burst(frames: int) -> NDArray[np.float32]:
    import numpy as np

    return (_PEAK * np.sqrt(np.hanning(frames + 2)[1:-1])).astype(np.float32)


def _tone(hertz: float, frames: int, phase: float) -> NDArray[np.float32]:
    import numpy as np

    angle = np.arange(frames, dtype=np.float32) * np.float32(2 * np.pi * hertz / _RATE)
    tone: NDArray[np.float32] = np.sin(angle + np.float32(phase), dtype=np.float32)
    return tone
