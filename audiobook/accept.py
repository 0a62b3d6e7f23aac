"""The acceptance test of a take: does it sound like somebody said that text?

Engines fail in silence: they return nothing, half a sentence, a repeated one, a minute of hiss or a burst of full
scale. All of it shows in the sound's length, level and gaps, and nothing here needs to understand speech.

The verdict on a take hangs on the take and its voice alone, never on what was judged before: else it would hang on
which process spoke which lines, and two builds of one book could differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from audiobook.audio import Speech, Utterance
from audiobook.calibration import calibration_utterance, has_calibration
from audiobook.engines.base import speakable

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Judge", "spoken_units"]

_SHORT_UNITS = 12
"""Texts with fewer units say nothing about speed: "Oh!" may last as long as "Extraordinary!"."""
_UNIT_S = (0.018, 0.30)
"""Seconds a unit that any voice of any language keeps at rate 1: English readers take 0.07."""
_TYPICAL_S = 0.07
_USUAL_S = (0.055, 0.085)
"""Seconds a unit that need no look at the voice's own pace: half or twice of any voice's is outside."""
_SPREAD = 2.0
"""Factor above the voice's own pace for a sentence; less sure for short ones."""
_SPREAD_DOWN = 1.3
"""Factor below it. Of 240 takes by Piper, eSpeak and Kokoro all lay between 0.73 and 2.13, the extremes in texts of
less than 20 units, and between 0.85 and 1.65 above that."""
_EXTRA_S = 1.5
"""Seconds of quiet at the edges or at commas that a take may have beyond its words."""
_HOLE_S = 1.5
_QUIET_DB = -60.0
_SILENT_PEAK = 10 ** (-56 / 20)
_CLIPPED_SHARE = 0.01

_TAIL_S = 0.6
_COPY = 0.98
"""Likeness of the end to an earlier part that only the same sound has, however short the take: of 375 takes by Kokoro,
Piper and eSpeak, 170 of them of texts that repeat words, none was above 0.963; with 0.8 s copied all were over 0.98."""
_SAME = 0.89
"""Likeness that is no chance in a take that is longer than its text, unless that repeats words."""
_ALIKE = 0.7
"""The same for a take that is longer than its text: a neural voice says words again at 0.77 to 0.82."""
_LONGER, _MUCH_LONGER = 1.1, 1.2
"""Times the length expected from the voice's pace; more for short texts, whose length says less."""
_MOVEMENT = 0.1
"""How much the shares of bands vary, summed: 1.1 to 1.6 in speech by Piper and eSpeak, under 0.01 in tones."""
_REPEATED_UNITS = 24
"""Texts with fewer units are too short to have an end."""
_END = 6
"""Letters that are said in the end that is compared."""
_ECHO = re.compile(r"\w(\w{3})\W+\w*\1\b|\b(\w+(?:\W+\w+){0,2})\W+\2\b")
"""Words that are said again at once, or rhyme: "go on, go on", "ringing, singing"."""
_MARK = re.compile(r"[.!?,;:—…]\s")
_MARK_S = 0.3
"""Seconds of quiet at a mark inside the text, beyond what its words take."""

