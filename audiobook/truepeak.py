"""Peaks between samples, as ITU-R BS.1770-4 finds them: by fourfold oversampling."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["TruePeak", "between_samples"]

Samples = NDArray[np.float32]

_PHASES = 4
_REACH = 12
"""Samples on either side that a point between two samples is computed from."""


class TruePeak:
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
        """Take the next block, shape (frames,)."""
        self.sample_peak = max(self.sample_peak, float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        self.true_peak = max(self.true_peak, self.sample_peak)
        joined = np.concatenate((self._context, block))
        self._context = joined[len(joined) - 2 * _REACH :]
        values, _ = between_samples(joined, self.true_peak)
        self.true_peak = max(self.true_peak, float(values.max(initial=0.0)))

    def finish(self) -> None:
        """Look at what was waiting for samples to come."""
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
