"""Marks cut into captions: what stands on the screen, and when.

The limits are those of subtitling houses: two lines of at most 42 characters, one to seven seconds, a break at
punctuation or before a conjunction or preposition, none after an article or auxiliary.
"""

from __future__ import annotations

import bisect
import difflib
import functools
import itertools
import re
import unicodedata
from dataclasses import dataclass, replace
from fractions import Fraction

from audiobook.audio import Mark, Track
from audiobook.names import one_line
from audiobook.publish.edition import Edition, Timeline

__all__ = ["Cue", "Word", "captions", "piece_pattern", "width"]

_SHORTEST_MS = 1000
_LONGEST_MS = 7000
_GAP_MS = 84
"""Two pictures at 24 a second: enough for the eye to see that the caption has changed."""
_LEADERS = frozenset(
    re.findall(
        r"\S+",
        "and but or nor for so yet because although though while when where which who that if unless until since "
        "as than of in on at by to from with without into onto over under after before between through during about "
        "against among across behind beyond beside toward towards upon within",
    )
)
_MARKS = dict.fromkeys(".!?…。！？", 0.0) | dict.fromkeys(";:—–", 1.0) | dict.fromkeys(",、，", 3.0)
"""How bad a break after a punctuation mark is."""
_CLINGERS = frozenset(
    re.findall(
        r"\S+",
        "a an the this that these those my your his her its our their some any no every each is are was were "
        "be been being am has have had do does did will would shall should can could may might must not of in on "
        "at by to from with mr mrs ms dr st mr. mrs. ms. dr. st. no. and but or very more most",
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """A written word and when it is said."""

    text: str
    start_ms: int
    end_ms: int
    spaced: bool = True
    """A space stands before it, unless it opens a caption."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption."""

    speaker: str
    lines: tuple[tuple[Word, ...], ...]
    """One or two lines of words."""
    start_ms: int
    end_ms: int
    timed: bool = False
    """The engine gave times of words; else they are estimated from the letters."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines as text."""
        return tuple(_text(line) for line in self.lines)

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in order."""
        return tuple(word for line in self.lines for word in line)


def captions(edition: Edition) -> tuple[Cue, ...]:
    """Cut every mark of the book into captions with the times of the whole book's file.

    A short caption stays for a second where the pause after it allows; the last ends with the speech.
    """
    timeline, limit = edition.timeline(), edition.settings.publish.caption_chars
    cues: list[Cue] = []
    for index, track, mark in edition.marks():
        words = _words(mark, track, timeline, index)
        cues += [Cue(mark.speaker, lines, *_span(lines), timed=bool(mark.words)) for lines in _cut(words, limit)]
    held = []
    for number, cue in enumerate(cues):
        end = cue.end_ms
        if number + 1 < len(cues):
            follower = cues[number + 1].start_ms
            end = min(max(end, min(cue.start_ms + _SHORTEST_MS, follower - _GAP_MS)), max(follower, cue.start_ms + 1))
        held.append(replace(cue, end_ms=max(end, cue.start_ms + 1)))
    return tuple(held)


def width(text: str) -> int:
    """Return the columns of ``text``: wide East Asian characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _span(lines: tuple[tuple[Word, ...], ...]) -> tuple[int, int]:
    return lines[0][0].start_ms, lines[-1][-1].end_ms


def _text(words: tuple[Word, ...]) -> str:
    return "".join((" " if word.spaced and number else "") + word.text for number, word in enumerate(words))


def _words(mark: Mark, track: Track, timeline: Timeline, index: int) -> tuple[Word, ...]:
    """Cut a mark's text at spaces and between wide characters, and time each piece."""
    text = one_line(mark.text)
    pieces = [(match[0], match.start()) for match in re.finditer(piece_pattern(), text)]
    anchors = _anchors(text, mark)
    places, frames = [place for place, _ in anchors], [frame for _, frame in anchors]

    def ms(place: int) -> int:
        at = min(max(bisect.bisect_right(places, place) - 1, 0), len(places) - 2)
        share = Fraction(place - places[at], max(1, places[at + 1] - places[at]))
        frame = frames[at] + (frames[at + 1] - frames[at]) * min(share, Fraction(1))
        return round(1000 * timeline.seconds(index, track, 0) + 1000 * frame / track.sample_rate)

    words = []
    for number, (piece, place) in enumerate(pieces):
        end = pieces[number + 1][1] if number + 1 < len(pieces) else len(text)
        spaced = place > 0 and text[place - 1] == " "
        words.append(Word(piece, ms(place), ms(end), spaced))
    return tuple(words)


@functools.cache
def piece_pattern() -> re.Pattern[str]:
    """Return what matches one piece of a text: between two of them a line may end."""
    # Scripts written without spaces break between any two characters, except before closing punctuation.
    wide = r"[\u2e80-\u2fff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    closing = r"[\u3001\u3002\u300d\u300f\u3009\u300b\uff01\uff0c\uff1f\uff09\u30fc\u3063\u30c3\u2026”’]"
    return re.compile(rf"{wide}{closing}*|(?:(?!{wide})\S)+")


def _anchors(text: str, mark: Mark) -> list[tuple[int, int]]:
    """Pairs (index into ``text``, frame), both ascending, between which time runs evenly."""
    anchors = [(0, mark.start)]
    if mark.words:
        written = [(match[0].casefold(), match.start()) for match in re.finditer(r"\w+(?:['’]\w+)*", text)]
        spoken = [re.sub(r"^\W+|\W+$", "", word.text).casefold() for word in mark.words]
        matcher = difflib.SequenceMatcher(None, [word for word, _ in written], spoken, autojunk=False)
        for block in matcher.get_matching_blocks():
            for step in range(block.size):
                place, frame = written[block.a + step][1], mark.words[block.b + step].start
                if place > anchors[-1][0] and anchors[-1][1] < frame < mark.end:
                    anchors.append((place, frame))
    return [*anchors, (max(len(text), anchors[-1][0] + 1), max(mark.end, anchors[-1][1]))]


def _cut(words: tuple[Word, ...], limit: int) -> list[tuple[tuple[Word, ...], ...]]:
    """Cut words into captions of one or two lines so that the sum of all blemishes is smallest."""
    words = tuple(part for word in words for part in _shortened(word, limit))
    columns = _columns(words)
    best: list[tuple[float, int, tuple[tuple[Word, ...], ...]]] = [(0.0, 0, ())]
    for end in range(1, len(words) + 1):
        options = []
        for start in range(end - 1, -1, -1):
            laid = _lines(words, columns, start, end, limit)
            if laid is None:
                break
            options.append((best[start][0] + laid[0] + _blemish(words, start, end), start, laid[1]))
        best.append(min(options, key=lambda option: (option[0], option[1])))
    cut: list[tuple[tuple[Word, ...], ...]] = []
    end = len(words)
    while end:
        cut.append(best[end][2])
        end = best[end][1]
    return cut[::-1]


def _shortened(word: Word, limit: int) -> tuple[Word, ...]:
    """Cut a word that is longer than a line (an address, a scream)."""
    if width(word.text) <= limit:
        return (word,)
    size = max(1, limit * len(word.text) // width(word.text))
    starts = range(0, len(word.text), size)
    span = word.end_ms - word.start_ms

    def ms(place: int) -> int:
        return word.start_ms + span * min(place, len(word.text)) // len(word.text)

    return tuple(
        Word(word.text[at : at + size], ms(at), ms(at + size), spaced=word.spaced and at == 0) for at in starts
    )


def _blemish(words: tuple[Word, ...], start: int, end: int) -> float:
    seconds = (words[end - 1].end_ms - words[start].start_ms) / 1000
    cost = 2.0 + 20 * max(0.0, _SHORTEST_MS / 1000 - seconds) + 50 * max(0.0, seconds - _LONGEST_MS / 1000)
    return cost + (_break(words, end) if end < len(words) else 0.0)


def _break(words: tuple[Word, ...], at: int) -> float:
    """Return how bad a break before ``words[at]`` is."""
    before, after = words[at - 1].text, words[at].text
    closed = before.rstrip("\"'”’»)]")
    mark, plain = closed[-1:], closed.casefold()
    if not words[at].spaced and before.isascii():
        return 35.0
    # A point before a small letter ends an abbreviation ("2 lbs. of"), and so does one after a single letter.
    shortened = mark == "." and (after[:1].islower() or len(closed.strip("(“‘\"'")) == 2)
    if plain in _CLINGERS:
        return 28.0
    if mark in _MARKS and not shortened:
        return _MARKS[mark]
    if before[:1].isupper() and after[:1].isupper():
        return 20.0
    return 9.0 if after.casefold() in _LEADERS else 14.0


def _lines(
    words: tuple[Word, ...], columns: list[int], start: int, end: int, limit: int
) -> tuple[float, tuple[tuple[Word, ...], ...]] | None:
    """Set ``words[start:end]`` on one line or, broken where it hurts least, on two; None when they do not fit.

    A break between lines hurts half as much as one between captions; so does a line much longer than the other.
    ``columns`` is that of `_columns`.
    """

    def wide(first: int, last: int) -> int:
        return columns[last] - columns[first] - words[first].spaced

    if wide(start, end) <= limit:
        return 0.0, (words[start:end],)
    options = []
    for at in range(start + 1, end):
        above, below = wide(start, at), wide(at, end)
        if above <= limit and below <= limit:
            options.append((_break(words, at) / 2 + abs(above - below) / 8, at))
    if not options:
        return None
    cost, at = min(options)
    return cost, (words[start:at], words[at:end])


def _columns(words: tuple[Word, ...]) -> list[int]:
    """Return the columns before each word and after the last, spaces before words included."""
    return list(itertools.accumulate((width(word.text) + word.spaced for word in words), initial=0))
