"""How loud a recording is, measured as delivery standards and their tools measure it.

- RMS, peak and noise floor as Audacity's ACX Check plug-in computes them: plain RMS of the whole file (stereo: root of
  the mean of both channels' squares), the louder channel's peak, and the quietest 0.4 s window at a hop of 0.1 s.
- Integrated loudness as ITU-R BS.1770-4: K-weighting, 400 ms blocks with 75 % overlap, gates at -70 LUFS and -10 LU.
  A mono file is measured as one channel, so it reads 3.01 LU less than the same sound on two channels.
- True peak by fourfold oversampling.

All work is done on blocks, so memory does not grow with the recording. The filters run by FFT on truncated impulse
responses in NumPy: pyloudnorm would bring SciPy for two biquads and wants the whole recording at once, and ffmpeg's
ebur128 would cost a process a file and knows no noise floor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from audiobook.audio import Levels
from audiobook.errors import SourceError
from audiobook.filters import StreamingFir
from audiobook.loudness import block_loudness, gated_loudness, k_weighting, power_db, windows_of_four
from audiobook.truepeak import TruePeak

__all__ = [
    "BLOCK",
    "SILENCE_DB",
    "Levels",
    "Measurement",
    "Meter",
    "decibels",
    "measure_file",
    "measure_samples",
    "read_blocks",
    "together",
]

Samples = NDArray[np.float32]

BLOCK = 1 << 17
"""Frames that are read at a time: 5 s at 24 kHz, half a megabyte."""
SILENCE_DB = -50.0
"""A 10 ms window quieter than this, in dBFS RMS, is silence at the head or tail of a file."""


def decibels(ratio: float) -> float:
    """Return 20 log10 of an amplitude ratio; -inf for 0."""
    return 20.0 * math.log10(ratio) if ratio > 0.0 else -math.inf


@dataclass(frozen=True, slots=True)
class Measurement:
    """Levels of a recording, and what is needed to know those of several, one after the other."""

    levels: Levels
    loudness: NDArray[np.int16] = field(repr=False)
    """Of each 400 ms, 100 ms apart, in hundredths of LUFS; -327.68 is silence."""


def together(parts: Sequence[Measurement]) -> Levels:
    """Return the levels of recordings that follow each other without a gap; of one rate and number of channels.

    Windows begin anew with each part and do not lie across borders; in parts of a minute that cannot be read off.
    """
    levels = [part.levels for part in parts]
    seconds = sum(each.duration_s for each in levels)
    power = sum(10 ** (each.rms_db / 10) * each.duration_s for each in levels) / seconds
    return Levels(
        duration_s=seconds,
        sample_rate=levels[0].sample_rate,
        channels=levels[0].channels,
        rms_db=power_db(power),
        peak_db=max(each.peak_db for each in levels),
        true_peak_db=max(each.true_peak_db for each in levels),
        noise_floor_db=min(each.noise_floor_db for each in levels),
        lufs=gated_loudness(np.concatenate([part.loudness for part in parts]) / 100),
        head_s=levels[0].head_s,
        tail_s=levels[-1].tail_s,
    )


def measure_samples(samples: NDArray[np.floating], sample_rate: int) -> Levels:
    """Measure a whole recording: shape (frames,) or (frames, channels), range [-1, 1]."""
    meter = Meter(sample_rate)
    for start in range(0, len(samples), BLOCK):
        meter.add(np.asarray(samples[start : start + BLOCK], np.float32))
    return meter.levels()


def measure_file(path: Path) -> Levels:
    """Measure a file that libsndfile reads (WAV, FLAC, MP3, Ogg), block by block.

    Raises:
        SourceError: the file is missing or no such recording.
    """
    meter: Meter | None = None
    for block, sample_rate in read_blocks(path):
        meter = meter or Meter(sample_rate)
        meter.add(block)
    if meter is None:
        raise SourceError("holds no sound", place=str(path))
    return meter.levels()


def read_blocks(path: Path, dtype: str = "float32") -> Iterator[tuple[NDArray[Any], int]]:
    """Yield a file's samples, shape (frames,) or (frames, channels), and its sample rate, block by block.

    Args:
        path: of the file.
        dtype: ``float32`` in the range [-1, 1], or ``int16``.

    Raises:
        SourceError: the file is missing or no such recording.
    """
    try:
        with soundfile.SoundFile(path) as file:
            while len(block := file.read(BLOCK, dtype=dtype)):
                yield block, file.samplerate
    except soundfile.LibsndfileError as error:
        raise SourceError(f"cannot be read as sound ({error})", place=str(path)) from error


class Meter:
    """Measures a recording that is given to it in blocks."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._channels = 0
        self._frames = 0
        self._square_sum = 0.0
        self._true_peaks: list[TruePeak] = []
        self._weighting: list[StreamingFir] = []
        self._floor = _Bins(sample_rate, 10)
        self._loudness = _Bins(sample_rate, 10)
        self._edges = _Bins(sample_rate, 100)
        self._edge_bins: list[int] = []

    def add(self, block: Samples) -> None:
        """Take the next block: shape (frames,) or (frames, channels), as many channels as the blocks before."""
        channels = [np.ascontiguousarray(channel, np.float32) for channel in block.reshape(len(block), -1).T]
        if not self._channels:
            self._channels = len(channels)
            self._true_peaks = [TruePeak() for _ in channels]
            self._weighting = [StreamingFir(k_weighting(self._sample_rate)) for _ in channels]
        for channel, peak in zip(channels, self._true_peaks, strict=True):
            peak.add(channel)
        squares = _power(channels)
        weighted = _power([each.push(channel) for each, channel in zip(self._weighting, channels, strict=True)])
        if self._channels > 1:
            squares /= np.float32(self._channels)
        self._square_sum += float(squares.sum(dtype=np.float64))
        self._frames += len(block)
        self._floor.add(squares)
        self._loudness.add(weighted)
        self._find_edges(squares)

    def levels(self) -> Levels:
        """Measure everything that was added."""
        for peak in self._true_peaks:
            peak.finish()
        duration = self._frames / self._sample_rate
        mean = self._square_sum / self._frames if self._frames else 0.0
        head, tail = duration, duration
        if self._edge_bins:
            head = self._edge_bins[0] / 100
            tail = max(0.0, duration - (self._edge_bins[-1] + 1) / 100)
        return Levels(
            duration_s=duration,
            sample_rate=self._sample_rate,
            channels=max(1, self._channels),
            rms_db=power_db(mean),
            peak_db=decibels(max((peak.sample_peak for peak in self._true_peaks), default=0.0)),
            true_peak_db=decibels(max((peak.true_peak for peak in self._true_peaks), default=0.0)),
            noise_floor_db=self._noise_floor(mean),
            lufs=gated_loudness(block_loudness(self._loudness.means())),
            head_s=head,
            tail_s=tail,
        )

    def measurement(self) -> Measurement:
        """Measure everything that was added, so that it can be joined to others."""
        with np.errstate(invalid="ignore"):
            hundredths = np.maximum(np.round(block_loudness(self._loudness.means()) * 100), -32_768)
        return Measurement(self.levels(), hundredths.astype(np.int16))

    def _find_edges(self, squares: Samples) -> None:
        before = self._edges.count
        self._edges.add(squares)
        loud = np.flatnonzero(self._edges.take() > 10 ** (SILENCE_DB / 10))
        if len(loud):
            first = self._edge_bins[0] if self._edge_bins else before + int(loud[0])
            self._edge_bins = [first, before + int(loud[-1])]

    def _noise_floor(self, mean: float) -> float:
        tenths = self._floor.means()
        if len(tenths) < 4:
            return power_db(mean)
        return power_db(float(windows_of_four(tenths).min()))


