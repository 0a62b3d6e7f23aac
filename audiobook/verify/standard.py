"""The rules of a delivery standard, applied to measurements and container facts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from audiobook.ffmpeg import Media
from audiobook.measure import Levels
from audiobook.settings import Profile
from audiobook.verify.mpeg import read_mpeg
from audiobook.verify.report import Problem

__all__ = ["judge", "remark"]

_SLACK_DB = 0.01
"""ACX Check fails a peak above -2.99, not above -3.00: figures are shown with two decimals."""
_OPUS_DB = 0.5
"""Opus at the rates of speech overshoots by as much, and no shop that limits peaks takes it."""
_DEAD_DB = -90.0
"""Below this ACX Check warns: digital silence sounds unnatural."""
_EDGE_S = 0.15
"""Speech may rise from and sink into the room tone more slowly than a threshold can see."""
_TAGS = {"m4b": ("title", "artist", "album"), "mp3": ("title", "artist", "album")}
_CODECS = {"m4b": "aac", "m4a": "aac", "mp3": "mp3", "opus": "opus", "flac": "flac"}


def judge(path: Path, media: Media, levels: Levels, profile: Profile) -> Iterator[Problem]:
    """Yield what breaks the standard."""
    kind = path.suffix[1:].lower()
    yield from _levels(levels, profile, _OPUS_DB if kind == "opus" else _SLACK_DB)
    if kind in _CODECS and media.codec != _CODECS[kind] and not (kind == "m4a" and media.codec == "alac"):
        yield Problem("codec", f"holds {media.codec}, not {_CODECS[kind]}")
    # A standard that fixes the sampling rate is one of a shop or a library that takes MP3s.
    if kind == "mp3" and profile.sample_rate:
        yield from _delivery(path, media, levels, profile)
    yield from _chapters(kind, media, levels.duration_s)
    tags = dict(media.tags)
    for name in _TAGS.get(kind, ()):
        if not tags.get(name, "").strip():
            yield Problem("tag-missing", f"has no tag for the {'author' if name == 'artist' else name}")


def remark(path: Path, media: Media, levels: Levels, profile: Profile) -> Iterator[Problem]:
    """Yield what a person should look at."""
    kind = path.suffix[1:].lower()
    if profile.rms_db is not None and levels.noise_floor_db < _DEAD_DB:
        yield Problem("dead-silence", f"has dead silence ({_db(levels.noise_floor_db)}); listeners expect room tone")
    if kind in ("m4b", "mp3") and not media.picture:
        yield Problem("cover-missing", "has no cover")
    if kind == "m4b" and dict(media.tags).get("media_type") != "2":
        yield Problem("media-type", "is not marked as an audiobook (stik 2), so some players file it under music")
    if kind == "m4b" and not _faststart(path):
        yield Problem("not-faststart", "keeps its index at the end, so playing over a network starts late")


def _levels(levels: Levels, profile: Profile, peak_slack_db: float) -> Iterator[Problem]:
    if levels.duration_s <= 0.5:
        yield Problem("too-short", f"lasts {levels.duration_s:.2f} s, too short to be measured")
        return
    if profile.rms_db is not None:
        if levels.rms_db < profile.rms_low_db:
            yield Problem("rms-low", f"RMS is {_db(levels.rms_db)}, below {profile.rms_low_db:g} dB")
        if levels.rms_db > profile.rms_high_db + _SLACK_DB:
            yield Problem("rms-high", f"RMS is {_db(levels.rms_db)}, above {profile.rms_high_db:g} dB")
    if profile.lufs is not None:
        low, high = profile.lufs - profile.lufs_tolerance, profile.lufs + profile.lufs_tolerance
        if not low - _SLACK_DB <= levels.lufs <= high + _SLACK_DB:
            yield Problem("loudness", f"loudness is {levels.lufs:.1f} LUFS, not {low:g} to {high:g}")
    # Shops that count RMS look at samples; loudness standards look between them.
    peak, unit = (levels.peak_db, "dB") if profile.lufs is None else (levels.true_peak_db, "dBTP")
    if peak > profile.peak_limit_db + peak_slack_db:
        yield Problem("peak-high", f"peak is {peak:.2f} {unit}, above {profile.peak_limit_db:g} {unit}")
    if levels.noise_floor_db > profile.floor_limit_db + _SLACK_DB:
        yield Problem(
            "noise-floor", f"noise floor is {_db(levels.noise_floor_db)}, above {profile.floor_limit_db:g} dB"
        )


def _delivery(path: Path, media: Media, levels: Levels, profile: Profile) -> Iterator[Problem]:
    rates = read_mpeg(path).kbps
    if len(rates) > 1:
        yield Problem("not-cbr", f"has a variable bit rate ({rates[0]} to {rates[-1]} kbit/s), not a constant one")
    elif rates and rates[0] < profile.mp3_kbps:
        yield Problem("bitrate-low", f"has {rates[0]} kbit/s, less than {profile.mp3_kbps}")
    if media.sample_rate != profile.sample_rate:
        yield Problem("sample-rate", f"has {media.sample_rate} Hz, not {profile.sample_rate}")
    if media.channels > 2:
        yield Problem("channels", f"has {media.channels} channels, not 1 or 2")
    if profile.chapter_minutes and levels.duration_s > 60 * profile.chapter_minutes:
        yield Problem("too-long", f"lasts {levels.duration_s / 60:.1f} minutes, more than {profile.chapter_minutes}")
    # ACX wants 0.5 to 1 s before and 1 to 5 s after; its profile aims at 0.75 and 2.
    yield from _edge("head", levels.head_s, profile.head_ms / 1000, 2 / 3, 4 / 3)
    yield from _edge("tail", levels.tail_s, profile.tail_ms / 1000, 1 / 2, 5 / 2)


def _edge(name: str, found: float, aim: float, low: float, high: float) -> Iterator[Problem]:
    if aim and not aim * low - _EDGE_S <= found <= aim * high + _EDGE_S:
        yield Problem(name, f"{name} is {found:.2f} s of room tone, not {aim * low:g} to {aim * high:g} s")


def _chapters(kind: str, media: Media, duration_s: float) -> Iterator[Problem]:
    chapters = media.chapters
    if not chapters:
        if kind == "m4b":
            yield Problem("chapters-missing", "has no chapters")
        return
    for number, chapter in enumerate(chapters, 1):
        if not chapter.title.strip():
            yield Problem("chapter-title", f"chapter {number} has no title")
        if chapter.end_s <= chapter.start_s:
            yield Problem("chapter-empty", f"chapter {number} ends at {chapter.end_s:.3f} s, not after its start")
        if number > 1 and chapter.start_s < chapters[number - 2].end_s - 0.01:
            yield Problem("chapters-order", f"chapter {number} starts before chapter {number - 1} ends")
        if number > 1 and chapter.start_s > chapters[number - 2].end_s + 0.1:
            yield Problem("chapters-gap", f"there is a gap before chapter {number}")
    if chapters[0].start_s > 0.1:
        yield Problem("chapters-start", f"the first chapter starts at {chapters[0].start_s:.3f} s, not at 0")
    if abs(chapters[-1].end_s - duration_s) > 0.1:
        yield Problem(
            "chapters-end", f"the last chapter ends at {chapters[-1].end_s:.3f} s, the sound at {duration_s:.3f} s"
        )


def _faststart(path: Path) -> bool:
    """Tell whether the index (moov) stands before the sound (mdat)."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        at = 0
        while at + 8 <= end:
            file.seek(at)
            head = file.read(16)
            if head[4:8] in (b"moov", b"mdat"):
                return head[4:8] == b"moov"
            size = int.from_bytes(head[:4], "big")
            size = int.from_bytes(head[8:16], "big") if size == 1 else size
            if size < 8:
                return False
            at += size
    return False


def _db(value: float) -> str:
    return "minus infinity" if math.isinf(value) else f"{value:.2f} dB"
