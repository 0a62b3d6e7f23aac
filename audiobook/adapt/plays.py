"""Plays: a name before every speech, stage directions in brackets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, replace

from audiobook.adapt.cast import title_sex
from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.marked import Sex

__all__ = ["Speech", "find_speeches", "is_play", "part_sex"]

_UPPER = "A-ZÀ-ÖØ-ÞŒŠŽА-ЯЁ"
_ASIDE = r"\s*[(\[][^)\]\n]{1,80}[)\]]"
_CAPS = re.compile(
    rf"[ \t]*([{_UPPER}][{_UPPER}'’. -]{{0,30}}[{_UPPER}])(?![^\W_])"
    rf"(,?(?:{_ASIDE})?\s*[.:](?:\s*[—–-]+)?|,?{_ASIDE}|,[^.:\n]{{1,60}}\.\s*[—–]|\s*[—–]|[ \t]*(?=\n))?\s+(?=\S)"
)
"""A name in capitals, with or without a mark behind it."""
_MIXED = re.compile(
    rf"[ \t]*((?:[{_UPPER}][\w'’-]{{0,24}}\.? ?){{1,3}}?)(?:{_ASIDE})?(?:\s*(:)|\.|\s*—)(?:\s*[—–])?\s+(?=\S)"
)
"""A name as people write it, and a mark behind it."""
_DIRECTION = re.compile(r"\s*(?:\[[^\]]*\]|\([^)]*\))[.,:]?\s*")
_STAGE = re.compile(r"\b(?:ACT|SCENE|CURTAIN|Enter|Exit|Exeunt|Curtain)\b|[(\[][^)\]\n]{2,80}[)\]]")
_NO_PARTS = lexicon().groups["no-parts"]
"""First words of headings and directions that look like the name of a part."""
_SPACE = re.compile(r"[ \t]*")
_TITLES = frozenset(lexicon().titles)
_OFTEN = 2
"""Speeches that make a name without capitals, or without a mark behind it, a part of the play."""
_REGULAR = 3
"""Speeches that make a name without capitals and with a full stop a sign of a play."""
_FEW = 4
"""Speeches of a play that need no stage direction beside them."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What one part says without a stage direction between."""

    start: int
    end: int
    paragraph: int
    name: str
    direction: tuple[int, int] | None = None
    """The stage direction right before it, which may tell how it is said."""


@dataclass(frozen=True, slots=True)
class _Head:
    """A name before a speech."""

    end: int
    name: str
    sure: bool
    """The print leaves little doubt: capitals with a mark, or a colon."""
    capitals: bool


def is_play(text: str, quoted: int) -> bool:
    """Tell whether a text is a play: names that repeat open a third of its paragraphs, and few words are quoted.

    Args:
        text: Paragraphs, one a line.
        quoted: Speeches in quotation marks.
    """
    every = [head for line in re.finditer(r"[^\n]+", text) if (head := _head(text, line.start(), len(text)))]
    names = Counter(_first(head.name) for head in every)
    heads = [head for head in every if head.sure]
    counts = Counter(head.name for head in heads)
    # A name alone in its paragraph and the speech below it are one.
    lines = text.count("\n") + 1 - sum("\n" in text[head.end - 2 : head.end] for head in heads)
    # "Lane. Yes, sir." is a speech where half of all paragraphs begin with such names.
    regular = {name: count for name, count in names.items() if count >= _REGULAR}
    if len(regular) > 1 and sum(regular.values()) * 2 >= lines and sum(regular.values()) > 2 * quoted:
        return True
    return (
        len(heads) > 2 * quoted
        and len(heads) * 3 >= lines
        and len(counts) > 1
        and max(counts.values()) > 1
        and (len(heads) >= min(_FEW, lines) or _STAGE.search(text) is not None)
    )


