"""Titles, abbreviations and addresses."""

from __future__ import annotations

import re
from functools import cache

from audiobook.spoken.numbers import digits, house, ordinal
from audiobook.spoken.rules import Style, alternatives, figured, rows, rule, stop

__all__ = ["ADDRESSES", "RULES"]

_CAPITAL = r"(?=\s?[\"'(]?[A-Z])"
_FIGURE = r"(?=\s?(?:\d|[IVXLC]+\b|[ivx][ivxlc]*\b))"


@cache
def _table(where: str) -> dict[str, str]:
    return {row[0]: row[1] for row in rows("english/titles.tsv") if row[2] == where}


def _names(where: str) -> str:
    return alternatives(_table(where))


def _any(match: re.Match[str], _: Style) -> str:
    return _table("any")[match[1]] + stop(match)


def _dotted(match: re.Match[str], _: Style) -> str:
    return _table("dot")[match[1]] + stop(match)


def _title(match: re.Match[str], _: Style) -> str:
    """Say ``Col. Mustard``, ``Capt Hook``; "Gen." behind a name is left to its context."""
    return _table("name").get(match[1]) or _table("dotname")[match[1]]


def _ranked(match: re.Match[str], _: Style) -> str:
    """Say ``the Col. said``, ``Lt. Col. was``."""
    return f"{match[1]}{_table('name').get(match[2]) or _table('dotname')[match[2]]}"


def _behind(match: re.Match[str], _: Style) -> str:
    """Say ``Jr.``, ``& Co.``, ``Fifth Ave.`` behind a name."""
    if match[2] in {"Sr", "Jr"} and match[1].startswith(("and", "&")):
        return match[0] if match[2] == "Jr" else f"{match[1]}Sister"
    return match[1] + _table("after")[match[2]] + stop(match)


def _numbered(match: re.Match[str], _: Style) -> str:
    """Say ``Vol. 3``, ``p. 5``, ``pp. 12-15``."""
    return _table("number")[match[1]] + ("" if match.string[match.end() : match.end() + 1].isspace() else " ")


def _number_sign(match: re.Match[str], _: Style) -> str:
    """Say ``No. 5``, ``No 10``, ``№ 7``, ``#3``."""
    word = {"N": "Number", "n": "number"}.get(match[0][0], "number")
    return word + ("" if match.string[match.end() : match.end() + 1].isspace() else " ")


def _dated(match: re.Match[str], _: Style) -> str:
    return _table("year")[match[1]] + ("" if match.string[match.end() : match.end() + 1].isspace() else " ")


_NAME_BEFORE = re.compile(
    r"(?:\b(?:[A-Z][a-z']+|\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|[a-z]+(?:teenth|ieth|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)))\s$"
)
_NAME_AFTER = re.compile(r"\s?[\"'(]?([A-Z][A-Za-z'-]*)")


def _saint(match: re.Match[str], _: Style) -> str:
    """Say ``St.``: Saint before a name, Street behind one."""
    before = _NAME_BEFORE.search(match.string[max(0, match.start() - 30) : match.start()])
    after = _NAME_AFTER.match(match.string, match.end())
    ends = bool(stop(match))
    if after and not (before and ends):
        return "Saint"
    if before:
        return f"Street{stop(match)}"
    return match[0]


def _doctor(match: re.Match[str], _: Style) -> str:
    """Say ``Dr.``: Doctor before a name, Drive behind one."""
    before = _NAME_BEFORE.search(match.string[max(0, match.start() - 30) : match.start()])
    after = _NAME_AFTER.match(match.string, match.end())
    starter = before and before[0].strip() in {
        "Mr",
        "Mrs",
        "And",
        "But",
        "The",
        "Said",
        "Ask",
        "Then",
        "When",
        "Yes",
        "No",
        "Dear",
        "Good",
        "Well",
    }
    if before and not starter and (not after or stop(match)):
        return f"Drive{stop(match)}"
    return "Doctor"


