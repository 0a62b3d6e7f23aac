"""A finished book heard from beginning to end and held against its text: errors, missing and repeated sentences."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from audiobook import ffmpeg
from audiobook.errors import SourceError
from audiobook.hearing import Recognizer, compare, word_list
from audiobook.verify.follow import MISHEARD, MISSED, SAID, Added, Follower

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ChapterHeard", "Fault", "Heard", "Reading", "listen"]

_RUN = 5
"""Words in a row that make a fault; a small recognizer loses or invents a few everywhere."""
_LETTER_S = 0.045
"""Seconds of sound that a letter takes at least, read fast."""
_WINDOW_S = 0.05
_SOUND_DB = -50.0
"""Windows above this level hold speech: room tone is at -60 or less."""
_ALIKE = 0.4
"""Word errors up to which added words are a repetition of words nearby."""
_NEARBY = 80
"""Words before or after which a repetition may come from."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence as it should be heard."""

    chapter: str
    text: str
    """As written."""
    spoken: str
    """As it is said, numbers in words."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Words that are not heard where they should be, or heard where they should not be."""

    kind: str
    """``missing``, ``repeated``, ``unclear`` or ``added``."""
    path: Path
    at_s: float
    """Seconds from the beginning of the file."""
    chapter: str
    text: str
    """The words, as the text has them, or as they were heard when the text has none."""

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``check --listen --json`` prints."""
        return {"kind": self.kind, "at_s": round(self.at_s, 1), "chapter": self.chapter, "text": self.text}


@dataclass(frozen=True, slots=True)
class ChapterHeard:
    """How well the words of a chapter were heard."""

    title: str
    path: Path
    """The file it was heard in."""
    words: int
    errors: int

    @property
    def rate(self) -> float:
        """Word errors in a word of the text."""
        return self.errors / max(1, self.words)

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``check --listen --json`` prints."""
        return {
            "title": self.title, "words": self.words, "errors": self.errors, "word_error_rate": round(self.rate, 4),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What listening to a book, or to one of its files, gave."""

    chapters: tuple[ChapterHeard, ...]
    faults: tuple[Fault, ...]

    def of(self, path: Path) -> Heard:
        """Return what belongs to one file."""
        return Heard(
            tuple(chapter for chapter in self.chapters if chapter.path == path),
            tuple(fault for fault in self.faults if fault.path == path),
        )

    @property
    def rate(self) -> float:
        """Word errors in a word of the text."""
        return sum(chapter.errors for chapter in self.chapters) / max(1, sum(each.words for each in self.chapters))

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``check --listen --json`` prints."""
        return {
            "words": sum(chapter.words for chapter in self.chapters),
            "errors": sum(chapter.errors for chapter in self.chapters),
            "word_error_rate": round(self.rate, 4),
            "chapters": [chapter.as_json() for chapter in self.chapters],
            "faults": [fault.as_json() for fault in self.faults],
        }


class _Tape:
    """Files one after the other, as one stretch of time, and where there is sound in it."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self.starts = [0.0]
        """Seconds at which each file begins, and the end of the last."""
        self._levels: list[NDArray[np.bool_]] = []
        self._sound: NDArray[np.bool_] | None = None

    def play(self, path: Path, rate: int) -> Iterator[NDArray[np.float32]]:
        """Yield a file's sound as it is decoded."""
        window = max(1, round(_WINDOW_S * rate))
        rest = np.zeros(0, np.float32)
        frames = 0
        for block in ffmpeg.decode(path, 1):
            mono = block[:, 0]
            frames += len(mono)
            rest = np.concatenate((rest, mono))
            count = len(rest) // window
            powers = np.square(rest[: count * window]).reshape(count, window).mean(axis=1)
            self._levels.append(powers > 10 ** (_SOUND_DB / 10))
            rest = rest[count * window :]
            yield mono
        # Windows of all files lie on one scale, so the last of a file is filled up.
        self._levels.append(np.zeros(1, np.bool_))
        windows = sum(map(len, self._levels))
        self.starts.append(windows * _WINDOW_S)

    def sounding_s(self, start_s: float, end_s: float) -> float:
        """Return for how many seconds of a stretch there is sound."""
        if self._sound is None:
            self._sound = np.concatenate(self._levels)
        first, past = (max(0, round(time / _WINDOW_S)) for time in (start_s, end_s))
        return float(self._sound[first:past].sum()) * _WINDOW_S

    def place(self, time_s: float) -> tuple[Path, float]:
        """Return the file of a moment, and the moment in it."""
        number = min(max(0, bisect_right(self.starts, time_s) - 1), len(self.paths) - 1)
        return self.paths[number], max(0.0, time_s - self.starts[number])


class _Text:
    """All words of a book and the sentences they belong to."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = readings
        lists = [word_list(reading.spoken) for reading in readings]
        self.words = tuple(itertools.chain.from_iterable(lists))
        self._firsts = [0, *itertools.accumulate(map(len, lists))]

    def sentence(self, place: int) -> int:
        """Return the number of the sentence that a word belongs to."""
        return min(max(0, bisect_right(self._firsts, place) - 1), len(self.readings) - 1)

    def chapter(self, place: int) -> str:
        """Return the title of the chapter that a word belongs to."""
        return self.readings[self.sentence(min(place, len(self.words) - 1))].chapter

    def said(self, first: int, past: int) -> str:
        """Return words as written where they are whole sentences, else as they are compared."""
        one, other = self.sentence(first), self.sentence(past - 1)
        if self._firsts[one] == first and self._firsts[other + 1] == past:
            return " ".join(reading.text for reading in self.readings[one : other + 1])
        return " ".join(self.words[first:past])


def listen(paths: Sequence[Path], readings: Sequence[Reading]) -> Heard:
    """Hear a book and compare it with its text.

    Args:
        paths: Its files in order; together they hold the whole text.
        readings: The sentences, in the order in which they are read.

    Raises:
        EngineError: there is no recognizer.
        SourceError: there is no text.
        ToolError: a file cannot be decoded.
    """
    text, tape = _Text(readings), _Tape(paths)
    if not text.words:
        raise SourceError("the text holds no words to listen for", remedy="Name its script with --against")
    follower = Follower(text.words)
    recognizer = Recognizer()
    for path in paths:
        begin = tape.starts[-1]
        rate = ffmpeg.probe(path).sample_rate
        for segment in recognizer.segments(tape.play(path, rate), rate):
            follower.hear(type(segment)(segment.text, segment.start_s + begin, segment.end_s + begin))
    recognizer.close()
    follower.finish()
    faults = sorted((*_gaps(follower, text, tape), *_additions(follower, text, tape)), key=lambda found: found[0])
    return Heard(_chapters(follower, text, tape), tuple(fault for _, fault in faults))


def _chapters(follower: Follower, text: _Text, tape: _Tape) -> tuple[ChapterHeard, ...]:
    chapters = []
    added: dict[str, int] = {}
    for extra in follower.added:
        title = text.chapter(extra.place)
        added[title] = added.get(title, 0) + len(extra.words)
    words = ((text.chapter(place), place) for place in range(len(text.words)))
    for title, group in itertools.groupby(words, key=lambda word: word[0]):
        places = [place for _, place in group]
        wrong = sum(follower.states[place] != SAID for place in places)
        times = [follower.times[place] for place in places if follower.times[place] >= 0]
        path, _ = tape.place(times[len(times) // 2] if times else 0.0)
        chapters.append(ChapterHeard(title, path, len(places), wrong + added.pop(title, 0)))
    return tuple(chapters)


def _gaps(follower: Follower, text: _Text, tape: _Tape) -> Iterator[tuple[float, Fault]]:
    """Yield runs of words that were not heard: missing where there is no sound for them, else unclear."""
    for first, past in _runs(follower.states):
        before = next((follower.times[place] for place in range(first - 1, -1, -1) if follower.times[place] >= 0), 0.0)
        spoken_s = sum(len(word) + 1 for word in text.words[max(0, first - 1) : first]) * _LETTER_S
        after = next(
            (follower.times[place] for place in range(past, len(text.words)) if follower.times[place] >= 0),
            tape.starts[-1],
        )
        needed_s = sum(map(len, text.words[first:past])) * _LETTER_S
        # Times within a piece are estimates; a wrong half second must not hide a sentence.
        sound_s = tape.sounding_s(before + spoken_s, after)
        kind = "missing" if sound_s < 0.6 * needed_s else "unclear"
        path, at_s = tape.place(before + spoken_s)
        yield before, Fault(kind, path, at_s, text.chapter(first), text.said(first, past))


def _runs(states: bytearray) -> Iterator[tuple[int, int]]:
    """Yield stretches of missed words, one misheard word inside forgiven."""
    place = 0
    while place < len(states):
        if states[place] != MISSED:
            place += 1
            continue
        first = past = place
        missed = 0
        while place < len(states) and (
            states[place] == MISSED
            or (states[place] == MISHEARD and place + 1 < len(states) and states[place + 1] == MISSED)
        ):
            if states[place] == MISSED:
                past = place + 1
                missed += 1
            place += 1
        if missed >= _RUN:
            yield first, past


def _additions(follower: Follower, text: _Text, tape: _Tape) -> Iterator[tuple[float, Fault]]:
    """Yield words that are said twice, and longer stretches that are not in the text."""
    for extra in follower.added:
        if len(extra.words) < _RUN:
            continue
        path, at_s = tape.place(extra.start_s)
        chapter = text.chapter(extra.place)
        first = max(0, extra.place - _NEARBY)
        nearby = text.words[first : extra.place + _NEARBY]
        kind = "repeated" if _is_within(extra, nearby) else "added"
        if kind == "repeated" or len(extra.words) >= 2 * _RUN:
            yield extra.start_s, Fault(kind, path, at_s, chapter, " ".join(extra.words))


def _is_within(extra: Added, nearby: Sequence[str]) -> bool:
    size = len(extra.words)
    return any(
        nearby[first] in extra.words[:2] and compare(nearby[first : first + size], extra.words).rate <= _ALIKE
        for first in range(len(nearby) - size + 1)
    )
