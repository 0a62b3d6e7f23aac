"""How speech sounds, measured: DNSMOS and the word errors of a small recognizer.

Needs ``pip install speechmos librosa moonshine-voice==0.0.62`` (that version bundles its model).

    python scripts/bench/listening.py examples/the-lamp-at-kerrow-point.txt --engines piper,kokoro,pyttsx3

builds the story with each engine and prints a table of the finished M4B beside the bare engine: the same words in the
same voices, sentence by sentence, without cues, mastering and encoding.
"""

from __future__ import annotations

import argparse
import functools
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from audiobook import ffmpeg
from audiobook.audio import Plan, Utterance
from audiobook.cli import main as audiobook
from audiobook.engines import open_engine
from audiobook.plan import plan
from audiobook.scriptfile import read_script
from audiobook.settings import Settings
from audiobook.verify import Reading, listen

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


_STRETCH_S = 10
_QUIET_S = 0.5


def compare_engines(story: Path, engines: Sequence[str], folder: Path) -> Iterator[str]:
    """Yield the rows of a table: DNSMOS and word errors of the finished book and of the bare engine."""
    yield "| engine | M4B: DNSMOS OVRL | SIG | word errors | bare: DNSMOS OVRL | SIG | word errors |"
    yield "|---|---|---|---|---|---|---|"
    for engine in engines:
        out = folder / engine
        if audiobook(["build", str(story), "--engine", engine, "-o", str(out), "-q"]):
            raise SystemExit(1)
        script = next(out.glob("*.script"))
        spoken = plan(read_script(script), Settings())
        readings = [
            Reading(chapter.title, passage.written, passage.utterance.text)
            for chapter in spoken.chapters
            for passage in chapter.passages
        ]
        cells = []
        for path in (next(out.glob("*.m4b")), _bare(spoken, out / "bare.wav")):
            overall, signal = _marks(path)
            cells += [f"{overall:.2f}", f"{signal:.2f}", f"{listen([path], readings).rate:.1%}"]
        yield f"| {engine} | {' | '.join(cells)} |"


def _bare(spoken: Plan, path: Path) -> Path:
    """Write what the engines alone make of a plan's words."""
    parts: list[Samples] = []
    rate = 0
    engines: dict[str, Any] = {}
    for chapter in spoken.chapters:
        for passage in chapter.passages:
            given = passage.utterance
            engine = engines.setdefault(given.voice.engine, open_engine(given.voice.engine))
            speech = engine.speak(Utterance(given.text, given.language, given.voice, phonemes=given.phonemes))
            rate = speech.sample_rate
            parts += [speech.samples, np.zeros(round(_QUIET_S * rate), np.float32)]
    soundfile.write(path, np.concatenate(parts), rate)
    return path


def _marks(path: Path) -> tuple[float, float]:
    """Return the means of DNSMOS over stretches of ten seconds."""
    rate = ffmpeg.probe(path).sample_rate
    sound = np.concatenate([block[:, 0] for block in ffmpeg.decode(path, 1)])
    size = _STRETCH_S * rate
    marks = [_dnsmos(sound[at : at + size], rate) for at in range(0, len(sound) - size + 1, size)]
    overall, signal, _ = np.mean(marks, axis=0)
    return float(overall), float(signal)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("story", type=Path)
    parser.add_argument("--engines", default="piper,kokoro,pyttsx3")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for row in compare_engines(given.story, given.engines.split(","), given.output or Path(folder)):
            print(row, flush=True)


if __name__ == "__main__":
    _main()
