"""What a rule is, how rules run, and the tables they read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources

__all__ = [
    "EDGE",
    "INTEGER",
    "NUMBER",
    "Rule",
    "Style",
    "alternatives",
    "apply",
    "figured",
    "hour_ends",
    "rows",
    "rule",
    "stop",
    "words",
]

INTEGER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,2}(?:,\d\d)+,\d{3}(?!\d)|\d{1,36})"
"""A whole number, with or without commas (also of lakhs and crores); put no figure in front of it."""
NUMBER = rf"(?:{INTEGER}(?:\.\d{{1,36}})?|(?<![\w.])\.\d{{1,36}})"
"""A number that may have decimals."""
EDGE = r"(?<![\w$£€¥#/])(?<!\d[.,-])"
"""Nothing in front of a number makes it part of a longer one."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the rules need to know about a text beside its words."""

    put: Callable[[str, str], str]
    """Settles words with their phonemes and returns the character that stands for them."""
    british: bool = False
    heading: bool = False
    urls: str = "full"
    """``short``, ``full`` or ``link``."""
    emoji: str = "drop"
    """``drop`` or ``name``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what to say for it; returning the match's own text leaves it alone."""

    pattern: re.Pattern[str]
    say: Callable[[re.Match[str], Style], str]
    needs: str = ""
    """A character that every match holds, to skip the search where it is absent."""
    figured: bool = False
    """Every match holds a figure or stands beside one: most sentences of a story have none."""


def rule(pattern: str, say: Callable[[re.Match[str], Style], str], needs: str = "") -> Rule:
    """Make a rule from a pattern's source."""
    return Rule(re.compile(pattern), say, needs)


def figured(pattern: str, say: Callable[[re.Match[str], Style], str], needs: str = "") -> Rule:
    """Make a rule from a pattern that cannot match in a text without figures."""
    return Rule(re.compile(pattern), say, needs, figured=True)


_FIGURE = re.compile(r"\d")


def apply(rules: Iterable[Rule], text: str, style: Style) -> str:
    """Run rules over a text in their order."""
    has_figures = _FIGURE.search(text) is not None
    for each in rules:
        if each.needs in text and (has_figures or not each.figured) and each.pattern.search(text):
            text = each.pattern.sub(partial(_say, each.say, style), text)
            has_figures = _FIGURE.search(text) is not None
    return text


def _say(say: Callable[[re.Match[str], Style], str], style: Style, match: re.Match[str]) -> str:
    return say(match, style)


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Rows of a tab-separated table in ``data``; lines that begin with "# " are comments."""
    return tuple(tuple(line.split("\t")) for line in _lines(name))


def _lines(name: str) -> Iterator[str]:
    text = resources.files(__package__).joinpath("data", *name.split("/")).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("# "))


@cache
def words(name: str) -> frozenset[str]:
    """Every word of a list in ``data``; long lists are kept once, not as a table too."""
    return frozenset(word for line in _lines(name) for word in line.partition("\t")[0].split())


_NEXT = re.compile(r"[\"')\]]*(?:$|\s+[\"'(\[]?([A-Za-z']+)(?!\w|(?<=\s[A-Z])\.)|\n)")


def stop(match: re.Match[str]) -> str:
    """The full stop of an abbreviation that also ends the sentence, or nothing."""
    if not match[0].rstrip().endswith("."):
        return ""
    behind = _NEXT.match(match.string, match.end())
    if behind and (behind[1] is None or behind[1] in words("english/starters.txt")):
        return "."
    past = match.end()
    return "." if hour_ends(match.string[max(0, past - _NEAR) : past], match.string[past : past + _NEAR]) else ""


_HOUR = re.compile(r"\d[\d:.]*\s?[AaPp]\.\s?[Mm]\.?$")
_OPENING = re.compile(
    r"(?:^|[.!?][\"'”’)]*\s)\s*[\"'“‘(]*"
    r"(?:(?:\w+\s)?(?i:at|by|around|about|after|before|until|till|from)\s)?$"
)
_NEAR = 80
"""Characters around a stop that tell what it is."""
_FRESH = re.compile(r"\s+[\"'“‘(\[]*([A-Z][a-z']+)(?![\w.]|\s+[A-Z\d])")
_OF_TIME = frozenset({"Atlantic", "Central", "Eastern", "Mountain", "Pacific", "Standard", "British", "Mass"})
"""Words with a capital that go on after an hour."""


def hour_ends(before: str, after: str) -> bool:
    """Whether the full stop of a.m. or p.m. also ends its sentence, where no usual opening of a sentence follows.

    A common word with a capital begins a sentence ("It was 4:52 p.m. Oil had run out"), unless it may be a name, a
    name goes on behind it, or the hour itself is all that the sentence has so far ("At 5 p.m. Rose left").

    Args:
        before: The text up to the stop, the hour included.
        after: The text behind the stop, from its blank.
    """
    hour, fresh = _HOUR.search(before), _FRESH.match(after)
    if not hour or not fresh or _OPENING.search(before[: hour.start()]):
        return False
    word = fresh[1]
    known = word.lower() in words("words/en.txt") and word not in words("words/en.txt")
    return known and word not in words("english/names.txt") and word not in _OF_TIME


def alternatives(items: Iterable[str]) -> str:
    """A pattern for one of several strings, the longest first; what begins alike stands, and is tried, only once."""
    tails: dict[str, list[str]] = {}
    for item in items:
        tails.setdefault(item[:1], []).append(item[1:])
    return "|".join(re.escape(first) + _behind(tails[first]) for first in sorted(tails, reverse=True))


def _behind(tails: Sequence[str]) -> str:
    """A pattern for the rest of strings that begin alike."""
    rest = alternatives(tails) if any(tails) else ""
    return f"(?:{rest})" if "|" in rest else rest
