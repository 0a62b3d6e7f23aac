"""Words that are spelled alike and sound unlike, told apart by the words around them.

Only readings that their context makes sure are settled; the rest is left to the voice, whose own
rules are right for most of them.
"""

from __future__ import annotations

import re
from functools import cache, partial

from audiobook.spoken.parts import MODAL, VERB
from audiobook.spoken.rules import Style, alternatives, rows

__all__ = ["settle"]

_Rule = tuple[re.Pattern[str], str, str]


@cache
def _words() -> tuple[str, ...]:
    """Every word of the table, in its order."""
    return tuple(dict.fromkeys(row[0] for row in rows("english/heteronyms.tsv")))


@cache
def _any() -> re.Pattern[str]:
    """Find the words in small letters, which is much faster than to ignore case."""
    return re.compile(rf"\b(?:{alternatives(_words())})\b")


@cache
def _rules(word: str) -> tuple[_Rule, ...]:
    """Rules of one word, compiled when a text first holds it: the table has many, a sentence few."""
    marked = rf"(?P<word>{word})\b(?!['’-])"
    return tuple(
        (_compiled(context.replace("@modal", MODAL).replace("@verb", VERB).replace("~", marked)), american, british)
        for each, american, british, context in rows("english/heteronyms.tsv")
        if each == word
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def settle(text: str, style: Style) -> str:
    """Put a settled sound in place of each word whose reading is sure."""
    found = set(_any().findall(text.lower()))
    for word in _words() if found else ():
        if word in found:
            for pattern, american, british in _rules(word):
                text = pattern.sub(partial(_replaced, british if style.british else american, style), text)
    return text


def _replaced(ipa: str, style: Style, match: re.Match[str]) -> str:
    start, end = match.start("word") - match.start(), match.end("word") - match.start()
    return match[0][:start] + style.put(match["word"], ipa) + match[0][end:]
