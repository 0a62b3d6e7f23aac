"""Roman numerals, where the words around them say that they are numbers."""

from __future__ import annotations

import re

from audiobook.spoken.numbers import cardinal, ordinal
from audiobook.spoken.rules import Style, alternatives, rows, rule, words

__all__ = ["RULES", "roman"]

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_VALID = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,4})$")

_COUNTED = alternatives(row[0] for row in rows("english/counted.txt"))
_REIGNING = alternatives(row[0] for row in rows("english/reigning.txt"))


_COUNTS = re.compile("[IVXivx]")
"""A numeral that counts something holds one of these: "Series C" and "Class CD" are letters."""


_LEAVES = frozenset({"page", "pages", "p", "scene", "chapter", "plate"})
"""What small letters count where they stand alone: "numbers x and y" are letters."""


def roman(text: str) -> int:
    """Value of a Roman numeral in either case, or 0 when it is none."""
    upper = text.upper()
    if not upper or not _VALID.match(upper):
        return 0
    values = [_VALUES[letter] for letter in upper]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _counted(match: re.Match[str], _: Style) -> str:
    """Say ``Chapter IV``, ``World War II``, ``Part I``, ``Vol. iii-v``."""
    value = roman(match[3])
    if not value or not _COUNTS.search(match[3]) or (match[3] in "vx" and match[1].lower() not in _LEAVES):
        return match[0]
    if match[3] == "I" and (match[1] == "No" or not _number_one(match)):
        return match[0]
    said = f"{match[1]}{match[2]}{cardinal(value)}"
    if match[4]:
        last = roman(match[5])
        if not last:
            return match[0]
        said += f"{' to ' if match[4].strip() in '-–—' else match[4]}{cardinal(last)}"
    return said


def _number_one(match: re.Match[str]) -> bool:
    """Whether "I" is a numeral: ``World War I began``, not ``the part I played``."""
    if _OWN.search(match.string[max(0, match.start() - 12) : match.start()]):
        return False
    if match[1][0].isupper() and match.start():
        return not _VERBS.match(match.string, match.end()) or match.string[match.end() + 1 :].startswith("was")
    return bool(_NUMBER_I.match(match.string, match.end()) or re.match(r"\s[A-Z]", match.string[match.end() :]))


_OWN = re.compile(r"\b(?:own|my|most|his|her|their|our|your|great|large|better|good|no|some|any)\s$")
_NUMBER_I = re.compile(
    r"\s*(?:$|[.,:;)\]\"'?!—–-]|(?:of|to|and|in|is|was|by|the|from|at|on|for|with|which|that|shows|begins|ends|contains|opens)\b)"
)
_RULES = re.compile(
    r",? (?:of [A-Z]|(?:the )?(?:[Kk]ing|[Qq]ueen|[Dd]uke|[Cc]ount|[Ee]mperor|[Pp]rince|[Pp]haraoh|[Ss]ultan|[Tt]sar"
    r"|[Pp]ope|[Bb]ishop|[Ee]arl|[Ll]ord)\b"
    r"|(?:ruled|reigned|succeeded|abdicated|ascended|died|married|inherited)\b|\((?:r\.|reigned|ruled|died|c\.|\d))"
)
_FIRST_PERSON = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our|I'm|I'll|I'd|I've|you|your)\b|[\"?]")
_OF_REIGN = re.compile(r"\s?(?:$|[.)\"?!—–-](?![A-Za-z])|'s\b|,? (?:of|the|and [A-Z][a-z]+ [IVX]|\())")
_VERBS = re.compile(
    r"\s(?:am|was|have|had|did|do|will|would|could|can|should|think|know|said|saw|never|don't|may|must|shall|might|see|hope|say|suppose|mean|love|want|thought|knew)\b"
)


def _reigning(match: re.Match[str], _: Style) -> str:
    """Say ``Henry VIII`` "the eighth"; ``James I`` only where "I" is not the pronoun."""
    value = roman(match[3])
    title, name = match[1], match[2]
    if not value or value > 39:
        return match[0]
    if not (title or name in words("english/names.txt") or name in words("english/rulers.txt")) and not (
        value > 1 and _RULES.match(match.string, match.end())
    ):
        return match[0]
    if match[3] in {"V", "X"} and not title and name not in words("english/fifths.txt"):
        return match[0]
    if match[3] == "I" and not title and not (_OF_REIGN.match(match.string, match.end()) or _third_person(match)):
        return match[0]
    if match[3] == "I" and _VERBS.match(match.string, match.end()) and not _third_person(match):
        return match[0]
    the = "" if match.string[: match.start(3)].endswith("the ") else "the "
    return f"{title or ''}{name} {the}{ordinal(value)}{_possessive(match[4])}"