_ROADS = {
    "St": "Street", "Ave": "Avenue", "Av": "Avenue", "Dr": "Drive", "Rd": "Road", "Blvd": "Boulevard", "Ln": "Lane",
    "Ct": "Court", "Pl": "Place", "Sq": "Square", "Hwy": "Highway", "Pkwy": "Parkway", "Expy": "Expressway",
    "Expwy": "Expressway", "Ter": "Terrace", "Cir": "Circle", "Pk": "Park", "Tpke": "Turnpike", "Fwy": "Freeway",
    "Street": "Street", "Avenue": "Avenue", "Drive": "Drive", "Road": "Road", "Boulevard": "Boulevard", "Lane": "Lane",
    "Court": "Court", "Place": "Place", "Square": "Square", "Way": "Way", "Highway": "Highway", "Terrace": "Terrace",
    "Parkway": "Parkway",
}  # fmt: skip
_SIDES = {
    "N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "NW": "Northwest", "SE": "Southeast",
    "SW": "Southwest",
}  # fmt: skip


def _address(match: re.Match[str], _: Style) -> str:
    """Say ``1428 Elm St.`` and ``708 N 1st St``."""
    side = f" {_SIDES[match[2].strip(' .')]}" if match[2] else ""
    name = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", lambda found: ordinal(found[1]), match[3])
    road = _ROADS[match[4].rstrip(".").capitalize()]
    tail = match[5] or ""
    behind = _SIDES.get(tail.strip(" ."), "")
    return f"{house(match[1])}{side} {name} {road}{' ' + behind if behind else ''}{'' if behind else stop(match)}"


def _place(match: re.Match[str], _: Style) -> str:
    """Say ``Santa Clara, CA 95051``."""
    states = {row[0]: row[1] for row in rows("english/states.tsv")}
    said = f"{match[1]}{states[match[2]]}"
    if match[3]:
        said += f"{match[3].rstrip()} {digits(match[4])}"
        if match[5]:
            said += f" {digits(match[5])}"
    return said


_LANDS = (
    "Germany|Berlin|America|Ireland|Africa|Korea|Pole|Dakota|Carolina|Virginia|Australia|Asia|Europe|Wales|England|Yorkshire"
    "|Riding|Vietnam|Yemen|Rhodesia|Indies|Lancashire|Midlands"
)


def _side(match: re.Match[str], _: Style) -> str:
    """Say ``E. Germany``, ``N. Ireland``, ``W. 42nd St.``."""
    southern = match.string.startswith(("Ireland", "Rhodesia"), match.end())
    return f"{_SIDES[match[1]]}{'ern' if southern else ''} "


def _state(match: re.Match[str], _: Style) -> str:
    states = {row[2]: row[1] for row in rows("english/states.tsv") if len(row) > 2}
    return match[1] + states[match[2]] + stop(match)


_STATES = alternatives(row[0] for row in rows("english/states.tsv"))
_OLD_STATES = alternatives(row[2] for row in rows("english/states.tsv") if len(row) > 2)
_ROAD = "|".join(sorted(_ROADS, key=len, reverse=True))

ADDRESSES = (
    figured(
        rf"(?<![\w.,$£€/-])(\d{{1,5}})\s((?:[NSEW]|NE|NW|SE|SW)\.?\s)?((?:(?:[A-Z][A-Za-z']+|\d{{1,3}}(?:st|nd|rd|th))\s){{0,3}}?"
        rf"(?:[A-Z][A-Za-z']+|\d{{1,3}}(?:st|nd|rd|th)))\s({_ROAD}|(?:st|hwy|ave|dr|rd|blvd)\b)(?![a-z])\.?((?:\s(?:[NSEW]|NE|NW|SE|SW)\b\.?)?)",
        _address,
    ),
    figured(rf"(\b[A-Z][a-z]+(?:\s?,)?\s)({_STATES})\b(?!\.[A-Z])(?:(,?\s)(\d{{5}})(?:-(\d{{4}}))?(?!\d))", _place),
    rule(rf"(\b[A-Z][a-z]+\s?,\s)({_STATES})\b(?!\.\w|['\w])(?P<three>(?!))?(?P<four>(?!))?(?P<five>(?!))?", _place),
    rule(rf"(\b[A-Z][a-z]+\s?,\s)({_OLD_STATES})(?!\w)", _state),
    rule(rf"(?<![\w.])([NSEW])\.\s(?=(?:{_LANDS})\b|\d{{1,3}}(?:st|nd|rd|th)\s(?:St|Ave)\b)", _side, "."),
    rule(r"()\b((?:Ala|Ariz|Calif|Conn|Fla|Kans|Mich|Minn|Nebr|Okla|Tenn|Wis|Wyo)\.)(?!\w)", _state),
)


