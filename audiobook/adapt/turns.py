"""Turns of a conversation: what one person says in one paragraph, and what speaks for each candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from audiobook.adapt.quotes import Quote
from audiobook.adapt.tags import Tag

__all__ = ["Turn", "cut_turns", "told_class"]


@dataclass(slots=True)
class Turn:
    """Quotations of one paragraph (or of several that one quotation runs through) by one speaker."""

    quotes: list[int]
    """Indices of its quotations."""
    first: int
    """Its first paragraph."""
    last: int
    """Its last paragraph."""
    tags: list[Tag] = field(default_factory=list)
    """Strongest first."""


def cut_turns(quotes: Sequence[Quote], tags: Sequence[Sequence[Tag]]) -> list[Turn]:
    """Group quotations into turns; strong tags with different names in one paragraph part it."""
    turns: list[Turn] = []
    for i, quote in enumerate(quotes):
        strong = [tag for tag in tags[i] if tag.strength >= 0.85]
        if turns:
            turn = turns[-1]
            together = turn.last == quote.paragraph or (quote.continues and turn.last == quote.paragraph - 1)
            if together and not _conflict(turn, strong):
                turn.quotes.append(i)
                turn.last = quote.paragraph
                turn.tags += tags[i]
                continue
        turns.append(Turn([i], quote.paragraph, quote.paragraph, list(tags[i])))
    for turn in turns:
        turn.tags.sort(key=lambda tag: (-tag.strength, tag.start))
    return turns


_RECENT = 8
"""Tags of a turn that a new one is compared with."""


def _conflict(turn: Turn, strong: Sequence[Tag]) -> bool:
    mine = [tag.mention for tag in turn.tags[-_RECENT:] if tag.strength >= 0.85]
    for tag in strong:
        for other in mine:
            if tag.mention is other or tag.mention.start == other.start:
                return False
    for tag in strong:
        for other in mine:
            if tag.mention.kind == other.kind == "name" and tag.mention.figure != other.figure:
                return True
            sexes = {tag.mention.sex, other.sex}
            if sexes == {"male", "female"}:
                return True
    return False


def told_class(turn: Turn) -> str:
    """Tell what kind of tag a turn has, for alternation differs.

    Returns:
        ``name``, ``pronoun`` or ``noun`` for a verb of speech with one; ``beat`` when somebody only acts beside the
        speech; ``none``.
    """
    for tag in turn.tags:
        if tag.strength >= 0.7 and tag.verb:
            mention = tag.mention
            return "name" if mention.kind == "name" or mention.text == "i" else _KINDS[mention.kind]
    return "beat" if turn.tags else "none"


_KINDS = {"pronoun": "pronoun", "role": "noun"}
