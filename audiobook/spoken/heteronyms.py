"""Words that are spelled alike and sound unlike, told apart by the words around them.

Only readings that their context makes sure are settled; the rest is left to the voice, whose own
rules are right for most of them.
"""

from __future__ import annotations

import re
from functools import cache, partial

from audiobook.spoken.rules import Style, rows

__all__ = ["settle"]

_Rule = tuple[str, re.Pattern[str], str, str]


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        (word, re.compile(context.replace("~", rf"(?P<word>{word})\b(?!['’-])"), re.IGNORECASE), american, british)
        for word, american, british, context in rows("english/heteronyms.tsv")
    )


@cache
def _any() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted({rule[0] for rule in _rules()}))})\b", re.IGNORECASE)


def settle(text: str, style: Style) -> str:
    """Put a settled sound in place of each word whose reading is sure."""
    found = {match[0].lower() for match in _any().finditer(text)}
    if not found:
        return text
    for word, pattern, american, british in _rules():
        if word in found:
            text = pattern.sub(partial(_replaced, british if style.british else american, style), text)
    return text


def _replaced(ipa: str, style: Style, match: re.Match[str]) -> str:
    start, end = match.start("word") - match.start(), match.end("word") - match.start()
    return match[0][:start] + style.put(match["word"], ipa) + match[0][end:]