def _third_person(match: re.Match[str]) -> bool:
    """Whether a ruler's name bears "I" as a number: ``Charles I was beheaded``, with no speaker near."""
    if match[2] not in words("english/rulers.txt"):
        return False
    rest = re.sub(r"\b[A-Z][a-z]+ I\b", "", match.string)
    return match.string[match.end() : match.end() + 1] == " " and not _FIRST_PERSON.search(rest)


def _possessive(text: str | None) -> str:
    return text or ""


def _generation(match: re.Match[str], _: Style) -> str:
    """Say ``Thurston Howell III``: a given name, a family name, a rank."""
    value = roman(match[3])
    if match[1] not in words("english/names.txt") or not value:
        return match[0]
    return f"{match[1]}{match[2]} the {ordinal(value)}"


def _event(match: re.Match[str], _: Style) -> str:
    """Say ``the XVII Commonwealth Games``: what returns is counted by rank."""
    value = roman(match[1])
    return ordinal(value) if value else match[0]


def _century(match: re.Match[str], _: Style) -> str:
    value = roman(match[1])
    return f"{ordinal(value)}{match[2] or ''}" if value else match[0]


def _alone(match: re.Match[str], _: Style) -> str:
    """Say ``II``, ``XIV`` and the like, which are nothing but numerals."""
    value = roman(match[1])
    behind = match.string[match.end() : match.end() + 8]
    if not value or re.match(r"\s(?:drip|line|bag|fluid|pole|needle|tube)", behind):
        return match[0]
    if match[1] == "IV" and re.search(
        r"\b(?:an|the|her|his|my|your)\s$", match.string[max(0, match.start() - 6) : match.start()]
    ):
        return match[0]
    return cardinal(value) + (match[2] or "")


def _small(match: re.Match[str], _: Style) -> str:
    value = roman(match[2])
    return f"{match[1]}{cardinal(value)}{match[3]}" if value else match[0]


def _headed(match: re.Match[str], style: Style) -> str:
    """Say the numeral that opens a chapter's title."""
    value = roman(match[1])
    if not style.heading or not value:
        return match[0]
    if match[1] == "I" and not match[2] and match.string[match.end() :].strip():
        return match[0]
    return cardinal(value)


_NUMERAL = r"[IVXLCDM]{1,12}"
_ANY = r"(?:[IVXLCDM]{1,12}|[ivxlc]{1,12})"

RULES = (
    rule(rf"^\s*({_NUMERAL})(?=([.:)]?)(?:\s|$))", _headed),
    rule(
        rf"\b((?:{_COUNTED})s?)(\.?\s)({_ANY})\b(?!')(?:(\s?[-–—]\s?|\sand\s|\sto\s|,\s)({_ANY})\b(?!'))?",
        _counted,
    ),
    rule(
        rf"\b((?:{_REIGNING})\s)?([A-Z][^\W\dA-Z_]+)\s([IVX]{{1,8}})\b('s)?(?:\.(?=,?\s[a-z]))?(?![.-]?[A-Z])",
        _reigning,
    ),
    rule(r"\b([A-Z][a-z]+)((?:\s[A-Z][\w'.-]*){1,2}),?\s([IVX]{2,5})\b(?![-'])", _generation),
    rule(
        r"(?<=\b[Tt]he )([IVXL]{1,8})(?=(?:\s[A-Z][\w'-]+){0,3}\s"
        r"(?:Games|Olympi\w+|Paralympics|Congress|Conference|Summit|Dynasty|Biennale)\b)",
        _event,
    ),
    rule(r"\b([IVX]{1,6})(?:th|st|nd|rd|e)?((?:-|\s)[Cc]entur(?:y|ies)\b)", _century, "entur"),
    rule(r"\b([IVXLC]{1,8})(?:th|st|nd|rd)\b()", _century),
    rule(
        r"(?<![\w.'-])((?:X{0,3}(?:IX|IV|VI{1,3}|I{2,3})|X{1,3}V|X[IVX]|XX?X[IVX]?|XL[XIV]{1,5}|L[XIV]{2,6}|(?=[CDMXLIV]{5})[CDM]{1,4}[XL]{1,4}[IVX]{1,4}))\b('s)?(?![\w-])",
        _alone,
    ),
    rule(r"(?<=[A-Za-z]-)(II|III|IV|VI{1,3}|IX|XI{0,3})\b(?![-'])()", _alone, "-"),
    rule(r"(\()([ivx]{1,6})(\))", _small, "("),
)
