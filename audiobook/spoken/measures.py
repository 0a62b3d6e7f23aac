"""Figures with units: lengths, weights, temperatures, percentages, feet and inches, sizes."""

from __future__ import annotations

import re

from audiobook.spoken.numbers import cardinal, decimal, ordinal
from audiobook.spoken.rules import EDGE, NUMBER, Style, alternatives, figured, rule
from audiobook.spoken.units import (
    ALONE,
    BEHIND_NOUNS,
    BELOW,
    DOT,
    END,
    OVER,
    PLAIN,
    SQUARE,
    SYMBOLS,
    UNIT,
    below,
    to_power,
    unit,
)

__all__ = ["RULES", "fraction"]

_DASH = r"\s?[-–—]\s?"
_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
    "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip


def fraction(top: int, bottom: int) -> str:
    """Say a fraction: "one half", "three quarters", "two thirds", "one over zero" where it has no name."""
    if bottom < 2:
        return f"{cardinal(top)} over {cardinal(bottom)}"
    if bottom == 2:
        return f"{cardinal(top)} {'half' if top == 1 else 'halves'}"
    name = "quarter" if bottom == 4 else ordinal(bottom)
    return f"{cardinal(top)} {name if top == 1 else name + 's'}"


def mixed(whole: str, top: int, bottom: int) -> str:
    """Say a whole number with a fraction: "two and a half"."""
    part = fraction(top, bottom)
    return f"{_number(whole)} and {'a' + part[3:] if top == 1 and bottom in {2, 3, 4} else part}"


_MIXED = r"(?:(?P<whole>\d{1,4})[\s-])?(?P<top>\d{1,3})[/⁄](?P<bottom>\d{1,3})"
_VALUE = rf"(?P<value>(?P<sign>[-−–+±]\s?)?(?:{NUMBER}))(?P<glyph>[{''.join(_VULGAR)}])?"
_WORDS = r"(?:\s(?P<scale>(?i:hundred|thousand|million|billion|trillion))s?)?"


def _number(text: str) -> str:
    text = text.replace(" ", "")
    if text.startswith("±"):
        return f"plus or minus {decimal(text[1:])}"
    return decimal(text)


def _is_one(text: str) -> bool:
    return text.replace("-", "").replace("−", "") in {"1", "1.0"} and "." not in text


_NOUN = re.compile(
    r"(?:-|\s)(?!(?:and|or|in|on|at|to|of|for|from|per|by|a|an|the|as|if|but|is|was|more|less|each|every|when|than|with|into"
    r"|away|above|below|long|wide|high|tall|deep|thick|north|south|east|west|off|apart|across|behind|ahead|later|ago|before|after"
    r"|up|down|out|over|under|he|she|it|they|we|you|i|be|were|are|had|has|have|that|which|who|so|then|there|without|within|around"
    r"|northeast|northwest|southeast|southwest|upstream|downstream|inland|along|through|between)\b)[a-z]{3,}"
)
_ARTICLE = re.compile(r"\b[Aa]n?\s$")
_SERIAL = re.compile(r"[A-Z][A-Za-z]?-$")
"""In front of figures and letters: ``Mi-24V`` counts no volts."""


def _measure(match: re.Match[str], _: Style) -> str:
    """Say ``10 km``, ``5–10%``, ``12.5/km²``, ``5 ft``."""
    if match["hyphen"] in {"", "-"} and _SERIAL.search(match.string[max(0, match.start() - 3) : match.start()]):
        return match[0]
    one, many = unit(match["unit"])
    power = to_power(match["square"], match["power"])
    single = _is_one(match["value"]) and not (match["first"] or match["glyph"])
    before = match.string[max(0, match.start() - 4) : match.start()]
    lone = "-" in {match["hyphen"], match.string[match.end() : match.end() + 1]} or (
        bool(_ARTICLE.search(before)) and bool(_NOUN.match(match.string, match.end()))
    )
    said = _number(match["value"])
    if match["glyph"]:
        top, bottom = _VULGAR[match["glyph"]]
        said = mixed(match["value"], top, bottom)
    if match["first"]:
        joined = {"x": " by ", "×": " by "}.get((match["joint"] or "").strip(), " to ")
        start = mixed(match["first"], *_VULGAR[match["glyph1"]]) if match["glyph1"] else _number(match["first"])
        said = f"{start}{joined}{said}"
    if match["scale"]:
        said += f" {match['scale'].lower()}"
        single = False
    said += f" {power}{one if single or lone else many}"
    if match["below"]:
        said += f" per {_under(match)}"
    return said


