"""Money: today's currencies, and the pounds, shillings and pence of old novels."""

from __future__ import annotations

import re
from functools import cache

from audiobook.spoken.numbers import cardinal, decimal
from audiobook.spoken.rules import EDGE, INTEGER, NUMBER, Style, alternatives, figured, rows, rule, stop

__all__ = ["RULES"]

_DASH = r"\s?[-–—]\s?"
_SCALE_WORDS = {
    "hundred": "hundred", "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
    "crore": "crore", "lakh": "lakh",
    "k": "thousand", "m": "million", "mn": "million", "mm": "million", "mil": "million", "b": "billion",
    "bn": "billion", "bil": "billion", "tn": "trillion", "trn": "trillion", "t": "trillion",
}  # fmt: skip
_SCALE = (
    r"(?:[\s-]?(?P<scale>(?i:(?:hundred|thousand|million|billion|trillion|crore|lakh)(?:\s(?:thousand|million|billion|trillion))?))\b"
    r"|\s?(?P<short>(?:mn|mil|bn|bil|trn|tn|[kKmMbBtT]))\b(?!\.\w))"
)
_PER = r"(?:\s?/\s?(?P<per>mo|yr|wk|d|h|hr|min|lb|kg|oz|gal|[a-z]{3,12})\b\.?)?"
_PER_WORDS = {
    "mo": "month", "yr": "year", "wk": "week", "d": "day", "h": "hour", "hr": "hour", "min": "minute", "lb": "pound",
    "kg": "kilogram", "oz": "ounce", "gal": "gallon",
}  # fmt: skip


@cache
def _table() -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:5] for row in rows("english/currencies.tsv")}


_SIGNS = alternatives(row[0] for row in rows("english/currencies.tsv") if len(row) < 6)
_CODES = alternatives(row[0] for row in rows("english/currencies.tsv") if len(row) > 5 and row[5] == "code")
_ATTRIBUTE = re.compile(
    r"\s(?!(?:and|or|in|on|at|to|of|for|from|per|by|a|an|the|as|if|but|is|was|more|less|each|every|when|than|with|into|if)\b)[a-z]{3,}"
)
_PIECES = re.compile(r"\s(?:bills?|notes?|banknotes?|coins?|gold pieces?|stamps?)\b")
_ARTICLE = re.compile(r"\b(?:[Aa]n?|[Tt]he|his|her|its|my|your|their|our|this|that|one|each|every|new|single)\s$")


def _amount(figures: str, scale: str, names: tuple[str, ...], *, lone: bool) -> str:
    """Say an amount with its currency; ``lone`` keeps the currency singular, as in "a five dollar bill"."""
    one, many, minor, minors = names
    figures = figures.replace(",", "").replace(" ", "")
    whole, _, part = figures.partition(".")
    if scale:
        return f"{decimal(figures)} {scale.lower()} {one if lone else many}"
    part = part.rstrip("0") if len(part.rstrip("0")) <= 2 else part
    if not part:
        return f"{cardinal(whole or '0')} {one if lone or int(whole or '0') == 1 else many}"
    if len(part) > 2:
        return f"{decimal(figures)} {one if lone else many}"
    cents = int(part.ljust(2, "0"))
    small = f"{cardinal(cents)} {minor if cents == 1 else minors}"
    if not int(whole or "0"):
        return small
    return f"{cardinal(whole)} {one if lone or int(whole) == 1 else many} and {small}"


def _money(match: re.Match[str], _: Style) -> str:
    """Say ``$5.50``, ``£2m``, ``$5-10 million``, ``$20/mo``."""
    names = _table().get(match["named"] or "") or _table()[match["sign"]]
    scale = match["scale"] or _SCALE_WORDS.get((match["short"] or "").lower(), "")
    lone = bool(_PIECES.match(match.string, match.end())) or (
        bool(_ARTICLE.search(match.string[max(0, match.start() - 12) : match.start()]))
        and bool(_ATTRIBUTE.match(match.string, match.end()) or match.string[match.end() : match.end() + 1] == "-")
    )
    said = _amount(match["first"], scale, names, lone=lone)
    if match["last"]:
        first = match["first"] if not match["again"] else ""
        start = decimal(first) if first else _amount(match["first"], match["scale1"] or "", names, lone=False)
        said = f"{start} to {_amount(match['last'], scale, names, lone=lone)}"
    if match["per"]:
        said += f" per {_PER_WORDS.get(match['per'], match['per'])}"
    sign = "minus " if match["minus"] else ""
    tail = " " if match.string[match.end() : match.end() + 1].isalnum() else ""
    return sign + said + tail