def _power(channels: Sequence[Samples]) -> Samples:
    """Return the sum of the channels' squares, frame by frame."""
    power = np.square(channels[0])
    for channel in channels[1:]:
        power += np.square(channel)
    return power


class _Bins:
    """Mean squares of consecutive windows of equal length."""

    def __init__(self, sample_rate: int, per_second: int) -> None:
        self._sample_rate = sample_rate
        self._per_second = per_second
        self._position = 0
        self._carry = 0.0
        self._done: list[NDArray[np.float64]] = []
        self.count = 0
        """Windows that are complete."""

    def add(self, squares: Samples) -> None:
        end = self._position + len(squares)
        # Window k ends at frame floor((k + 1) rate / per_second): also right where the rate is no multiple.
        upto = ((end + 1) * self._per_second - 1) // self._sample_rate
        edges = np.arange(self.count, upto + 1) * self._sample_rate // self._per_second
        if len(edges) > 1:
            cuts = np.concatenate(([0], edges[1:] - self._position))
            cuts = cuts[cuts < len(squares)]
            sums = np.add.reduceat(squares, cuts, dtype=np.float64)
            complete = sums[: upto - self.count].copy()
            complete[0] += self._carry
            self._carry = float(sums[-1]) if len(sums) > len(complete) else 0.0
            self._done.append(complete / np.diff(edges))
            self.count = upto
        elif len(squares):
            self._carry += float(squares.sum(dtype=np.float64))
        self._position = end

    def means(self) -> NDArray[np.float64]:
        """Return all complete windows."""
        return np.concatenate(self._done) if self._done else np.zeros(0)

    def take(self) -> NDArray[np.float64]:
        """Return the complete windows and forget them."""
        means = self.means()
        self._done = []
        return means
