"""Books, chapters and verses of scripture."""

from __future__ import annotations

import re
from functools import cache

from audiobook.spoken.numbers import cardinal, ordinal
from audiobook.spoken.rules import Style, alternatives, figured, rows

__all__ = ["RULES"]


@cache
def _names() -> dict[str, str]:
    """What to say for a book's name or abbreviation."""
    table = {}
    for name, *short in rows("english/scripture.tsv"):
        table[name] = name
        table |= dict.fromkeys(" ".join(short).split(), name)
    return table


_BOOKS = alternatives(_names())
_NUMBERED = (
    "Samuel|Sam|Kings|Kgs|Chronicles|Chron|Chr|Corinthians|Cor"
    "|Thessalonians|Thess|Timothy|Tim|Peter|Pet|John|Jn|Maccabees|Macc|Esdras|Esd"
)
_FIGURE = re.compile(r"\d+")
_ROMAN = {"I": "first", "II": "second", "III": "third"}


def _rank(text: str | None) -> str:
    if not text:
        return ""
    return f"{(_ROMAN.get(text) or ordinal(text)).capitalize()} "


def _verses(match: re.Match[str], _: Style) -> str:
    """Say ``John 3:16–18`` as "John three sixteen to eighteen"."""
    figures = re.sub(r"\s?[-–—]\s?", " to ", match[3].replace(":", " "))
    return f"{_rank(match[1])}{_names()[match[2]]} {_FIGURE.sub(lambda found: cardinal(found[0]), figures)}"


def _book(match: re.Match[str], _: Style) -> str:
    """Say ``2 Samuel 5`` as "Second Samuel 5"."""
    return f"{_rank(match[1])}{_names()[match[2]]}"


_RANK = r"(?:(?<![\w.,-])([1-4]|I{1,3})\s)?"
_VERSE = r"\d{1,3}(?:\s?[-–—]\s?\d{1,3})?"

RULES = (
    figured(
        rf"{_RANK}\b({_BOOKS})\b\.?\s(\d{{1,3}}:{_VERSE}(?::\d{{1,3}})?(?:,\s?{_VERSE}(?!:))*)(?![\w:]|[.,]\d)",
        _verses,
        ":",
    ),
    figured(rf"(?<![\w.,-])([1-4]|I{{1,3}})\s({_NUMBERED})\b\.?(?=\s\d)", _book),
)