_NAMED_S = 1.5
"""Seconds that a letter may take that the voice's language does not have and eSpeak calls by its name ("Hebrew letter
shin"): 0.5 to 0.9 for Hebrew, Arabic, Thai and kana by Piper and eSpeak, 1.4 for Ethiopic."""
_PLAIN = 0x180
"""Latin letters below are read; eSpeak calls many of those from here on by their names, as Vietnamese has them."""
_SPELT = re.compile(r"(?<!['’\w])(?:[^\W\d_][\s,.;-]+){2,}[^\W\d_](?!['’\w])")
"""Three letters or more, each alone: "a b c"."""
_SPELT_S = 0.4
"""Seconds that such a letter may take beyond one in a word; Piper's took 0.36 in all."""

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
    """Accepts or refuses takes by their sound and, where that is unusual, by the pace of their voice."""

    def __init__(self) -> None:
        self._paces: dict[tuple[str, str], float] = {}

    def fault(self, utterance: Utterance, speech: Speech, calibration: Callable[[], Speech]) -> str:
        """Return what is wrong with a take, empty when nothing is.

        Args:
            utterance: what was to be said.
            speech: the take.
            calibration: gives the calibration text in the take's voice and language; asked at most once for each.

        Raises:
            EngineError: the engine cannot speak the calibration text.
        """
        samples = speech.samples
        if not speakable(utterance.text):
            return "" if len(samples) <= speech.sample_rate else "sound for a text without words"
        if not len(samples):
            return "no sound"
        if not np.isfinite(samples).all():
            return "sound with values that are no numbers"
        return (
            _level_fault(samples)
            or _hole(samples, speech.sample_rate)
            or self._length_fault(utterance, speech, calibration)
            or self._repeat_fault(utterance, speech, calibration)
        )

    def _length_fault(self, utterance: Utterance, speech: Speech, calibration: Callable[[], Speech]) -> str:
        units = spoken_units(utterance)
        seconds = len(speech.samples) / speech.sample_rate
        rate = utterance.delivery.rate
        low, high = (units * limit / rate for limit in _UNIT_S)
        if units < _SHORT_UNITS:
            low = 0.03
        elif has_calibration(utterance.language) and not _USUAL_S[0] <= seconds * rate / units <= _USUAL_S[1]:
            expected = units * self._pace(utterance, calibration) / rate
            doubt = 12.0 / units
            low, high = max(low, expected / (_SPREAD_DOWN + doubt)), min(high, expected * (_SPREAD + doubt))
        if seconds < low:
            return f"only {seconds:.2f} s of sound, at least {low:.2f} s expected"
        high += _EXTRA_S + _MARK_S * len(_MARK.findall(utterance.text))
        high += (_NAMED_S * _named_letters(utterance) + _SPELT_S * _spelt_letters(utterance)) / rate
        if seconds > high:
            return f"{seconds:.1f} s of sound, at most {high:.1f} s expected"
        return ""

    def _repeat_fault(self, utterance: Utterance, speech: Speech, calibration: Callable[[], Speech]) -> str:
        """Find an end that is said twice, unless the text's own end occurs twice as well."""
        text = utterance.text.casefold()
        letters, units = "".join(re.findall(r"\w+", text)), spoken_units(utterance)
        if units < _REPEATED_UNITS or letters[-_END:] in letters[:-3] or not has_calibration(utterance.language):
            return ""
        # "Letter" is said with each that is named, and names of letters rhyme: "b c d e".
        if _named_letters(utterance) or _spelt_letters(utterance):
            return ""
        likeness = _tail_again(speech.samples, speech.sample_rate)
        if likeness > _COPY:
            return "an end that is said twice"
        if likeness <= _ALIKE or _says_again(text):
            return ""
        seconds = len(speech.samples) / speech.sample_rate
        longer = seconds * utterance.delivery.rate / (units * self._pace(utterance, calibration)) - 6.0 / units
        if longer > _LONGER and likeness > (_ALIKE if longer > _MUCH_LONGER else _SAME):
            return "an end that is said twice"
        return ""

    def _pace(self, utterance: Utterance, calibration: Callable[[], Speech]) -> float:
        """Return the seconds that the voice takes for a unit, in this language and its plain delivery."""
        who = utterance.voice.address, utterance.language
        if who not in self._paces:
            text, speech = calibration_utterance(utterance.voice, utterance.language), calibration()
            # A voice that fails on the fixed text as well must not become the measure.
            sound = len(speech.samples) and not _level_fault(speech.samples)
            pace = len(speech.samples) / speech.sample_rate / spoken_units(text) if sound else _TYPICAL_S
            self._paces[who] = min(max(pace, _UNIT_S[0]), _UNIT_S[1])
        return self._paces[who]


def _named_letters(utterance: Utterance) -> int:
    """Count letters, and signs at them, that are not of the common Latin ones, in a language written in those.

    All languages with a calibration text are; of others it is not known how they are written.
    """
    text = unicodedata.normalize("NFC", utterance.text)
    if text.isascii() or not has_calibration(utterance.language):
        return 0
    signs = [sign for sign in text if unicodedata.category(sign)[0] in "LM"]
    return sum(ord(s) >= _PLAIN and not unicodedata.name(s, "").startswith("COMBINING") for s in signs)


def _spelt_letters(utterance: Utterance) -> int:
    return sum(sum(map(str.isalpha, run)) for run in _SPELT.findall(utterance.text))


def _says_again(text: str) -> bool:
    """Whether a text in small letters repeats its last word or says words twice running: its sounds are alike."""
    words = re.findall(r"\w+", text)
    return words[-1] in words[:-1] or _ECHO.search(text) is not None


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


def _is_tone(bands: NDArray[np.float32]) -> bool:
    """Whether power stays in the same bands, so that no part can be told from another: tones, no speech."""
    shares = bands / bands.sum(axis=1, keepdims=True)
    return float(shares.std(axis=0).sum()) < _MOVEMENT


def _tail_again(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return how much an earlier part of the sound is like its end: the best correlation of spectra over time."""
    window = sample_rate // 50
    count = len(samples) // window
    spectra = np.square(np.abs(np.fft.rfft(samples[: count * window].reshape(count, window) * np.hanning(window))))
    hertz = np.fft.rfftfreq(window, 1 / sample_rate)
    edges = np.geomspace(150, 6000, 17)
    inside = [(hertz >= low) & (hertz < max(high, low + 60)) for low, high in pairwise(edges)]
    bands = np.stack([spectra[:, band].sum(axis=1) for band in inside], axis=1)
    power = bands.sum(axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 1e-4)
    size = round(_TAIL_S * 50)
    if not len(loud) or loud[-1] - loud[0] < 2 * size or _is_tone(bands[power > power.max() * 1e-2]):
        return 0.0
    levels = np.log10(bands[loud[0] : loud[-1] + 1] + 1e-7)
    parts = np.lib.stride_tricks.sliding_window_view(levels, size, axis=0)
    parts = parts - parts.mean(axis=2, keepdims=True)
    tail, earlier = parts[-1], parts[:-size]
    products = (earlier * tail).sum(axis=(1, 2))
    norms = np.sqrt(np.square(earlier).sum(axis=(1, 2)) * np.square(tail).sum())
    return float((products / np.maximum(norms, 1e-9)).max(initial=0.0))
