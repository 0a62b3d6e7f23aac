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
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from audiobook.errors import SourceError
from audiobook.filters import StreamingFir

__all__ = ["BLOCK", "SILENCE_DB", "Levels", "Meter", "decibels", "measure_file", "measure_samples", "read_blocks"]

Samples = NDArray[np.float32]

BLOCK = 1 << 18
"""Frames that are read at a time: 11 s at 24 kHz, 1 MB."""
SILENCE_DB = -50.0
"""A 10 ms window quieter than this, in dBFS RMS, is silence at the head or tail of a file."""

_PHASES = 4
_REACH = 12
"""Samples on either side that a point between two samples is computed from."""


def decibels(ratio: float) -> float:
    """Return 20 log10 of an amplitude ratio; -inf for 0."""
    return 20.0 * math.log10(ratio) if ratio > 0.0 else -math.inf


@dataclass(frozen=True, slots=True)
class Levels:
    """What was measured on one recording. A level of nothing but zeros is -inf."""

    duration_s: float
    sample_rate: int
    """Hertz."""
    channels: int
    rms_db: float
    """dBFS."""
    peak_db: float
    """dBFS, of samples."""
    true_peak_db: float
    """dBTP."""
    noise_floor_db: float
    """dBFS RMS of the quietest 0.4 s; of the whole when it is shorter."""
    lufs: float
    """Integrated loudness; -inf when no block passes the gates."""
    head_s: float
    """Seconds before the first window above `SILENCE_DB`; the whole duration when there is none."""
    tail_s: float
    """Seconds after the last one."""


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


def read_blocks(path: Path, frames: int = BLOCK) -> Iterator[tuple[Samples, int]]:
    """Yield a file's samples, shape (frames,) or (frames, channels), and its sample rate, block by block.

    Raises:
        SourceError: the file is missing or no such recording.
    """
    try:
        with soundfile.SoundFile(path) as file:
            while len(block := file.read(frames, dtype="float32")):
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
        self._true_peaks: list[_TruePeak] = []
        self._weighting: list[StreamingFir] = []
        self._floor = _Bins(sample_rate, 10)
        self._loudness = _Bins(sample_rate, 10)
        self._edges = _Bins(sample_rate, 100)
        self._edge_bins: list[int] = []

    def add(self, block: Samples) -> None:
        """Take the next block: shape (frames,) or (frames, channels), as many channels as the blocks before."""
        channels = block.reshape(len(block), -1).T
        if not self._channels:
            self._channels = len(channels)
            self._true_peaks = [_TruePeak() for _ in channels]
            self._weighting = [StreamingFir(_k_weighting(self._sample_rate)) for _ in channels]
        squares = np.zeros(len(block))
        weighted = np.zeros(len(block))
        for channel, peak, weighting in zip(channels, self._true_peaks, self._weighting, strict=True):
            mono = np.ascontiguousarray(channel, np.float32)
            peak.add(mono)
            squares += np.square(mono, dtype=np.float64)
            weighted += np.square(weighting.push(mono), dtype=np.float64)
        squares /= self._channels
        self._square_sum += float(squares.sum())
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
            rms_db=_power_db(mean),
            peak_db=decibels(max((peak.sample_peak for peak in self._true_peaks), default=0.0)),
            true_peak_db=decibels(max((peak.true_peak for peak in self._true_peaks), default=0.0)),
            noise_floor_db=self._noise_floor(mean),
            lufs=_gated_loudness(self._loudness),
            head_s=head,
            tail_s=tail,
        )

    def _find_edges(self, squares: NDArray[np.float64]) -> None:
        before = self._edges.count
        self._edges.add(squares)
        loud = np.flatnonzero(self._edges.take() > 10 ** (SILENCE_DB / 10))
        if len(loud):
            first = self._edge_bins[0] if self._edge_bins else before + int(loud[0])
            self._edge_bins = [first, before + int(loud[-1])]

    def _noise_floor(self, mean: float) -> float:
        tenths = self._floor.means()
        if len(tenths) < 4:
            return _power_db(mean)
        return _power_db(float(_windows_of_four(tenths).min()))


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

    def add(self, squares: NDArray[np.float64]) -> None:
        end = self._position + len(squares)
        # Window k ends at frame floor((k + 1) rate / per_second): also right where the rate is no multiple.
        upto = ((end + 1) * self._per_second - 1) // self._sample_rate
        edges = np.arange(self.count, upto + 1) * self._sample_rate // self._per_second
        if len(edges) > 1:
            cuts = np.concatenate(([0], edges[1:] - self._position))
            cuts = cuts[cuts < len(squares)]
            sums = np.add.reduceat(squares, cuts)
            complete = sums[: upto - self.count].copy()
            complete[0] += self._carry
            self._carry = float(sums[-1]) if len(sums) > len(complete) else 0.0
            self._done.append(complete / np.diff(edges))
            self.count = upto
        elif len(squares):
            self._carry += float(squares.sum())
        self._position = end

    def means(self) -> NDArray[np.float64]:
        """Return all complete windows."""
        return np.concatenate(self._done) if self._done else np.zeros(0)

    def take(self) -> NDArray[np.float64]:
        """Return the complete windows and forget them."""
        means = self.means()
        self._done = []
        return means


