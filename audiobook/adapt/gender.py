"""Sexes from the book itself: which pronouns follow a name in its sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from audiobook.adapt.cast import Cast, Figure, title_sex
from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.mentions import Mention
from audiobook.adapt.turns import Turn

__all__ = ["hear_sexes", "settle_sexes"]

_PRONOUN = re.compile(r"\b(?:(himself|he|his|him)|(herself|she|hers|her))\b|[.!?\n]")


def settle_sexes(flow: Flow, cast: Cast, mentions: Sequence[Mention], quoted: bytearray) -> None:
    """Set the sex of every figure: titles first, then votes of pronouns against what the given name tells.

    A vote is the first pronoun behind a name in its sentence, with no other name between them. Reflexives
    count three times. The given name weighs as two votes, so a book's own usage overrides it.
    """
    men, women = [0.0] * len(cast.figures), [0.0] * len(cast.figures)
    named = [mention for mention in mentions if mention.kind == "name" and not quoted[mention.start]]
    for i, mention in enumerate(named):
        stop = min(named[i + 1].start if i + 1 < len(named) else len(flow.plain), mention.end + 90)
        match = _PRONOUN.search(flow.plain, mention.end, stop)
        if match is None or quoted[match.start()]:
            continue
        if match.group(1):
            men[mention.figure] += 3.0 if match.group(1) == "himself" else 1.0
        elif match.group(2):
            women[mention.figure] += 3.0 if match.group(2) == "herself" else 1.0
    names = lexicon().names
    for i, figure in enumerate(cast.figures):
        if any(title_sex(form[:-1]) != "unknown" for form in figure.forms):
            continue
        given = names.get(figure.given, "unknown")
        male = men[i] + (2.0 if given == "male" else 0.0)
        female = women[i] + (2.0 if given == "female" else 0.0)
        if male >= 1.8 * female + 1:
            figure.sex = "male"
        elif female >= 1.8 * male + 1:
            figure.sex = "female"
        else:
            figure.sex = given


def hear_sexes(figures: Sequence[Figure], told: Iterable[tuple[int, Turn]]) -> None:
    """Give figures of unknown sex the one of the words that tell of their speech ("he whispered").

    Args:
        figures: All people of the book.
        told: Turns with the figure that speaks them.
    """
    votes: Counter[tuple[int, str]] = Counter()
    for speaker, turn in told:
        votes.update(
            (speaker, tag.mention.sex)
            for tag in turn.tags
            if tag.verb and tag.strength >= _TOLD and tag.mention.kind != "name" and tag.mention.text != "i"
        )
    for i, figure in enumerate(figures):
        male, female = votes[i, "male"], votes[i, "female"]
        if figure.sex == "unknown" and male != female:
            figure.sex = "male" if male > female else "female"


_TOLD = 0.7
"""Strength of a tag that surely tells who speaks."""
