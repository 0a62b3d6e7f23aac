"""Whom a pronoun means: people in the narration's focus, by how they were last spoken of.

Every name in the narration raises its figure's weight, a subject more than an object; every sentence and
paragraph lets all weights fade; a pronoun raises the figure of its sex that weighs most, so that chains of
pronouns keep their subject. (A simple form of salience-weighted resolution after Lappin and Leass, 1994.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.adapt.cast import Figure
from audiobook.adapt.flow import Flow
from audiobook.adapt.marked import Sex
from audiobook.adapt.mentions import Mention
from audiobook.adapt.roster import Roster

__all__ = ["focus_at", "owner_sex"]

_OWNERS: dict[str, Sex] = {"his": "male", "her": "female"}

_SUBJECT, _OBJECT, _OWNER, _AGAIN, _HEARD = 1.0, 0.5, 0.4, 0.6, 0.15
_SENTENCE, _PARAGRAPH = 0.75, 0.8
_GONE = 0.02
_GOVERNED = re.compile(
    r"\b(?:to|at|of|with|for|by|from|on|upon|in|into|after|before|towards?|about|against|beside|behind|than|between|"
    r"[a-z]+ed|him|her|saw|told|gave|met|left|made)\s+$"
)


def owner_sex(mention: Mention) -> Sex:
    """Tell the sex of whoever the noun is tied to: "her father" is a woman's."""
    words = mention.text.lower().split()
    styled = mention.kind != "role" or words[-1] in {"ladyship", "lordship"}
    return "unknown" if styled else _OWNERS.get(words[0], "unknown")


def focus_at(
    flow: Flow, mentions: Sequence[Mention], roster: Roster, quoted: bytearray, wanted: frozenset[int]
) -> dict[int, dict[int, float]]:
    """Share out the focus at pronouns.

    Args:
        flow: The text.
        mentions: In reading order.
        roster: Who the names and nouns mean, with their sexes.
        quoted: 1 for each character inside quotation marks.
        wanted: Starts of the pronouns and nouns that are asked about.

    Returns:
        Start -> figure -> share of the weight among those whom the pronoun may mean. For nouns the start leads to
        their owner's share, and the end to the share of those whom the noun itself may mean.
    """
    figures = roster.figures
    weights: dict[int, float] = {}
    shares: dict[int, dict[int, float]] = {}
    last = 0
    for mention in mentions:
        figure = mention.figure if mention.kind == "name" else -1
        if mention.kind == "role":
            figure = roster.who(mention, -1)
        if figure < 0 and mention.text not in {"he", "she"} and mention.start not in wanted:
            continue
        if quoted[mention.start] and mention.kind != "name":
            continue
        weights = _fade(weights, flow.plain, last, mention.start)
        last = mention.start
        if mention.start in wanted and mention.kind == "role":
            shares[mention.start] = _share(_fitting(weights, figures, owner_sex(mention)))
            shares[mention.end] = _share(_fitting(weights, figures, mention.sex))
        if figure >= 0:
            weights[figure] = weights.get(figure, 0.0) + _raise(flow.plain, mention, quoted)
        if figure >= 0 or mention.kind == "role":
            continue
        fitting = _fitting(weights, figures, mention.sex)
        if mention.start in wanted:
            shares[mention.start] = _share(fitting)
        if fitting:
            best = max(sorted(fitting), key=lambda one: fitting[one])
            weights[best] += _AGAIN
    return shares


def _fitting(weights: dict[int, float], figures: Sequence[Figure], sex: Sex) -> dict[int, float]:
    """Keep the weights of those who may be of a sex."""
    return {
        one: weight * (1.0 if figures[one].sex == sex else 0.4)
        for one, weight in weights.items()
        if sex == "unknown" or figures[one].sex in {"unknown", sex}
    }


def _share(weights: dict[int, float]) -> dict[int, float]:
    total = sum(weights.values())
    return {one: weight / total for one, weight in weights.items()}


def _raise(plain: str, mention: Mention, quoted: bytearray) -> float:
    if quoted[mention.start]:
        return _HEARD
    if mention.possessive:
        return _OWNER
    governed = _GOVERNED.search(plain, max(0, mention.start - 14), mention.start)
    return _OBJECT if governed is not None else _SUBJECT


def _fade(weights: dict[int, float], plain: str, start: int, end: int) -> dict[int, float]:
    """Let weights fade over the sentences and paragraphs between two mentions."""
    if end - start > 20_000:
        return {}
    stops = plain.count("\n", start, end)
    sentences = plain.count(". ", start, end) + plain.count("? ", start, end) + plain.count("! ", start, end)
    if not stops and not sentences:
        return weights
    factor = float(_PARAGRAPH**stops * _SENTENCE ** min(sentences, 6))
    return {figure: weight * factor for figure, weight in weights.items() if weight * factor > _GONE}
