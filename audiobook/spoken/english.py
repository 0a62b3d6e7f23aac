"""English: every rule in its order."""

from __future__ import annotations

import re
from collections.abc import Callable

from audiobook.settings import SpokenSettings
from audiobook.spoken import (
    cardinals,
    dates,
    dialect,
    electronic,
    heteronyms,
    letters,
    measures,
    money,
    powers,
    roman,
    scripture,
    serials,
    symbols,
    times,
    titles,
    units,
)
from audiobook.spoken.rules import Style, apply

__all__ = ["RULES", "speak"]

# Whole things before their parts: an address holds dots, figures and words that later rules would take.
RULES = (
    *symbols.EMOJI,
    *electronic.RULES,
    *titles.YEARS,
    *titles.ADDRESSES,
    *scripture.RULES,
    *roman.RULES,
    *cardinals.RECORDS,
    *dates.RULES,
    *cardinals.TELEPHONES,
    *times.RULES,
    *powers.RULES,
    *symbols.ARITHMETIC,
    *money.RULES,
    *measures.RULES,
    *units.DIRECTIONS,
    *powers.POWERS,
    *symbols.PRODUCTS,
    *symbols.SLASHES,
    *letters.INITIALS,
    *titles.RULES,
    *letters.CAPITALS,
    *cardinals.RANKS,
    *serials.RULES,
    *cardinals.RULES,
    *symbols.RULES,
)
"""In the order in which they run."""
_PLAIN = re.compile(
    r"[^\d&%$£€¥#@/+=<>°×÷±§©®™*~^|\\{}_\u00a1-\u00bf\u0391-\u03c9\u2020-\u2023\u2030-\u2033\u2070-\uffff\U00010000-\U0010ffff.A-Z]*$"
)


def speak(text: str, settings: SpokenSettings, put: Callable[[str, str], str], *, heading: bool, british: bool) -> str:
    """Say an English text.

    Args:
        text: A sentence or a paragraph, cleaned.
        settings: Policies for emoji and web addresses.
        put: Settles words with their phonemes.
        heading: Whether a leading Roman numeral is a number.
        british: Whether ``3/4`` as a date is the third of April.
    """
    style = Style(put, british=british, heading=heading, urls=settings.urls, emoji=settings.emoji)
    if not _PLAIN.match(text):
        text = apply(RULES, text, style)
    return heteronyms.settle(dialect.settle(text, style), style)
