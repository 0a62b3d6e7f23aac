"""Units of measurement: what they are called, how they are written, and those that stand without a figure."""

from __future__ import annotations

import re
from functools import cache

from audiobook.spoken.rules import Style, alternatives, rows, rule

__all__ = [
    "ALONE", "BEHIND_NOUNS", "BELOW", "DIRECTIONS", "DOT", "END", "OVER", "PLAIN", "SQUARE", "SYMBOLS", "UNIT", "below",
    "to_power", "unit",
]  # fmt: skip


@cache
def _table() -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    """Units by symbol, and those whose capitals do not matter."""
    exact, folded = {}, {}
    for symbol, one, many, *flags in rows("english/units.tsv"):
        exact[symbol] = (one, many)
        if "i" in flags:
            folded[symbol.lower()] = (one, many)
    return exact, folded


def unit(symbol: str) -> tuple[str, str]:
    """Return what one and many of a unit are called."""
    exact, folded = _table()
    return exact.get(symbol) or folded[symbol.lower()]


PLAIN = [row[0] for row in rows("english/units.tsv") if not set(row[3:]) & {"dot", "rare", "per"}]
_FOLDED = [row[0] for row in rows("english/units.tsv") if "i" in row[3:]]
BELOW = [row[0] for row in rows("english/units.tsv") if row[0] != "%"]
_POWERS = r"(?P<power>[²³23](?![\d.,]\d|\w))?"
SQUARE = r"(?P<square>(?:sq|cu|square|cubic)\b\.?\s?)?"
UNIT = rf"{SQUARE}(?P<unit>{alternatives(PLAIN)}|(?i:{alternatives(_FOLDED)})){_POWERS}"
OVER = (
    rf"(?:\s?/\s?(?P<square2>(?:sq|cu)\b\.?\s?)?(?P<below>{alternatives(BELOW)}|day|week|month|year|hour|minute|second|person|capita|acre|mile)"
    r"(?P<power2>[²³23])?(?![\w/]))?"
)
DOT = r"(?P<dot>(?<=[a-z])\.(?=\s?(?:[a-z0-9,;)]|[NSEW]{1,3}\b)))?"
END = r"(?![\w°/])"


def to_power(square: str | None, raised: str | None) -> str:
    """Say the power of a unit, ``sq`` before it or a figure behind it: "square " or nothing."""
    if square:
        return "square " if square.startswith("sq") else "cubic "
    return {"2": "square ", "²": "square ", "3": "cubic ", "³": "cubic "}.get(raised or "", "")


def below(symbol: str) -> str:
    """Say one of the unit below a stroke."""
    exact, folded = _table()
    known = exact.get(symbol) or folded.get(symbol.lower())
    return known[0] if known else symbol


def _of_units(match: re.Match[str], _: Style) -> str:
    """Say ``per km²`` and ``in sq mi``, units with a power but no figure."""
    one, many = unit(match["unit"])
    name = one if match["lead"].startswith("per") else many
    return f"{match['lead']}{to_power(match['square'], match['power'])}{name}"


def _density(match: re.Match[str], _: Style) -> str:
    """Say the end of ``243 persons/km²``."""
    return f" per square {below(match['unit'])}"


def _unit_word(match: re.Match[str], _: Style) -> str:
    """Say ``in km`` and ``per kg``: letters that are no word without a figure either."""
    if "°" in match[1]:
        return f"degrees {'Celsius' if match[1].endswith('C') else 'Fahrenheit'}"
    one, many = unit(match[1])
    single = _SINGLE.search(match.string[max(0, match.start() - 8) : match.start()])
    return one if single or re.match(r"\s\d", match.string[match.end() : match.end() + 2]) else many


_SINGLE = re.compile(r"\b(?:per|an?|each|every|one)\s$")


def _unit_alone(match: re.Match[str], _: Style) -> str:
    """Say ``km/h`` where no figure stands before it."""
    return f"{unit(match[1])[1]} per {below(match[2])}"


# Rules run in the order of `english`: these three stand between those of `measures`.
BEHIND_NOUNS = (
    rule(r"(?<=[a-z]{3}|[a-z]{2}\.)/(?P<unit>km|mi|m)(?P<power>[²2])(?P<square>(?!))?(?!\w)", _density, "/"),
)
ALONE = (
    rule(r"(?<![\w/])(?<!\d\s)(km|m|mi|kg|g|mg|lb|lbs)/(h|hr|s|sec|min|day|km|m|l|L|kg)(?![\w/])", _unit_alone, "/"),
    rule(rf"\b(?P<lead>per\s){UNIT}{DOT}{END}(?<!per\sin)(?<!per\sA)(?<!per\sN)", _of_units, "per"),
    rule(
        r"(?<![\w./])(?<!/\s)(?<!\d\s)(?P<lead>)(?P<square>)(?P<unit>km|mi|cm|mm|ft|m)(?P<power>[²³]|(?<=km)2)(?![\w])",
        _of_units,
    ),
    rule(
        rf"(?<![\w./])(?<!/\s)(?<!\d\s)(?P<lead>)(?P<square>sq\.?\s)(?P<unit>km|mi|cm|mm|ft|m|yd)(?P<power>)(?!\w){DOT}",
        _of_units,
        "sq",
    ),
)
SYMBOLS = (
    rule(r"(?<![\w.,/-])(km|kg|cm|mph|kHz|MHz|GHz|kW)(?!\w|[./²³-]\w|[²³])", _unit_word),
    rule(r"(?<!\d)(?<!\d\s)(°\s?[CF])\b", _unit_word, "°"),
    rule(
        r"(?<=\bdegrees )([CF])\b(?!\.\s?[A-Z])",
        lambda match, _: {"C": "Celsius", "F": "Fahrenheit"}[match[1]],
        "degrees",
    ),
)

_COMPASS = {"N": "north", "S": "south", "E": "east", "W": "west"}


def _direction(match: re.Match[str], _: Style) -> str:
    """Say ``5 km NNE of``: miles and kilometers go in a direction."""
    letters = match[2].replace(".", "")
    if len(letters) == 3:
        return f"{match[1]}{_COMPASS[letters[0]]} {_COMPASS[letters[1]]}{_COMPASS[letters[2]]}"
    return match[1] + "".join(_COMPASS[letter] for letter in letters)


DIRECTIONS = (
    rule(
        r"(\b(?:miles?|kilometers?|kilometres?|meters|metres|feet|yards|leagues)\.?\s(?:\([^()]{1,60}\)\s)?)((?:[NS]\.?){1,2}[EW]?|[EW](?:[NS][EW])?)\b\.?"
        r"(?=\s(?:of|from|along|by)\b)",
        _direction,
    ),
)
