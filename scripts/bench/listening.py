"""How speech sounds, measured: DNSMOS and the word errors of a small recognizer.

Needs ``pip install speechmos librosa moonshine-voice==0.0.62`` (that version bundles its model).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

PASSAGE = Path(__file__).with_name("passage.txt")
Samples = NDArray[np.float32]
_NUMBERS = {"9": "nine", "1947": "nineteen forty seven", "30": "thirty", "4": "four"}
"""How the recognizer writes the numbers of the passage."""


@dataclass(frozen=True, slots=True)
class Score:
    """Means over utterances; word errors over all words."""

    word_errors: float
    """Per cent."""
    overall: float
    """DNSMOS OVRL, 1 to 5."""
    signal: float
    """DNSMOS SIG, 1 to 5."""
    p808: float
    """DNSMOS P.808, 1 to 5."""


def passage() -> tuple[str, ...]:
    """Sentences written for these measurements."""
    return tuple(line.strip() for line in PASSAGE.read_text("utf-8").splitlines() if line.strip())


def score(texts: Sequence[str], spoken: Sequence[Samples], rate: int) -> Score:
    """Judge utterances against what they should say."""
    wrong = total = 0
    marks = []
    for text, samples in zip(texts, spoken, strict=True):
        errors, words = word_errors(text, hear(samples, rate))
        wrong, total = wrong + errors, total + words
        marks.append(_dnsmos(samples, rate))
    overall, signal, p808 = np.mean(marks, axis=0)
    return Score(100 * wrong / total, float(overall), float(signal), float(p808))


def hear(samples: Samples, rate: int) -> str:
    """What the recognizer understands."""
    quiet = np.zeros(round(0.3 * rate), np.float32)
    heard = soxr.resample(np.concatenate([quiet, samples, quiet]), rate, 16_000)
    transcript = _recognizer().transcribe_without_streaming(heard.astype(np.float32).tolist(), 16_000)
    return " ".join(line.text for line in transcript.lines)


def word_errors(text: str, heard: str) -> tuple[int, int]:
    """Edit distance in words, and the number of words of ``text``."""
    wanted, got = _words(text), _words(heard)
    row = list(range(len(got) + 1))
    for place, word in enumerate(wanted, 1):
        left, row[0] = row[0], place
        for column, other in enumerate(got, 1):
            left, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, left + (word != other))
    return row[-1], len(wanted)


def _words(text: str) -> list[str]:
    text = text.lower().replace("’", "'").replace("-", " ")
    text = re.sub(r"\d+", lambda match: _NUMBERS.get(match[0], match[0]), text)
    return re.sub(r"[^a-z0-9' ]+", " ", text).replace("'", "").split()


def _dnsmos(samples: Samples, rate: int) -> tuple[float, float, float]:
    from speechmos import dnsmos

    heard = np.clip(soxr.resample(samples.astype(np.float64), rate, 16_000), -1, 1)
    marks = dnsmos.run(heard, 16_000)
    return marks["ovrl_mos"], marks["sig_mos"], marks["p808_mos"]


@functools.cache
def _recognizer() -> Any:
    import moonshine_voice
    from moonshine_voice import ModelArch, Transcriber

    folder = Path(moonshine_voice.__file__).parent / "assets" / "tiny-en"
    return Transcriber(model_path=str(folder), model_arch=ModelArch.TINY)
