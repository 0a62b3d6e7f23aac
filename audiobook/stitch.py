"""Takes become a track: trimmed, levelled, faded, laid on room tone, joined with pydub.

pydub cuts and overlays in whole milliseconds, so cutting and mixing are done here on frames; the finished pieces are
pydub segments that are joined once. A chapter longer than `_STRETCH_S` is joined stretch by stretch, so memory
depends on neither the length of the book nor that of a chapter, and time grows with the length only.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr
from numpy.typing import NDArray

from audiobook import atomic
from audiobook.audio import ChapterPlan, Mark, Passage, Take, Track, WordTime, ms_to_frames
from audiobook.cache import read_take
from audiobook.errors import OutputError
from audiobook.levels import tone_db
from audiobook.settings import Settings

if TYPE_CHECKING:
    from pydub import AudioSegment

__all__ = ["scene_starts", "stitch"]

Samples = NDArray[np.float32]

_STRETCH_S = 60
"""Seconds that are joined and written at a time: 3 MB at 24 kHz, held twice while they are joined."""
_MOST_FRAMES = (2**32 - 4096) // 2
"""A WAV file states its length in 32 bits: a day of sound."""
_FADE_IN_MS = 5
_FADE_OUT_MS = 10
_KEEP_BEFORE_MS = 15
_KEEP_AFTER_MS = 30
"""What trimming leaves of the quiet before and after speech, so no soft consonant is cut."""
_EDGE_DB = -50.0
"""A 5 ms window this far below the loudest one of its take is not speech."""
_PEAK_CEILING = 0.97
_TONE_S = 10


@dataclass(frozen=True, slots=True)
class _Piece:
    """A trimmed, faded take at the track's rate."""

    samples: Samples
    words: tuple[WordTime, ...]
    """Frames counted from the piece's start."""


def stitch(
    plan: ChapterPlan,
    takes: Sequence[Take],
    out: Path,
    settings: Settings,
    sample_rate: int,
    gains: Mapping[str, float] | None = None,
) -> Track:
    """Join a chapter's takes to one 16-bit mono WAV.

    The profile's head and tail stand around the speech in place of the first passage's pause before and the last one's
    pause after; all other pauses are as planned, to the frame.

    Args:
        plan: the chapter.
        takes: one for each passage, in order.
        out: where the track is written, in one step.
        settings: gives profile and seed.
        sample_rate: hertz of the track; takes of another rate are resampled.
        gains: dB by voice address, see `audiobook.levels`; a voice that is not named keeps its level.

    Raises:
        OutputError: a take is gone, or the track cannot be written.
    """
    mixer = _Mixer(settings, sample_rate)
    with (
        atomic.output_path(out, flush=False) as temporary,
        atomic.translated(out),
        wave.open(str(temporary), "wb") as file,
    ):
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        pieces = mixer.pieces(plan, takes, gains or {})
        for stretch in _stretches(pieces, _STRETCH_S * sample_rate):
            if mixer.frames > _MOST_FRAMES:
                raise OutputError(
                    f"chapter {plan.number} is longer than a WAV file can be",
                    place=str(out),
                    remedy="Split it with another heading (# TITLE) in the script",
                )
            file.writeframesraw(_join(stretch, sample_rate).raw_data)
            del stretch  # else it would be held while the next one grows
    marks = tuple(mixer.marks)
    scenes = scene_starts(plan, marks)
    return Track(plan.number, plan.title, out, mixer.frames, sample_rate, marks, scenes, plan.credits)


def scene_starts(plan: ChapterPlan, marks: Sequence[Mark]) -> tuple[tuple[str, int], ...]:
    """Return title and first frame of each scene."""
    starts: dict[int, int] = {}
    for mark in marks:
        starts.setdefault(mark.scene, mark.start)
    titles = plan.scene_titles
    return tuple((titles[scene] if scene < len(titles) else "", start) for scene, start in sorted(starts.items()))


class _Mixer:
    """Lays one chapter's pieces on room tone and notes where they are."""

    def __init__(self, settings: Settings, sample_rate: int) -> None:
        self.frames = 0
        self.marks: list[Mark] = []
        self._profile = settings.delivery_standard()
        self._sample_rate = sample_rate
        self._tone = room_tone(sample_rate, tone_db(self._profile), settings.record.seed)
        self._tone_twice = np.concatenate((self._tone, self._tone))

    def pieces(self, plan: ChapterPlan, takes: Sequence[Take], gains: Mapping[str, float]) -> Iterator[AudioSegment]:
        """Yield head, passages with their pauses, and tail, as consecutive stretches of the track."""
        yield self._pause(self._profile.head_ms)
        last = len(plan.passages) - 1
        for number, (passage, take) in enumerate(zip(plan.passages, takes, strict=True)):
            if number and passage.pause_before_ms:
                yield self._pause(passage.pause_before_ms)
            gain = passage.gain + gains.get(passage.utterance.voice.address, 0.0)
            yield self._speech(passage, _cut(take, gain, self._sample_rate))
            if number < last and passage.pause_after_ms:
                yield self._pause(passage.pause_after_ms)
        yield self._pause(self._profile.tail_ms)

    def _pause(self, ms: int) -> AudioSegment:
        return self._lay(np.zeros(max(0, ms_to_frames(ms, self._sample_rate)), np.float32))

    def _speech(self, passage: Passage, piece: _Piece) -> AudioSegment:
        start = self.frames
        mixed = self._lay(piece.samples)
        words = tuple(WordTime(word.text, start + word.start, start + word.end) for word in piece.words)
        self.marks.append(
            Mark(
                passage.written,
                passage.speaker,
                start,
                self.frames,
                passage.paragraph,
                passage.scene,
                words,
                passage.foreign,
            )
        )
        return mixed

    def _lay(self, samples: Samples) -> AudioSegment:
        """Put samples on the tone that runs through the whole chapter without a seam."""
        phase = self.frames % len(self._tone)
        tone = self._tone_twice[phase : phase + len(samples)]
        if len(samples) > len(tone):
            tone = np.resize(self._tone_twice[phase : phase + len(self._tone)], len(samples))
        self.frames += len(samples)
        mixed = np.clip(np.round((samples + tone) * 32767.0), -32768, 32767)
        return _segment(mixed.astype("<i2").tobytes(), self._sample_rate)


