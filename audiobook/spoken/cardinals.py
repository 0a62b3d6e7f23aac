"""Plain numbers: ranks, fractions, decimals, counts and years, scores, versions, telephone numbers."""

from __future__ import annotations

import re

from audiobook.spoken.measures import fraction, mixed
from audiobook.spoken.numbers import cardinal, decimal, digits, house, ordinal, plural, year
from audiobook.spoken.rules import EDGE, INTEGER, NUMBER, Style, figured, rule

__all__ = ["RANKS", "RULES", "TELEPHONES"]


def _grouped(text: str) -> str:
    """Say groups of figures one by one, with a comma's pause between groups."""
    return ", ".join(digits(group) for group in re.findall(r"\d+", text))


def _telephone(match: re.Match[str], _: Style) -> str:
    """Say ``+1 (123) 456-7890``, ``555-1234``, ``111-11-1111``."""
    text = match[0]
    plus = "plus " if text.startswith("+") else ""
    return plus + _grouped(text)


def _free(match: re.Match[str], _: Style) -> str:
    """Say ``1-800-GO-U-HAUL``."""
    rest = re.sub(r"\d", lambda found: f" {digits(found[0])} ", match[2].replace("-", " "))
    return (
        f"one, eight hundred, {' '.join(rest.split())}"
        if match[1] == "800"
        else f"one, {digits(match[1])}, {' '.join(rest.split())}"
    )


def _address(match: re.Match[str], _: Style) -> str:
    """Say four figures groups with full stops, an address of the Internet."""
    return " dot ".join(digits(group) for group in match[0].split("."))


def _book_number(match: re.Match[str], _: Style) -> str:
    """Say an ISBN or ISSN figure by figure."""
    figures = ", ".join(
        " ".join(digits(char) if char.isdigit() else char.upper() for char in group)
        for group in re.split(r"[-–\s]+", match[2])
    )
    return f"{'.'.join(match[1][:4])}{' ' + digits(match[1][5:]) if match[1][5:] else ''} {figures}"


def _long(match: re.Match[str], _: Style) -> str:
    parts = re.split(r"[-–]", match[0])
    if all(part.isdigit() and len(part) < 3 and part[0] != "0" for part in parts):
        return ", ".join(map(cardinal, parts))
    said = _grouped(match[0])
    return f"{said}, X" if match[0][-1] in "xX" else said


def _record(match: re.Match[str], _: Style) -> str:
    """Say wins, losses and draws: ``12-4-2``."""
    return ", ".join(cardinal(part) for part in match.groups())


def _thousands(match: re.Match[str], _: Style) -> str:
    """Write ``20 000`` with commas."""
    return re.sub(r"[\s']", ",", match[0])


def _comma(match: re.Match[str], _: Style) -> str:
    """Say ``2,5 million`` as the decimal that it is in most of Europe."""
    return f"{match[1]}.{match[2]}"


_GLYPHS = {"1/2": "½", "1/4": "¼", "3/4": "¾", "1/3": "⅓", "2/3": "⅔", "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞"}


def _glyph(match: re.Match[str], _: Style) -> str:
    """Write ``8+1⁄2`` the short way, which every rule for measures knows."""
    part = f"{match[1]}/{match[2]}"
    return _GLYPHS.get(part) or f" {part}"