def _under(match: re.Match[str]) -> str:
    """What stands below the stroke: "square kilometer", but "second squared"."""
    name = below(match["below"])
    if name in {"second", "hour", "minute"} and match["power2"]:
        return f"{name} {'squared' if match['power2'] in '2²' else 'cubed'}"
    return to_power(match["square2"], match["power2"]) + name


def _per(match: re.Match[str], _: Style) -> str:
    """Say ``12.5/km²`` and ``$20/lb``."""
    return f"{_number(match['value'])} per {to_power(match['square2'], match['power2'])}{below(match['below'])}"


def _mixed_measure(match: re.Match[str], _: Style) -> str:
    """Say ``4 1/2 lbs``."""
    one, many = unit(match["unit"])
    power = to_power(match["square"], match["power"])
    top, bottom = int(match["top"]), int(match["bottom"])
    said = mixed(match["whole"], top, bottom) if match["whole"] else fraction(top, bottom)
    if not match["whole"] and bottom > 30:
        said = f"{cardinal(top)} over {cardinal(bottom)}"
    elif not match["whole"] and top < bottom:
        article = f"of {'an' if (power or one)[0] in 'aio' or one == 'hour' else 'a'} " if bottom > 2 else ""
        return f"{said} {article}{power}{one}"
    return f"{said} {power}{many}"


def _glyph(match: re.Match[str], _: Style) -> str:
    """Say ``½`` and ``1½``; half a thing is "half", the figure alone "one half"."""
    top, bottom = _VULGAR[match[2]]
    if match[1]:
        return mixed(match[1], top, bottom)
    behind = match.string[match.end() : match.end() + 5]
    if (top, bottom) == (1, 2) and re.match(r"\s(?:an?|of|the)\s", behind):
        return "half"
    return fraction(top, bottom)


def _height(match: re.Match[str], _: Style) -> str:
    """Say ``6'2"`` as people give a height."""
    feet = f"{cardinal(match[1])} {'foot' if match[1] == '1' else 'feet'}"
    inches = match[2]
    if match[3]:
        top, bottom = _VULGAR[match[3]]
        return f"{feet} {mixed(inches, top, bottom)} inches"
    return f"{feet} {cardinal(inches)} {'inch' if inches == '1' else 'inches'}"


def _feet(match: re.Match[str], _: Style) -> str:
    """Say ``5 ft 10 in``."""
    feet = f"{cardinal(match[1])} {'foot' if match[1] == '1' else 'feet'}"
    inches = decimal(match[2])
    if match[3]:
        inches = mixed(match[2], *_VULGAR[match[3]])
    return f"{feet} {inches} {'inch' if match[2] == '1' and not match[3] else 'inches'}"


def _inverse(match: re.Match[str], _: Style) -> str:
    """Write ``g·cm−3`` as ``g/cm3``, which the rules for measures know."""
    power = match[3].translate(str.maketrans("¹²³", "123"))
    return f"{match[1]}/{match[2]}{power if power != '1' else ''}"


def _per_time(match: re.Match[str], _: Style) -> str:
    """Say the end of ``10 mg/kg/day``."""
    return f"{match[1]} per {below(match[2])}"


def _tall(match: re.Match[str], _: Style) -> str:
    """Say ``5'6`` as people give a height."""
    return f"{cardinal(match[1])} foot {cardinal(match[2])}"


def _prime(match: re.Match[str], _: Style) -> str:
    names = ("foot", "feet") if match[2] in "'′" else ("inch", "inches")
    return f"{decimal(match[1])} {names[match[1] != '1']}"


