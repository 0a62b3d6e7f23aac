"""Letters and figures in one token: ``B2A23C``, ``MIG-25``, ``4K``."""

from __future__ import annotations

import re

from audiobook.spoken.letters import sayable, spell
from audiobook.spoken.numbers import cardinal, digits, house, plural, year
from audiobook.spoken.rules import Style, figured, rule

__all__ = ["RULES"]

_PLURAL = re.compile(r"[A-Z][A-Z-]\d+s$")
_RUN = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]+")


def _figures(figures: str) -> str:
    """Say the figures of a serial: by tens, three in pairs ("three twenty one"), long ones one by one."""
    if figures[0] == "0" or len(figures) > 4:
        return digits(figures)
    if len(figures) == 3:
        return house(figures)
    if len(figures) == 4:
        if figures < "2100":
            return year(figures)
        return house(figures) if figures.endswith("00") else digits(figures)
    return cardinal(figures)


def _serial(match: re.Match[str], style: Style) -> str:
    """Part letters from figures; hyphens stay."""
    said: list[str] = []
    for piece in _RUN.findall(match[0]):
        if piece == "s" and _PLURAL.search(match[0]):
            said[-1] = plural(said[-1])
        elif piece == ".":
            said.append("point")
        elif piece.isdigit():
            said.append(_figures(piece))
        elif piece == "A":
            said.append(style.put("A", "eɪ"))
        elif piece.isupper() and len(piece) > 1 and not sayable(piece):
            said.append(spell(piece))
        else:
            said.append(piece)
    return re.sub(r"\s?([-/–'])\s?", r"\1", " ".join(said))


def _thousands(match: re.Match[str], _: Style) -> str:
    return f"{cardinal(match[1])} {match[2].upper()}"


def _model(match: re.Match[str], _: Style) -> str:
    """Say ``Boeing 747-400``, ``Flight 370``, ``Route 132`` by pairs."""
    tail = f" {_figures(match[5])}" if match[4] else ""
    behind = match.string[match.end() : match.end() + 1]
    return f"{match[1]}{match[2]}{house(match[3])}{tail}{' ' if behind.isalpha() else ''}"


def _airliner(match: re.Match[str], _: Style) -> str:
    return f"{house(match[1])} {_figures(match[3])}"


_MODELS = (
    "Boeing|Airbus|Flight|flight|Route|route|Highway|highway|Interstate|Hwy|Xbox|Douglas|Cessna|Learjet|Fokker|Heinkel"
    "|Messerschmitt|Dornier|Junkers|Focke-Wulf|Fw|He|Bf|Me|Do|Tupolev|Ilyushin|Antonov|Convair|Ferrari|Porsche|Peugeot|Mercedes|BMW"
    "|Renault|Fiat|Alfa|Road|Bus|bus|Tram|tram|Room|room|Suite|Apartment|Area"
)

RULES = (
    rule(r"(?<!\w)([A-G])#(?!\w)", lambda match, _: f"{match[1]} sharp", "#"),
    figured(r"(?<![\w.,'])401\(?k\)?(?!\w)", lambda *_: "four oh one K", "401"),
    figured(r"(?<![\w.,])(\d{1,4})([kKDGM])\b(?!['-])", _thousands),
    figured(r"(?<=[A-Za-z]-)([1-9]\d\d)(?![\w]|[.,]\d|[-/]\d)", lambda match, _: house(match[1])),
    figured(r"(?<![\w.,/-])(7[0-8]7)(-)(\d{1,3})(?![\w]|[.,]\d|-\d)", _airliner),
    figured(rf"\b({_MODELS})(\s)([1-9]\d\d)(?:(-)(\d{{1,4}}))?(?=[A-Z]{{0,3}}\b)(?![.,]\d|[-–]\d)", _model),
    figured(r"(?<![\w.])[vV]\.?\s?(?=\d{1,4}(?:\.\d{1,4}){1,3}(?![\w]|\.\d))", lambda *_: "version "),
    # One letter and one figure must touch somewhere in the token.
    figured(
        r"(?<![\w.,'])(?=[\w/-]{0,40}(?:[A-Za-z]\d|\d[A-Za-z]))[A-Za-z\d]{1,40}(?:[-/][A-Za-z\d]{1,40}){0,8}"
        r"(?:(?<=\d)(?:\.\d{1,3}){1,3})?(?![\w])",
        _serial,
    ),
)