RECORDS = (
    figured(rf"{EDGE}({NUMBER})\s?bn\b", lambda match, _: f"{decimal(match[1])} billion", "bn"),
    figured(
        rf"{EDGE}({NUMBER})m(?=\s(?:people|copies|viewers|users|votes|inhabitants|subscribers|barrels|tons|tonnes|visitors"
        r"|passengers|dollars|pounds|euros|years)\b)",
        lambda match, _: f"{decimal(match[1])} million",
        "m",
    ),
    figured(rf"{EDGE}({NUMBER})M(?=\s(?:people|[a-z]{{3,}}s)\b)", lambda match, _: f"{decimal(match[1])} million", "M"),
    figured(r"(?<=\d)\+([1-9])⁄(\d{1,2})(?!\d)", _glyph, "⁄"),
    figured(r"(?<![\w.,/()+-])(?<![\d)] )[1-9]\d{0,2}(?: \d{3})+(?![\w]|[.,-]?\d| \d|[-/]\d)", _thousands),
    figured(r"(?<![\w.,/()+'-])[1-9]\d{0,2}(?:'\d{3})+(?![\w'])", _thousands, "'"),
    figured(
        r"(?<![\w.,])(\d{1,3}),(\d{1,2})(?=\s?(?:%|°|(?:[mb]illion|percent|per cent|km²?|cm|mm|m|kg|ha)\b))",
        _comma,
        ",",
    ),
    figured(
        r"(?<![\w.,/-])([1-9]?\d)[-–]([1-9]?\d)[-–]([1-9]?\d)"
        r"(?=\s(?:record|mark|season|overall|start|finish|record,|run|in (?:league|conference|the|his|their|her))\b)",
        _record,
    ),
)
"""Before dates, whose look they have."""
TELEPHONES = (
    rule(r"\b((?:ISBN|ISSN)(?:[- ]1[03])?):?\s?((?:[\dXx]{1,7}[-–\s]){0,5}[\dXx]{1,13})(?![\w-])", _book_number, "IS"),
    figured(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)", _address, "."),
    figured(r"(?<![\w-])1-(8\d\d)-((?:[A-Z\d]{1,10}-?){1,4})(?![\w-])", _free, "-"),
    figured(r"(?<![\w.,/-])\+\d{1,3}[\s.-]?(?:\(?\d{1,5}\)?[\s.-]?){1,5}\d{2,4}(?![\w]|[-/.]\d)", _telephone, "+"),
    figured(
        r"(?:(?<=[Ff]ax )|(?<=[Pp]hone )|(?<=[Tt]el )|(?<=[Tt]el\. )|(?<=[Cc]all )|(?<=dial ))"
        r"\d{3}\s\d{3,4}(?:\s\d{3,4})?(?![\w]|[-/.]\d)",
        _telephone,
    ),
    figured(
        r"(?<![\w.,/-])(?:1[\s.-])?(?:\(\d{3}\)[\s.-]?|\d{3}[\s.-])\d{3}[\s.-]\d{4}(?:-\d{1,5})?(?![\w]|[-/.]\d)",
        _telephone,
    ),
    figured(r"(?<![\w.,/-])00[1-9]\d{0,2}(?:[\s-]\d{2,5}){2,4}(?![\w]|[-/.]\d)", _telephone),
    figured(
        r"(?<![\w.,/-])(?!(?:1[5-9]|20)\d\d[\s-](?:1[5-9]|20)\d\d)\d{4}(?:[\s-]\d{4}){3}(?![\w]|[-/.]\d)", _telephone
    ),
    figured(r"(?<![\w.,/-])(?:\(0\d{1,4}\)|0\d{2,4})[\s-]\d{3,8}(?:[\s-]\d{3,6})?(?![\w]|[-.,]\d)", _telephone),
    figured(r"(?<![\w.,/-])\d{3}-\d{2}-\d{4}(?![\w]|[-/.]\d)", _telephone, "-"),
    figured(r"(?<![\w.,/-])[2-9]\d{2}-\d{4}(?![\w]|[-/.]\d)", _telephone, "-"),
    figured(r"(?<![\w.,/-])\d{1,7}(?:[-–]\d{1,7}){2,6}(?:[-–][Xx])?(?![\w]|[-/.]\d)", _long),
)


def _ranked(match: re.Match[str], _: Style) -> str:
    """Say ``21st``, also where a book prints ``2d`` and ``3d``; a wrong ending is no rank."""
    figures, ending = match[1].replace(",", ""), match[2].lower()
    last = "th" if figures[-2:] in {"11", "12", "13"} else {"1": "st", "2": "nd", "3": "rd"}.get(figures[-1], "th")
    if ending != last:
        return f"{cardinal(figures)} {match[2]}"
    return ordinal(figures)


def _short_rank(match: re.Match[str], _: Style) -> str:
    return ordinal(match[1])


_ROADS = re.compile(r"\b(?:U\.?S|Routes?|Highways?|Interstates?)\s$")
_WICKETS = re.compile(r"\b(?:took|taking|figures of)\s$")


def _fraction(match: re.Match[str], _: Style) -> str:
    """Say ``3/4``, ``2 1/2``, ``24/7``."""
    top, bottom = int(match["top"].replace(",", "")), int(match["bottom"].replace(",", ""))
    if match["whole"]:
        return mixed(match["whole"], top, bottom)
    if match["top"].isdigit() and _WICKETS.search(match.string[max(0, match.start() - 12) : match.start()]):
        return f"{cardinal(top)} for {cardinal(bottom)}"
    if _ROADS.search(match.string[max(0, match.start() - 9) : match.start()]):
        return f"{cardinal(top)} {cardinal(bottom)}"
    metre = match["bottom"] in {"2", "4", "8", "16"} and match.string[match.end() : match.end() + 5] == " time"
    if (top, bottom) in {(24, 7), (9, 11)} or top == bottom > 1 or top + bottom == 100 or metre:
        return f"{cardinal(top)} {cardinal(bottom)}"
    return fraction(top, bottom)


