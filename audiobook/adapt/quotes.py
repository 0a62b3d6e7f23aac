"""Where quoted text begins and ends: the cheapest reading of a chapter's quotation marks.

Every mark may open, close, re-open (at the start of a paragraph inside a long quotation) or be none of
these (an apostrophe, inches). Each reading has a cost from the characters around the mark, and the ends
of paragraphs cost something inside a quotation, so a missing mark damages its own paragraph only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.style import Style

__all__ = ["Quote", "find_quotes"]

_CLOSED, _OPEN, _DANGLING = 0, 1, 2
"""Dangling: inside a quotation, in a paragraph that did not re-open it."""
_NEVER = 1e9
_ELISIONS = lexicon().groups["elided"]
_WORD = re.compile(r"[^\W\d_]+")
_BREAKS = frozenset(" \t\n\u00a0\u202f([{—–-―…")
_AFTER = frozenset(" \t\n\u00a0\u202f)]}—–-―…,.;:!?")
_INDENT = 40
"""Marks and spaces that may stand before the first word of a paragraph."""
_STOPS = frozenset(".,!?;:—–-―…")


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of quoted text inside one paragraph, marks included."""

    start: int
    end: int
    paragraph: int
    continues: bool = False
    """It goes on from the paragraph before."""
    sure: bool = True
    """Both of its ends are where the convention puts them."""


def find_quotes(flow: Flow, style: Style) -> tuple[Quote, ...]:
    """Find all quoted stretches of a book in reading order."""
    if style.name == "dash":
        return _dash_quotes(flow)
    if not (style.openers or style.both):
        return ()
    pattern = re.compile(
        "|".join(sorted(map(re.escape, style.openers | style.closers | style.both), key=len, reverse=True))
    )
    found: list[Quote] = []
    chapter: list[int] = []
    for paragraph, (place, _) in enumerate(flow.places):
        if chapter and flow.places[chapter[0]][0] != place:
            found += _read(flow, style, pattern, chapter)
            chapter = []
        if flow.spoken(paragraph):
            chapter.append(paragraph)
    if chapter:
        found += _read(flow, style, pattern, chapter)
    return tuple(found)


@dataclass(slots=True)
class _Mark:
    start: int
    end: int
    paragraph: int
    opening: float
    closing: float
    nothing: float
    first: bool


def _costs(flow: Flow, style: Style, start: int, end: int, paragraph: int) -> _Mark:
    """Weigh what a mark may be by the characters around it."""
    text, left, right = flow.text, flow.starts[paragraph], flow.ends[paragraph]
    mark = text[start:end]
    before = text[start - 1] if start > left else "\n"
    after = text[end] if end < right else "\n"
    first = start - left < _INDENT and not text[left:start].strip(" \t_*([—")
    opening = 0.0 if first else _opening(before, after)
    ahead = text[max(left, start - 2) : start].strip()[-1:]
    closing = _closing(before, after, apart=style.spaced and ahead not in _STOPS, tokens=style.spaced)
    if first:
        closing += 8.0
    if mark in style.openers:
        closing += 6.0
    elif mark in style.closers:
        opening += 6.0
    nothing = 2.0 if mark == '"' and before.isdigit() else 7.0
    if style.name == "single":
        opening, closing, nothing = _single(flow, style, start, end, left, right, (opening, closing))
    return _Mark(start, end, paragraph, opening, closing, nothing, first)


def _opening(before: str, after: str) -> float:
    """Cost of opening inside a paragraph: best behind a space and in front of a word."""
    free = before in _BREAKS or before in "\"“‘'_*"
    cost = 4.0 if not free else 1.0 if after.isspace() else 0.0
    if before in "—–-" and not after.isspace() and after.islower():
        cost += 0.5
    if after.isspace() and not before.isspace():
        cost += 3.0
    return cost


def _closing(before: str, after: str, *, apart: bool, tokens: bool) -> float:
    """Cost of closing: best behind punctuation and in front of a space."""
    if before.isspace():
        return (1.0 if after.isspace() else 5.0) + (0.8 if apart and after.isspace() else 0.0)
    cost = 0.0 if after in _AFTER or after in "\"”’'_*" else 2.5
    return cost + (0.6 if before.isalnum() and not tokens else 0.0)


def _single(
    flow: Flow, style: Style, start: int, end: int, left: int, right: int, costs: tuple[float, float]
) -> tuple[float, float, float]:
    """Weigh a single mark against the apostrophe."""
    text = flow.text
    opening, closing = costs
    before = text[start - 1] if start > left else "\n"
    after = text[end] if end < right else "\n"
    word = _WORD.match(text, end + 1 if after == " " and style.spaced else end)
    elided = word is not None and word.group().lower() in _ELISIONS
    curly_close = text[start:end] == "’"
    if before.isalnum() and after.isalnum():
        return _NEVER, _NEVER, 0.0
    if after.isalnum() or (after.isspace() and before.isspace() and style.spaced):
        nothing = 0.7 if elided else 5.0
        if elided and before in _BREAKS and word is not None and word.group()[0].islower():
            opening += 1.5
        if curly_close and not style.spaced:
            opening += 3.0
            nothing -= 2.5
        return opening, closing, max(nothing, 0.0)
    if before.isalpha():
        # goin' and the boys': a closing mark rarely follows a bare letter, but scare quotes do.
        nothing = 0.4 if text[max(left, start - 2) : start].lower() in {"in", "th", "an"} else 0.9
        if before not in "sS" and nothing > 0.5:
            nothing = 1.6
        return opening + 4.0, closing, nothing
    return opening, closing, 5.0


