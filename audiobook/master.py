"""Tracks become deliverable: high-pass, optional compression, one gain, a true-peak limiter, and proof by measurement.

The gain is one for the whole book and follows from the profile (`audiobook.levels.makeup_db`), as voices are brought
to one level before they are mixed. A chapter gets a correction of its own only when its level would leave the window
around the target, and then only as far as the window's edge. So chapters match, each can be mastered as soon as it is
stitched, and an edit in one changes no other. Every pass reads the file in blocks: memory does not grow with a chapter.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from audiobook import atomic
from audiobook.audio import Track
from audiobook.dynamics import Compressor, Limiter
from audiobook.errors import OutputError
from audiobook.filters import StreamingFir, high_pass_taps
from audiobook.levels import STAGE_LUFS, makeup_db
from audiobook.measure import Levels, Meter, read_blocks
from audiobook.settings import Profile, Settings

__all__ = ["compress", "master", "shortfalls"]

Samples = NDArray[np.float32]

_WINDOW_DB = 1.0
"""How far a chapter may lie from the target before it is corrected, at most half of what the profile tolerates."""
_NO_SPEECH_LUFS = -60.0
"""A track quieter than this before its gain holds no speech, and there is nothing to level."""
_MOST_DB = 12.0
"""A chapter that needs more than this is not soft but broken, and more would only bring up its noise."""
_CORRECTIONS = 3
"""A chapter that the limiter has to hold down much needs more than one."""
_COMPRESS_ABOVE_DB = STAGE_LUFS - 8.0


def master(track: Track, out: Path, settings: Settings) -> tuple[Track, Levels]:
    """Bring a stitched track to the profile's standard and write it as 16-bit mono sound, in one step.

    Marks stay true to the frame, as no step delays the sound.

    Args:
        track: as `audiobook.stitch` made it.
        out: where the mastered track goes, ``.flac`` or ``.wav``; not the path of ``track``.
        settings: gives the profile and the high-pass.

    Returns:
        The mastered track and what was measured on it. A chapter of one word may miss the standard however it is
        mastered, and must not cost a book: `shortfalls` names what is missed, and the finished files are checked.

    Raises:
        OutputError: the track cannot be written.
        SourceError: the stitched track cannot be read.
    """
    profile = settings.delivery_standard()
    gain = makeup_db(profile)
    levels = _write(track, out, settings, gain)
    if levels.lufs - gain > _NO_SPEECH_LUFS:
        for _ in range(_CORRECTIONS):
            correction = _correction(levels, profile)
            if abs(correction) < 0.05:
                break
            gain = min(gain + correction, makeup_db(profile) + _MOST_DB)
            levels = _write(track, out, settings, gain)
    return dataclasses.replace(track, path=out), levels


def _correction(levels: Levels, profile: Profile) -> float:
    """Return the dB that bring a track to the edge of the window around the target; 0 when it is inside."""
    level, target, window = levels.rms_db, profile.rms_db, _WINDOW_DB
    if profile.rms_db is None:
        level, target, window = levels.lufs, profile.lufs, min(_WINDOW_DB, profile.lufs_tolerance / 2)
    if target is None:
        return 0.0
    error = level - target
    return math.copysign(max(0.0, abs(error) - window), -error)


def _write(track: Track, out: Path, settings: Settings, gain_db: float) -> Levels:
    """Write the track with a gain and the limiter; return its levels as written."""
    profile = settings.delivery_standard()
    limiter = Limiter(profile.peak_db, track.sample_rate)
    factor = np.float32(10 ** (gain_db / 20))
    meter = Meter(track.sample_rate)
    with atomic.output_path(out, flush=False) as temporary, _written(temporary, track.sample_rate, out) as file:
        for block in _limited(_shaped(track, settings), factor, limiter):
            whole = np.clip(np.round(block * np.float32(32767.0)), -32768, 32767).astype(np.int16)
            meter.add(whole.astype(np.float32) / np.float32(32768.0))
            file.write(whole)
    return meter.levels()


def compress(track: Track, out: Path) -> None:
    """Write a mastered track once more, without loss, in the format of ``out``.

    Raises:
        OutputError: it cannot be written.
        SourceError: the track cannot be read.
    """
    with _written(out, track.sample_rate, out) as file:
        for block, _ in read_blocks(track.path, dtype="int16"):
            file.write(block)


@contextlib.contextmanager
def _written(path: Path, sample_rate: int, final: Path) -> Iterator[Any]:
    """Open a file of 16-bit mono sound for writing; an error names ``final``."""
    try:
        with atomic.translated(final), soundfile.SoundFile(path, "w", sample_rate, 1, "PCM_16") as file:
            yield file
    except soundfile.LibsndfileError as error:
        reason = f"cannot be written ({str(error.error_string).rstrip('.')})"
        raise OutputError(reason, place=str(final), remedy="Free some disk space, or choose -o DIR") from error


def _limited(blocks: Iterator[Samples], factor: np.float32, limiter: Limiter) -> Iterator[Samples]:
    for block in blocks:
        yield limiter.push(block * factor)
    yield limiter.finish()


def _shaped(track: Track, settings: Settings) -> Iterator[Samples]:
    """Yield the track after high-pass and compression, as many frames as it has."""
    blocks: Iterator[Samples] = (block for block, _ in read_blocks(track.path))
    if settings.master.high_pass_hz > 0:
        blocks = _high_passed(blocks, settings.master.high_pass_hz, track.sample_rate)
    profile = settings.delivery_standard()
    if profile.compress > 1:
        blocks = _compressed(blocks, Compressor(profile.compress, _COMPRESS_ABOVE_DB, track.sample_rate))
    return blocks


def _high_passed(blocks: Iterator[Samples], cutoff_hz: float, sample_rate: int) -> Iterator[Samples]:
    taps = high_pass_taps(cutoff_hz, sample_rate)
    filtered = StreamingFir(taps)
    delay = late = len(taps) // 2
    for block in blocks:
        result = filtered.push(block)
        skip = min(late, len(result))
        late -= skip
        yield result[skip:]
    yield filtered.push(np.zeros(delay, np.float32))[late:]


def _compressed(blocks: Iterator[Samples], compressor: Compressor) -> Iterator[Samples]:
    for block in blocks:
        yield compressor.push(block)
    yield compressor.finish()


def shortfalls(levels: Levels, profile: Profile) -> tuple[str, ...]:
    """Say, with the figures, where levels break a profile; empty when they meet it."""
    problems = []
    if profile.rms_db is not None and not profile.rms_low_db <= levels.rms_db <= profile.rms_high_db:
        problems.append(f"RMS {levels.rms_db:.1f} dBFS is outside {profile.rms_low_db:g} to {profile.rms_high_db:g}")
    if profile.rms_db is None and profile.lufs is not None and abs(levels.lufs - profile.lufs) > profile.lufs_tolerance:
        problems.append(f"loudness {levels.lufs:.1f} LUFS is not {profile.lufs:g} +/- {profile.lufs_tolerance:g}")
    if levels.peak_db > profile.peak_limit_db:
        problems.append(f"peak {levels.peak_db:.2f} dBFS is above {profile.peak_limit_db:g}")
    if levels.noise_floor_db > profile.floor_limit_db:
        problems.append(f"noise floor {levels.noise_floor_db:.1f} dBFS is above {profile.floor_limit_db:g}")
    return tuple(problems)
