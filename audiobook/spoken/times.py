"""Times of the day, lengths of time, and figures with a colon."""

from __future__ import annotations

import re

from audiobook.spoken.letters import spell
from audiobook.spoken.numbers import cardinal, decimal, digits, year
from audiobook.spoken.rules import NUMBER, Style, figured, stop

__all__ = ["RULES"]

_HALF = r"(?P<half>(?i:[ap])\.?\s?(?i:m)\b\.?)"
_ZONES = (
    r"(?:\s?(?P<zone>(?:UTC|GMT|BST|[CEW]ES?T|A[CEW][SD]T|AK[SD]T|NZ[SD]T|[IJHK]ST|SAST|MSK|[AECMP][SD]?T|(?i:e\.s\.t|p\.s\.t|c\.s\.t|m\.s\.t|g\.m\.t)|est|"
    r"pst|gmt|utc)\b\.?))?"
)
_DASH = r"\s?[-–—]\s?"


def _clock(hour: str, minute: str | None, *, half: bool) -> str:
    said = cardinal(hour)
    if minute is None or (half and minute == "00"):
        return said
    if minute == "00":
        return f"{said} o'clock"
    return f"{said} {'oh ' if minute[0] == '0' else ''}{cardinal(minute)}"


def _letters(text: str | None) -> str:
    """Say the half of the day or the zone: engines read AM and PM as letters, but not every zone."""
    letters = re.sub(r"[\s.]", "", text or "").upper()
    return f" {letters if letters in {'AM', 'PM'} else spell(letters)}" if letters else ""


def _time(match: re.Match[str], _: Style) -> str:
    hour, minute, second = match["hour"], match["minute"], match["second"]
    if int(hour) > 24 or (minute and int(minute) > 59):
        return match[0]
    if second:
        said = (
            f"{_count(hour, 'hour')} {_count(minute, 'minute')} and {_count(second, 'second')}"
            if not match["half"] or second != "00"
            else _clock(hour, minute, half=True)
        )
    else:
        said = _clock(hour, minute, half=bool(match["half"]))
    return said + _letters(match["half"]) + _letters(match["zone"]) + stop(match)


def _count(figures: str, unit: str) -> str:
    number = int(figures)
    return f"{cardinal(number)} {unit}{'' if number == 1 else 's'}"


def _range(match: re.Match[str], _: Style) -> str:
    if int(match["h1"]) > 24 or int(match["h2"]) > 24:
        return match[0]
    first = _clock(match["h1"], match["m1"], half=bool(match["p1"] or match["half"])) + _letters(match["p1"])
    return (
        f"{first} to {_clock(match['h2'], match['m2'], half=bool(match['half']))}{_letters(match['half'])}{stop(match)}"
    )


def _race(match: re.Match[str], _: Style) -> str:
    """Say ``1:54.37``: minutes, seconds and what is behind the point."""
    figures = " ".join(cardinal(figure) for figure in match[3])
    return f"{_count(match[1], 'minute')} {cardinal(match[2])} point {figures} seconds"


def _long_race(match: re.Match[str], _: Style) -> str:
    """Say ``1:23:45.6``."""
    minutes, seconds = _count(match[2], "minute"), f"{cardinal(match[3])} point {digits(match[4])} seconds"
    return f"{_count(match[1], 'hour')} {minutes} and {seconds}"


def _lasting(match: re.Match[str], _: Style) -> str:
    """Say ``3h 24m``, ``2 min 30 s``, ``1h 5m 12.5s``."""
    said = [_count(match["h"], "hour")] if match["h"] else []
    if match["m"]:
        said.append(_count(match["m"], "minute"))
    if match["s"]:
        said.append(f"{decimal(match['s'])} second{'' if match['s'] == '1' else 's'}")
    return " ".join(said)


def _military(match: re.Match[str], _: Style) -> str:
    """Say ``0630 hours``, ``1700 UTC``."""
    hour = f"zero {cardinal(match[1][1])}" if match[1][0] == "0" else cardinal(match[1])
    rest = "hundred" if match[2] == "00" else f"{'oh ' if match[2][0] == '0' else ''}{cardinal(match[2])}"
    zone = "hours" if match[3].startswith("h") else spell(match[3])
    return f"{hour} {rest} {zone}"


def _dotted(match: re.Match[str], _: Style) -> str:
    """Say ``this afternoon at 5.30``, a time as British books print it."""
    return match[1] + _clock(match[2], match[3], half=False)


def _ratio(match: re.Match[str], _: Style) -> str:
    first, second, *third = match.groups()
    if not any(third) and len(first) > 2 and re.fullmatch(r"(?:19|20)\d\d", second):  # a standard and its year
        return f"{decimal(first)}, {year(second)}"
    return " to ".join(decimal(part) for part in match.groups() if part)


def _verse(match: re.Match[str], _: Style) -> str:
    """Say chapter and verse: ``John 3:16-18``."""
    last = f" to {cardinal(match[3])}" if match[3] else ""
    return f"{cardinal(match[1])} {cardinal(match[2])}{last}"


