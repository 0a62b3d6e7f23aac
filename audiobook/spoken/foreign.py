"""What French, German, Spanish, Italian, Portuguese and Dutch texts write with figures: times, money, units, ranks.

`languages` says the plain numbers behind these rules; every rule here turns figures into words of the
same language, from one table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial

from audiobook.spoken.roman import roman
from audiobook.spoken.rules import alternatives, rows

__all__ = ["abbreviations", "decimal", "knows", "speak"]

_Sayer = Callable[[str, re.Match[str]], str]

_MONTHS = {
    "de": "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
    "it": "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
}


@cache
def _words(language: str, kind: str) -> dict[str, tuple[str, str]]:
    """Written form -> words for one and for many."""
    return {row[2]: (row[3], row[4]) for row in rows("foreign/words.tsv") if row[:2] == (language, kind)}


def speak(text: str, language: str) -> str:
    """Say times, money, units, ranges, rulers and centuries of a text.

    Args:
        text: A sentence or a paragraph, cleaned.
        language: Base code; a language without a table is left alone.
    """
    if not knows(language):
        return text
    for pattern, say in _rules(language):
        text = pattern.sub(partial(say, language), text)
    return text


def abbreviations(text: str, language: str) -> str:
    """Say the abbreviations of a text; the stop of one that ends the text stays.

    Args:
        text: A sentence or a paragraph, cleaned.
        language: Base code; a language without a table is left alone.
    """
    found = _abbreviations(language)
    return found[0].sub(partial(_said, found[1]), text) if found else text


def _said(words: tuple[str, ...], match: re.Match[str]) -> str:
    said = words[(match.lastindex or 1) - 1]
    return f"{said}." if match[0][-1] == "." and _closes(match) else said


def _closes(match: re.Match[str]) -> bool:
    return not match.string[match.end() :].strip("\"')]»”’ ")


@cache
def _abbreviations(language: str) -> tuple[re.Pattern[str], tuple[str, ...]] | None:
    """Return a pattern with a group for each abbreviation, the longest first, and what is said for each."""
    found = sorted((row[1:] for row in rows("foreign/abbreviations.tsv") if row[0] == language), key=_longest)
    # "M. le maire" is a name too; "5 Fr." are francs.
    shape = {
        "name": r"((?<!\d\s){}(?=\s(?:[A-ZÀ-ÖØ-Þ]|l[ea]\s|[ld]'|de\s)))",
        "woman": r"({}(?=\s[A-ZÀ-ÖØ-Þ]\w*a\b))",
        "figure": r"({}(?=\s?\d))",
        "": r"({}(?!\w))",
    }
    parts = "|".join(shape[needs].format(re.escape(written)) for written, _, needs in found)
    return (re.compile(rf"(?<![\w.])(?:{parts})"), tuple(said for _, said, _ in found)) if found else None


def _longest(row: tuple[str, ...]) -> tuple[int, bool]:
    return -len(row[0]), row[2] != "woman"


def _number(language: str, figures: str, to: str = "cardinal") -> str:
    from num2words import num2words

    return str(num2words(int(figures), lang=language, to=to))


def knows(language: str) -> bool:
    """Whether there is a table for a language."""
    return bool(_words(language, "range"))


def decimal(language: str, whole: str, part: str, *, minus: bool = False) -> str:
    """Say a number with its decimals.

    Args:
        language: Base code of a language that `knows`.
        whole: Figures before the comma.
        part: Figures behind it.
        minus: Whether it is below zero.
    """
    said = _number(language, whole)
    if minus:
        said = f"{_number(language, '-1').rpartition(' ')[0]} {said}"
    figures = [*part] if part[0] == "0" or len(part) > 2 or language == "de" else [part]
    return " ".join([said, _words(language, "comma")[""][0], *(_number(language, figure) for figure in figures)])


def _hour(language: str, hour: str) -> str:
    """Say an hour's number, which is feminine in French and Spanish."""
    said = _number(language, hour)
    if language == "es":
        return re.sub(r"(?:uno|ún)$", "una", said)
    return "une" if language == "fr" and int(hour) == 1 else said


