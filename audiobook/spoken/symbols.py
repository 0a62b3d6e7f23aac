"""Signs that stand for words, arithmetic, Greek letters, emoji."""

from __future__ import annotations

import re
import unicodedata

from audiobook.spoken.rules import Style, figured, rows, rule

__all__ = ["ARITHMETIC", "EMOJI", "RULES"]

_WORDS: dict[str, str] = {row[0]: row[1] for row in rows("english/symbols.tsv")}
_SILENT = "•·●○■□▪▫◆◇★☆†‡¦|\\^~¨¸_{}*…"

_SIGN = re.compile("[" + re.escape("".join(_WORDS)) + "]")


def _sign(match: re.Match[str], _: Style) -> str:
    """Say a sign as a word with blanks around it."""
    before = match.string[match.start() - 1 : match.start()] if match.start() else ""
    behind = match.string[match.end() : match.end() + 1]
    word = _WORDS[match[0]]
    left = " " if before.strip() and before not in '(["' else ""
    right = " " if behind and (behind.isalnum() or behind in _WORDS) else ""
    return left + word + right


def _greek(match: re.Match[str], _: Style) -> str:
    """Say a lone Greek letter by its name, which ends the character's own name."""
    name = unicodedata.name(match[0]).split()[-1].lower().replace("lamda", "lambda")
    left = " " if match.string[match.start() - 1 : match.start()].isalnum() else ""
    right = " " if match.string[match.end() : match.end() + 1].isalnum() else ""
    return f"{left}{name.capitalize() if match[0].isupper() else name}{right}"


def _arithmetic(match: re.Match[str], _: Style) -> str:
    """Say ``1-2=5``: in a sum the dash is a minus."""
    return re.sub(r"\s?([-−*/=+×÷])\s?", lambda found: f" {_OPERATORS[found[1]]} ", match[0]).strip()


_OPERATORS = {
    "-": "minus",
    "−": "minus",
    "*": "times",
    "/": "divided by",
    "=": "equals",
    "+": "plus",
    "×": "times",
    "÷": "divided by",
}


def _emoji(match: re.Match[str], style: Style) -> str:
    if style.emoji == "drop":
        return " "
    names = (
        unicodedata.name(char, "").lower()
        for char in match[0]
        if char not in "\u200d\ufe0f\ufe0e" and not 0x1F3FB <= ord(char) <= 0x1F3FF
    )
    said = " ".join(name for name in names if name)
    return f" {said} " if said else " "


EMOJI = (
    rule(
        "(?:[\U0001f1e6-\U0001f1ff]{2}|[\u2600-\u2604\u2607-\u2639\u263a-\u263f\u2648-\u266c\u2670-\u26ff\u2702-\u27bf\u2b50\u2b55\u231a\u231b\u23e9-\u23fa\U0001f300-\U0001faff]"
        "(?:[\ufe0f\ufe0e\U0001f3fb-\U0001f3ff]|\u200d[\u2600-\u27bf\U0001f300-\U0001faff]){0,8})\ufe0f?",
        _emoji,
    ),
)

_TERM = r"(?:[a-zA-Z]\b|\d{1,12}(?:\.\d{1,12})?)"
ARITHMETIC = (
    rule(r"(?i:\band/or\b)", lambda *_: "and or", "/"),
    rule(
        rf"(?<![\w.,$£€-])-?{_TERM}(?:\s?[-−+*/×÷]\s?{_TERM}){{0,6}}\s?=\s?-?{_TERM}(?:\s?[-−+*/×÷]\s?{_TERM}){{0,6}}(?![\w])",
        _arithmetic,
        "=",
    ),
    figured(r"(?<=\d)\s?\*\s?(?=\d)", lambda *_: " times ", "*"),
    figured(r"(?<=\d)\s?\+\s?(?=\d)", lambda *_: " plus ", "+"),
    figured(r"(?<![\w~])(?:~|(?<!\w\s)≈)(?=\s?[$£€]?\d)", lambda *_: "about "),
)
PRODUCTS = (figured(r"(?<=\d)\s?[×]\s?(?=\d)", lambda *_: " times ", "×"),)
"""Products that no size has taken."""
SLASHES = (
    rule(
        r"(?<=[a-z]s)/(?=(?:day|week|month|year|hour|minute|second|night|game|person|household|capita)\b)",
        lambda *_: " per ",
        "/",
    ),
    figured(r"(?:(?<=[a-z])|(?<=\.\d)|(?<=\.\d\d))\s?/\s?(?=1(?:00)?,?000\b)", lambda *_: " per ", "/"),
    rule(r"(?<=[A-Za-z]{2})\s?/\s?(?=[A-Za-z]{2})", lambda *_: " slash ", "/"),
    rule(r"(?<=[^\d\s]\s)/(?=\s|\w)|^/|(?<=\w)/(?=\s|$)", lambda *_: " slash ", "/"),
)
"""Slashes that no unit has taken."""
RULES = (
    rule(r"(?<=[A-Za-z])\^(?=[A-Za-z])", lambda *_: "", "^"),  # an accent as old plain texts write it: te^te
    rule(r"(?<![^\W\d_])[Α-Ωα-ω](?![\u0370-\u03ff\u1f00-\u1fff])", _greek),
    rule(_SIGN.pattern, _sign),
    rule(f"[{re.escape(_SILENT[:-1])}]", lambda *_: " "),
    rule(r"(?<=\S)[^\S\n]{2,}(?=\S)", lambda *_: " "),
)
