"""Languages other than English: their numbers in words, and nothing that English would do to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial

from audiobook.settings import SpokenSettings
from audiobook.spoken import foreign
from audiobook.spoken.rules import rows

__all__ = ["speak"]


@dataclass(frozen=True, slots=True)
class _Habits:
    """How a language writes its numbers."""

    code: str
    """As num2words knows it."""
    thousands: str
    decimal: str
    percent: str
    year_from: int
    """First year said in hundreds; 0 where years are plain numbers."""
    ordinal: str


@cache
def _habits(language: str) -> _Habits | None:
    """Habits of a BCP 47 language, or None where its numbers cannot be said."""
    from num2words import CONVERTER_CLASSES  # only texts that are not English need it

    base = language.lower().replace("_", "-").split("-")[0]
    base = {"nb": "no", "nn": "no"}.get(base, base)
    if base not in CONVERTER_CLASSES:
        return None
    for code, thousands, decimal, percent, year_from, ordinal in (
        row for row in rows("languages.tsv") if row[0] == base
    ):
        return _Habits(code, thousands, decimal, percent, int(year_from or 0), ordinal)
    return _Habits(base, " ", ",", "", 0, "")


@cache
def _pattern(habits: _Habits) -> re.Pattern[str]:
    gap = r"[ \u00a0\u202f]" if habits.thousands == " " else re.escape(habits.thousands)
    ordinal = habits.ordinal or "(?!)"
    return re.compile(
        rf"(?<![\w])(?<!\d[.,])(?P<sign>(?<!\S)[-−](?=\d))?(?P<whole>\d{{1,3}}(?:{gap}\d{{3}})+(?!\d)|\d{{1,15}})"
        rf"(?:{re.escape(habits.decimal)}(?P<part>\d{{1,9}}))?(?:(?P<ordinal>{ordinal})|(?P<percent>\s?%)|(?!\w))(?![.,:/]\d)"
    )


def speak(text: str, language: str, settings: SpokenSettings) -> str:
    """Say a text's numbers in its own language.

    Args:
        text: A sentence or a paragraph, cleaned.
        language: BCP 47 code; a language that num2words does not know keeps its figures, which
            most voices can read themselves.
        settings: The policy for emoji.
    """
    if settings.emoji == "drop" and not text.isascii():
        text = _EMOJI.sub("", text)
    base = language.lower().replace("_", "-").split("-")[0]
    text = foreign.abbreviations(text, base)
    if any(map(str.isdigit, text)) or _NUMERAL.search(text):
        text = foreign.speak(text, base)
    if not any(map(str.isdigit, text)):
        return text
    habits = _habits(language)
    return text if habits is None else _pattern(habits).sub(partial(_number, habits), text)


_NUMERAL = re.compile(r"\b[IVXLC]{1,8}(?:e|er|ème|ᵉ)?\b")
_EMOJI = re.compile("[\u2600-\u26ff\u2702-\u27bf\ufe0e\ufe0f\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]")


def _number(habits: _Habits, match: re.Match[str]) -> str:
    from num2words import num2words

    whole = "".join(char for char in match["whole"] if char.isdigit())
    sign = -1 if match["sign"] else 1
    try:
        if match["part"] and foreign.knows(habits.code):
            said = foreign.decimal(habits.code, whole, match["part"], minus=sign < 0)
        elif match["part"]:
            said = num2words(sign * float(f"{whole}.{match['part']}"), lang=habits.code)
        elif match["ordinal"]:
            said = num2words(int(whole), lang=habits.code, to="ordinal")
        elif (
            habits.year_from
            and len(match["whole"]) == 4
            and habits.year_from <= int(whole) < 2000
            and not match["percent"]
        ):
            said = num2words(int(whole), lang=habits.code, to="year")
        elif len(whole) > 1 and whole[0] == "0":
            said = " ".join(num2words(int(figure), lang=habits.code) for figure in whole)
        else:
            said = num2words(sign * int(whole), lang=habits.code)
    except (NotImplementedError, ValueError, OverflowError, KeyError, IndexError, TypeError):
        return match[0]  # num2words lacks this form in this language; the voice reads the figures
    percent = f" {habits.percent}" if match["percent"] and habits.percent else match["percent"] or ""
    return f"{said}{percent}"