def _code(match: re.Match[str], _: Style) -> str:
    """Say ``USD 50`` and ``50 EUR``."""
    names = _table()[match["code"]]
    scale = match["scale"] or _SCALE_WORDS.get((match["short"] or "").lower(), "")
    return _amount(match["first"], scale, names, lone=False)


def _cents(match: re.Match[str], _: Style) -> str:
    one = match[1].replace(",", "") == "1"
    per = f" per {_PER_WORDS.get(match['per'], match['per'])}" if match["per"] else ""
    return f"{decimal(match[1])} {'cent' if one else 'cents'}{per}"


def _pence(match: re.Match[str], _: Style) -> str:
    half = {"½": " and a half", "¼": " and a quarter", "¾": " and three quarters"}.get(match[1][-1], "")
    return f"{cardinal(match[1].rstrip('½¼¾'))}{half} P"


_HALVES = {"½": "halfpenny", "¼": "farthing", "¾": "three farthings"}
_FEW = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def _old_pence(figures: str, part: str) -> str:
    """Say old pence: "sixpence", "twopence halfpenny", "a penny" as "one penny"."""
    part = part.replace("1/2", "½").replace("1/4", "¼").replace("3/4", "¾").strip()
    number = int(figures or "0")
    if not number:
        return f"{'a ' if part != '¾' else ''}{_HALVES[part]}" if part else ""
    if number == 1:
        said = "one penny"
    elif number < 13:
        said = ("two", "three")[number - 2] + "pence" if number < 4 else f"{_FEW[number]}pence"
    else:
        said = f"{cardinal(number)} pence"
    return f"{said} {_HALVES[part]}" if part else said


def _old(match: re.Match[str], _: Style) -> str:
    """Say ``£3 4s. 6d.``, ``5s. 6d.``, ``10s.``, ``6d.``, ``200l.``."""
    said = []
    if match["pounds"]:
        said.append(f"{cardinal(match['pounds'])} {'pound' if match['pounds'] == '1' else 'pounds'}")
    if match["shillings"]:
        one = match["shillings"] == "1"
        said.append(f"{cardinal(match['shillings'])} {'shilling' if one else 'shillings'}")
    if match["pence"] or match["part"]:
        said.append(_old_pence(match["pence"] or "", match["part"] or ""))
    words = f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
    return words + stop(match)


def _slash(match: re.Match[str], _: Style) -> str:
    """Say ``5/-`` and ``12/6`` before "a week"."""
    shillings = f"{cardinal(match[1])} {'shilling' if match[1] == '1' else 'shillings'}"
    if match[2] in "-–—":
        return shillings
    return f"{cardinal(match[1])} and {_old_pence(match[2], '')}"


_PART = r"(?P<part>[½¼¾]|\s?(?:1/2|1/4|3/4))?"
_D = r"(?:\s?d\b\.?)"