def _cited(match: re.Match[str], _: Style) -> str:
    """Say ``Hale 1939:225–6``, a year and its pages."""
    last = f" to {cardinal(match[4])}" if match[4] else ""
    return f"{year(match[1])}{match[2] and ' ' + match[2]}, {cardinal(match[3])}{last}"


def _offset(match: re.Match[str], _: Style) -> str:
    """Say ``UTC+05:30``, ``GMT-3``."""
    minutes = f" {cardinal(match[4])}" if match[4] and match[4] != "00" else ""
    return f"{spell(match[1])} {_OFFSETS[match[2]]} {cardinal(match[3])}{minutes}"


def _train(match: re.Match[str], _: Style) -> str:
    return _clock(match[1], match[2], half=False).removesuffix(" o'clock") + (" hundred" if match[2] == "00" else "")


_BEFORE = r"(?<![\w:$£€-])(?<![\d\s]/)(?<!^/)(?<!\d[.,])"
_AFTER = r"(?![\w]|[:.]\d|,\d{3}(?!\d))"

_HOURS, _MINUTES, _SECONDS = (
    r"(?P<h>\d{1,3})\s?(?:h|hrs?)\b\.?",
    r"(?P<m>\d{1,2})\s?(?:m|mins?)\b\.?",
    r"(?P<s>\d{1,2}(?:\.\d{1,3})?)\s?(?:s|secs?)\b",
)

_OFFSETS = {"+": "plus", "±": "plus or minus", "-": "minus", "−": "minus", "–": "minus"}
_PART = r"(?:morning|afternoon|evening|night|noon|to-?day|to-?morrow|to-?night|[A-Z]\w{2,6}day)"

RULES = (
    figured(r"(?<![\w.,:-])(1[89]\d\d|20\d\d)([a-z]?):\s?(\d{1,4})(?:[-–](\d{1,4}))?(?![\w:]|\.\d)", _cited, ":"),
    figured(r"\b(UTC|GMT)\s?([-−–+±])\s?(\d{1,2})(?::?([0-5]\d))?(?!\d|[.,]\d)", _offset),
    figured(rf"(\b{_PART} at )(1?\d)\.([0-5]\d)(?![\w]|[.,]\d)", _dotted, "."),
    figured(
        rf"(\b(?:at|by|till|until) )(1?\d)\.([0-5]\d)(?= (?:in the {_PART}|(?:on )?{_PART}|sharp)\b)", _dotted, "."
    ),
    figured(rf"{_BEFORE}{_HOURS},?\s?{_MINUTES}(?:,?\s?{_SECONDS})?", _lasting, "h"),
    figured(rf"{_BEFORE}(?P<h>(?!))?{_MINUTES},?\s?{_SECONDS}", _lasting, "m"),
    figured(r"(?<![\w.,:])(\d{1,2}):([0-5]\d):([0-5]\d)\.(\d{1,3})(?!\d)", _long_race, ":"),
    figured(r"(?<![\w.,:$£€/-])([01]\d|2[0-4])([0-5]\d)\s?(hours|hrs|UTC|GMT|Z)\b", _military),
    figured(
        rf"{_BEFORE}(?P<h1>\d{{1,2}})(?:[:.](?P<m1>[0-5]\d))?\s?(?P<p1>(?i:[ap])\.?(?i:m)\b\.?)?{_DASH}"
        rf"(?P<h2>\d{{1,2}})(?:[:.](?P<m2>[0-5]\d))?\s?{_HALF}",
        _range,
    ),
    figured(
        rf"{_BEFORE}(?P<h1>\d{{1,2}}):(?P<m1>[0-5]\d)(?P<p1>(?!))?{_DASH}"
        rf"(?P<h2>\d{{1,2}}):(?P<m2>[0-5]\d)(?P<half>(?!))?{_AFTER}",
        _range,
        ":",
    ),
    figured(r"(?<![\w.,:-])(\d{1,3}):(\d{1,3})[-–](\d{1,3})(?![\w:]|\.\d)", _verse, ":"),
    figured(r"(?<![\w.,:])(\d{1,2}):([0-5]\d)\.(\d{1,3})(?!\d|\s?(?i:[ap]\.?m))", _race, ":"),
    figured(
        rf"{_BEFORE}(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\s?{_HALF})?{_ZONES}{_AFTER}",
        _time,
        ":",
    ),
    figured(
        rf"{_BEFORE}(?P<hour>\d{{1,2}})(?:\.(?P<minute>[0-5]\d))?(?P<second>(?!))?\s?{_HALF}{_ZONES}{_AFTER}", _time
    ),
    figured(r"(?<![\w.,:])([01]?\d|2[0-4])h([0-5]\d)\b", lambda match, _: _clock(match[1], match[2], half=False), "h"),
    figured(
        r"(?<=\bthe )(1?\d|2[0-4])[.:]([0-5]\d)(?= (?:train|bus|express|coach|ferry|from|to|up|down|for)\b)", _train
    ),
    figured(rf"{_BEFORE}({NUMBER}):({NUMBER})(?::({NUMBER}))?{_AFTER}", _ratio, ":"),
    figured(rf"{_BEFORE}(\d{{1,3}}) : (\d{{1,3}}){_AFTER}(?!\s?[-–]\s?\d)", _ratio, ":"),
)
