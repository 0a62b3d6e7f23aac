"""Acronyms, initials, and words in capitals."""

from __future__ import annotations

import re
from functools import cache

from audiobook.spoken.rules import Style, rule, stop, words

__all__ = ["CAPITALS", "INITIALS", "is_word", "known", "sayable", "spell"]


@cache
def known() -> frozenset[str]:
    """Common words and names in small letters."""
    listed = words("words/en.txt") | words("english/names.txt")
    return frozenset(word if word.islower() else word.lower() for word in listed)  # nearly all are kept already


def is_word(text: str) -> bool:
    """Whether a run of letters is a common English word or a name."""
    return text.lower() in known()


def spell(letters: str) -> str:
    """Write letters so that every engine spells them: ``F.B.I``.

    Without full stops an engine may take "US" or "WHO" for a word and "A" for the article; a stop
    behind the last letter would make it pause before a capital.
    """
    return ".".join(letters)


_CLUSTERS = re.compile(
    r"[BCDFGHJKLMNPQRSTVWXZ]{3,}|^(?:[BCDFGHJKLMNPQTVXZ](?![HLRYAEIOU])|[BCDFGHJKLMNPQRSTVWXZ]{2}$)|[^AEIOUY]{2}[BDGJKMQV]$|(?:[BCDFGJKMPTV][CDFGPQRVWZ]|[^AEIOUYCLNRST][BK])$|AA|II|Q(?!U)|[AEIOU]{3}|^[AEIOUY]{1,2}$|[JQV]$"
)


def _sounds(text: str) -> bool:
    """Whether capitals of five letters or more can be said as a word."""
    return not _CLUSTERS.search(text) and bool(re.search("[AEIOUY]", text))


def sayable(text: str) -> bool:
    """Whether a run of capitals inside a serial is said as a word: ``COVID`` of "COVID19"."""
    return text in words("english/acronyms.txt") or (len(text) > 3 and (is_word(text) or _sounds(text)))


