"""Evidence for each turn: who is named, who is near, who is addressed."""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.adapt.cast import Figure
from audiobook.adapt.decode import Candidates
from audiobook.adapt.flow import Flow
from audiobook.adapt.mentions import Mention
from audiobook.adapt.quotes import Quote
from audiobook.adapt.turns import Turn

__all__ = ["Roster", "candidates"]

_WIDTH = 9
_REACH_BACK, _REACH_ON = 30, 15
_CALL = re.compile(r"\s*(?:[,.!?;:—–\"”'’-]|$)")


@dataclass(slots=True)
class Roster:
    """Everybody who may speak; figures with a noun for a name join while turns are read."""

    figures: list[Figure]
    narrator: int
    """Index of the first-person narrator, -1 when there is none."""
    roles: dict[tuple[int, str], int]
    """(Chapter, noun phrase) -> index."""

    def role(self, chapter: int, mention: Mention) -> int:
        """Find or add somebody known by a noun only, one for a chapter."""
        words = mention.text.split()
        words[0] = "the" if words[0].lower() in {"a", "an", "this", "that", "another", "one"} else words[0].lower()
        key = (chapter, " ".join(words))
        if key not in self.roles:
            figure = Figure("", "", mention.sex, role=True)
            form = tuple(words)
            figure.forms[form] += 1
            figure.shown[form] = " ".join(words)
            self.roles[key] = len(self.figures)
            self.figures.append(figure)
        return self.roles[key]

    def of(self, chapter: int, mention: Mention) -> int:
        """Find who is meant by a name, a noun or the narrator's I; -1 for other pronouns."""
        if mention.kind == "name":
            return mention.figure
        if mention.kind == "role":
            return self.role(chapter, mention)
        return self.narrator if mention.text == "i" else -1


def candidates(
    flow: Flow,
    quotes: Sequence[Quote],
    turns: Sequence[Turn],
    mentions: Sequence[Mention],
    roster: Roster,
    quoted: bytearray,
) -> list[Candidates]:
    """Weigh who may speak each turn by the turn itself and by who is about."""
    starts = [mention.start for mention in mentions]
    presence = _presence(flow, turns, mentions, starts, roster, quoted)
    result: list[Candidates] = []
    previous_end = -99
    for n, turn in enumerate(turns):
        chapter = flow.places[turn.first][0]
        weights: defaultdict[int, float] = defaultdict(float)
        for m in range(max(0, n - _REACH_BACK), min(len(turns), n + _REACH_ON)):
            if flow.places[turns[m].first][0] != chapter:
                continue
            fade = 0.9 ** (n - m) if m <= n else 0.8 ** (m - n)
            for figure, weight in presence[m]:
                weights[figure] += fade * weight
        scores = _score(flow, turn, quotes, mentions, starts, roster, quoted, weights, chapter)
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:_WIDTH] or [(-1, 0.0)]
        gap = turn.first - previous_end - 1 if n and flow.places[turns[n - 1].first][0] == chapter else 99
        if any(p in flow.breaks for p in range(previous_end + 1, turn.first + 1)):
            gap = 99
        previous_end = turn.last
        told = any(tag.strength >= 0.7 for tag in turn.tags)
        result.append(Candidates(tuple(i for i, _ in ranked), tuple(s for _, s in ranked), max(gap, 0), told))
    return result


def _presence(
    flow: Flow, turns: Sequence[Turn], mentions: Sequence[Mention], starts: list[int], roster: Roster, quoted: bytearray
) -> list[list[tuple[int, float]]]:
    """Who shows up at each turn: tagged speakers, names around it, people addressed."""
    result: list[list[tuple[int, float]]] = []
    after = 0
    for turn in turns:
        chapter = flow.places[turn.first][0]
        here: list[tuple[int, float]] = []
        for tag in turn.tags[:1]:
            index = roster.of(chapter, tag.mention)
            if index >= 0 and tag.strength >= 0.7:
                here.append((index, 1.0))
        begin = max(after, flow.starts[max(turn.first - 4, 0)])
        end = flow.ends[turn.last]
        for mention in mentions[bisect.bisect_left(starts, begin) : bisect.bisect_left(starts, end)]:
            if mention.kind == "name":
                if not quoted[mention.start]:
                    here.append((mention.figure, 0.4))
                elif _CALL.match(flow.plain, mention.end):
                    here.append((mention.figure, 0.7))
            elif mention.text == "i" and roster.narrator >= 0:
                here.append((roster.narrator, 0.15))
        after = end
        result.append(here)
    return result


def _score(
    flow: Flow,
    turn: Turn,
    quotes: Sequence[Quote],
    mentions: Sequence[Mention],
    starts: list[int],
    roster: Roster,
    quoted: bytearray,
    weights: dict[int, float],
    chapter: int,
) -> dict[int, float]:
    import math

    scores = {figure: math.log(0.05 + weight) for figure, weight in weights.items()}
    spans = [(quotes[i].start, quotes[i].end) for i in turn.quotes]
    for start, end in spans:
        for mention in mentions[bisect.bisect_left(starts, start) : bisect.bisect_left(starts, end)]:
            if mention.kind == "name" and mention.figure in scores and not mention.possessive:
                scores[mention.figure] -= 2.5
    named = False
    for tag in turn.tags:
        index = roster.of(chapter, tag.mention)
        if index >= 0:
            odds = {0.97: 9.0}.get(
                tag.strength, 9.0 * tag.strength - 1.0 if tag.strength >= 0.85 else 6.0 * tag.strength - 1.0
            )
            if named and tag.strength < 0.85:
                continue
            scores[index] = scores.get(index, -2.0) + odds
            named = True
        elif tag.mention.text in {"he", "she"} and not named:
            for figure in scores:
                sex = roster.figures[figure].sex
                if sex == "unknown":
                    scores[figure] -= 0.8 * tag.strength
                elif sex != tag.mention.sex:
                    scores[figure] -= 6.0 * tag.strength
            _nearest(mentions, starts, tag.mention, roster, quoted, scores, tag.strength)
            named = True
    return scores


def _nearest(
    mentions: Sequence[Mention],
    starts: list[int],
    pronoun: Mention,
    roster: Roster,
    quoted: bytearray,
    scores: dict[int, float],
    strength: float,
) -> None:
    """Favour the last person of the pronoun's sex that the narration named."""
    at = bisect.bisect_left(starts, pronoun.start) - 1
    seen = 0
    for mention in reversed(mentions[max(0, at - 25) : at + 1]):
        if mention.kind != "name" or quoted[mention.start] or pronoun.start - mention.start > 1200:
            continue
        sex = roster.figures[mention.figure].sex
        if sex in {"unknown", pronoun.sex}:
            scores[mention.figure] = scores.get(mention.figure, -1.5) + (1.6 if not seen else 0.4) * strength
            seen += 1
            if seen > 1:
                break