_MADE = {"ed": "edited", "Ed": "Edited", "trans": "translated", "Trans": "Translated"}
_FORMATS = {"4to": "quarto", "8vo": "octavo", "12mo": "duodecimo", "16mo": "sextodecimo"}


def _folded(match: re.Match[str], _: Style) -> str:
    """Say the sizes of old books."""
    return _FORMATS[match[1]]


_BEHIND_NAME = r"((?:[A-Z][\w'-]*(?: 's)?|&|and|\d{1,3}(?:st|nd|rd|th))(?:\s?,)?\s(?:\()?)"


def _circa(match: re.Match[str], _: Style) -> str:
    return f"{_table('year')[match[1]]} circa " if match[1] else "circa "


_CIRCA = r"(?:c\.|ca\.?)\s?(?=\d|A\.?D\.?\s\d)"


def _edition(match: re.Match[str], _: Style) -> str:
    return f"{match[1]} edition{stop(match)}"


YEARS = (
    figured(rf"(?<=\d)\s?[-–—]\s?(?={_CIRCA})", lambda *_: " to ", "c"),
    figured(rf"(?<![\w.])(?:({_names('year')})\.?\s)?{_CIRCA}|(?<![\w.])c(?=1\d{{3}}\b)", _circa, "c"),
    figured(
        r"(?<![\w.])(b|d|bapt)\.\s(?=\d{1,2}(?:st|nd|rd|th)?\s[A-Z][a-z]|[A-Z][a-z]+\.?\s\d)",
        lambda match, _: {"b": "born ", "d": "died ", "bapt": "baptized "}[match[1]],
        ".",
    ),
    figured(
        r"(?<=[,;(]\s)m\.\s(?=1\d{3}\b|\d{1,2}(?:st|nd|rd|th)?\s[A-Z][a-z]|[A-Z][a-z]+\.?\s\d)",
        lambda *_: "married ",
        "m.",
    ),
    figured(r"(?<=\d(?:st|nd|rd|th))\s?c\.(?=\s?(?:BC|AD|CE|B\.C|A\.D|[,;)]|[a-z]{3}|$))", lambda *_: " century", "c."),
    figured(r"(?<!\w)(N|n)o\.\s?(?=\d)", lambda match, _: f"{match[1]}umber ", "o."),
    rule(rf"(?<![\w.])(?!ca?\.)({_names('number')})\.(?=\s?(?:[IVXLC]{{1,8}}|[ivx][ivxlc]{{0,7}})\b)", _numbered, "."),
    figured(r"§§\s?(?=\d)", lambda *_: "sections ", "§"),
    figured(rf"(?<![\w.])({_names('early')})\.(?=\s?\d)", lambda match, _: _table("early")[match[1]], "."),
    rule(r"(?<!\w)w/o\b", lambda *_: "without", "w/"),
    rule(r"(?<!\w)w/(?=\s)", lambda *_: "with", "w/"),
    figured(rf"(?<![\w.])({_names('year')})\.\s?(?=[12]?\d{{3}}\b)", _dated, "."),
    figured(r"(?<!\w)(\d{0,2}(?:1st|2nd|3rd|\dth))\s[Ee]d\.", _edition, "d."),
)
"""Before dates, which would take their figures."""
RULES = (
    rule(r"\b([Dd]r)\b\.?(?=\s?[A-Z\s.,;:?!)]|$)", _doctor),
    rule(r"\bRt\.?\sHon\b\.?", lambda *_: "Right Honorable", "Rt"),
    rule(r"\b([Ee]d|[Tt]rans)\.\s(?=by\b)", lambda match, _: f"{_MADE[match[1]]} ", "by"),
    rule(r"(?<=\()(\s?)(eds?)\.(?=\s?\))", lambda match, _: f"{match[1]}editor{match[2][2:]}", "ed"),
    figured(r"(?<=\d)\s?pp\b\.?(?!\s?\d)", lambda match, _: f" pages{stop(match)}", "pp"),
    rule(r"\b(St)\b\.?(?=[\s.,;:?!)'\"]|$)", _saint, "St"),
    figured(
        r"(?<!\w)(?:[Nn]o\.\s?(?=\d|[A-Z]{1,3}-?\d|[A-Z]{2,3}\s\d)|(?<=[a-z,]\s)No\s(?=\d{1,4}\b(?![-\s](?:more|of|other|year)))|№\s?(?=\d)|#\s?(?=\d))",
        _number_sign,
    ),
    rule(rf"(?<![\w.])({_names('number')})\.{_FIGURE}", _numbered, "."),
    figured(r"(?<![\w.])(pp?|vol|ch|Vol|Ch|Fig|fig)(?=\s\d)", _numbered),
    figured(rf"(?<![\w.])({_names('year')})\.?(?=\s?[12]\d{{3}}\b)", _dated),
    rule(rf"(?<![\w.])({_names('any')})\b\.?", _any),
    rule(rf"(?<![\w.])({_names('dot')})\.", _dotted, "."),
    rule(rf"(?<![\w.])({_names('dotname')})\.(?=\s?[A-Z])", _title, "."),
    rule(
        r"\b((?:[Tt]he|[Oo]ur|[Tt]his|[Tt]hat|Lieutenant|Major|Lt\.|Maj\.)\s)(Col|Gen|Capt|Sgt|Lt|Maj|Gov|Prof|Rev|Supt|Insp)\.(?=\s[a-z])",
        _ranked,
        ".",
    ),
    rule(r"\b(Maj|Lt|Brig)\.(?=-(?:Gen|Col|Cmdr)\b)", _title, "-"),
    rule(r"\b([ST])/Sgt\b\.?", lambda match, _: f"{'Staff' if match[1] == 'S' else 'Technical'} Sergeant", "/"),
    rule(r"\bSec\.(?= of\b)", lambda *_: "Secretary", "Sec"),
    rule(rf"(?<![\w.])({_names('name')})\b(?:\.(?=\s?[A-Z])|(?=\s[A-Z][a-z]))", _title),
    rule(
        r"((?:^|\b(?:in|of|at|near|from|to|north|south|east|west|across)\s|,\s))Co\.(?=\s[A-Z][a-z])",
        lambda match, _: f"{match[1]}County",
        "Co.",
    ),
    rule(rf"(?<!\w){_BEHIND_NAME}({_names('after')})\b\.?(?![\w-])", _behind),
    rule(rf"^({_names('after')})\.$", lambda match, _: f"{_table('after')[match[1]]}.", "."),
    rule(r"(?<!\w)&c\.?(?!\w)", lambda match, _: f"et cetera{stop(match)}", "&"),
    rule(r"\b[Ee]\.\s?g\.(?:,(?=\s))?", lambda match, _: "for example" + ("," if match[0].endswith(",") else ""), "g."),
    rule(r"\b[Ii]\.\s?e\.(?:,(?=\s))?", lambda match, _: "that is" + ("," if match[0].endswith(",") else ""), "e."),
    figured(r"(?<![\w.])(4to|8vo|12mo|16mo)\b", _folded),
    rule(r"\bp\.\s?c\.(?!\s?\d)", lambda match, _: f"per capita{stop(match)}", "p."),
    rule(r"\bp\.\s?a\.", lambda match, _: f"per annum{stop(match)}", "p."),
    rule(r"(?<=[A-Z][a-z] )v\.?(?= [A-Z])|(?<=[a-z.] )v\.(?= [A-Z])", lambda *_: "versus", "v"),
)
