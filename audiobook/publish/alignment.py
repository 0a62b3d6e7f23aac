"""What is heard, found again in another copy of the same text.

Both sides are reduced to letters and digits without case or accents, so that spaces, quotation marks and ligatures
make no difference, and laid side by side in one pass: what only one side has (a contents page, the mark of a note, a
title that is announced but not printed) is skipped.
"""

from __future__ import annotations

import bisect
import copy
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Letters", "align", "letters_of"]

_WORD = re.compile(r"[^\W_]+")
_PROBES = ((32, 20_000), (16, 3_000), (8, 150))
"""Letters that must agree before both sides go on in step, and how far ahead they are looked for."""
_FAR_PROBE = 80
"""So many letters may be anywhere ahead: nothing else in a book is like them."""
_AHEAD = 30
"""Passages that may be missing on the other side before one is found there again."""
_FEW = 4
"""Letters that one side may have more of within a word: a capital that is a picture on the other."""
_HOLE = 12
"""Letters between two parts of a passage that belong to neither and still lie within it: a note's mark."""
_ENOUGH = 0.5
"""Share of a passage's letters that must be found."""
_GIVE_UP = 0.1
"""Share of the passages that may be lost before the rest is not looked for."""

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a text, and where each of them stands in it."""

    text: str
    starts: tuple[int, ...]
    """First letter of each piece in which letters and characters run in step."""
    places: tuple[int, ...]
    """Where that letter stands in the text."""
    steps: tuple[int, ...]
    """1 for a piece in step, 0 where one character gives several letters."""

    def place(self, letter: int) -> int:
        """Return the index into the text of a letter."""
        piece = bisect.bisect_right(self.starts, letter) - 1
        return self.places[piece] + self.steps[piece] * (letter - self.starts[piece])


def letters_of(text: str) -> Letters:
    """Reduce a text to its letters and digits."""
    parts: list[str] = []
    starts, places, steps = [], [], []
    size = 0
    for match in _WORD.finditer(text):
        word = match[0]
        plain = _plain(word)
        pieces = [(plain, match.start(), 1)]
        if len(plain) != len(word):
            pieces = [(_plain(char), match.start() + number, 0) for number, char in enumerate(word)]
        for letters, place, step in pieces:
            if letters:
                starts.append(size)
                places.append(place)
                steps.append(step)
                parts.append(letters)
                size += len(letters)
    return Letters("".join(parts), tuple(starts), tuple(places), tuple(steps))


def _plain(word: str) -> str:
    if word.isascii():
        return word.lower()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", word.casefold())))


def align(passages: Sequence[str], source: str) -> tuple[tuple[Range, ...], ...]:
    """Find every passage in ``source``; both hold letters as `letters_of` gives them, in the same order.

    Returns:
        For each passage the ranges of ``source`` that hold it, in order; none where it was not found.
    """
    text = "".join(passages)
    starts = [0, *itertools.accumulate(map(len, passages))]
    blocks = _blocks(text, source, starts)
    found: list[tuple[Range, ...]] = []
    first = 0
    for start, end in itertools.pairwise(starts):
        while first < len(blocks) and blocks[first].past <= start:
            first += 1
        found.append(_ranges(blocks, first, start, end))
    return tuple(found)


@dataclass(slots=True)
class _Block:
    """Letters that both sides have."""

    start: int
    """In what is heard."""
    place: int
    """In the source."""
    size: int

    @property
    def past(self) -> int:
        return self.start + self.size


def _ranges(blocks: list[_Block], first: int, start: int, end: int) -> tuple[Range, ...]:
    ranges: list[Range] = []
    matched = 0
    for block in itertools.takewhile(lambda block: block.start < end, itertools.islice(blocks, first, None)):
        low, high = max(start, block.start), min(end, block.past)
        matched += high - low
        place = block.place + low - block.start
        if ranges and place - ranges[-1][1] <= _HOLE:
            ranges[-1] = (ranges[-1][0], place + high - low)
        else:
            ranges.append((place, place + high - low))
    return tuple(ranges) if matched >= max(1.0, _ENOUGH * (end - start)) else ()


def _blocks(text: str, source: str, starts: list[int]) -> list[_Block]:
    """Walk both sides together; return what they share."""
    blocks: list[_Block] = []
    at = place = lost = 0
    in_step = False
    while at < len(text) and place < len(source):
        size = _common(text, at, source, place) if in_step else 0
        if size:
            blocks.append(_Block(at, place, size))
            at, place = at + size, place + size
            continue
        resumed = _resume(text, at, source, place, starts)
        in_step = resumed is not None
        if resumed:
            at, place = _taken_back(blocks, text, source, starts, *resumed)
        else:
            passage = bisect.bisect_right(starts, at) + _AHEAD // 2
            lost += _AHEAD // 2
            if passage >= len(starts) or lost > _GIVE_UP * len(starts) + _AHEAD:
                break
            at = starts[passage - 1]
    return blocks


def _common(text: str, at: int, source: str, place: int) -> int:
    """Count the letters from there on that are the same."""
    size, step = 0, 256
    while True:
        ours, theirs = text[at + size : at + size + step], source[place + size : place + size + step]
        if ours == theirs:
            size += len(ours)
            if len(ours) < step:
                return size
            continue
        return size + next(
            (number for number, (one, two) in enumerate(zip(ours, theirs, strict=False)) if one != two),
            min(len(ours), len(theirs)),
        )


def _resume(text: str, at: int, source: str, place: int, starts: list[int]) -> tuple[int, int] | None:
    """Find the nearest point where both sides agree again, or None."""
    following = bisect.bisect_right(starts, at)
    heads = (*range(at, at + _FEW + 1), *starts[following : following + _AHEAD])
    hits = _near(text, at, source, place, heads)
    first = next(hits, None)
    best = first if first and first[0] <= _HOLE else min((hit for hit in (first, *hits) if hit), default=None)
    if best:
        return best[1], best[2]
    for head in (at, *starts[following : following + _FEW]):
        probe = text[head : head + _FAR_PROBE]
        if len(probe) == _FAR_PROBE and (far := source.find(probe, place)) >= 0:
            return head, far
    return None


def _near(text: str, at: int, source: str, place: int, heads: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (letters skipped on both sides, place here, place there) for each probe that is found close by."""
    for head in heads:
        for size, reach in _PROBES:
            probe = text[head : head + size]
            if len(probe) < min(size, len(text) - at):
                continue
            hit = source.find(probe, place, place + reach + size)
            if hit >= 0:
                yield 2 * (head - at) + hit - place, head, hit


def _taken_back(
    blocks: list[_Block], text: str, source: str, starts: list[int], at: int, place: int
) -> tuple[int, int]:
    """Move the start of what agrees back as far as it goes, but not into the middle of a passage before.

    What the source has more may begin with the same letters as what follows it; these have been counted to the end of
    the last block, from where they are taken away.
    """
    least = _take_back(copy.deepcopy(blocks[-_AHEAD:]), text, source, at, place, 0)
    passage = bisect.bisect_left(starts, least)
    limit = starts[passage] if passage < len(starts) and starts[passage] <= at else least
    _take_back(blocks, text, source, at, place, limit)
    return limit, place - (at - limit)


def _take_back(blocks: list[_Block], text: str, source: str, at: int, place: int, limit: int) -> int:
    """Take letters away from the last blocks while those before ``place`` are the same; return the first of them."""
    while at > limit and place and text[at - 1] == source[place - 1]:
        last = blocks[-1] if blocks else None
        if last and last.place + last.size >= place:
            break
        at, place = at - 1, place - 1
        if last and last.past > at:
            last.size -= 1
            if not last.size:
                blocks.pop()
    return at