def _time(language: str, match: re.Match[str]) -> str:
    hour, minute = match["hour"], match["minute"]
    one, many = _words(language, "hour")[""]
    said = _hour(language, hour)
    word = one if int(hour) in {0, 1} else many
    if not minute or minute == "00":
        return f"{said} {word}" if language in {"fr", "de", "nl"} else said
    return " ".join(filter(None, (said, word, _number(language, minute))))


def _count(language: str, whole: str) -> str:
    """Say a number before a noun."""
    one = {"es": "un", "fr": "un", "pt": "um", "it": "un", "de": "ein", "nl": "één"}
    return one[language] if whole == "1" else _number(language, whole)


def _money(language: str, match: re.Match[str]) -> str:
    one, many = _words(language, "money")[match["sign"]]
    whole, part = re.sub(r"\D", "", match["whole"]), match["part"]
    name = one if int(whole) == 1 else many
    said = f"{_count(language, whole)} {name}"
    if not part or not int(part):
        return said
    return " ".join(filter(None, (said, _words(language, "cents")[""][0], _number(language, part.ljust(2, "0")))))


def _measure(language: str, match: re.Match[str]) -> str:
    one, many = _words(language, "unit")[match["unit"]]
    single = match["whole"] == "1" and not match["part"]
    whole = re.sub(r"\D", "", match["whole"])
    said = decimal(language, whole, match["part"]) if match["part"] else _count(language, whole)
    return f"{said} {one if single else many}"


def _range(language: str, match: re.Match[str]) -> str:
    return f"{match[1]} {_words(language, 'range')[''][0]} {match[2]}"


def _counted(language: str, match: re.Match[str]) -> str:
    """Say ``chapitre IV`` and ``siglo XIX``."""
    value = roman(match[2])
    return f"{match[1]} {_number(language, str(value))}" if value else match[0]


def _ruler(language: str, match: re.Match[str]) -> str:
    """Say ``Louis XIV``, ``Felipe II``, ``Ludwig XIV.`` as each language counts its kings."""
    value = roman(match[2])
    if not value:
        return match[0]
    if language == "fr":
        return f"{match[1]} {'premier' if value == 1 else _number(language, str(value))}"
    if language in {"es", "pt"} and value > 10:
        return f"{match[1]} {_number(language, str(value))}"
    rank = _rank(language, value)
    article = {"de": "der ", "nl": "de "}.get(language, "")
    return f"{match[1]} {article}{rank.capitalize() if language == 'de' else rank}"


def _rank(language: str, value: int) -> str:
    """An ordinal; num2words' Portuguese and Spanish ones are masculine."""
    return _number(language, str(value), "ordinal")


def _century(language: str, match: re.Match[str]) -> str:
    """Say ``XIXe siècle`` and ``XIX secolo``."""
    value = roman(match[1])
    return f"{_rank(language, value)}{match[2]}" if value else match[0]


def _feminine(language: str, match: re.Match[str]) -> str:
    """Say ``2ª``."""
    return re.sub(r"o\b", "a", _rank(language, int(match[1])))


def _decade(language: str, match: re.Match[str]) -> str:
    """Say ``die 1920er Jahre``."""
    return f"{_number(language, match[1], 'year')}er"


def _german_rank(language: str, match: re.Match[str]) -> str:
    """Say ``3. März``: "dritte" behind an article, "dritten" behind a preposition, "dritter" alone."""
    before = (match["before"] or "").strip().lower()
    ending = "e" if before in {"der", "die", "das"} else "n" if before else "r"
    rank = _rank(language, int(match["day"]))
    return f"{match['before'] or ''}{rank}{'' if ending == 'e' else ending}"


def _german_date(language: str, match: re.Match[str]) -> str:
    """Say ``am 1.5.1886``."""
    before = match["before"] or ""
    ending = "n" if before else "r"
    day, month = (_rank(language, int(match[part])) + ending for part in ("day", "month"))
    return f"{before}{day} {month} {_number(language, match['year'], 'year')}"