def _version(match: re.Match[str], _: Style) -> str:
    """Say ``1.2.3``."""
    parts = match[0].split(".")
    return " point ".join(cardinal(part) if part == "0" or part[0] != "0" else digits(part) for part in parts)


_SCORES = re.compile(
    r"\b(?:won|win|wins|winning|beat|beats|beating|lost|lose|loses|losing|defeat\w*|victory|victories|pass(?:ed)?|"
    r"score[ds]?|scoring|lead|leads|led|draw|drew|drawn|tie|tied"
    r"|vote[ds]?|margin|final|match|game|goals?|up|down|ahead|win,|result|loss)\b[^.;]{0,40}$"
)


_LAWS = re.compile(r"\b(?:Law|Pub\. L\.|P\.L|[Nn]umber|Table|Figure|[Ff]ig\.|Exhibit|Form)\s$")


def _range(match: re.Match[str], _: Style) -> str:
    """Say ``5-10``, a score of ``3-2``, and pages ``123-45``."""
    first, last = match[1], match[2]
    if (first, last) == ("24", "7"):
        return "twenty four seven"
    if len(first) < 4 and len(last) > 4 and (first + last).isdigit() and " " not in match[0]:
        return f"{digits(first)}, {digits(last)}"
    if " " in match[0] and len(first) < 4 and len(last) == 4 and "1500" < last < "2100":
        return f"{_number(first)} – {year(last)}"
    low, high = float(first.replace(",", "")), float(last.replace(",", ""))
    shortened = len(last) < len(first) and (first + last).isdigit() and first[-len(last) :] < last
    score = (high < low < 100 or low == high < 20) and (" " not in match[0] or "–" in match[0])
    if (first + last).isdigit() and _LAWS.search(match.string[max(0, match.start() - 12) : match.start()]):
        return f"{house(first)} {house(last)}"
    if low < high or shortened or score or _SCORES.search(match.string[max(0, match.start() - 60) : match.start()]):
        return f"{_number(first)} to {_number(last)}"
    return f"{_number(first)} - {_number(last)}"


def _number(text: str) -> str:
    if "." not in text and "," not in text and (len(text) > 6 or (len(text) > 1 and text[0] == "0")):
        return digits(text)
    return decimal(text)


_TEMPORAL = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Tt]ill|[Bb]y|[Dd]uring|[Cc]irca|[Yy]ear|[Ee]arly|[Ll]ate|[Bb]efore|"
    r"[Aa]fter|[Ff]rom|[Oo]f|[Tt]he|spring|summer|autumn|fall|winter|[Mm]id)"
    r"(?:\s(?:the|year|early|late|about|around|circa))?\s$"
)
_QUANTITY = re.compile(
    r"\b(?:over|about|some|nearly|almost|around|approximately|than|least|most|roughly|up to|only|exactly|"
    r"another|these|those|all|every|our|his|her|my|their|with|had|has|have|were|are)\s$",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r"[\s-](?:(?:young|old|new|more|other|different|armed|dead|good|such|or so|people's|men's|million|"
    r"thousand|hundred|small|large|British|American|French|German|of the|of them)\s)?"
    r"(?:people|men|women|children|persons|souls|soldiers|troops|horses?|miles|years|feet|yards|inches|"
    r"pounds|dollars|guineas|francs|copies|members|students|pupils"
    r"|homes|houses|words|pages|votes|days|hours|minutes|seconds|weeks|months|times|tons|ships|acres|"
    r"inhabitants|residents|households|families|points|seats|employees"
    r"|workers|species|meters|metres|kilometers|kilometres|square|cubic|cattle|sheep|degrees|percent|per|"
    r"others|more|or so|calories|volts|watts|grams|kilograms|units|cases|deaths|prisoners)\b"
)
_OPENING = re.compile(r"\b(?:[Bb]y|[Ii]n|[Ss]ince|[Uu]ntil)\s$")
"""Before a year whose sentence goes on: "by 1941 more people came"."""
_PLURAL = re.compile(r"\s[a-z]{3,}(?<!ss)(?<!us)(?<!is)s\b")


