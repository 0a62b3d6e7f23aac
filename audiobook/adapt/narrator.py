"""Novels told by one of their own people: where "I" tells, and what the others call him."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Sequence

from audiobook.adapt.cast import Figure
from audiobook.adapt.flow import Flow
from audiobook.adapt.mentions import Mention
from audiobook.adapt.quotes import Quote
from audiobook.adapt.turns import Turn

__all__ = ["first_person_chapters", "name_narrator"]

_RATE = 10.0
"""Times that "I" stands in 1000 words of narration: true first-person novels have 20 to 30, others up to 4."""
_I = re.compile(r"\bI\b")
_WORD = re.compile(r"\b\w+")
_CALLED = re.compile(
    r"\b(?:my name (?:is|was)|call me|called me|I am called|I was called|christened me|named me)\s+(?:[a-z]+\s+)?(?=[A-Z])"
)
_CALL_END = re.compile(r"\s*[,.!?;:—–\"”'’-]")


def first_person_chapters(flow: Flow, quoted: bytearray) -> frozenset[int]:
    """Tell which chapters a narrator tells as "I".

    When most of the book does, all of it does; a chapter of mere dialogue has too little narration to tell.
    """
    says: Counter[int] = Counter()
    words: Counter[int] = Counter()
    for paragraph, (left, right) in enumerate(zip(flow.starts, flow.ends, strict=True)):
        chapter = flow.places[paragraph][0]
        says[chapter] += sum(1 for m in _I.finditer(flow.plain, left, right) if not quoted[m.start()])
        words[chapter] += sum(1 for m in _WORD.finditer(flow.plain, left, right) if not quoted[m.start()])
    total = sum(words.values())
    if not total:
        return frozenset()
    if sum(says.values()) * 1000 >= _RATE * total:
        return frozenset(chapter for chapter in words if says[chapter] * 1000 >= 0.4 * _RATE * words[chapter])
    return frozenset(c for c in words if words[c] >= 400 and says[c] * 1000 >= 1.5 * _RATE * words[c])


def name_narrator(
    flow: Flow,
    chapters: frozenset[int],
    quotes: Sequence[Quote],
    turns: Sequence[Turn],
    mentions: Sequence[Mention],
    figures: Sequence[Figure],
    quoted: bytearray,
) -> int:
    """Find who the narrator is among the figures, -1 when the book does not say.

    The narrator is somebody whom others call by name next to a turn tagged with "I", and whom the
    narration itself hardly ever names.
    """
    starts = [mention.start for mention in mentions]
    votes: Counter[int] = Counter()
    told: Counter[int] = Counter()
    for mention in mentions:
        if mention.kind != "name" or flow.places[flow.paragraph_at(mention.start)][0] not in chapters:
            continue
        if not quoted[mention.start]:
            told[mention.figure] += 1
        if _CALLED.search(flow.plain, max(0, mention.start - 40), mention.end):
            votes[mention.figure] += 6
    for n, turn in enumerate(turns):
        if not any(tag.mention.text == "i" and tag.strength >= 0.7 for tag in turn.tags):
            continue
        for m in (n - 1, n + 1):
            if not 0 <= m < len(turns) or abs(turns[m].first - turn.first) > 3:
                continue
            if any(tag.mention.text == "i" for tag in turns[m].tags[:1]):
                continue
            for i in turns[m].quotes:
                a = bisect.bisect_left(starts, quotes[i].start)
                b = bisect.bisect_left(starts, quotes[i].end)
                for mention in mentions[a:b]:
                    before = flow.plain[max(0, mention.start - 2) : mention.start].strip()[-1:]
                    called = before in {",", "", '"', "“", "‘", "'"} and _CALL_END.match(flow.plain, mention.end)
                    if mention.kind == "name" and called:
                        votes[mention.figure] += 2
    ranked = sorted(((votes[i] - 0.25 * told[i] - 0.02 * figures[i].weight, -i) for i in votes), reverse=True)
    if ranked and ranked[0][0] >= 2:
        return -ranked[0][1]
    return -1