_EITHER = frozenset(
    {"IT", "SAT", "WHO", "AM", "PM", "ID", "AIDS", "PIN", "LED", "DOE", "DOT", "BET", "MOD", "VAT", "ADD", "ACT"}
)
"""Words that are acronyms too: letters only where an article or the like stands before them."""
_LETTERS = frozenset(
    [
        "US",
        "OS",
        "ERA",
        "CS",
        "AD",
        "BC",
        "CE",
        "BCE",
        "OK",
        "TV",
        "DJ",
        "MC",
        "MD",
        "MS",
        "MSS",
        "PS",
        "PC",
        "CD",
        "DC",
        "MP",
        "PR",
        "GI",
        "AC",
    ]
)
"""Letters even where the same letters, small, are a word or a name."""
_CAPITAL = re.compile(r"\.?\s[A-Z]")
_HOUR = re.compile(r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|teen|ty|o'clock)\s$")
_TITLES = {
    "MR": "Mister",
    "MRS": "Misses",
    "DR": "Doctor",
    "ST": "Saint",
    "LTD": "Limited",
    "JR": "Junior",
}
_ARTICLE = re.compile(r"\b(?:[Tt]he|[Aa]n?|[Oo]ur|[Yy]our|[Tt]heir|[Mm]y|[Hh]is|[Hh]er|'s|s')\s$")
_TRADE = re.compile(
    r"\s(?:industr|compan|infrastructure|service|sector|support|department|professional|system|security|skills|manager"
    r"|director|staff|firm|consult|specialist|training|equipment|solutions|project|management|outsourcing|technolog|park"
    r"|team|governance|administrator)"
)
"""What the letters of "IT" go with."""
_BRACKETED = re.compile(r"[A-Za-z']\s\(\s?$")
_TINY = frozenset({"AD", "AX", "AY", "HO", "MA", "MU", "OX", "PA", "PI"})
"""Words of two letters that nobody prints in capitals for their weight."""


def _shouted(match: re.Match[str]) -> bool:
    """Whether a neighbour is a common word in capitals too."""
    text = match.string
    before = re.search(r"([A-Z][A-Z']+|\bI)[\s,;:—-]{1,3}$", text[max(0, match.start() - 24) : match.start()])
    after = re.match(r"[\s,;:—-]{1,3}([A-Z][A-Z']+|I\b|A\b)(?![a-z])", text[match.end() : match.end() + 24])
    found = [neighbour[1].replace("'", "") for neighbour in (before, after) if neighbour]
    neighbours = [word for word in found if word not in {"AM", "PM"}]
    if any(word in {"I", "A"} or (is_word(word) and word not in _LETTERS) or len(word) > 5 for word in neighbours):
        return True
    return text[match.end() : match.end() + 1] == "!" or (bool(neighbours) and text.isupper())


def _capitals(match: re.Match[str], _: Style) -> str:
    """Say a word in capitals: an acronym letter by letter, a shouted word as a word."""
    text, ending = match[1], match[2] or ""
    shouted = _shouted(match)
    settled = _settled(match, text, ending, shouted=shouted)
    if settled:
        return settled
    if _spelled(match, text, shouted=shouted):
        return _ended(text, ending)
    common = text.lower() in words("words/en.txt")
    return (text.lower() if common else text.capitalize()) + ending.lower()


def _settled(match: re.Match[str], text: str, ending: str, *, shouted: bool) -> str:
    """What is said for capitals that have a reading of their own, or nothing."""
    before = match.string[max(0, match.start() - 12) : match.start()]
    if text in words("english/acronyms.txt") or (text in {"AM", "PM"} and _HOUR.search(before)):
        return match[0]
    if not shouted and (
        (text == "AS" and _NAME.match(match.string, match.end())) or (text == "AM" and not before.endswith("I "))
    ):
        return spell(text)
    if text == "CO" and (shouted or before.endswith("& ")):
        return f"Company{ending.lower()}"
    if text in _TITLES and (text != "DR" or shouted) and (text != "ST" or _CAPITAL.match(match.string, match.end())):
        return _TITLES[text] + ending.lower()
    return ""


_NAME = re.compile(r"\s[A-Z][a-z]")


def _spelled(match: re.Match[str], text: str, *, shouted: bool) -> bool:
    """Whether capitals are said letter by letter."""
    if text in _LETTERS:
        return not (shouted and text == "US")
    before = match.string[max(0, match.start() - 8) : match.start()]
    if text in _EITHER and not shouted and (_ARTICLE.search(before) or not is_word(text)):
        return True
    if not shouted and (text in _TINY or (text == "IT" and _TRADE.match(match.string, match.end()))):
        return True
    if len(text) < 4 and _BRACKETED.search(before) and match.string[match.end() :].lstrip().startswith(")"):
        return True
    if is_word(text) or len(text) > 5:
        return False
    return len(text) < 4 or not _sounds(text) or not (shouted or len(text) > 4)


def _ended(letters: str, ending: str) -> str:
    """Spell letters with an ending: ``D.V.D's``, but ``U K's``, where eSpeak would say "dot"."""
    if not ending:
        return spell(letters)
    return (" ".join(letters) if len(letters) == 2 else spell(letters)) + "'s"


def _dotted(match: re.Match[str], _: Style) -> str:
    """Say ``U.S.A.``, ``J.R.R.``, ``Ph.D.``."""
    letters = re.sub(r"[^A-Za-z]", "", match[1])
    return _ended(letters.upper(), match[2] or "") + stop(match)


def _initials(match: re.Match[str], style: Style) -> str:
    """Say ``J. K. Rowling`` without a pause at each letter."""
    letters = re.findall("[A-Z]", match[1])
    if len(letters) > 1:
        return f"{spell(''.join(letters))} "
    return f"{style.put('A', 'eɪ') if letters[0] == 'A' else letters[0]} "


def _joined(match: re.Match[str], _: Style) -> str:
    """Say ``AT&T`` and ``R&D``."""
    return f"{spell(match[1])} and {spell(match[2])}{match[3] or ''}"


def _degree(match: re.Match[str], _: Style) -> str:
    ending = "'s" if match[2] or match[3] else ""
    return spell(re.sub(r"[^A-Za-z]", "", match[1]).upper()) + ending + stop(match)


_TWO_NAMES = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+")


def _species(match: re.Match[str], style: Style) -> str:
    """Say ``E. coli`` without a pause."""
    return f"{style.put('A', 'eɪ') if match[1] == 'A' else match[1]} "


def _named(match: re.Match[str], style: Style) -> str:
    following = re.match(r"[A-Z][a-z']+", match.string[match.end() : match.end() + 24])
    letters = re.findall("[A-Z]", match[1])
    if letters == ["M"] and not re.search(
        r"(?:[A-Z][a-z]+|[A-Z]\.)\s$", match.string[max(0, match.start() - 16) : match.start()]
    ):
        return "M " if _TWO_NAMES.match(match.string, match.end()) else "Monsieur "
    starter = bool(following and following[0] in words("english/starters.txt"))
    if starter and len(letters) > 1:
        return f"{spell(''.join(letters))}. "
    if starter or (
        letters == ["I"] and not re.search(r"[A-Z][a-z]+\s$", match.string[max(0, match.start() - 16) : match.start()])
    ):
        return match[0]
    return _initials(match, style)


def _abbreviated(match: re.Match[str], style: Style) -> str:
    text = match[1]
    if text[0].islower() and len(text) == 3 and text not in {"p.m", "a.m", "b.c", "a.d", "p.s", "u.s", "u.k"}:
        return match[0]
    return _dotted(match, style)


def _lone(_match: re.Match[str], style: Style) -> str:
    """Say "A" as a letter where it cannot be the article: ``plan A was``."""
    return style.put("A", "eɪ")


def _world_war(match: re.Match[str], _: Style) -> str:
    """Say ``WWII``, ``WW I``, ``WW2``."""
    return f"World War {'one' if match[1] in {'I', '1'} else 'two'}"


INITIALS = (
    rule(r"\bWW\s?(I{1,2}|[12])\b", _world_war, "WW"),
    rule(r"\b([DM])\.\s?Phil\b\.?", lambda match, _: f"{match[1]} Phil{stop(match)}", "Phil"),
    rule(r"(?<![\w.])([A-HJ-Z])\.\s(?=[a-z]{2,}(?:us|is|um|a|i|ae|ii|ans|ens|or|os|on|es)\b)", _species, "."),
    rule(r"(?<=[a-z]\s)A(?=\s[a-z]|[,;:!?)]|\.?\"?$)", _lone, "A"),
    rule(r"(?<![\w&])([A-Z]{1,3})\s?&\s?([A-Z]{1,3})('s)?(?![\w&])", _joined, "&"),
    rule(
        r"(?<![\w.])(Ph\.\s?D|M\.\s?D|B\.\s?A|M\.\s?A|LL\.\s?[BDM]|M\.\s?Sc|B\.\s?Sc|D\.\s?D|M\.\s?P)\b(?!\.\w)(?:\.('s|s)?|(?<=\.\w)('s)?)",
        _degree,
        ".",
    ),
    rule(
        r"\b(PhDs?|MSc|BSc)\b",
        lambda match, _: spell(match[1].rstrip("s").upper()) + ("'s" if match[1].endswith("s") else ""),
    ),
    rule(
        r"(?<![\w.])((?:[A-Z]\.\s?){1,4})(?=(?:[A-Z][a-z']{1,20}|Mc|Mac|O'|de|van|von)\b(?!\.))",
        _named,
        ".",
    ),
    rule(
        r"(?<![\w.])((?:[A-Za-z]\.){1,7}[A-Za-z])\b(?:\.)?('?s\b)?",
        _abbreviated,
        ".",
    ),
)


def _titled(match: re.Match[str], _: Style) -> str:
    """Say ``MR. BENNET``; a title's full stop never ends its sentence."""
    return _TITLES[match[1]]


CAPITALS = (
    rule(r"(?<![\w.'])(MR|MRS|DR|ST)\.(?=\s?[A-Z])", _titled, "."),
    rule(r"(?<![\w.'])([A-Z]{2,24})('?s|'S)?(?![\w])(?!\.[A-Za-z])", _capitals),
)