def _counts(match: re.Match[str]) -> bool:
    """Whether four figures count things rather than name a year."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    things = _THINGS.match(match.string, match.end())
    if things and not (things[0].startswith((" more", " other")) and _OPENING.search(before)):
        return True
    if _TEMPORAL.search(before):
        return False
    quantity = bool(_QUANTITY.search(before))
    return bool(_PLURAL.match(match.string, match.end())) and (quantity or match["number"].endswith(("00", "50")))


_NUMBERED = re.compile(r"\b(?!(?:A\.D|B\.C|U\.S|U\.K|E\.U|U\.N|T\.V)\s)(?:[A-Z]\.){1,5}[A-Z]\s$")
"""A spelled acronym before five figures or more, as in catalogues: ``HD 209458``."""
_CODES = re.compile(
    r"\b(?:code|PIN|pin|number is|ending in|zip|ZIP|digits|serial|account|password|OTP|otp|dial|dialed|"
    r"dialled|PNR|pnr)\s(?:is\s|of\s|was\s)?$"
)


def _plain(match: re.Match[str], _: Style) -> str:
    """Say a number that no other rule knows: a year, a count or a string of figures."""
    sign = "minus " if match["sign"] else ""
    said = f"{sign}{_figures(match, match['number'])}"
    return said + (" " if match.string[match.end() : match.end() + 1].isalpha() else "")


def _figures(match: re.Match[str], figures: str) -> str:
    before = match.string[max(0, match.start() - 24) : match.start()]
    if "." in figures or "," in figures:
        return decimal(figures)
    if len(figures) > 1 and figures[0] == "0":
        return digits(figures, "oh" if len(figures) == 2 else "zero")
    if _may_be_year(figures, before) and not (match["sign"] or _counts(match)):
        return year(figures)
    code = (len(figures) > 2 and _CODES.search(before)) or (len(figures) > 4 and _NUMBERED.search(before))
    long = len(figures) > 6 and not figures.endswith("000")
    return digits(figures) if code or long else cardinal(figures)


def _may_be_year(figures: str, before: str) -> bool:
    """Four figures from 1100 to 2099 are a year as a rule, from 1010 on where the words before say so."""
    if len(figures) != 4 or _CODES.search(before):
        return False
    return "1100" <= figures <= "2099" or bool("1010" <= figures < "1100" and _TEMPORAL.search(before))


def _plural(match: re.Match[str], _: Style) -> str:
    """Say ``the 747s``, ``in threes`` written with figures."""
    figures = match[1]
    return plural(year(figures) if len(figures) == 3 else cardinal(figures))


RANKS = (
    figured(rf"{EDGE}(\d{{2,4}})s\b(?!')", _plural),
    figured(
        r"(?<![\w.,/-])([1-9])/(\d{1,2})(?:st|nd|rd|th)(?=\s(?:[A-Z]|[Bb]attalion))",
        lambda match, _: f"{ordinal(match[1])} {ordinal(match[2])}",
        "/",
    ),
    figured(
        r"(?<![\w.,$£€/-])(\d\.\d)/(5|10)(?![\w/]|[.,]\d)",
        lambda match, _: f"{decimal(match[1])} out of {cardinal(match[2])}",
        "/",
    ),
    figured(
        rf"{EDGE}(?<!-)(?:(?P<whole>\d{{1,4}})[\s-])?(?P<top>{INTEGER})\s?[/⁄]\s?(?P<bottom>{INTEGER})"
        r"(?:ths?|rds?|nds?|TH|RD|ND)?(?![\w]|[/.,]\d|-\d|/)",
        _fraction,
    ),
    figured(r"(?<=\d)(st|nd|rd|th)\s?[-–—]\s?(?=\d{1,4}(?:st|nd|rd|th)\b)", lambda match, _: f"{match[1]} to "),
    figured(rf"(?<!\w)(?<!\d[.,])({INTEGER})(st|nd|rd|th|ST|ND|RD|TH)\b(?!')", _ranked),
    figured(
        r"(?<![\w.,])(\d{0,2}[23])d\b"
        r"(?=\s(?:of\b|day\b|inst|[A-Z][a-z]+|century|street|floor|edition|regiment|volume|class))",
        _short_rank,
    ),
)
RULES = (
    figured(r"(?<![\w.,])\d{1,4}(?:\.\d{1,4}){2,4}(?![\w]|\.\d)", _version, "."),
    figured(rf"{EDGE}(?<!-)({NUMBER})\s?[-–—]\s?({NUMBER})(?![\w]|[.,]?\d|[-/]\w|\s?=)", _range),
    figured(rf"(?<!\d[.,])(?P<sign>(?:(?<![\w)\]])-|−))?(?P<number>{NUMBER})(?!\d)", _plain),
    figured(r"\d{1,400}", lambda match, _: f" {digits(match[0])} "),
)
