"""Times of the day, lengths of time, and figures with a colon."""

from __future__ import annotations

import re

from audiobook.spoken.letters import spell
from audiobook.spoken.numbers import cardinal
from audiobook.spoken.rules import Style, rule, stop

__all__ = ["RULES"]

_HALF = r"(?P<half>(?i:[ap])\.?\s?(?i:m)\b\.?)"
_ZONES = (
    r"(?:\s?(?P<zone>(?:UTC|GMT|BST|CES?T|[ECMP][SD]?T|(?i:e\.s\.t|p\.s\.t|c\.s\.t|m\.s\.t|g\.m\.t)|est|"
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


def _ratio(match: re.Match[str], _: Style) -> str:
    return f"{cardinal(match[1])} to {cardinal(match[2])}"


def _verse(match: re.Match[str], _: Style) -> str:
    """Say chapter and verse: ``John 3:16-18``."""
    last = f" to {cardinal(match[3])}" if match[3] else ""
    return f"{cardinal(match[1])} {cardinal(match[2])}{last}"


def _train(match: re.Match[str], _: Style) -> str:
    return _clock(match[1], match[2], half=False).removesuffix(" o'clock") + (" hundred" if match[2] == "00" else "")


_BEFORE = r"(?<![\w:$£€/-])(?<!\d[.,])"
_AFTER = r"(?![\w]|[:.]\d)"

RULES = (
    rule(
        rf"{_BEFORE}(?P<h1>\d{{1,2}})(?:[:.](?P<m1>[0-5]\d))?\s?(?P<p1>(?i:[ap])\.?(?i:m)\b\.?)?{_DASH}"
        rf"(?P<h2>\d{{1,2}})(?:[:.](?P<m2>[0-5]\d))?\s?{_HALF}",
        _range,
    ),
    rule(
        rf"{_BEFORE}(?P<h1>\d{{1,2}}):(?P<m1>[0-5]\d)(?P<p1>(?!))?{_DASH}"
        rf"(?P<h2>\d{{1,2}}):(?P<m2>[0-5]\d)(?P<half>(?!))?{_AFTER}",
        _range,
        ":",
    ),
    rule(r"(?<![\w.,:-])(\d{1,3}):(\d{1,3})[-–](\d{1,3})(?![\w:]|\.\d)", _verse, ":"),
    rule(r"(?<![\w.,:])(\d{1,2}):([0-5]\d)\.(\d{1,3})(?!\d|\s?(?i:[ap]\.?m))", _race, ":"),
    rule(
        rf"{_BEFORE}(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\s?{_HALF})?{_ZONES}{_AFTER}",
        _time,
        ":",
    ),
    rule(rf"{_BEFORE}(?P<hour>\d{{1,2}})(?:\.(?P<minute>[0-5]\d))?(?P<second>(?!))?\s?{_HALF}{_ZONES}{_AFTER}", _time),
    rule(r"(?<=\bthe )(1?\d|2[0-4])[.:]([0-5]\d)(?= (?:train|bus|express|coach|ferry|from|to|up|down|for)\b)", _train),
    rule(rf"{_BEFORE}(\d{{1,4}}) ?: ?(\d{{1,4}}){_AFTER}", _ratio, ":"),
)
