"""The retail sample that shops ask for: the book's first minutes, cut where a scene, paragraph or sentence ends."""

from __future__ import annotations

import itertools
import re
import wave
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from audiobook.atomic import translated
from audiobook.audio import Mark, Package, Track
from audiobook.names import contained, one_line
from audiobook.publish import pcm
from audiobook.publish.chapters import scratch
from audiobook.publish.edition import Edition
from audiobook.publish.mp3 import write_mp3_files

__all__ = ["Cut", "choose_cut", "write_sample"]

SHORTEST_S, LONGEST_S = 60, 300
"""Seconds; ACX, Google Play and others take one to five minutes."""
_SHARE = 3
"""A sample is at most a third of the book where a minute allows, so that a short one does not give its end away."""
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»」』)\]]*$")

_Level = Literal["scene", "paragraph", "sentence"]
_LEVELS: tuple[_Level, ...] = ("scene", "paragraph", "sentence")


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a sample ends."""

    track: int
    """Index of the last track that is heard."""
    frame: int
    """One past its last frame of speech."""
    seconds: float
    """Length of the sample, head and tail included."""
    level: _Level
    """What ends there."""


def write_sample(edition: Edition) -> Package:
    """Write ``<slug>-sample.mp3``: the beginning of the first chapter, one to five minutes of whole scenes.

    It is a whole number of paragraphs where no scene ends in that time, and of sentences where no paragraph does. A
    book of less than a minute has none; the package then says so.

    Raises:
        ToolError: encoding failed.
        OutputError: the file could not be written.
    """
    tracks = tuple(track for track in edition.audiobook.tracks if not track.credits)
    cut = choose_cut(tracks)
    if cut is None:
        return Package("sample", (), ("the book is shorter than a minute, and a sample is longer",))
    final = contained(edition.folder, f"{edition.slug}-sample.mp3")
    with scratch(edition) as folder:
        path = folder / "sample.wav"
        frames = _copy(tracks[: cut.track + 1], cut.frame, path)
        title = f"{one_line(edition.metadata.title)} (sample)"
        alone = replace(tracks[0], number=1, title=title, path=path, frames=frames, marks=(), scenes=())
        measured = write_mp3_files(replace(edition, audiobook=replace(edition.audiobook, tracks=(alone,))), (final,))
    return Package("sample", (final,), measured=measured)


def choose_cut(tracks: tuple[Track, ...]) -> Cut | None:
    """Choose the end of a sample that begins with the first of ``tracks``; None when they last less than a minute.

    The longest run of scenes that fits is taken, else of paragraphs, else of sentences.
    """
    cuts = _cuts(tracks)
    longest = min(LONGEST_S, sum(track.frames / track.sample_rate for track in tracks) / _SHARE)
    for level in _LEVELS:
        fitting = [cut for cut in cuts if cut.level == level and SHORTEST_S <= cut.seconds <= longest]
        if fitting:
            return fitting[-1]
    # A book of a few minutes, or one long sentence: as little over the least length as it comes.
    return next((cut for cut in cuts if SHORTEST_S <= cut.seconds <= LONGEST_S), None)


def _cuts(tracks: tuple[Track, ...]) -> tuple[Cut, ...]:
    """List every place where a sample may end, in order."""
    cuts, before = [], 0.0
    for index, track in enumerate(tracks):
        for mark, following in itertools.zip_longest(track.marks, track.marks[1:]):
            level = _level(mark, following)
            if level:
                seconds = before + (mark.end + _tail(track)) / track.sample_rate
                cuts.append(Cut(index, mark.end, seconds, level))
        before += track.frames / track.sample_rate
        if before > LONGEST_S:
            break
    return tuple(cuts)


def _level(mark: Mark, following: Mark | None) -> _Level | None:
    """Return the largest thing that ends with a mark; None within a sentence, and after a title."""
    if mark.paragraph < 0:
        return None
    if following is None or following.scene != mark.scene:
        return "scene"
    if following.paragraph != mark.paragraph:
        return "paragraph"
    return "sentence" if _SENTENCE_END.search(one_line(mark.text)) else None


def _tail(track: Track) -> int:
    """Return the frames of room tone at the end of a track."""
    return track.frames - track.marks[-1].end if track.marks else 0


def _copy(tracks: tuple[Track, ...], end: int, out: Path) -> int:
    """Write whole tracks, the last one up to ``end`` and then its own room tone; return the frames written.

    Raises:
        ToolError: a track's file is missing or not what the track says.
    """
    *whole, last = tracks
    pieces = [(track, 0, track.frames) for track in whole]
    pieces += [(last, 0, end), (last, last.frames - _tail(last), last.frames)]
    with translated(out), wave.open(str(out), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(last.sample_rate)
        for track, start, stop in pieces:
            _append(track, start, stop, file)
    return sum(stop - start for _, start, stop in pieces)


def _append(track: Track, start: int, stop: int, out: wave.Wave_write) -> None:
    for block in pcm.read(track, start, stop):
        out.writeframesraw(block.astype("<i2", copy=False).tobytes())