def _inches(match: re.Match[str], _: Style) -> str:
    """Say ``12"``, but only where the quotation mark can close nothing."""
    if match.string[: match.start()].count('"') % 2:
        return match[0]
    return f"{decimal(match[1])} {'inch' if match[1] == '1' else 'inches'}"


def _degrees(match: re.Match[str], _: Style) -> str:
    """Say a position: ``40°26′46″N``."""
    said = f"{decimal(match[1])} {'degree' if match[1] == '1' else 'degrees'}"
    if match[2]:
        said += f" {decimal(match[2])} {'minute' if match[2] == '1' else 'minutes'}"
    if match[3]:
        said += f" {decimal(match[3])} {'second' if match[3] == '1' else 'seconds'}"
    compass = {"N": "north", "S": "south", "E": "east", "W": "west"}.get(match[4] or "", "")
    return f"{said} {compass}".strip()


def _size(match: re.Match[str], _: Style) -> str:
    """Say ``25 x 7 m`` without its unit: "twenty five by seven"."""
    return " by ".join(_number(part) for part in re.split(r"\s?[x×*]\s?", match[0]))


def _percent(match: re.Match[str], _: Style) -> str:
    return f"{_number(match[1])}{' to ' + _number(match[2]) if match[2] else ''} percent"


_INCHES = (
    rf"{SQUARE}(?P<unit>in)(?P<power>[²³23](?!\w))?{OVER}(?:(?P<dot>\.)(?=\s?[a-z,;)])|(?=\s?[,;:()/]|\s?\.?$"
    r"|\s(?:long|wide|high|tall|deep|thick|gun|guns|howitzers?|diameter|of (?:rain|snow)|and|or|to|[x×])\b))"
)
_FIRST = (
    rf"(?:(?P<first>(?:(?<!\w)[-−])?{NUMBER})(?P<glyph1>[{''.join(_VULGAR)}])?(?P<joint>{_DASH}|\s?[x×]\s?|\sto\s))?"
)