def _head(text: str, left: int, right: int) -> _Head | None:
    """Read the name that opens a paragraph."""
    capitals = _CAPS.match(text, left, right)
    match = capitals or _MIXED.match(text, left, right)
    if match is None:
        return None
    name = _shown(match.group(1))
    words = name.lower().split()
    if not words or words[0].strip(".") in _NO_PARTS or words == ["the", "end"]:
        return None
    return _Head(match.end(), name, match.group(2) is not None, capitals is not None)


def find_speeches(flow: Flow) -> tuple[Speech, ...]:
    """Find the speeches of a play; the names and the stage directions stay with the narrator."""
    heads: list[tuple[int, _Head]] = []
    for paragraph, left in enumerate(flow.starts):
        # A name alone in its paragraph stands before the speech in the next one.
        right = flow.ends[min(paragraph + 1, len(flow.ends) - 1)]
        head = _head(flow.text, left, right) if flow.spoken(paragraph) else None
        if head is not None and (head.end <= flow.ends[paragraph] or (head.sure and head.capitals)):
            heads.append((paragraph, head))
    parts = {head.name for _, head in heads}
    heads = [(paragraph, _shortened(flow, paragraph, head, parts)) for paragraph, head in heads]
    printed = sum(1 for _, head in heads if head.capitals and head.sure)
    capitals = printed * 2 >= len(heads)
    counts = Counter(head.name for _, head in heads)
    found: list[Speech] = []
    opens = {paragraph for paragraph, _ in heads}
    for paragraph, head in heads:
        common = not head.capitals and head.name.lower() in lexicon().common
        known = counts[head.name] >= _OFTEN or (head.sure and not common)
        if known and (head.capitals or not capitals):
            alone = _is_alone(flow, paragraph, head)
            found += _below(flow, paragraph, head, opens) if alone else _speeches(flow, paragraph, head)
    return tuple(found)


def _first(name: str) -> str:
    """Take what stands before a full stop inside a name, unless it is a title: of "Cecily. Certainly" Cecily."""
    first, _, _ = name.partition(". ")
    return name if first.lower() in _TITLES else first


def _shortened(flow: Flow, paragraph: int, head: _Head, parts: Container[str]) -> _Head:
    """Give the words behind a part's name back to its speech: "Cecily. Certainly. I ..." is Cecily's."""
    first = _first(head.name)
    if first == head.name or first not in parts:
        return head
    space = _SPACE.match(flow.text, flow.text.index(".", flow.starts[paragraph]) + 1)
    return head if space is None else replace(head, name=first, end=space.end())


def _is_alone(flow: Flow, paragraph: int, head: _Head) -> bool:
    """Tell whether a paragraph holds a name, with or without a stage direction, and nothing else."""
    end = flow.ends[paragraph]
    return head.end >= end or _DIRECTION.fullmatch(flow.text, head.end, end) is not None


def _below(flow: Flow, paragraph: int, head: _Head, opens: Container[int]) -> list[Speech]:
    """Find what is said below a name that stands alone, up to the next name, heading or stage direction."""
    found: list[Speech] = []
    for below in range(paragraph + 1, len(flow.starts)):
        left, right = flow.starts[below], flow.ends[below]
        directs = _DIRECTION.fullmatch(flow.text, left, right) or _STAGE.match(flow.text, left, right)
        if below in opens or not flow.spoken(below) or below in flow.breaks or (directs and found):
            break
        if not directs:
            found += _speeches(flow, below, replace(head, end=left))
    return found


def _speeches(flow: Flow, paragraph: int, head: _Head) -> list[Speech]:
    """Cut what stands behind a name at the stage directions."""
    found: list[Speech] = []
    left, end, at = flow.starts[paragraph], flow.ends[paragraph], head.end
    aside = _DIRECTION.search(flow.text, left, head.end)
    told = None if aside is None else aside.span()
    for direction in _DIRECTION.finditer(flow.text, head.end, end):
        if direction.start() > at:
            found.append(Speech(at, direction.start(), paragraph, head.name, told))
        at, told = direction.end(), direction.span()
    if at < end:
        found.append(Speech(at, end, paragraph, head.name, told))
    return [speech for speech in found if any(map(str.isalnum, flow.text[speech.start : speech.end]))]


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
