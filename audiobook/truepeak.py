"""Peaks between samples, as ITU-R BS.1770-4 finds them: by fourfold oversampling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["TruePeak", "between_samples", "maxima"]

Samples = NDArray[np.float32]

_PHASES = 4
_REACH = 12
"""Samples on either side that a point between two samples is computed from."""
_ROUNDING = 1.0001
"""Room that bounds leave for single precision."""


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
        The largest magnitude between two samples of each such stretch, and the frame, counted in ``samples``, at which
        the stretch starts. A stretch that cannot pass ``floor`` is left out.
    """
    filters = _interpolator()
    count = -(-(len(samples) - 2 * _REACH) // stretch)
    nothing = np.zeros(0, np.float32), np.zeros(0, np.int64)
    if count <= 0:
        return nothing
    found = np.flatnonzero(_nearby_maxima(np.abs(samples), stretch, count) * filters.sum > floor)
    if not len(found):
        return nothing
    padded = np.zeros(count * stretch + 2 * _REACH, np.float32)
    padded[: len(samples)] = samples
    windows = np.lib.stride_tricks.sliding_window_view(padded, stretch + 2 * _REACH)[::stretch]
    rows = windows[found]
    bends = np.abs(rows[:, 2:] - 2 * rows[:, 1:-1] + rows[:, :-2]).max(axis=1)
    possible = np.abs(rows).max(axis=1) * filters.level + bends * filters.bend > floor
    found, rows = found[possible], rows[possible]
    if not len(found):
        return nothing
    views = np.lib.stride_tricks.sliding_window_view(rows, 2 * _REACH, axis=1)[:, 1 : stretch + 1]
    between = np.abs(views @ filters.taps).max(axis=2)
    if found[-1] == count - 1:  # the last stretch may reach beyond what is known; it must not see an edge there
        between[-1, len(samples) - 2 * _REACH - found[-1] * stretch :] = 0.0
    return between.max(axis=1).astype(np.float32), found * stretch + _REACH


def maxima(values: Samples, stretch: int) -> Samples:
    """Return the largest of each ``stretch`` values; by halves, as NumPy is slow over short rows."""
    while stretch > 1 and stretch % 2 == 0:
        values = np.maximum(values[0::2], values[1::2])
        stretch //= 2
    return values.reshape(-1, stretch).max(axis=1) if stretch > 1 else values


def _nearby_maxima(magnitudes: Samples, stretch: int, count: int) -> Samples:
    """Return the largest magnitude in and around each stretch: its own frames and one stretch on either side."""
    frames = np.zeros((count + 2) * stretch, np.float32)
    # Stretches are counted from _REACH, so shifting by that puts the context before the first into a row of its own.
    known = min(len(magnitudes), len(frames) - stretch + _REACH)
    frames[stretch - _REACH : stretch - _REACH + known] = magnitudes[:known]
    own = maxima(frames, stretch)
    return np.asarray(np.maximum(np.maximum(own[:-2], own[1:-1]), own[2:]))


@dataclass(frozen=True, slots=True)
class _Interpolator:
    """Filters for the points between two samples, and how far what they give can lie from samples near by."""

    taps: NDArray[np.float32]
    """Shape (2 x reach, phases - 1)."""
    sum: float
    """No point passes the largest sample near it times this."""
    level: float
    bend: float
    """Nor the largest sample times ``level`` plus the largest second difference times ``bend``."""


@lru_cache(maxsize=1)
def _interpolator() -> _Interpolator:
    positions = np.arange(-_REACH + 1, _REACH + 1)[:, None]
    parts = np.arange(1, _PHASES)[None, :] / _PHASES
    offsets = positions - parts
    window = np.i0(8.0 * np.sqrt(np.clip(1 - (offsets / _REACH) ** 2, 0, None))) / np.i0(8.0)
    taps = np.sinc(offsets) * window
    taps /= taps.sum(axis=0)
    # A straight line between the two samples lies within them. What the filter adds to that line is, summed up twice,
    # a filter of second differences, and a remainder that the slope is multiplied by.
    beyond = taps - np.clip(1 - np.abs(offsets), 0, None)
    slopes = beyond.cumsum(axis=0)
    rest = slopes.sum(axis=0)
    slopes[_REACH] -= rest
    bends = np.abs(slopes.cumsum(axis=0)).sum(axis=0)
    return _Interpolator(
        taps.astype(np.float32),
        float(np.abs(taps).sum(axis=0).max()) * _ROUNDING,
        1.0 + 2.0 * float(np.abs(rest).max()) + (_ROUNDING - 1.0),
        float(bends.max()) * _ROUNDING,
    )
