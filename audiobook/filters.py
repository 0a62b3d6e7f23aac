"""Filters for streams of samples: FIR by FFT, the high-pass of mastering."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["StreamingFir", "high_pass_taps"]

Samples = NDArray[np.float32]

_NORM: Final = "ortho"
"""Cancels out, forward and back. Without a scale NumPy takes single precision through double, four times as slowly."""


class StreamingFir:
    """A causal FIR filter over a stream that comes in blocks (overlap-save by FFT)."""

    def __init__(self, taps: NDArray[np.floating]) -> None:
        self._context = np.zeros(len(taps) - 1, np.float32)
        # Eight times the taps keeps the overlap cheap; 2^13 is where NumPy's FFT is fastest a sample.
        self._size = max(1 << 13, 1 << (8 * len(taps)).bit_length())
        self._step = self._size - len(taps) + 1
        self._spectrum = np.fft.rfft(taps, self._size).astype(np.complex64)

    def push(self, block: Samples) -> Samples:
        """Return as many samples as ``block`` holds; each depends on the blocks before only."""
        if not len(block):
            return block
        joined = np.concatenate((self._context, block))
        self._context = joined[len(joined) - len(self._context) :]
        rows = -(-len(block) // self._step)
        padded = np.zeros((rows - 1) * self._step + self._size, np.float32)
        padded[: len(joined)] = joined
        windows = np.lib.stride_tricks.sliding_window_view(padded, self._size)[:: self._step]
        spectra = np.fft.rfft(windows, axis=1, norm=_NORM)
        spectra *= self._spectrum
        result = np.fft.irfft(spectra, self._size, axis=1, norm=_NORM)
        kept = result[:, self._size - self._step :]
        return np.ascontiguousarray(kept.reshape(-1)[: len(block)], np.float32)


@lru_cache(maxsize=8)
def high_pass_taps(cutoff_hz: float, sample_rate: int) -> NDArray[np.float64]:
    """Return a symmetric FIR of odd length: the magnitude of a second-order Butterworth high-pass, no phase.

    Its delay is half its length, a whole number of frames, so that marks stay true when it is taken off.

    Args:
        cutoff_hz: where it has fallen by 3 dB; falls by 12 dB an octave below.
        sample_rate: hertz.
    """
    size = 1 << (int(8 * sample_rate / cutoff_hz)).bit_length()
    frequencies = np.fft.rfftfreq(size, 1 / sample_rate)
    ratio = (frequencies / cutoff_hz) ** 4
    response = np.fft.irfft(np.sqrt(ratio / (1 + ratio)), size)
    half = size // 4
    taps = np.roll(response, half)[: 2 * half + 1] * np.hanning(2 * half + 3)[1:-1]
    # The window lets a trace of direct current through; taking it from all taps costs nothing elsewhere.
    return np.asarray(taps - taps.mean())
