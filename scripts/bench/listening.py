"""How speech sounds, measured: the word errors of a small recognizer, and DNSMOS.

    pip install "audiobook[listen]" speechmos
    python scripts/bench/listening.py --voices piper:en_US-joe-medium,kokoro:af_heart,pyttsx3:en-us

builds the sample story and the texts beside this file with each voice and prints a table of the finished M4B beside the
bare engine: the same words without cues, mastering and encoding. Both are heard in the same pieces, so the difference
has an interval (95 %, bootstrap over the pieces). The rows below a voice are the pieces that hold a cue of that kind.
Recordings are kept in the cache of takes, so that a second run takes minutes.
"""

from __future__ import annotations

import argparse
import functools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from audiobook import ffmpeg
from audiobook.audio import Mark, Utterance
from audiobook.cache import TakeCache, read_take
from audiobook.hearing import Difference, Recognizer, compare, word_list
from audiobook.pipeline import Request, build
from audiobook.pipeline.planning import make_plan
from audiobook.progress import Silent
from audiobook.publish.edition import Edition
from audiobook.record import open_recorder
from audiobook.script import NEUTRAL
from audiobook.scriptfile import read_script
from audiobook.settings import AdaptSettings, Settings

HERE = Path(__file__).parent
PASSAGE = HERE / "passage.txt"
TEXTS = (HERE.parents[1] / "examples" / "the-lamp-at-kerrow-point.txt", HERE / "listening.txt", PASSAGE)
VOICES = "kokoro:af_heart,kokoro:am_michael,kokoro:bf_emma,piper:en_US-joe-medium,pyttsx3:en-us"
Samples = NDArray[np.float32]
_PIECE_S = 11
"""Lines are heard together up to this length; the recognizer cuts at 12 s by itself."""
_EDGE_S = 0.1
"""Of the finished file that is heard before and behind a piece."""
_DRAWS = 5000
_DNSMOS_S = 9.01
"""Length that DNSMOS judges; shorter sound is repeated up to it, as its makers do."""
_KINDS = ("rate", "pitch", "pitch_range", "whisper")
"""What cues change in the sound of a line, besides its level."""
_CURVES = ((-0.06766283, 1.11546468, 0.04602535), (-0.08397278, 1.22083953, 0.0052439))
"""From the network's figures to marks from 1 to 5 (OVRL, SIG), as its makers publish them."""


@dataclass(frozen=True, slots=True)
class Score:
    """Means over utterances; word errors over all words."""

    word_errors: float
    """Per cent."""
    overall: float
    """DNSMOS OVRL, 1 to 5."""
    signal: float
    """DNSMOS SIG, 1 to 5."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A few lines as the engine says them and as the book has them."""

    words: int
    bare: int
    """Word errors."""
    finished: int
    marks: tuple[float, float]
    """DNSMOS OVRL, bare and finished."""
    cues: frozenset[str]
    """What their delivery changes."""


def passage() -> tuple[str, ...]:
    """Sentences written for these measurements."""
    return tuple(line.strip() for line in PASSAGE.read_text("utf-8").splitlines() if line.strip())


def score(texts: Sequence[str], spoken: Sequence[Samples], rate: int) -> Score:
    """Judge utterances against what they should say."""
    found = [errors(text, samples, rate) for text, samples in zip(texts, spoken, strict=True)]
    overall, signal = np.mean([dnsmos(samples, rate) for samples in spoken], axis=0)
    wrong = sum(each.errors for each in found) / sum(each.words for each in found)
    return Score(100 * wrong, float(overall), float(signal))


def errors(text: str, samples: Samples, rate: int) -> Difference:
    """What the recognizer does not understand; words that it adds count up to as many as there are."""
    found = compare(word_list(text), word_list(_recognizer().hear(samples, rate)))
    return replace(found, errors=min(found.errors, found.words + 1))


@functools.cache
def _recognizer() -> Recognizer:
    return Recognizer()


def dnsmos(samples: Samples, rate: int) -> tuple[float, float]:
    """OVRL and SIG of the first nine seconds, as speechmos gives them in a tenth of its processor time: one thread."""
    heard = np.clip(soxr.resample(samples.astype(np.float64), rate, 16_000), -1, 1)
    size = int(_DNSMOS_S * 16_000)
    while len(heard) < size:
        heard = np.append(heard, heard)
    signal, _, overall = _judge().run(None, {"input_1": heard[None, :size].astype(np.float32)})[0][0]
    return float(np.polyval(_CURVES[0], overall)), float(np.polyval(_CURVES[1], signal))


@functools.cache
def _judge() -> Any:
    import onnxruntime
    import speechmos

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = Path(speechmos.__file__).parent / "dnsmos_models" / "sig_bak_ovr.onnx"
    return onnxruntime.InferenceSession(str(model), options)