def _read(flow: Flow, style: Style, pattern: re.Pattern[str], paragraphs: list[int]) -> list[Quote]:
    """Choose the cheapest reading of one chapter and cut it into quotations."""
    per: list[list[_Mark]] = []
    for p in paragraphs:
        found = [
            _costs(flow, style, m.start(), m.end(), p)
            for m in pattern.finditer(flow.text, flow.starts[p], flow.ends[p])
        ]
        per.append([mark for mark in found if mark.nothing > 0.0 or mark.opening < _NEVER])
    cost = [0.0, _NEVER, _NEVER]
    trail: list[tuple[int, int, int]] = []
    for index, marks in enumerate(per):
        for mark in marks:
            cost, back = _step(cost, mark)
            trail.append(back)
        last = index + 1 == len(per)
        reopens = not last and bool(per[index + 1]) and per[index + 1][0].first and per[index + 1][0].opening < 1.0
        cost, back = _turn_page(cost, last=last, reopens=reopens)
        trail.append(back)
    return _cut(flow, paragraphs, per, trail, min((0, 1, 2), key=lambda state: cost[state]))


def _step(cost: list[float], mark: _Mark) -> tuple[list[float], tuple[int, int, int]]:
    """Pass a mark; return the costs of the three states after it and where each came from."""
    closed, opened, dangling = cost
    again = 0.0 if mark.first else 6.0
    to_closed = min(
        (closed + mark.nothing, _CLOSED), (opened + mark.closing, _OPEN), (dangling + mark.closing, _DANGLING)
    )
    to_open = min((closed + mark.opening, _CLOSED), (opened + min(mark.nothing, mark.opening + again), _OPEN))
    to_dangling = dangling + mark.nothing
    if mark.first and dangling + mark.opening < to_open[0]:
        to_open = (dangling + mark.opening, _DANGLING)
    return [to_closed[0], to_open[0], to_dangling], (to_closed[1], to_open[1], _DANGLING)


def _turn_page(cost: list[float], *, last: bool, reopens: bool) -> tuple[list[float], tuple[int, int, int]]:
    """Pass the end of a paragraph."""
    closed, opened, dangling = cost
    to_closed = min((closed, _CLOSED), (opened + 4.5, _OPEN), (dangling + 6.0, _DANGLING))
    if last:
        return [to_closed[0], _NEVER, _NEVER], (to_closed[1], _OPEN, _DANGLING)
    stay = min((opened + (0.7 if reopens else 3.0), _OPEN), (dangling + (6.0 if reopens else 0.3), _DANGLING))
    return [to_closed[0], _NEVER, stay[0]], (to_closed[1], _OPEN, stay[1])


def _cut(
    flow: Flow, paragraphs: list[int], per: list[list[_Mark]], trail: list[tuple[int, int, int]], state: int
) -> list[Quote]:
    """Walk the cheapest path backwards and collect the quotations."""
    states = [state]
    for back in reversed(trail):
        state = back[state]
        states.append(state)
    states.reverse()
    found: list[Quote] = []
    at = 0
    begun: int | None = None
    continues = False
    for paragraph, marks in zip(paragraphs, per, strict=True):
        if states[at] != _CLOSED:
            begun, continues = flow.starts[paragraph], True
        for mark in marks:
            old, new = states[at], states[at + 1]
            if old == _CLOSED and new == _OPEN:
                begun, continues = mark.start, False
            elif old != _CLOSED and new == _CLOSED and begun is not None:
                found.append(Quote(begun, mark.end, paragraph, continues))
                begun = None
            at += 1
        if begun is not None:
            found.append(Quote(begun, flow.ends[paragraph], paragraph, continues, sure=states[at + 1] != _CLOSED))
            begun = None
        at += 1
    return [quote for quote in found if quote.end - quote.start > 1]


_DASH_START = re.compile(r"\s*(?:—|–|―|--|-(?=\s))\s*")
_DASH_TURN = re.compile(r"[,.!?…]?\s*(?:—|–|―|--|\s-\s)\s*")


def _dash_quotes(flow: Flow) -> tuple[Quote, ...]:
    """Read dialogue that a dash opens; a later dash opens the tag and the next one returns to speech."""
    found: list[Quote] = []
    for paragraph, (left, right) in enumerate(zip(flow.starts, flow.ends, strict=True)):
        opened = _DASH_START.match(flow.text, left, right)
        if not flow.spoken(paragraph) or opened is None or opened.end() >= right:
            continue
        begin = left
        turns = [m for m in _DASH_TURN.finditer(flow.text, opened.end(), right) if m.start() > opened.end()]
        inside = True
        for turn in turns:
            follows = flow.text[turn.end() : turn.end() + 1]
            if inside and follows.islower() and _tag_follows(flow.plain, turn.end()):
                found.append(Quote(begin, turn.start() + 1, paragraph))
                inside = False
            elif not inside:
                begin, inside = turn.end(), True
        if inside:
            found.append(Quote(begin, right, paragraph))
    return tuple(found)


_DASH_TAG = re.compile(r"(?:[a-z]+(?:ed|id|t|ew|oke|ang)\b|(?:said|says|he|she|they|I)\b)")


def _tag_follows(plain: str, at: int) -> bool:
    return _DASH_TAG.match(plain, at) is not None
