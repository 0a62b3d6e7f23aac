"""What ears notice and levels do not show: clipped tops, clicks, long silences, and where there is speech."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from audiobook.measure import SILENCE_DB
from audiobook.verify.report import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["WINDOW_S", "FlawFinder"]

WINDOW_S = 0.1
"""Length of the windows in which there is speech or none."""
_FULL = 0.9995
"""A sample this near to full scale has hit the end; lossy codecs land a little below 1."""
_CLIPPED_RUN = 4
_GAP_S = 8.0
"""Longer than any pause that the settings' defaults make."""
_CLICK = 0.5
"""Least second difference of a click, where full scale is 1."""
_CLICK_RATIO = 14.0
"""How far a click stands out of the 20 ms around it; the sharpest speech sounds stay below 8."""
_NAMED = 3
_CONTEXT = 2


class FlawFinder:
    """Looks at a recording that is given to it in blocks."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._window = max(1, round(WINDOW_S * sample_rate))
        self._rest = np.zeros(0, np.float32)
        self._frames = 0
        self._powers: list[NDArray[np.float32]] = []
        self._peaks: list[NDArray[np.float32]] = []
        self._clipped: list[float] = []
        self._clicks: list[float] = []

    def add(self, block: NDArray[np.float32]) -> None:
        """Take the next block, shape (frames, channels)."""
        mono = block[np.arange(len(block)), np.abs(block).argmax(axis=1)] if block.shape[1] > 1 else block[:, 0]
        joined = np.concatenate((self._rest, mono))
        count = (len(joined) - _CONTEXT) // self._window
        if count > 0:
            self._look(joined[: count * self._window + _CONTEXT], count)
            self._rest = joined[count * self._window :]
        else:
            self._rest = joined

    def curve(self, most: int = 1000) -> tuple[float, ...]:
        """Return the RMS in dBFS of ``most`` equal stretches or fewer; silence is -120."""
        powers = np.concatenate(self._powers) if self._powers else np.zeros(0, np.float32)
        if not len(powers):
            return ()
        stretches = np.array_split(powers, min(most, len(powers)))
        return tuple(round(10 * float(np.log10(max(float(part.mean()), 1e-12))), 1) for part in stretches)

    def peaks(self, most: int = 1000) -> tuple[float, ...]:
        """Return the highest absolute sample of the same stretches."""
        peaks = np.concatenate(self._peaks) if self._peaks else np.zeros(0, np.float32)
        return tuple(
            round(float(part.max()), 3) for part in np.array_split(peaks, min(most, len(peaks)) or 1) if len(part)
        )

    def speech(self) -> NDArray[np.bool_]:
        """Tell for each window of `WINDOW_S` whether something is heard in it."""
        powers = np.concatenate(self._powers) if self._powers else np.zeros(0, np.float32)
        return np.asarray(powers > 10 ** (SILENCE_DB / 10))

    def warnings(self) -> Iterator[Problem]:
        """Yield what a person should listen to, with its places."""
        if self._clipped:
            yield Problem("clipping", f"is clipped in {len(self._clipped)} places ({_places(self._clipped)})")
        if self._clicks:
            yield Problem("clicks", f"clicks in {len(self._clicks)} places ({_places(self._clicks)})")
        gaps = list(self._gaps())
        if gaps:
            yield Problem(
                "long-silence", f"is silent for more than {_GAP_S:g} s in {len(gaps)} places ({_places(gaps)})"
            )

    def _look(self, samples: NDArray[np.float32], count: int) -> None:
        start, size = self._frames, count * self._window
        self._frames += size
        windows = samples[:size].reshape(count, self._window)
        self._powers.append(np.mean(np.square(windows), axis=1))
        self._peaks.append(np.abs(windows).max(axis=1))
        full = np.abs(samples[:size]) >= _FULL
        if full.any():
            edges = np.flatnonzero(np.diff(np.concatenate(([False], full, [False])).astype(np.int8)))
            runs = edges.reshape(-1, 2)
            found = runs[runs[:, 1] - runs[:, 0] >= _CLIPPED_RUN, 0]
            self._clipped += ((start + found) / self._rate).tolist()
        bends = np.abs(samples[:-2] - 2 * samples[1:-1] + samples[2:])
        for place in np.flatnonzero(bends > _CLICK).tolist():
            reach = self._rate // 100
            around = np.concatenate(
                (bends[max(0, place - reach) : max(0, place - 2)], bends[place + 3 : place + reach])
            )
            usual = float(np.sqrt(np.mean(np.square(around)))) if len(around) else 1.0
            time = (start + place) / self._rate
            if bends[place] > _CLICK_RATIO * usual and not (self._clicks and time - self._clicks[-1] < 0.01):
                self._clicks.append(time)

    def _gaps(self) -> Iterator[float]:
        heard = np.flatnonzero(self.speech())
        for index in np.flatnonzero(np.diff(heard) * WINDOW_S > _GAP_S).tolist():
            yield float(heard[index] + 1) * WINDOW_S


def _places(times: list[float]) -> str:
    named = ", ".join(f"{int(time // 60)}:{time % 60:05.2f}" for time in times[:_NAMED])
    return f"at {named}{' ...' if len(times) > _NAMED else ''}"
