"""English: every rule in its order."""

from __future__ import annotations

import re
from collections.abc import Callable

from audiobook.settings import SpokenSettings
from audiobook.spoken.numbers import cardinal, decimal, ordinal, year

__all__ = ["speak"]

_NUMBER = re.compile(r"(?<![\w.,])-?\d[\d,]*(?:\.\d+)?(st|nd|rd|th)?(?!\w)")


def speak(
    text: str, settings: SpokenSettings, put: Callable[[str, str], str], *, heading: bool, british: bool
) -> str:
    """Say an English text."""

    def number(match: re.Match[str]) -> str:
        if match[1]:
            return ordinal(match[0][:-2])
        if re.fullmatch(r"1[1-9]\d\d|20\d\d", match[0]):
            return year(match[0])
        return decimal(match[0].rstrip(",")) if "." in match[0] else cardinal(match[0].rstrip(",")) + (
            "," if match[0].endswith(",") else "")

    return _NUMBER.sub(number, text)
