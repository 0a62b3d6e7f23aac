"""Dialect, clipped words, and old or naval words whose letters lead a voice astray."""

from __future__ import annotations

import re
from functools import cache, partial

from audiobook.spoken.rules import Style, alternatives, rows

__all__ = ["settle"]


@cache
def _table() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    table = {row[0]: (row[1], row[2]) for row in rows("english/dialect.tsv")}
    return re.compile(rf"(?<![\w'])(?:{alternatives(table)})(?![\w'])", re.IGNORECASE), table


# "a-going": the prefix is a murmur, not the letter.
_PREFIX = re.compile(r"(?<![\w-])a-(?=[a-z]{2,14}(?:ing|in')(?!\w))")


def settle(text: str, style: Style) -> str:
    """Put a settled sound in place of each such word."""
    pattern, _ = _table()
    text = pattern.sub(partial(_sound, style), text)
    return _PREFIX.sub(lambda _: style.put("a-", "ə"), text) if "a-" in text else text


def _sound(style: Style, match: re.Match[str]) -> str:
    word = match[0]
    if word[0] == "'" and _quoted(match):
        return word
    american, british = _table()[1][word.lower()]
    return style.put(word, british if style.british else american)


def _quoted(match: re.Match[str]) -> bool:
    """Whether the apostrophe may open a quotation: ``'and then he left,'`` holds a whole word."""
    if match[0].lower() not in {"'and", "'is", "'ear", "'ell", "'ow"}:
        return False
    return (
        match.start() == 0
        or match.string[match.start() - 2 : match.start() - 1] in ',.;:!?—-"'
        or "'" in match.string[match.end() :]
    )
