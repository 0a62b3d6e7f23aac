"""Plays: a name before every speech, stage directions in brackets."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from audiobook.adapt.cast import title_sex
from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.marked import Sex

__all__ = ["Speech", "find_speeches", "part_sex"]

_NAME = re.compile(r"\s*((?:[A-Z][\w'.-]*\.? ?){1,4}?)(?:\s*[(\[][^)\]]{1,80}[)\]])?\s*(?:[.:]|—|(?=\n))\s+(?=\S)")
_CAPS = re.compile(r"\s*([A-Z][A-Z'. -]{1,30}[A-Z])(?:\s*[(\[][^)\]]{1,80}[)\]])?[.:]?\s+(?=\S)")
_DIRECTION = re.compile(r"\s*(?:\[[^\]]*\]|\([^)]*\))\s*")
_OFTEN = 3
"""Speeches that make a name a part of the play."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What one part says without a stage direction between."""

    start: int
    end: int
    paragraph: int
    name: str


def find_speeches(flow: Flow) -> tuple[Speech, ...]:
    """Find the speeches of a play; the names and the stage directions stay with the narrator."""
    heads: list[tuple[int, int, str]] = []
    for paragraph, (left, right) in enumerate(zip(flow.starts, flow.ends, strict=True)):
        match = _CAPS.match(flow.plain, left, right) or _NAME.match(flow.plain, left, right)
        if match is not None and flow.spoken(paragraph):
            heads.append((paragraph, match.end(), _shown(match.group(1))))
    counts = Counter(name for _, _, name in heads)
    found: list[Speech] = []
    for paragraph, begin, name in heads:
        if counts[name] < _OFTEN:
            continue
        end = flow.ends[paragraph]
        at = begin
        for direction in _DIRECTION.finditer(flow.plain, begin, end):
            if direction.start() > at:
                found.append(Speech(at, direction.start(), paragraph, name))
            at = direction.end()
        if at < end:
            found.append(Speech(at, end, paragraph, name))
    return tuple(found)


def _shown(name: str) -> str:
    """Write a part's name as people write names."""
    name = " ".join(name.split()).strip(" .")
    if name.isupper():
        name = " ".join(word.capitalize() for word in name.split())
    return name


def part_sex(name: str) -> Sex:
    """Tell the sex of a part from a title, a given name or a noun in its name."""
    words = tuple(word.strip(".").lower() for word in name.split())
    lex = lexicon()
    for sex in (
        title_sex(words),
        *(lex.names.get(word, "unknown") for word in words),
        *(lex.roles.get(word, "unknown") for word in words),
    ):
        if sex != "unknown":
            return sex
    return "unknown"
