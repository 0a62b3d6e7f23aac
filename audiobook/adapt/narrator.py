"""Novels told by one of their own people: where "I" tells, and what the others call him."""

from __future__ import annotations

import bisect
import re
from collections import Counter, defaultdict
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
    r"\b(?:my name (?:is|was)|call me|called me|I am called|I was called|christened me|named me)"
    r"\s+(?:[a-z]+\s+)?(?=[A-Z])"
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
    votes: defaultdict[int, float] = defaultdict(float)
    told: Counter[int] = Counter()
    beside = _beside_the_narrator(turns)
    turn_of = {i: n for n, turn in enumerate(turns) for i in turn.quotes}
    ends = [quote.end for quote in quotes]
    for mention in mentions:
        if mention.kind != "name" or flow.places[flow.paragraph_at(mention.start)][0] not in chapters:
            continue
        if _CALLED.search(flow.plain, max(0, mention.start - 40), mention.end):
            votes[mention.figure] += 6
        if not quoted[mention.start]:
            told[mention.figure] += 1
            continue
        at = bisect.bisect_right(ends, mention.start)
        if at < len(quotes) and _is_call(flow, mention, quotes[at].start):
            votes[mention.figure] += beside.get(turn_of[at], _HEARSAY)
    ranked = sorted(
        ((votes[i] - _NAMED * told[i] - 0.02 * figures[i].weight, -i) for i in votes if votes[i] >= 1.5), reverse=True
    )
    if ranked and ranked[0][0] > 0.5:
        return -ranked[0][1]
    return -1


_HEARSAY, _NAMED = 0.5, 0.4
"""Weight of a call anywhere in the narrator's chapters, and of each time the narration names the same person."""


def _beside_the_narrator(turns: Sequence[Turn]) -> dict[int, float]:
    """Weigh calls by turn: those next to "I said" most likely call the narrator, those in "I said" never do.

    A call behind "I said" that somebody else answers may as well be for who answers.
    """
    weights: dict[int, float] = {}
    for n, turn in enumerate(turns):
        if not any(tag.mention.text == "i" and tag.strength >= 0.7 for tag in turn.tags[:1]):
            continue
        weights[n] = -1.0
        for m in (n - 1, n + 1):
            if 0 <= m < len(turns) and abs(turns[m].first - turn.first) <= 3:
                weights.setdefault(m, _HEARSAY if m > n and _is_answered(turns, m) else 2.0)
    return weights


def _is_answered(turns: Sequence[Turn], at: int) -> bool:
    """Tell whether somebody who is not the narrator speaks next."""
    if at + 1 == len(turns) or turns[at + 1].first - turns[at].last > 1:
        return False
    return any(tag.verb and tag.strength >= 0.7 and tag.mention.text != "i" for tag in turns[at + 1].tags[:1])


def _is_call(flow: Flow, mention: Mention, begin: int) -> bool:
    """Tell whether a name inside a quotation calls somebody."""
    before = flow.plain[max(begin, mention.start - 2) : mention.start].strip()[-1:]
    near = flow.plain[max(begin, mention.start - 12) : mention.start]
    called = before in {",", "", '"', "“", "‘", "'"} or near.endswith(("my dear ", "dear "))
    return called and _CALL_END.match(flow.plain, mention.end) is not None
