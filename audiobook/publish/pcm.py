"""The samples of a track as encoders want them: 16-bit mono at the edition's rate, of an exact length."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from audiobook.audio import Track
from audiobook.errors import ToolError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["context_after", "context_before", "read", "samples"]

_BLOCK = 1 << 16
_MIRROR = 1 << 11


def samples(track: Track, rate: int, frames: int, *, skip: int = 0) -> Iterator[NDArray[np.int16]]:
    """Yield exactly ``frames`` samples of ``track`` at ``rate`` Hertz, in blocks.

    What is missing at the end is filled with the mirrored last samples, which are room tone.

    Args:
        track: 16-bit mono sound.
        rate: Hertz wanted.
        frames: Samples wanted, counted from ``skip``.
        skip: Frames of the track to leave out at the front, a multiple of `_step`.

    Raises:
        ToolError: the track's file is missing or not what the track says.
    """
    import numpy as np

    last = np.zeros(0, dtype=np.int16)
    missing = frames
    for block in _resampled(track, rate, skip):
        piece = block[:missing]
        missing -= len(piece)
        if len(piece):
            last = np.concatenate((last, piece))[-_MIRROR:]
            yield piece
        if not missing:
            return
    mirror = last[::-1] if len(last) else np.zeros(1, dtype=np.int16)
    yield np.resize(np.concatenate((mirror, mirror[::-1])), missing)


def context_before(track: Track, rate: int, frames: int, wanted: int) -> NDArray[np.int16]:
    """Return the last ``wanted`` of the ``frames`` samples that `samples` gives for a whole track."""
    import numpy as np

    step = _step(track, rate)
    # Half a second more than needed: the resampler's filter has settled when the wanted part begins.
    reach = math.ceil((wanted + rate // 2) * track.sample_rate / rate)
    skip = max(0, track.frames - reach) // step * step
    rest = frames - skip * rate // track.sample_rate
    return np.concatenate(list(samples(track, rate, rest, skip=skip)))[-wanted:]


def context_after(track: Track, rate: int, wanted: int) -> NDArray[np.int16]:
    """Return the first ``wanted`` samples of a track."""
    import numpy as np

    return np.concatenate(list(samples(track, rate, wanted)))


def _step(track: Track, rate: int) -> int:
    """Return the smallest number of the track's frames that is a whole number of output samples."""
    return track.sample_rate // math.gcd(track.sample_rate, rate)


def _resampled(track: Track, rate: int, skip: int) -> Iterator[NDArray[np.int16]]:
    if rate == track.sample_rate:
        yield from read(track, skip)
        return
    import numpy as np
    import soxr

    stream = soxr.ResampleStream(track.sample_rate, rate, 1, dtype="int16")
    for block in read(track, skip):
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0, dtype=np.int16), last=True)


def read(track: Track, start: int = 0, stop: int | None = None) -> Iterator[NDArray[np.int16]]:
    """Yield a track's own samples from frame ``start`` up to ``stop``, in blocks.

    Raises:
        ToolError: the track's file is missing or not what the track says.
    """
    import soundfile

    if not track.path.is_file():
        raise ToolError("a chapter's sound is gone", place=str(track.path), remedy=_REMEDY)
    left = track.frames - start if stop is None else stop - start
    try:
        with soundfile.SoundFile(track.path) as file:
            found = (file.channels, file.subtype, file.samplerate, file.frames)
            if found != (1, "PCM_16", track.sample_rate, track.frames):
                raise ToolError(
                    f"holds {found[3]} frames at {found[2]} Hz, not {track.frames} at {track.sample_rate} Hz",
                    place=str(track.path),
                    remedy=_REMEDY,
                )
            file.seek(start)
            while left > 0 and len(block := file.read(min(_BLOCK, left), dtype="int16")):
                left -= len(block)
                yield block
    except soundfile.LibsndfileError as error:
        raise ToolError(f"a chapter's sound cannot be read ({error})", place=str(track.path), remedy=_REMEDY) from error


_REMEDY = "Build the book again; finished takes are kept"