RULES = (
    figured(
        rf"(?<![\w.,])£(?P<pounds>{INTEGER})[\s,.]{{0,2}}(?P<shillings>\d{{1,2}})\s?s\b\.?"
        rf"(?:[\s,]{{0,2}}(?:and\s)?(?P<pence>\d{{1,2}}){_PART}{_D})?",
        _old,
        "£",
    ),
    figured(
        rf"(?<![\w.,$£€])(?P<pounds>{INTEGER})\s?l\.(?:[\s,]{{0,2}}(?P<shillings>\d{{1,2}})\s?s\b\.?"
        rf"(?:[\s,]{{0,2}}(?P<pence>\d{{1,2}}){_PART}{_D})?)?(?!\w)",
        _old,
        "l.",
    ),
    figured(
        rf"(?<![\w.,$£€'])(?P<pounds>(?!))?(?P<shillings>\d{{1,3}})\s?s\.?[\s,]{{0,2}}(?:and\s)?(?P<pence>\d{{1,2}}){_PART}\s?d\b\.?",
        _old,
    ),
    rule(
        rf"(?<![\w.,$£€'])(?P<pounds>(?!))?(?P<shillings>(?!))?(?:(?P<pence>\d{{1,2}}){_PART}|(?P<part2>(?!)))\s?d\.(?!\w)",
        _old,
        "d.",
    ),
    figured(
        r"(?<![\w.,$£€'])(?P<pounds>(?!))?(?P<shillings>\d{1,3})\s?s\.(?P<pence>(?!))?(?P<part>(?!))?(?!\w)", _old, "s."
    ),
    figured(
        r"(?<![\w.,$£€'])(?P<pounds>(?!))?(?P<shillings>\d{1,2})s(?=\s(?:a|per)\s(?:day|week|month|year|head|pair|pound|dozen)\b)"
        r"(?P<pence>(?!))?(?P<part>(?!))?",
        _old,
        "s",
    ),
    figured(r"£(?P<pounds>\d{1,4})/(?P<shillings>\d{1,2})/(?P<pence>\d{1,2})(?P<part>(?!))?(?![\w/])", _old, "£"),
    figured(r"(?<![\w.,/])(\d{1,3})/([-–—])(?![\w-])", _slash, "/"),
    figured(
        r"(?:(?<=\bcost )|(?<=\bpaid )|(?<=\bcosts )|(?<=\bworth )|(?<=\bfor only ))"
        r"(\d{1,2})/(\d|1[01])(?![\w/]|[.,]\d|\sof\b)",
        _slash,
        "/",
    ),
    figured(r"(?<=€)(\s?\d{1,3}),(\d\d)(?![\d,])", lambda match, _: f"{match[1]}.{match[2]}", "€"),
    figured(
        rf"(?<![\w.,/€])({INTEGER}),(\d\d)\s?€",
        lambda match, _: _amount(f"{match[1]}.{match[2]}", "", _table()["€"], lone=False),
        "€",
    ),
    rule(
        r"(?<![\w.,/])(\d{1,2})?([½¼¾])\s?d\b\.?",
        lambda match, _: _old_pence(match[1] or "", match[2]) + stop(match),
        "d",
    ),
    figured(
        r"(?<![\w.,/])(\d{1,3})/(\d{1,2})(?=\s(?:a|per)\s(?:week|day|dozen|pound|yard|bottle|head|night|month|ton)\b)",
        _slash,
        "/",
    ),
    figured(
        rf"(?<!\w)(?P<minus>[-−](?=\S))?(?P<sign>{_SIGNS})\s?(?P<first>{NUMBER})"
        rf"(?:(?:\s(?P<scale1>million|billion|thousand|trillion))?{_DASH}(?P<again>{_SIGNS})?\s?(?P<last>{NUMBER}))?{_SCALE}?{_PER}"
        rf"(?:\s(?P<named>{_CODES}|dollars?|pounds?|euros?)\b)?",
        _money,
    ),
    figured(rf"\b(?P<code>{_CODES})\s?(?P<first>{NUMBER}){_SCALE}?", _code),
    figured(rf"{EDGE}(?P<first>{NUMBER}){_SCALE}?\s?(?P<code>{_CODES})\b(?!-)", _code),
    figured(rf"{EDGE}({NUMBER})\s?¢{_PER}", _cents, "¢"),
    figured(
        rf"{EDGE}(?P<minus>(?!))?(?P<first>{NUMBER}){_SCALE}?\s?(?P<sign>[€£₽₹])(?P<last>(?!))?(?P<again>(?!))?(?P<scale1>(?!))?(?P<per>(?!))?(?P<named>(?!))?(?![\d])",
        _money,
    ),
    figured(r"(?<![\w.,])(\d{1,3}[½¼¾]?)(p)\b", _pence),
)
