"""Gain that changes over time: a gentle compressor and a true-peak limiter, for streams of blocks.

Neither is recursive: each gain is computed from a window around its frame, so the result does not depend on how the
stream is cut into blocks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audiobook.truepeak import between_samples, maxima

__all__ = ["Compressor", "Limiter"]

Samples = NDArray[np.float32]

_ATTACK_MS = 5.0
_RELEASE_MS = 50.0
_HOLD = 16
"""Frames that share one peak."""
_CONTEXT = 12
"""Frames that `between_samples` takes as context."""


class Limiter:
    """Holds true peaks under a ceiling by dipping the gain around each, softly, from before it comes.

    The dip of a peak is a raised cosine in decibels, 5 ms down and 50 ms up; where dips overlap the deepest counts.
    Where nothing is too loud the signal stays bit for bit as it was.
    """

    def __init__(self, ceiling_db: float, sample_rate: int) -> None:
        self._ceiling = 10 ** (ceiling_db / 20)
        self._attack = round(_ATTACK_MS / 1000 * sample_rate) + _HOLD
        self._release = round(_RELEASE_MS / 1000 * sample_rate)
        self._ahead = self._attack + _HOLD + _CONTEXT
        """Frames that must be known beyond the last one that is let out."""
        self._dip = self._shape()
        self._pending = np.zeros(_CONTEXT, np.float32)
        """From ``_CONTEXT`` frames before the first frame not yet let out."""
        self._reduction = np.zeros(self._ahead + self._release + _HOLD)
        """dB to take off, from the first frame not yet let out."""
        self._seen = 0
        """Frames not yet let out whose peaks are in the reduction."""
        self.deepest_db = 0.0
        """The largest reduction so far."""

    def push(self, block: Samples) -> Samples:
        """Take a block and return the frames that are ready: fewer at first, the rest by `finish`."""
        return self._run(block, self._ahead)

    def finish(self) -> Samples:
        """Return the frames still held back."""
        return self._run(np.zeros(_CONTEXT + _HOLD, np.float32), _CONTEXT + _HOLD)

    def _run(self, block: Samples, keep: int) -> Samples:
        self._pending = np.concatenate((self._pending, block))
        frames = len(self._pending) - _CONTEXT
        ready = frames - keep
        if ready <= 0:
            return np.zeros(0, np.float32)
        self._note_peaks(frames)
        result = self._pending[_CONTEXT : _CONTEXT + ready]
        dips = self._reduction[:ready]
        dipped = np.flatnonzero(dips)
        if len(dipped):
            self.deepest_db = max(self.deepest_db, float(dips[dipped].max()))
            result = result.copy()
            result[dipped] *= (10 ** (-dips[dipped] / 20)).astype(np.float32)
        self._pending = self._pending[ready:]
        self._reduction = self._reduction[ready:]
        self._seen -= ready
        return result

    def _note_peaks(self, frames: int) -> None:
        """Enter the dips of peaks in frames not seen yet, as far as their context is known."""
        upto = (frames - _CONTEXT - self._seen) // _HOLD * _HOLD + self._seen
        if upto <= self._seen:
            return
        missing = frames + self._release + _HOLD + self._attack - len(self._reduction)
        if missing > 0:
            self._reduction = np.concatenate((self._reduction, np.zeros(missing)))
        # The context before the first new frame is in the pending frames: at least _CONTEXT of them.
        part = self._pending[self._seen : upto + 2 * _CONTEXT]
        peaks = maxima(np.abs(part[_CONTEXT : _CONTEXT + upto - self._seen]), _HOLD)
        values, starts = between_samples(part, self._ceiling, _HOLD)
        if len(values):
            rows = (starts - _CONTEXT) // _HOLD
            peaks[rows] = np.maximum(peaks[rows], values)
        for row in np.flatnonzero(peaks > self._ceiling):
            first = max(0, self._seen + int(row) * _HOLD - self._attack)
            skip = first - (self._seen + int(row) * _HOLD - self._attack)
            dip = self._dip[skip:] * 20 * np.log10(peaks[row] / self._ceiling)
            target = self._reduction[first : first + len(dip)]
            np.maximum(target, dip, out=target)
        self._seen = upto

    def _shape(self) -> NDArray[np.float64]:
        """Return a dip of depth 1: attack, hold, release."""
        down = np.sin(np.linspace(0, np.pi / 2, self._attack - _HOLD // 2, endpoint=False)) ** 2
        up = np.cos(np.linspace(0, np.pi / 2, self._release, endpoint=False)) ** 2
        return np.concatenate((down, np.ones(2 * _HOLD), up))


class Compressor:
    """Turns loud passages down by a ratio: feed-forward, on the level of 50 ms around each frame.

    Levels are taken every 10 ms, smoothed over 150 ms, and the gain is drawn between them.
    """

    def __init__(self, ratio: float, threshold_db: float, sample_rate: int) -> None:
        self._slope = 1.0 - 1.0 / ratio
        self._threshold = threshold_db
        self._hop = sample_rate // 100
        smooth = np.hanning(17)[1:-1]
        self._window = smooth / smooth.sum()
        self._side = len(self._window) // 2 + 1
        self._pending = np.zeros(0, np.float32)
        self._powers = np.zeros(self._side)
        """Mean squares of hops, from ``_side`` hops before the first frame not yet let out."""

    def push(self, block: Samples) -> Samples:
        """Take a block and return the frames that are ready."""
        self._pending = np.concatenate((self._pending, block))
        known = len(self._powers) - self._side
        hops = len(self._pending) // self._hop
        fresh = self._pending[known * self._hop : hops * self._hop].reshape(-1, self._hop)
        self._powers = np.concatenate((self._powers, np.square(fresh, dtype=np.float64).mean(axis=1)))
        return self._let_out(hops - self._side)

    def finish(self) -> Samples:
        """Return the frames still held back."""
        rest = len(self._pending)
        padding = np.zeros((self._side + 2) * self._hop, np.float32)
        return self.push(padding)[:rest]

    def _let_out(self, hops: int) -> Samples:
        if hops <= 0:
            return np.zeros(0, np.float32)
        smooth = np.convolve(self._powers, self._window, mode="valid")
        over = 10 * np.log10(np.maximum(smooth, 1e-12)) - self._threshold
        # Entry j belongs to the middle of hop j - 1, so a frame's neighbours on both sides are there.
        gains = -self._slope * np.maximum(over, 0.0)
        middles = (np.arange(len(gains)) - 0.5) * self._hop
        frames = np.arange(hops * self._hop)
        curve = 10 ** (np.interp(frames, middles, gains) / 20)
        result = self._pending[: len(frames)] * curve.astype(np.float32)
        self._pending = self._pending[len(frames) :]
        self._powers = self._powers[hops:]
        return result
