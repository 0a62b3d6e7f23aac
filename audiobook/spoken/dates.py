"""Dates, years, decades, centuries and their ranges."""

from __future__ import annotations

import re

from audiobook.spoken.numbers import cardinal, ordinal, plural, year
from audiobook.spoken.rules import INTEGER, Style, figured, rule, stop

__all__ = ["MONTHS", "RULES"]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SHORT = {
    "jan": 0, "feb": 1, "febr": 1, "mar": 2, "apr": 3, "jun": 5, "jul": 6, "aug": 7, "sep": 8, "sept": 8, "oct": 9,
    "nov": 10, "dec": 11,
}  # fmt: skip
_DAYS = {
    "mon": "Monday", "tue": "Tuesday", "tues": "Tuesday", "tu": "Tuesday", "wed": "Wednesday", "weds": "Wednesday",
    "thu": "Thursday", "thur": "Thursday", "thurs": "Thursday", "th": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip

_MONTH = rf"(?P<month>(?i:{'|'.join(MONTHS)})|(?i:{'|'.join(sorted(_SHORT, key=len, reverse=True))})\b\.?)"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_DASH = r"\s?[-–—−]\s?"
_OR = r"\s?[-–—−/]\s?"
_YEAR = r"(?P<year>[12]\d{3}|'\d\d)"
_NOT_MORE = r"(?![\w]|[.,]\d|[-–/]\d)"


def _month(text: str) -> str:
    key = text.rstrip(".").lower()
    return MONTHS[_SHORT[key]] if key in _SHORT else text[:1].upper() + text[1:].lower()


def _year(text: str) -> str:
    """Say a year of four figures, or of two: "oh five", "ninety eight"."""
    figures = text.lstrip("'’")
    if len(figures) == 2:
        return f"oh {cardinal(figures)}" if figures[0] == "0" else cardinal(figures)
    return year(figures)


def _month_first(match: re.Match[str], _: Style) -> str:
    """Say ``July 4, 1776``, ``Sept. 15``, ``July 4-6``."""
    if match["month"] in {"may", "march", "mar", "dec", "sep", "jan", "jun"} and not (match["year"] or match["suffix"]):
        lone = match["month"] in {"may", "march", "mar"}
        if lone:
            return match[0]
    said = f"{_month(match['month'])} {ordinal(match['day'])}"
    if match["last"]:
        said += f" to {ordinal(match['last'])}"
    if match["year"]:
        said += f"{match['comma'] or ''} {_year(match['year'])}"
    return said


def _day_first(match: re.Match[str], _: Style) -> str:
    """Say ``4 July 1776``, ``the 4th of July``, ``4-6 July``."""
    if (
        match["month"] in {"may", "march", "mar"}
        and not (match["year"] or match["suffix"] or match["of"])
        and match["the"]
    ):
        return match[0]
    the = match["the"] or "the "
    said = f"{the}{ordinal(match['day'])}"
    if match["last"]:
        said += f" to {ordinal(match['last'])}"
    said += f" of {_month(match['month'])}"
    if match["year"]:
        said += f"{match['comma'] or ''} {_year(match['year'])}"
    return said


def _month_year(match: re.Match[str], _: Style) -> str:
    if match["month"] in {"may", "march", "mar"} and not match["year"].startswith(("18", "19", "20")):
        return match[0]
    return f"{_month(match['month'])}{match['comma'] or ''} {_year(match['year'])}"


def _on(month: int, day: int, written_year: str, *, day_first: bool) -> str:
    said_year = f" {_year(written_year)}" if written_year else ""
    if day_first:
        return f"the {ordinal(day)} of {MONTHS[month - 1]}{said_year}"
    return f"{MONTHS[month - 1]} {ordinal(day)}{said_year}"


def _iso(match: re.Match[str], _: Style) -> str:
    """Say ``2006-08-05`` as the day of the month, the way that most readers take it."""
    first, second = int(match[3]), int(match[4])
    if first > 12:
        first, second = second, first
    if not (1 <= first <= 12 and 1 <= second <= 31):
        return match[0]
    return _on(first, second, match[1], day_first=True)


def _numeric(match: re.Match[str], style: Style) -> str:
    """Say ``10/06/2005`` and ``15.01.2020``; the month comes first unless it cannot or the text is British."""
    first, second = int(match[1]), int(match[3])
    day_first = first > 12 or (style.british and second <= 12)
    day, month = (first, second) if day_first else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return _on(month, day, match[4], day_first=day_first)


def _month_of(match: re.Match[str], _: Style) -> str:
    """Say ``10/2008``, a month and its year."""
    return f"{MONTHS[int(match[1]) - 1]} {year(match[2])}"


def _decade(match: re.Match[str], _: Style) -> str:
    """Say ``1980s``, ``'80s``, ``the 20's``."""
    figures = match["decade"]
    if len(figures) == 2:
        return plural(cardinal(figures))
    if figures.endswith("000"):
        return plural(cardinal(figures))
    return plural(year(figures))


def _decades(match: re.Match[str], _: Style) -> str:
    first, last = match[1], match[2]
    said = plural(year(first) if len(first) == 4 else cardinal(first))
    return f"{said} to {plural(year(last) if len(last) == 4 else cardinal(last))}"


def _years(match: re.Match[str], _: Style) -> str:
    """Say ``1998–2001``, ``1914-18``, ``2007-08``."""
    first, last = match["from"], match["to"]
    if len(last) == 1:
        if last <= first[3]:
            return match[0]
        return (
            f"{year(first)} {cardinal(first[2] + last)}"
            if match["slash"] == "/"
            else f"{year(first)} to {cardinal(last)}"
        )
    if len(last) == 2:
        if int(last) <= int(first[2:]) and last != "00":
            return match[0]
        joined = " " if match["slash"] == "/" else " to "
        return f"{year(first)}{joined}{'oh ' if last[0] == '0' else ''}{cardinal(last)}"
    if int(last) < int(first) or int(last) - int(first) > 1200:
        return match[0]
    return f"{year(first)} to {year(last)}"


def _era(match: re.Match[str], _: Style) -> str:
    """Say ``340 A.D.``, ``500 BC``, ``300–200 BC``."""
    era = ".".join(match["era"].replace(".", "").replace(" ", "").upper())
    years = [year(figures.replace(",", "")) for figures in (match["first"], match["last"]) if figures]
    return f"{' to '.join(years)} {era}{stop(match)}"


def _eras(match: re.Match[str], _: Style) -> str:
    """Say ``300 BC–200 AD``."""
    first, last = (".".join(re.sub(r"[^A-Z]", "", text)) for text in (match[2], match["era"]))
    return f"{year(match[1].replace(',', ''))} {first} to {year(match[3].replace(',', ''))} {last}{stop(match)}"


def _to(match: re.Match[str], _: Style) -> str:
    return f"{match[1]} to "


def _months(match: re.Match[str], _: Style) -> str:
    """Say ``Jan.–Feb. 2003``."""
    return f"{_month(match[1])} to {_month(match[2])}"


def _weekdays(match: re.Match[str], _: Style) -> str:
    return f"{_DAYS[match[1].lower()]} to {_DAYS[match[2].lower()]}"


def _era_first(match: re.Match[str], _: Style) -> str:
    years = [year(figures) for figures in (match["first"], match["last"]) if figures]
    return f"A.D {' to '.join(years)}"


def _weekday(match: re.Match[str], _: Style) -> str:
    return _DAYS[match[1].lower()] + ("," if match[2] and "," in match[2] else "")


_SUFFIX = r"(?P<suffix>(?:st|nd|rd|th|d|ST|ND|RD|TH)\b)?"
_LATER = rf"(?:{_OR}(?P<last>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?)?"
_OPEN = r"(?<![\w.,/$£€-])"


def _quarters(match: re.Match[str], _: Style) -> str:
    the, *rest = match.groups()
    number, written = [group for group in rest if group]
    return f"{the or 'the '}{ordinal(number)} quarter of {_year(written)}"


_WEEKDAY = "|".join(sorted((day.capitalize() for day in _DAYS), key=len, reverse=True))
_NAMED = "|".join([*MONTHS, *(short.capitalize() for short in _SHORT)])
_DAY_NAME = r"(?:0?[1-9]|[12]\d|3[01])"
_ERA_NAME = r"(A\.\s?D\.|B\.\s?C\.(?:\s?E\.)?|C\.\s?E\.|AD|BCE|BC|CE)"
_ERA = r"(?P<era>A\.\s?D\b\.?|B\.\s?C\b\.?(?:\s?E\b\.?)?|C\.\s?E\b\.?|AD\b|BCE\b|BC\b|CE\b)"
_NOT_COUNTED = (
    r"(?!\s(?:people|men|women|children|miles|feet|kg|km|m|ft|pounds|dollars|votes|copies|members|"
    r"students|troops|soldiers)\b)"
)
_COUNTED = r"(?!\s?(?:kg|km|m|cm|ft|lbs?|miles|men|people)\b)"


def _span(match: re.Match[str], _: Style) -> str:
    """Say ``from 1066 to 1087``: both are years."""
    return f"{match[1]}{year(match[2])}{match[3]}{year(match[4])}"


_DAY_LIST = "|".join(sorted((day.capitalize() for day in _DAYS if day not in {"th", "tu"}), key=len, reverse=True))
_FULL = rf"(?:{_DAY_NAME}(?:st|nd|rd|th)?\s(?:{_NAMED})|(?:{_NAMED})\.?\s{_DAY_NAME})"
_FULL_YEAR = rf"(?:{_FULL}\s?,?\s(?:1\d{{3}}|20\d\d|\d{{3}})|(?:{_NAMED})\.?,?\s(?:1\d{{3}}|20\d\d))"

RULES = (
    figured(
        rf"\b([Ff]rom|[Bb]etween)\s({_DAY_NAME})(?:st|nd|rd|th)?(\s(?:to|until|and)\s)(?={_DAY_NAME}(?:st|nd|rd|th)?\s(?:{_NAMED})\b)",
        lambda match, _: f"{match[1]} the {ordinal(match[2])}{match[3]}",
    ),
    figured(rf"(?<![\w.,/-])({_FULL}|{_FULL_YEAR})\s?[-–—]\s?(?={_FULL}|{_FULL_YEAR})", _to),
    rule(rf"\b({_NAMED})\b\.?{_DASH}({_NAMED})\b(?!\s\d{{1,2}}\b)(?:\.(?=\s?[\d,;)a-z]))?", _months),
    rule(rf"\b({_DAY_LIST})\b\.?{_DASH}({_DAY_LIST})\b(?:\.(?=\s?[\d,;)a-z]))?", _weekdays),
    figured(r"(?<![\w.,/-])([12]\d{3})\s?[-–—]\s?(?=(?:present|now|today|date)\b)", _to),
    rule(r"\b(Feb|Apr|Aug|Sept|Oct|Nov|Dec)\.(?!\w|\s?\d)", lambda match, _: _month(match[1]) + stop(match), "."),
    rule(
        r"\b(in|of|to|by|from|until|since|early|late)(\s)(Jan|Mar|Jun|Jul)\.(?!\w|\s?\d)",
        lambda match, _: f"{match[1]}{match[2]}{_month(match[3])}{stop(match)}",
        ".",
    ),
    rule(r"\b(Mon|Tues?|Wed|Thurs?|Fri)\.(?!\w)", lambda match, _: _DAYS[match[1].lower()] + stop(match), "."),
    rule(
        r"\b(Sat|Sun)\b\.?(?=\s(?:morning|afternoon|evening|night|\d{1,2}(?::\d\d)?\s?[ap]\.?m))",
        lambda match, _: _DAYS[match[1].lower()],
    ),
    rule(
        r"(?:(?<=day, )|(?<=day , )|(?<=day and )|(?<=day & )|(?<=Sat\. and ))(Sat|Sun)\.",
        lambda match, _: _DAYS[match[1].lower()] + stop(match),
        ".",
    ),
    rule(rf"\b({_WEEKDAY})\b(\.?(?:\s?,)?)(?=\s\(?(?:{_NAMED}|\d{{1,2}}[/\s]))", _weekday),
    figured(
        rf"\b{_MONTH}(?:\s|-){_DAY}{_SUFFIX}{_LATER}(?:(?P<comma>\s?,)?(?:\s|(?<=\d)-|(?<=,)){_YEAR})?{_NOT_MORE}",
        _month_first,
    ),
    figured(
        rf"{_OPEN}(?P<the>[Tt]he\s)?{_DAY}{_SUFFIX}{_LATER}(?:\s|-)(?P<of>of\s)?{_MONTH}"
        rf"(?:(?P<comma>\s?,)?(?:\s|-|(?<=,)){_YEAR})?{_NOT_MORE}",
        _day_first,
    ),
    figured(rf"\b{_MONTH}(?P<comma>\s?,)?\s(?:of\s)?{_YEAR}(?![\w]|[.,]\d|[-–]\d)", _month_year),
    figured(r"(?<![\w.,/-])([12]\d{3})([-/.])(\d{1,2})\2(\d{1,2})(?![\w]|[-/.]\d)", _iso),
    figured(r"(?<![\w.,/-])(\d{1,2})([-/.])(\d{1,2})\2([12]\d{3}|\d\d)(?![\w]|[-/.]\d)", _numeric),
    figured(
        r"(?<![\w.,/$£€-])(0[1-9]|1[0-2]|(?<=[\w,:(]\s)[1-9])/(1[89]\d\d|20\d\d)(?![\w]|[.,]\d|[-–/])", _month_of, "/"
    ),
    figured(r"(?<![\w.,])'?([12]\d\d0|[1-9]0)\s?'?s\s?[-–]\s?'?([12]\d\d0|[1-9]0)'?s\b", _decades),
    figured(r"(?<![\w.,])([12]\d\d\d)\s?[-–]\s?(?='?(?:[12]\d)?\d0'?s\b)", lambda match, _: f"{year(match[1])} to "),
    figured(r"(?<![\w.,/$£€])(?P<decade>[12]\d\d0)(?:\s?|'|(?<=\bthe \d{4})\s')s\b", _decade),
    figured(r"(?<![\w.,$£€'])'(?P<decade>10)s\b", _decade, "'"),
    figured(r"(?<![\w.,$£€])'?(?P<decade>[2-9]0)'?s\b(?!\.\s?(?:\d|[a-z]))", _decade),
    figured(rf"{_OPEN}({INTEGER})\s?{_ERA_NAME}(?:{_DASH}|\sto\s)({INTEGER})\s?{_ERA}", _eras),
    figured(rf"(?<=\d)(\s?(?:BCE?|B\.\s?C\.(?:\s?E\.)?)){_DASH}(?=A\.?\s?D\.?\s\d)", _to),
    figured(rf"{_OPEN}(?P<first>{INTEGER})(?:{_DASH}(?P<last>{INTEGER}))?\s?{_ERA}", _era),
    figured(rf"\bA\.?\s?D\.?\s(?P<first>\d{{1,4}})(?:{_DASH}(?P<last>\d{{1,4}}))?(?!\w|[.,]\d)", _era_first, "A"),
    figured(
        rf"{_OPEN}(?P<from>1[0-9]\d\d|20\d\d)(?P<slash>{_DASH}|/)(?P<to>1\d{{3}}|20\d\d|\d\d?)"
        rf"(?![\w]|[.,]\d|[-–/]\d|\s?[%°$£€]){_COUNTED}",
        _years,
    ),
    figured(r"(?<![\w'])'(\d\d)\s?[-–]\s?(?='\d\d\b)", lambda match, _: f"{_year(match[1])} to ", "'"),
    figured(r"(?<![\w'])'(\d\d)(?![\w'’]|[.,:/-]\d)", lambda match, _: _year(match[1]), "'"),
    figured(r"\b(the\s)?(?:([1-4])Q'?(\d\d|[12]\d{3})|Q([1-4])\s'?(\d\d|[12]\d{3}))\b", _quarters, "Q"),
    figured(
        r"\b((?:[Ff]rom|[Bb]etween)\s(?:about\s|c\.\s)?)(1[0-9]\d\d|20\d\d)(\s(?:to|until|till|and|through)\s(?:about\s)?)"
        r"(1[0-9]\d\d|20\d\d)(?![\w%]|[.,]\d)" + _NOT_COUNTED,
        _span,
    ),
)
