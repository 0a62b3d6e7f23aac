"""A book longer than 32-bit times at 48 kHz can count (12.4 hours), in one file."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import mutagen.mp4
import numpy as np
import pytest
from tone import make_audiobook, speech_like, write_wav

from audiobook import ffmpeg
from audiobook.audio import Track
from audiobook.publish import publish
from audiobook.settings import Profile, Settings

CHAPTERS, MINUTES, LOW = 195, 4, 8000
LEAN = Settings(profile="lean", profiles=(("lean", Profile(aac_sample_rate=48_000, aac_kbps=24)),))


def repeated(folder: Path) -> tuple[Track, ...]:
    """Make chapters of one and the same sound, which are encoded once."""
    samples = speech_like(MINUTES * 60, 1, LOW)
    track = Track(1, "", write_wav(folder / "track.wav", samples, LOW), len(samples), LOW)
    return tuple(replace(track, number=number, title=f"Chapter {number}") for number in range(1, CHAPTERS + 1))


def test_a_book_of_thirteen_hours_keeps_its_chapters_and_its_end(tmp_path: Path) -> None:
    (path,) = publish(make_audiobook(tmp_path, *repeated(tmp_path)), "m4b", tmp_path / "out", LEAN, "lamp").paths
    seconds = CHAPTERS * MINUTES * 60
    assert seconds * 48_000 > 2**31
    book = mutagen.mp4.MP4(path)
    assert book.info
    assert book.info.length == pytest.approx(seconds, abs=2)
    starts = [chapter.start for chapter in book.chapters or ()]
    assert starts == pytest.approx([number * MINUTES * 60 for number in range(CHAPTERS)], abs=1.1)
    assert ffmpeg.probe(path).duration_s == pytest.approx(seconds, abs=2)
    heard = decoded(path, seconds - 10, 6)
    assert len(heard) == pytest.approx(6 * 48_000, abs=5_000)
    assert np.abs(heard).max() > 1000


def decoded(path: Path, start: float, length: float) -> np.ndarray:
    command = [
        ffmpeg.executable(),
        "-v",
        "error",
        "-ss",
        str(start),
        "-i",
        str(path),
        "-t",
        str(length),
        "-f",
        "s16le",
        "-",
    ]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<i2")
