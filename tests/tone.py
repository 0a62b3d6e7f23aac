"""Short synthetic chapters: tones that come and go like speech, in room tone, with marks."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from audiobook.audio import Audiobook, Mark, Track, WordTime
from audiobook.book import Metadata
from audiobook.script import NARRATOR, Voice

RATE = 24_000
HEAD_S = 0.75
TAIL_S = 2.0
FLOOR = 10 ** (-72 / 20)


def write_wav(path: Path, samples: np.ndarray, rate: int = RATE, channels: int = 1) -> Path:
    """Write float samples as 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def speech_like(seconds: float, seed: int, rate: int = RATE, level_db: float = -20.5) -> np.ndarray:
    """Make a tone in syllables between head and tail of room tone, with the RMS that ACX wants."""
    generator = np.random.default_rng(seed)
    frames = round(seconds * rate)
    time = np.arange(frames) / rate
    tone = sum(np.sin(2 * np.pi * (110 + 20 * seed) * k * time + k) / k for k in range(1, 8))
    envelope = np.clip(np.sin(2 * np.pi * 3.1 * time) + 0.6, 0, 1)
    head, tail = round(HEAD_S * rate), round(TAIL_S * rate)
    if frames > head + tail:
        envelope[:head] = 0
        envelope[frames - tail :] = 0
    voice = tone * envelope
    rms = np.sqrt(np.mean(voice**2)) or 1.0
    return voice * 10 ** (level_db / 20) / rms + generator.normal(0, FLOOR, frames)


def make_track(
    folder: Path,
    number: int = 1,
    seconds: float = 6.0,
    *,
    title: str | None = None,
    texts: tuple[str, ...] = ("The lamp had gone out, and nobody in the house would say why.",),
    speakers: tuple[str, ...] = (NARRATOR,),
    words: bool = False,
) -> Track:
    """Write a chapter whose marks divide the time between head and tail evenly."""
    samples = speech_like(seconds, number)
    path = write_wav(folder / f"track-{number}.wav", samples)
    first, last = round(HEAD_S * RATE), len(samples) - round(TAIL_S * RATE)
    if last <= first:
        first, last = 0, len(samples)
    edges = np.linspace(first, last, len(texts) + 1).astype(int).tolist()
    marks = []
    for index, text in enumerate(texts):
        start, end = edges[index], edges[index + 1]
        times: tuple[WordTime, ...] = ()
        if words:
            pieces = text.split()
            cuts = np.linspace(start, end, len(pieces) + 1).astype(int).tolist()
            times = tuple(WordTime(piece, cuts[at], cuts[at + 1]) for at, piece in enumerate(pieces))
        marks.append(Mark(text, speakers[index % len(speakers)], start, end, paragraph=index, words=times))
    return Track(number, f"Chapter {number}" if title is None else title, path, len(samples), RATE, tuple(marks))


def make_audiobook(folder: Path, *tracks: Track, **metadata: str) -> Audiobook:
    """Join tracks to an audiobook; three chapters when none are given."""
    chosen = tracks or tuple(make_track(folder, number) for number in (1, 2, 3))
    facts = {"title": "The Lamp", "author": "A. Writer", "year": "1901", **metadata}
    cast = ((NARRATOR, Voice("silent", "plain")),)
    return Audiobook(Metadata(**facts), chosen, cast=cast, licences=(("silent:plain", "CC0-1.0"),))
