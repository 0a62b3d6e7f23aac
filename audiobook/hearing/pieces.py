"""Sound cut at its pauses into pieces that a recognizer takes whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["RATE", "pieces"]

RATE = 16_000
"""Hertz that the recognizer takes."""
_SHORTEST_S = 4
"""A piece is at least as long, so that a sentence is rarely cut at a comma."""
_LONGEST_S = 12
"""Longer pieces lose their end: the recognizer writes so many words and no more."""
_WINDOW = RATE // 50
_PAUSE = 10
"""Windows over which a pause is looked for: 0.2 s."""
_SILENT_DB = -55.0
"""Pieces below this level hold nothing to hear: room tone is at -60 or less."""


def pieces(blocks: Iterable[NDArray[np.float32]], sample_rate: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the first frame and the samples of each piece with sound in it, at `RATE`.

    Args:
        blocks: mono sound from its beginning.
        sample_rate: hertz.
    """
    import numpy as np

    waiting = np.zeros(0, np.float32)
    start = 0
    for block in _resampled(blocks, sample_rate):
        waiting = np.concatenate((waiting, block))
        while len(waiting) > _LONGEST_S * RATE:
            cut = _quietest(waiting)
            if _is_sound(waiting[:cut]):
                yield start, waiting[:cut]
            waiting = waiting[cut:]
            start += cut
    if _is_sound(waiting):
        yield start, waiting


def _resampled(blocks: Iterable[NDArray[np.float32]], sample_rate: int) -> Iterator[NDArray[np.float32]]:
    if sample_rate == RATE:
        yield from blocks
        return
    import numpy as np
    import soxr

    stream = soxr.ResampleStream(sample_rate, RATE, 1, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def _quietest(samples: NDArray[np.float32]) -> int:
    """Find the middle of the quietest moment between the shortest and the longest piece."""
    import numpy as np

    first, past = _SHORTEST_S * RATE // _WINDOW, _LONGEST_S * RATE // _WINDOW
    powers = np.square(samples[: past * _WINDOW]).reshape(past, _WINDOW).mean(axis=1)
    smooth = np.convolve(powers, np.ones(_PAUSE), "valid")  # of the windows from each one on
    return (first + int(np.argmin(smooth[first:])) + _PAUSE // 2) * _WINDOW


def _is_sound(samples: NDArray[np.float32]) -> bool:
    import numpy as np

    count = len(samples) // _WINDOW
    powers = np.square(samples[: count * _WINDOW]).reshape(count, _WINDOW).mean(axis=1)
    return bool(powers.max(initial=0.0) > 10 ** (_SILENT_DB / 10))
