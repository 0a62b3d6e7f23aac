#!/usr/bin/env python3
"""Compare very short lines spoken alone with the same lines spoken behind words that are cut off again.

pip install speechmos librosa moonshine-voice==0.0.62 && audiobook voices install kokoro
python scripts/bench/kokoro_short.py [VOICE...]
"""

from __future__ import annotations

import sys
import time

import numpy as np
from listening import errors, score

from audiobook.audio import Utterance
from audiobook.engines import kokoro, open_engine
from audiobook.script import Voice

VOICES = ("af_heart", "am_michael", "bf_emma", "bm_george")
LINES = (
    "Yes.", "No!", "Oh.", "What?", "Come in.", "Never.", "Why?", "Please.", "Stop!", "Run!", "I do.", "Tom.", "Who?",
    "Ah!", "Hush.", "He did.", "Help!", "Good.", "Where?", "Nothing.", "said Tom.", "he said.", "she asked.",
    "replied Anna.", "I see.", "Not yet.", "Wait!", "Go on.", "Thank you.", "Really?", "Father!", "Of course.",
    "Perhaps.", "Sit down.", "Chapter One.", "B.", "X.", "M.", "Hello.", "Indeed?", "My dear.", "Quite so.",
    "cried the boy.", "Fire!", "Amen.",
)  # fmt: skip
_TOGETHER = 5
"""DNSMOS wants nine seconds; lines are judged by so many in a row."""


def main() -> None:
    for voice in sys.argv[1:] or VOICES:
        for name, few in (("alone", 0), ("behind words", kokoro._FEW)):  # noqa: SLF001 - what is compared
            _report(voice, name, few)


def _report(voice: str, name: str, few: int) -> None:
    usual, kokoro._FEW = kokoro._FEW, few  # noqa: SLF001 - what is compared
    engine = open_engine("kokoro", "cpu")
    began = time.process_time()
    spoken = [engine.speak(Utterance(line, "en", Voice("kokoro", voice))).samples for line in LINES]
    used = time.process_time() - began
    kokoro._FEW = usual  # noqa: SLF001 - as it was
    counts = [errors(line, samples, 24_000) for line, samples in zip(LINES, spoken, strict=True)]
    wrong = sum(count.errors for count in counts)
    gap = np.zeros(9_600, np.float32)
    rows = range(0, len(LINES), _TOGETHER)
    groups = [np.concatenate([part for one in spoken[at : at + _TOGETHER] for part in (one, gap)]) for at in rows]
    marks = score([" ".join(LINES[at : at + _TOGETHER]) for at in rows], groups, 24_000)
    print(
        f"{voice:<11} {name:<13} {wrong:3d} of {sum(count.words for count in counts)} words wrong, "
        f"{marks.word_errors:4.1f} % in fives, DNSMOS {marks.overall:.2f}, "
        f"{sum(map(len, spoken)) / 24_000:.1f} s of sound, {used:.1f} processor seconds",
        flush=True,
    )


if __name__ == "__main__":
    main()