RULES = (
    *BEHIND_NOUNS,
    figured(
        rf"(?<=\d)(\s?(?:{alternatives(PLAIN)}))/(?=[\d,.]{{1,12}}\s?(?:{alternatives(PLAIN)})(?!\w))",
        lambda match, _: f"{match[1]} / ",
        "/",
    ),
    rule(r"(?<=[\da-z]\s)(k?g|k?m|cm|mol|J|W|kJ)\s?[·⋅\s]\s?([a-zA-Z]{1,3})[−⁻]([123¹²³])(?!\w)", _inverse),
    figured(
        rf"(?<=\d)(\s?(?:{alternatives(PLAIN)})/(?:{alternatives(BELOW)}))/(day|week|year|hour|d|h|hr|min|yr)\b",
        _per_time,
        "/",
    ),
    figured(r"(?<=\d)(\s?[a-zA-Z]{1,3}[²³]?)\s?[x×]\s?(?=\d)", lambda match, _: f"{match[1]} by "),
    figured(r"(?<=[-–]\d|\d\d)\s?×\s?(?=\d{1,4}[-–]\d)|(?<=[-–]\d)\s?×\s?(?=\d)", lambda *_: " by ", "×"),
    figured(
        rf"{EDGE}(\d{{1,3}}(?:\.\d{{1,6}})?)\s?[°º]\s?(?:(\d{{1,2}}(?:\.\d+)?)\s?['′]\s?)?(?:(\d{{1,2}}(?:\.\d+)?)\s?(?:[\"″]|''|′′)\s?)?([NSEW])\b",
        _degrees,
    ),
    figured(
        r"(?<![\w.,])(\d{1,3})\s?°\s?(\d{1,2}(?:\.\d+)?)\s?['′](?:\s?(\d{1,2}(?:\.\d+)?)\s?[\"″])?(?P<compass>)",
        _degrees,
        "°",
    ),
    figured(r"(?<![\w.,/])(\d{1,2})\s?['′]\s?(\d{1,2})([½¼¾])?\s?(?:\"|''|″|′′)", _height),
    figured(
        rf"{EDGE}(\d{{1,2}})[\s-]?(?:ft|feet|foot)\b\.?,?\s?(\d{{1,2}}(?:\.\d{{1,2}})?)\s?([½¼¾])?[\s-]?(?:in\b\.?|inch(?:es)?\b)",
        _feet,
    ),
    *ALONE,
    figured(
        r"(?<![\w.,])(\d{1,2})\s?st\b\.?\s(?=\d{1,2}\s?lbs?\b)", lambda match, _: f"{cardinal(match[1])} stone ", "st"
    ),
    figured(r"(?<![\w.,/'])([3-8])['′](1[01]|\d)(?![\w'\"′″])", _tall),
    figured(rf"{EDGE}({NUMBER})\s?([′″])", _prime),
    figured(rf"{EDGE}({NUMBER})(')(?=\s(?:tall|long|high|wide|deep|thick)\b)", _prime, "'"),
    figured(rf"{EDGE}({NUMBER})\"(?!\w)", _inches, '"'),
    figured(
        rf"{EDGE}({NUMBER})\s?\"\s?(?=(?:vinyl|singles?|records?|mix|version|remix|disc|EP|LP|guns?|maxi|picture|album)\b)",
        lambda match, _: f"{decimal(match[1])} inch ",
        '"',
    ),
    figured(rf"{EDGE}({NUMBER})\s?(?:%)?{_DASH}({NUMBER})\s?(?:%|percent\b|per cent\b)", _percent),
    figured(rf"(?<!\w)(?<!\d[.,])((?:[-−+±]\s?)?{NUMBER})\s?(%)", lambda match, _: f"{_number(match[1])} percent", "%"),
    rule(
        rf"(?<![\w.,/])(?<!\d\s)([{''.join(_VULGAR)}])(?=[\s-]?(?:{alternatives(PLAIN)})(?![\w°/]))",
        lambda match, _: "{}/{}".format(*_VULGAR[match[1]]),
    ),
    figured(rf"{EDGE}{_MIXED}[\s-]?{UNIT}{OVER}{DOT}{END}", _mixed_measure, "/"),
    figured(rf"{EDGE}{_MIXED}[\s-]?{_INCHES}", _mixed_measure, "/"),
    figured(rf"{EDGE}{_FIRST}{_VALUE}{_WORDS}(?P<hyphen>[\s-]?){UNIT}{OVER}{DOT}{END}", _measure),
    figured(rf"{EDGE}{_FIRST}{_VALUE}{_WORDS}(?P<hyphen>[\s-]?){_INCHES}", _measure, "in"),
    figured(
        rf"{EDGE}{_FIRST}(?P<value>\d{{1,4}}\.\d{{1,4}}|(?<=\b(?:in|of|at|to|by)\s)\d{{1,4}}(?=\ss))(?P<glyph>(?!))?(?P<scale>(?!))?"
        rf"(?P<hyphen>\s?)(?P<square>(?!))?(?P<unit>s)(?P<power>(?!))?{OVER}{END}",
        _measure,
    ),
    figured(
        rf"{EDGE}(?P<value>{NUMBER})\s?/\s?(?P<square2>(?:sq|cu)\b\.?\s?)?(?P<below>{alternatives(BELOW)})(?P<power2>[²³23])?{END}",
        _per,
        "/",
    ),
    figured(
        rf"{EDGE}((?:[-−]\s?)?(?:\d{{2,5}}|\d{{1,3}}(?:,\d{{3}})+|\d{{2,4}}\.\d{{1,4}}))\sK(?!\w|\.\s?[A-Z]|[-/&]|\s(?:run|race|[A-Z]))",
        lambda match, _: f"{_number(match[1])} kelvin",
        "K",
    ),
    rule(rf"(?<![\w.,/])(?:(\d{{1,4}})\s?)?([{''.join(_VULGAR)}])", _glyph),
    figured(rf"{EDGE}{NUMBER}(?:\s?x\s?{NUMBER}){{1,3}}(?![\w.])", _size, "x"),
    figured(r"(?<![\w.,])\d{3,5}\s?×\s?\d{3,5}(?![\w.,])", _size, "×"),
    *SYMBOLS,
)