def hear_book(text: Path, settings: Settings, folder: Path) -> Iterator[Heard]:
    """Build a book and hear it, a few lines at a time, beside what the engine alone makes of the same lines."""
    built = build(Request(str(text), folder), settings, Silent())
    file = next(path for package in built.packages for path in package.paths)
    rate = ffmpeg.probe(file).sample_rate
    sound = np.concatenate([block[:, 0] for block in ffmpeg.decode(file, 1)])
    timeline = Edition(built.book, folder, "", settings, folder).timeline()
    chapters = make_plan(read_script(built.script), settings, None, text).chapters
    bare = _bare([passage.utterance for chapter in chapters for passage in chapter.passages], settings)
    for number, (chapter, track) in enumerate(zip(chapters, built.book.tracks, strict=True)):
        for piece in _pieces(track.marks, track.sample_rate):
            passages, marks = chapter.passages[piece], track.marks[piece]
            first, past = (
                round(timeline.seconds(number, track, frame) * rate) + edge
                for frame, edge in ((marks[0].start, -round(_EDGE_S * rate)), (marks[-1].end, round(_EDGE_S * rate)))
            )
            said = " ".join(passage.utterance.text for passage in passages)
            plain, plain_rate = _joined([bare[passage.utterance] for passage in passages], marks, track.sample_rate)
            cues = frozenset(name for passage in passages for name in _changed(passage.utterance))
            yield _heard(said, (plain, plain_rate), (sound[max(0, first) : past], rate), cues)


def _heard(said: str, plain: tuple[Samples, int], finished: tuple[Samples, int], cues: frozenset[str]) -> Heard:
    one, other = errors(said, *plain), errors(said, *finished)
    return Heard(one.words, one.errors, other.errors, (dnsmos(*plain)[0], dnsmos(*finished)[0]), cues)


def _pieces(marks: Sequence[Mark], rate: int) -> Iterator[slice]:
    """Yield runs of lines that are heard together."""
    first = 0
    for place in range(1, len(marks) + 1):
        if place == len(marks) or marks[place].end - marks[first].start > _PIECE_S * rate:
            yield slice(first, place)
            first = place


def _bare(utterances: Sequence[Utterance], settings: Settings) -> dict[Utterance, tuple[Samples, int]]:
    """Have every line spoken plainly; return it as the engine gave it, with its rate in hertz."""
    spoken = {}
    with open_recorder(TakeCache(), settings.record, settings.jobs) as recorder:
        for result in recorder.record(replace(utterance, delivery=NEUTRAL) for utterance in utterances):
            if result.take is None:
                raise SystemExit(str(result.error))
            spoken[utterances[result.index]] = read_take(result.take), result.take.sample_rate
    return spoken


def _joined(lines: Sequence[tuple[Samples, int]], marks: Sequence[Mark], rate: int) -> tuple[Samples, int]:
    """Join plain lines so that each begins when it does in the book, where the one before has ended by then.

    With the engine's own silence and the book's pauses they would lie further apart, which is easier to hear.
    """
    own = lines[0][1]
    parts = [lines[0][0]]
    for mark, (samples, _) in zip(marks[1:], lines[1:], strict=True):
        parts += [_silence((mark.start - marks[0].start) / rate - sum(map(len, parts)) / own, own), samples]
    return np.concatenate(parts), own


def _silence(seconds: float, rate: int) -> Samples:
    return np.zeros(max(0, round(seconds * rate)), np.float32)


def _changed(utterance: Utterance) -> Iterator[str]:
    return (name for name in _KINDS if getattr(utterance.delivery, name) != getattr(NEUTRAL, name))


def compare_voices(texts: Sequence[Path], voices: Sequence[str], folder: Path, expression: float) -> Iterator[str]:
    """Yield the rows of a table: every voice reads all texts, alone."""
    yield "| voice | words | word errors: bare | finished | difference | DNSMOS: bare | finished | difference |"
    yield "|---|---|---|---|---|---|---|---|"
    for voice in voices:
        settings = Settings(voice=voice, expression=expression, adapt=AdaptSettings(voices="one"))
        place = folder / voice.replace(":", "-").replace("/", "-")
        heard = [each for text in texts for each in hear_book(text, settings, place / text.stem)]
        yield _row(voice, heard)
        for kind in _KINDS:
            if some := [each for each in heard if kind in each.cues]:
                yield _row(f"- lines with {kind}", some)


def _row(name: str, heard: Sequence[Heard]) -> str:
    words, bare, finished = (
        np.array([getattr(each, field) for each in heard]) for field in ("words", "bare", "finished")
    )
    marks = np.array([each.marks for each in heard])
    draws = np.random.default_rng(0).integers(0, len(heard), (_DRAWS, len(heard)))
    more = 100 * (finished - bare)[draws].sum(axis=1) / words[draws].sum(axis=1)
    better = (marks[:, 1] - marks[:, 0])[draws].mean(axis=1)
    total = words.sum()
    return (
        f"| {name} | {total} | {bare.sum() / total:.1%} | {finished.sum() / total:.1%} "
        f"| {100 * (finished.sum() - bare.sum()) / total:+.1f} ({_interval(more, 1)}) "
        f"| {marks[:, 0].mean():.2f} | {marks[:, 1].mean():.2f} "
        f"| {(marks[:, 1] - marks[:, 0]).mean():+.2f} ({_interval(better, 2)}) |"
    )


def _interval(draws: NDArray[np.float64], digits: int) -> str:
    low, high = np.percentile(draws, (2.5, 97.5))
    return f"{low:+.{digits}f} to {high:+.{digits}f}"


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="*", default=TEXTS)
    parser.add_argument("--voices", default=VOICES)
    parser.add_argument("--expression", type=float, default=1.0)
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        output = given.output or Path(folder)
        for row in compare_voices(given.texts, given.voices.split(","), output, given.expression):
            print(row, flush=True)


if __name__ == "__main__":
    _main()