@lru_cache(maxsize=4)
def room_tone(sample_rate: int, level_db: float, seed: int) -> Samples:
    """Return ten seconds of the sound of a quiet room that repeat without a seam.

    Noise is made in the frequency domain, where any sum of whole periods repeats exactly: falling by 3 dB an octave
    between 80 Hz and 8 kHz, with random phases from ``seed``.

    Args:
        sample_rate: hertz.
        level_db: dBFS RMS.
        seed: of the phases.
    """
    count = _TONE_S * sample_rate
    frequencies = np.fft.rfftfreq(count, 1 / sample_rate)
    band = (frequencies >= 80) & (frequencies <= min(8000, 0.45 * sample_rate))
    magnitudes = np.zeros(len(frequencies))
    magnitudes[band] = frequencies[band] ** -0.5
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, len(frequencies))
    noise = np.fft.irfft(magnitudes * np.exp(1j * phases), count)
    noise *= 10 ** (level_db / 20) / np.sqrt(np.mean(noise**2))
    return np.asarray(noise, np.float32)


def _cut(take: Take, gain_db: float, sample_rate: int) -> _Piece:
    """Read a take, resample and trim it, and bring it to its level with soft edges."""
    samples = read_take(take)
    scale = 1.0
    if take.sample_rate != sample_rate and len(samples):
        samples = np.asarray(soxr.resample(samples, take.sample_rate, sample_rate, quality="HQ"), np.float32)
        scale = sample_rate / take.sample_rate
    start, end = _speech_bounds(samples, sample_rate)
    samples = samples[start:end] * np.float32(10 ** (gain_db / 20))
    peak = float(np.abs(samples).max(initial=0.0))
    if peak > _PEAK_CEILING:
        samples *= np.float32(_PEAK_CEILING / peak)
    _fade(samples, sample_rate)
    words = tuple(
        WordTime(
            word.text, *(min(max(round(frame * scale) - start, 0), end - start) for frame in (word.start, word.end))
        )
        for word in take.words
    )
    return _Piece(samples, words)


def _speech_bounds(samples: Samples, sample_rate: int) -> tuple[int, int]:
    """Return the first frame of speech and one past the last, with a little quiet around; all when it is silent."""
    window = max(1, sample_rate // 200)
    count = len(samples) // window
    if not count:
        return 0, len(samples)
    power = np.square(samples[: count * window].reshape(count, window), dtype=np.float64).mean(axis=1)
    loud = np.flatnonzero(power > power.max() * 10 ** (_EDGE_DB / 10))
    if not len(loud):
        return 0, len(samples)
    start = int(loud[0]) * window - ms_to_frames(_KEEP_BEFORE_MS, sample_rate)
    end = int(loud[-1] + 1) * window + ms_to_frames(_KEEP_AFTER_MS, sample_rate)
    return max(0, start), min(len(samples), end)


def _fade(samples: Samples, sample_rate: int) -> None:
    """Fade both edges in place, so that no join clicks."""
    for ms, edge in ((_FADE_IN_MS, samples), (_FADE_OUT_MS, samples[::-1])):
        frames = min(ms_to_frames(ms, sample_rate), len(samples) // 2)
        ramp = np.sin(np.linspace(0.0, np.pi / 2, frames, endpoint=False)) ** 2
        edge[:frames] *= ramp.astype(np.float32)


def _stretches(pieces: Iterator[AudioSegment], limit: int) -> Iterator[list[AudioSegment]]:
    """Gather pieces to stretches of about ``limit`` frames."""
    stretch: list[AudioSegment] = []
    frames = 0.0
    for piece in pieces:
        stretch.append(piece)
        frames += piece.frame_count()
        if frames >= limit:
            yield stretch
            stretch, frames = [], 0.0
    if stretch:
        yield stretch


def _join(pieces: list[AudioSegment], sample_rate: int) -> AudioSegment:
    """Make one segment of many in one step: adding them up with ``+=`` would copy the chapter once a sentence."""
    return _segment(b"".join(piece.raw_data for piece in pieces), sample_rate)


def _segment(data: bytes, sample_rate: int) -> AudioSegment:
    return _audio_segment()(data, sample_width=2, frame_rate=sample_rate, channels=1)


@lru_cache(maxsize=1)
def _audio_segment() -> Any:
    """Return pydub's class. pydub looks for ffmpeg when imported and warns; nothing here needs one."""
    import os
    import warnings  # with pydub, so that nothing else is imported in silence

    os.environ.setdefault("PATH", os.defpath)  # pydub looks there without asking whether it is set
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment  # its import must be wrapped to keep its warning from users

    return AudioSegment