class _TruePeak:
    """The largest value of a channel between its samples.

    No point between samples can pass the largest sample near it times the filter's absolute sum, so stretches that
    cannot hold a new maximum are left out. That is exact, and nearly free.
    """

    _stretch = 64

    def __init__(self) -> None:
        self.sample_peak = 0.0
        self.true_peak = 0.0
        self._context = np.zeros(2 * _REACH, np.float32)

    def add(self, block: Samples) -> None:
        self.sample_peak = max(self.sample_peak, float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        self.true_peak = max(self.true_peak, self.sample_peak)
        joined = np.concatenate((self._context, block))
        self._context = joined[len(joined) - 2 * _REACH :]
        values, _ = between_samples(joined, self.true_peak)
        self.true_peak = max(self.true_peak, float(values.max(initial=0.0)))

    def finish(self) -> None:
        self.add(np.zeros(2 * _REACH, np.float32))


def between_samples(samples: Samples, floor: float, stretch: int = 64) -> tuple[Samples, NDArray[np.int64]]:
    """Find the largest magnitudes between samples in stretches that may pass ``floor``.

    Args:
        samples: one channel; the first and last `_REACH` samples serve as context only.
        floor: magnitudes below it are of no interest.
        stretch: frames that are looked at together.

    Returns:
        Magnitudes, shape (stretches, stretch), where entry j of a row is the largest value between sample j and j + 1
        of the stretch; and the frame, counted in ``samples``, at which each stretch starts.
    """
    taps, bound = _interpolator()
    magnitudes = np.abs(samples)
    count = -(-(len(samples) - 2 * _REACH) // stretch)
    if count <= 0 or float(magnitudes.max()) * bound <= floor:
        return np.zeros((0, stretch), np.float32), np.zeros(0, np.int64)
    padded = np.zeros(count * stretch + 2 * _REACH, np.float32)
    padded[: len(samples)] = samples
    found = np.flatnonzero(_nearby_maxima(magnitudes, stretch, count) * bound > floor)
    if not len(found):
        return np.zeros((0, stretch), np.float32), np.zeros(0, np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(padded, stretch + 2 * _REACH)[::stretch]
    rows = np.ascontiguousarray(windows[found])
    views = np.lib.stride_tricks.sliding_window_view(rows, 2 * _REACH, axis=1)[:, 1 : stretch + 1]
    between = np.abs(views @ taps).max(axis=2)
    if found[-1] == count - 1:  # the last stretch may reach beyond what is known; it must not see an edge there
        between[-1, len(samples) - 2 * _REACH - found[-1] * stretch :] = 0.0
    return between.astype(np.float32), found * stretch + _REACH


def _nearby_maxima(magnitudes: Samples, stretch: int, count: int) -> Samples:
    """Return the largest magnitude in and around each stretch: its own frames and one stretch on either side."""
    frames = np.zeros((count + 2) * stretch, np.float32)
    # Stretches are counted from _REACH, so shifting by that puts the context before the first into a row of its own.
    known = min(len(magnitudes), len(frames) - stretch + _REACH)
    frames[stretch - _REACH : stretch - _REACH + known] = magnitudes[:known]
    width = stretch
    while width > 1 and width % 2 == 0:
        frames = np.maximum(frames[0::2], frames[1::2])
        width //= 2
    own = frames.reshape(-1, width).max(axis=1)
    return np.asarray(np.maximum(np.maximum(own[:-2], own[1:-1]), own[2:]))


@lru_cache(maxsize=1)
def _interpolator() -> tuple[NDArray[np.float32], float]:
    """Return the filter for the points between two samples, shape (2 x reach, 3), and its largest absolute sum."""
    offsets = np.arange(-_REACH + 1, _REACH + 1)[:, None] - np.arange(1, _PHASES)[None, :] / _PHASES
    window = np.i0(8.0 * np.sqrt(np.clip(1 - (offsets / _REACH) ** 2, 0, None))) / np.i0(8.0)
    taps = np.sinc(offsets) * window
    taps /= taps.sum(axis=0)
    return taps.astype(np.float32), float(np.abs(taps).sum(axis=0).max())


@lru_cache(maxsize=8)
def _k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """Return the impulse response of BS.1770's K-weighting at any rate.

    The standard tabulates both biquads at 48 kHz; the analogue parameters behind the table give them at other rates
    (centre frequency, gain and Q: Brecht De Man, "Evaluation of implementations of the EBU R128 loudness measurement").
    """
    response = np.zeros(math.ceil(0.085 * sample_rate))  # the slowest pole has fallen below 1e-7 by then
    response[0] = 1.0
    for numerator, denominator in (_shelf(sample_rate), _rumble(sample_rate)):
        response = _biquad(response, numerator, denominator)
    return response


Triple = tuple[float, float, float]


def _shelf(sample_rate: int) -> tuple[Triple, Triple]:
    gain, quality = 3.999843853973347, 0.7071752369554196
    tangent = math.tan(math.pi * 1681.974450955533 / sample_rate)
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    scale = 1 + tangent / quality + tangent**2
    numerator = (
        (high + band * tangent / quality + tangent**2) / scale,
        2 * (tangent**2 - high) / scale,
        (high - band * tangent / quality + tangent**2) / scale,
    )
    return numerator, (1.0, 2 * (tangent**2 - 1) / scale, (1 - tangent / quality + tangent**2) / scale)


def _rumble(sample_rate: int) -> tuple[Triple, Triple]:
    quality = 0.5003270373238773
    tangent = math.tan(math.pi * 38.13547087602444 / sample_rate)
    scale = 1 + tangent / quality + tangent**2
    return (1.0, -2.0, 1.0), (1.0, 2 * (tangent**2 - 1) / scale, (1 - tangent / quality + tangent**2) / scale)


def _biquad(signal: NDArray[np.float64], numerator: Triple, denominator: Triple) -> NDArray[np.float64]:
    result = np.zeros_like(signal)
    state_1 = state_2 = 0.0
    for index, value in enumerate(signal.tolist()):
        output = numerator[0] * value + state_1
        state_1 = numerator[1] * value - denominator[1] * output + state_2
        state_2 = numerator[2] * value - denominator[2] * output
        result[index] = output
    return result


def _gated_loudness(bins: _Bins) -> float:
    tenths = bins.means()
    if len(tenths) < 4:
        return -math.inf
    blocks = _windows_of_four(tenths)
    blocks = blocks[blocks > _power_of(-70.0)]
    if not len(blocks):
        return -math.inf
    blocks = blocks[blocks > blocks.mean() * 10 ** (-10 / 10)]
    return -0.691 + _power_db(float(blocks.mean()))


def _windows_of_four(tenths: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(tenths, 4).mean(axis=1))


def _power_of(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _power_db(power: float) -> float:
    return 10.0 * math.log10(power) if power > 0.0 else -math.inf