@cache
def _rules(language: str) -> tuple[tuple[re.Pattern[str], _Sayer], ...]:
    whole = r"(?P<whole>\d{1,3}(?:[ .\u00a0\u202f]\d{3})+(?!\d)|\d{1,15})"
    number = rf"(?<![\w.,]){whole}(?:,(?P<part>\d{{1,6}}))?"
    names = {kind: next(iter(_words(language, kind)), "(?!)") for kind in ("century", "counted", "ruler")}
    signs = alternatives(_words(language, "money"))
    hour = {"de": r"(?:\sUhr\b)?", "nl": r"(?:\suur\b)?"}.get(language, r"(?:\s?h\b)?")
    rules: list[tuple[str, _Sayer]] = [
        (rf"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])[:](?P<minute>[0-5]\d)(?![\w:]|[.,]\d){hour}", _time),
        (rf"(?<![\w$])(?P<sign>{signs})\s?{whole}(?:,(?P<part>\d{{1,2}}))?(?![\w]|[.,]\d)", _money),
        (rf"(?<![\w.,]){whole}(?:,(?P<part>\d{{1,2}}))?\s?(?P<sign>{signs})(?!\w)", _money),
        (rf"{number}\s?(?P<unit>{alternatives(_words(language, 'unit'))})(?![\w/²³])", _measure),
        (r"(?<![\w.,-])(\d{1,4})\s?[-–]\s?(\d{1,4})(?![\w]|[.,]\d|[-–]\d)", _range),
        (rf"\b({names['counted']})\s([IVXLC]{{1,8}})\b", _counted),
        (rf"\b({names['ruler']})\s([IVX]{{1,8}})(?:er|ᵉʳ)?\b{'[.]?' if language == 'de' else ''}(?!\w)", _ruler),
        (rf"\b([IVXL]{{1,8}})(?:e|ème|ᵉ|º)?(\s(?:{names['century']}))", _century),
    ]
    if language == "fr":
        rules += [
            (r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])\s?h(?:\s?(?P<minute>[0-5]\d))?(?![\w])", _time),
            (r"\b([IVX]{1,6})(?:e|ème|ᵉ)(\b)", _century),
        ]
    if language == "it":
        rules.insert(0, (rf"(?<![\w.,])1[°º](?=\s(?:{_MONTHS['it']})\b)", lambda _language, _match: "primo"))
    if language in {"es", "it", "pt"}:
        rules.append((r"(?<![\w.,])(\d{1,4})\.?ª", _feminine))
    if language == "de":
        rules += [
            (r"(?<![\w.,])(\d{2,4})er\b", _decade),
            (r"(?<=[a-zß])str\.(?=\s?\d)", lambda _language, _match: "straße"),
        ]
        rules.insert(0, (r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-4])\.(?P<minute>[0-5]\d)\sUhr\b", _time))
        before = r"(?P<before>\b(?:[Aa]m|[Vv]om|[Zz]um|[Ii]m|[Bb]is|[Dd](?:er|ie|as|em|en|es)|[Ss]eit dem)\s)"
        date = rf"(?:{_MONTHS['de']}|Jahrhunderts?|Kapitel|Stock|Jahrestag|Geburtstag|Klasse|Auflage|Band|Weltkriegs?)"
        rules[:0] = [
            (
                rf"{before}?(?<![\w.,])(?P<day>\d{{1,2}})\.\s?(?P<month>1[0-2]|0?[1-9])\.\s?(?P<year>\d{{4}})(?!\w)",
                _german_date,
            ),
            (rf"{before}?(?<![\w.,])(?P<day>\d{{1,2}})\.(?=\s{date}\b)", _german_rank),
            (rf"{before}(?P<day>\d{{1,2}})\.(?=\s[a-zäöüA-ZÄÖÜ])", _german_rank),
        ]
    return tuple((re.compile(pattern), say) for pattern, say in rules)
