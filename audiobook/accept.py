"""The acceptance test of a take: does it sound like somebody said that text?

Engines fail in silence: they return nothing, half a sentence, a repeated one, a minute of hiss or a burst of full
scale. All of it shows in the sound's length, level and gaps, and nothing here needs to understand speech.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import deque
from itertools import pairwise
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
"""Factor above the voice's own median for a sentence; less sure for short ones."""
_SPREAD_DOWN = 1.3
"""Factor below it; of 280 takes by Piper, eSpeak and Kokoro none was faster than 0.78 of its voice's median."""
_EXTRA_S = 1.5
"""Seconds of quiet at the edges or at commas that a take may have beyond its words."""
_LEARN = 12
"""Takes after which a voice's own median is trusted."""
_HOLE_S = 1.5
_QUIET_DB = -60.0
_SILENT_PEAK = 10 ** (-56 / 20)
_CLIPPED_SHARE = 0.01

_TAIL_S = 0.6
_SAME = 0.89
"""Likeness of the end to an earlier part that is no chance: of 342 sound takes none was above 0.88, half below 0.33."""
_ALIKE = 0.7
"""The same for a take that is longer than its text: a neural voice says words again at 0.77 to 0.82."""
_LONGER, _MUCH_LONGER = 1.1, 1.2
"""Times the length expected from the voice's median pace."""

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
        fault = (
            _level_fault(samples)
            or _hole(samples, speech.sample_rate)
            or self._length_fault(utterance, speech)
            or self._repeat_fault(utterance, speech)
        )
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
            doubt = 12.0 / units
            low, high = max(low, expected / (_SPREAD_DOWN + doubt)), min(high, expected * (_SPREAD + doubt))
        if seconds < low:
            return f"only {seconds:.2f} s of sound, at least {low:.2f} s expected"
        if seconds > high + _EXTRA_S:
            return f"{seconds:.1f} s of sound, at most {high + _EXTRA_S:.1f} s expected"
        return ""

    def _repeat_fault(self, utterance: Utterance, speech: Speech) -> str:
        """Find an end that is said twice, unless the text's last word occurs twice as well."""
        words = re.findall(r"\w+", utterance.text.casefold())
        if not words or words[-1] in words[:-1]:
            return ""
        paces = self._paces.get(_who(utterance), ())
        if len(paces) < _LEARN:
            return ""
        expected = spoken_units(utterance) * statistics.median(paces) / utterance.delivery.rate
        longer = len(speech.samples) / speech.sample_rate / expected
        alike = _ALIKE if longer > _MUCH_LONGER else _SAME
        if longer > _LONGER and _tail_again(speech.samples, speech.sample_rate) > alike:
            return "an end that is said twice"
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


def _tail_again(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return how much an earlier part of the sound is like its end: the best correlation of spectra over time."""
    window = sample_rate // 50
    count = len(samples) // window
    spectra = np.square(np.abs(np.fft.rfft(samples[: count * window].reshape(count, window) * np.hanning(window))))
    hertz = np.fft.rfftfreq(window, 1 / sample_rate)
    edges = np.geomspace(150, 6000, 17)
    inside = [(hertz >= low) & (hertz < max(high, low + 60)) for low, high in pairwise(edges)]
    bands = np.stack([spectra[:, band].sum(axis=1) for band in inside], axis=1)
    loud = np.flatnonzero(bands.sum(axis=1) > bands.sum(axis=1).max(initial=0.0) * 1e-4)
    size = round(_TAIL_S * 50)
    if not len(loud) or loud[-1] - loud[0] < 2 * size:
        return 0.0
    levels = np.log10(bands[loud[0] : loud[-1] + 1] + 1e-7)
    parts = np.lib.stride_tricks.sliding_window_view(levels, size, axis=0)
    parts = parts - parts.mean(axis=2, keepdims=True)
    tail, earlier = parts[-1], parts[:-size]
    products = (earlier * tail).sum(axis=(1, 2))
    norms = np.sqrt(np.square(earlier).sum(axis=(1, 2)) * np.square(tail).sum())
    return float((products / np.maximum(norms, 1e-9)).max(initial=0.0))
