"""Powers and numbers in scientific notation."""

from __future__ import annotations

import re

from audiobook.spoken.numbers import cardinal, decimal, ordinal
from audiobook.spoken.rules import EDGE, NUMBER, Style, figured, rule

__all__ = ["POWERS", "RULES"]

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(_RAISED + "⁺⁻−–", "0123456789+---")
_UP = rf"(?:\^\s?\(?(?P<caret>[-−–+]?\d{{1,3}})\)?|(?P<raised>[⁺⁻]?[{_RAISED}]{{1,3}}))"


def _exponent(text: str) -> str:
    """Say an exponent: "squared", "cubed", "to the sixth", "to the minus five"."""
    figures = text.translate(_PLAIN).lstrip("+")
    if figures.startswith("-"):
        return f"to the minus {cardinal(figures[1:])}"
    return {"2": "squared", "3": "cubed"}.get(figures) or f"to the {ordinal(figures)}"


def _ten(text: str) -> str:
    figures = text.translate(_PLAIN).lstrip("+")
    minus = figures.startswith("-")
    return f"ten to the {'minus ' + cardinal(figures[1:]) if minus else ordinal(figures)}"


def _scientific(match: re.Match[str], _: Style) -> str:
    """Say ``2×10^6``, ``3.2 × 10−5``, ``10²³``."""
    exponent = next(group for group in (match["caret"], match["raised"], match["bare"]) if group)
    return f"{decimal(match['value'])} times {_ten(exponent)}"


def _of_ten(match: re.Match[str], _: Style) -> str:
    return _ten(match["caret"] or match["raised"])


def _exponential(match: re.Match[str], _: Style) -> str:
    """Say ``1.5e6`` as computers write it."""
    return f"{decimal(match[1])} times {_ten(match[2])}"


def _power(match: re.Match[str], _: Style) -> str:
    """Say ``x^2``, ``2^10``, ``n⁴``."""
    base = cardinal(match["base"]) if match["base"].isdigit() else match["base"]
    return f"{base} {_exponent(match['caret'] or match['raised'])}"


RULES = (
    figured(
        rf"{EDGE}(?P<value>[-−]?{NUMBER})\s?[x×*·⋅]\s?10\s?(?:{_UP}|(?P<bare>[-−–]\d{{1,2}}))(?![\w]|[.,]\d)",
        _scientific,
        "10",
    ),
    figured(
        r"(?<![\w.,-])(?P<value>\d\.\d{1,6})\s?×\s?10(?P<bare>\d{1,2})(?P<caret>(?!))?(?P<raised>(?!))?(?![\w]|[.,]\d)",
        _scientific,
        "×",
    ),
    figured(rf"{EDGE}10{_UP}(?![\w]|[.,]\d)", _of_ten, "10"),
    figured(rf"{EDGE}([-−]?\d{{1,9}}(?:\.\d{{1,12}})?)[eE]([-−+]?\d{{1,3}})(?![\w]|[.,-]\d)", _exponential),
)
"""Powers of ten, before any rule takes their signs."""
POWERS = (rule(rf"(?<![\w.,^])(?P<base>[A-Za-z]|\d{{1,9}}|(?<=\))){_UP}(?!\w)", _power),)
"""Other powers, when units have been said."""
