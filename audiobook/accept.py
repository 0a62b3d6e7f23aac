"""The acceptance test of a take: does it sound like somebody said that text?

Engines fail in silence: they return nothing, half a sentence, a repeated one, a minute of hiss or a burst of full
scale. All of it shows in the sound's length, level and gaps, and nothing here needs to understand speech.
"""

from __future__ import annotations

import statistics
import unicodedata
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from audiobook.audio import Speech, Utterance
from audiobook.engines.base import speakable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Judge", "spoken_units"]

_SHORT_UNITS = 12
"""Texts with fewer units say nothing about speed: "Oh!" may last as long as "Extraordinary!"."""
_UNIT_S = (0.018, 0.30)
"""Seconds a unit that any voice of any language keeps at rate 1: English readers take 0.07."""
_SPREAD = 2.0
"""Factor on the voice's own median, up and down, for a sentence; less sure for short ones."""
_EXTRA_S = 1.5
"""Seconds of quiet at the edges or at commas that a take may have beyond its words."""
_LEARN = 12
"""Takes after which a voice's own median is trusted."""
_HOLE_S = 1.5
_QUIET_DB = -60.0
_SILENT_PEAK = 10 ** (-56 / 20)
_CLIPPED_SHARE = 0.01

_WIDE = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


def spoken_units(utterance: Utterance) -> float:
    """Return about how many letters' time a text takes to say.

    A letter counts one, a digit five ("seven"), an ideograph, kana or Hangul syllable three; pieces whose
    phonemes are given count by those.
    """
    text = utterance.text
    units = 0.0
    for start, end, phonemes in reversed(utterance.phonemes):
        units += sum(1.2 for character in phonemes if character.isalpha())
        text = text[:start] + text[end:]
    for character in text:
        if character.isdigit():
            units += 5.0
        elif character.isalpha():
            wide = ord(character) > 0x2E7F and unicodedata.name(character, "").startswith(_WIDE)
            units += 3.0 if wide else 1.0
    return units


class Judge:
    """Accepts or refuses takes, and learns each voice's speed from those it accepted."""

    def __init__(self) -> None:
        self._paces: dict[tuple[str, str], deque[float]] = {}
        """By voice and language: one worker speaks for several books, and scripts count letters differently."""

    def fault(self, utterance: Utterance, speech: Speech) -> str:
        """Return what is wrong with a take, empty when nothing is."""
        samples = speech.samples
        if not speakable(utterance.text):
            return "" if len(samples) <= speech.sample_rate else "sound for a text without words"
        if not len(samples):
            return "no sound"
        if not np.isfinite(samples).all():
            return "sound with values that are no numbers"
        fault = _level_fault(samples) or _hole(samples, speech.sample_rate) or self._length_fault(utterance, speech)
        if not fault:
            self._learn(utterance, speech)
        return fault

    def _length_fault(self, utterance: Utterance, speech: Speech) -> str:
        units = spoken_units(utterance)
        seconds = len(speech.samples) / speech.sample_rate
        rate = utterance.delivery.rate
        low, high = (units * limit / rate for limit in _UNIT_S)
        if units < _SHORT_UNITS:
            low = 0.03
        paces = self._paces.get(_who(utterance), ())
        if len(paces) >= _LEARN and units >= _SHORT_UNITS:
            expected = units * statistics.median(paces) / rate
            spread = _SPREAD + 12.0 / units
            low, high = max(low, expected / spread), min(high, expected * spread)
        if seconds < low:
            return f"only {seconds:.2f} s of sound, at least {low:.2f} s expected"
        if seconds > high + _EXTRA_S:
            return f"{seconds:.1f} s of sound, at most {high + _EXTRA_S:.1f} s expected"
        return ""

    def _learn(self, utterance: Utterance, speech: Speech) -> None:
        units = spoken_units(utterance)
        if units >= _SHORT_UNITS:
            pace = len(speech.samples) / speech.sample_rate * utterance.delivery.rate / units
            self._paces.setdefault(_who(utterance), deque(maxlen=101)).append(pace)


def _who(utterance: Utterance) -> tuple[str, str]:
    return utterance.voice.address, utterance.language


def _level_fault(samples: NDArray[np.float32]) -> str:
    magnitudes = np.abs(samples)
    if float(magnitudes.max()) < _SILENT_PEAK:
        return "silence"
    clipped = float(np.mean(magnitudes >= 0.999))
    if clipped > _CLIPPED_SHARE:
        return f"clipping in {clipped:.0%} of the sound"
    return ""


def _hole(samples: NDArray[np.float32], sample_rate: int) -> str:
    """Find a stretch of quiet inside the sound that no comma explains."""
    window = max(1, sample_rate // 50)
    count = len(samples) // window
    if count < 3:
        return ""
    power = np.square(samples[: count * window].reshape(count, window)).mean(axis=1)
    loud = np.flatnonzero(power > max(float(power.max()) * 1e-5, 10 ** (_QUIET_DB / 10)))
    gap = int(np.diff(loud).max(initial=0)) * window / sample_rate
    return f"a hole of {gap:.1f} s" if gap > _HOLE_S else ""
