"""What a line says when it is a heading: "CHAPTER IV.", "Book the First", "PREFACE", "Table of Contents"."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Literal, cast

__all__ = ["Heading", "HeadingKind", "number_of", "recognize"]

HeadingKind = Literal[
    "part", "chapter", "own", "section", "front", "back", "bare", "contents", "illustrations", "notes", "adverts"
]
"""``part`` stands above chapters, ``section`` below; ``own`` is a numbered word of the book's own making, which only
a sequence of them proves a heading; ``front`` and ``back`` are named matter that is read;
``bare`` is a numeral without a word; ``contents``, ``illustrations`` (a list of them), ``notes`` and
``adverts`` head matter that is not read as a chapter."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A recognized heading."""

    kind: HeadingKind
    word: str = ""
    """The division's own word, folded ("chapter", "letter", "act", "preface"); empty for a bare numeral."""
    number: int | None = None
    """None when it has none or says "the last"."""
    style: str = ""
    """How the number is written: ``roman``, ``arabic``, ``word``, ``counted`` (with a counter: 第三章) or empty."""
    title: str = ""
    """What follows the number, without the punctuation between."""


_WORDS: dict[str, dict[str, list[str]]] = tomllib.loads(
    resources.files("audiobook.ingest").joinpath("headings.toml").read_text("utf-8")
)
_FRONT = frozenset(_WORDS["matter"]["front"])
_BACK = frozenset(_WORDS["matter"]["back"])
_NAMED = {name: cast("HeadingKind", kind) for kind, names in _WORDS["named"].items() for name in names}
_NUMBER_WORDS = {word: int(number) for number, words in _WORDS["number"].items() for word in words}
_COMPOUND_NUMBERS = {
    ten + unit: tens + units
    for ten, tens in _NUMBER_WORDS.items()
    if tens in range(20, 100, 10) and ten.endswith("ty")
    for unit, units in _NUMBER_WORDS.items()
    if units < 10
}
_ROMAN = re.compile(r"(?=[mdclxvi])m{0,3}(cm|cd|d?c{0,4})(xc|xl|l?x{0,4})(ix|iv|v?i{0,4})j?", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "j": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_ALL_WORDS = {word: cast("HeadingKind", kind) for kind, words in _WORDS["division"].items() for word in words}
_WORD = "|".join(sorted(map(re.escape, _ALL_WORDS), key=len, reverse=True))
_NUMBER = r"(?:\d{1,4}(?:st|nd|rd|th|er|e)?|[ivxlcdmj]{1,9}|[^\W\d_]+(?:[-\s][^\W\d_]+)?)"
_WORD_FIRST = re.compile(
    rf"(?P<word>{_WORD})\.?\s+(?:the\s+|no\.?\s*|number\s+)?(?P<number>{_NUMBER})"
    rf"(?P<gap>\s*[-.:,;—–)\]|]+\s*|\s+|$)(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER_FIRST = re.compile(
    rf"(?:the\s+)?(?P<number>{_NUMBER})[-\s]+(?P<word>{_WORD})(?P<gap>\s*[-.:,;—–]+\s*|$)(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
_BARE = re.compile(r"[\[(§]?\s*(?P<number>\d{1,3}|[ivxlcdmj]{1,9})\s*[.\])]?", re.IGNORECASE)
_NUMBER_TITLE = re.compile(
    r"(?P<number>\d{1,3}|[IVXLCDMJ]{1,9}|[ivxlc]{1,9}(?=\.))(?P<gap>\s*[.:)—–]+-*\s*|\s*--\s*|\s+-\s+)(?P<title>\S.*)",
    re.DOTALL,
)
_OWN_WORD = re.compile(
    r"(?P<word>[A-Z][^\W\d_]{2,20}(?: [A-Z][^\W\d_]{2,20})?)\.?\s+"
    r"(?:[Nn][Oo]\.?\s*)?(?P<number>\d{1,3}|[IVXLC]{1,8})[.:]?"
)
_NO_DIVISION = frozenset(_WORDS["no_division"]["words"])
_SPELLED_BARE = re.compile(r"[^\W\d_]+(?:[-\s][^\W\d_]+)?\.?")


def number_of(word: str) -> tuple[int | None, str]:
    """Return the number that a word writes and how (``roman``, ``arabic``, ``word``); ``(None, "")`` for none."""
    folded = word.casefold().strip(" .")
    digits = re.fullmatch(r"(\d{1,4})(?:st|nd|rd|th|er|e)?", folded)
    if digits:
        return int(digits[1]), "arabic"
    if _ROMAN.fullmatch(folded):
        values = [_ROMAN_VALUES[letter] for letter in folded]
        total = sum(-v if i + 1 < len(values) and v < values[i + 1] else v for i, v in enumerate(values))
        return total, "roman"
    joined = re.sub(r"[-\s]+", "", folded)
    value = _NUMBER_WORDS.get(joined) or _COMPOUND_NUMBERS.get(joined)
    return (value, "word") if value else (None, "")


def recognize(text: str) -> Heading | None:
    """Return what the text says as a heading, or None when its words alone do not make it one.

    Only the words are judged; whether the text stands like a heading is for the caller to know.
    """
    line = " ".join(text.split()).strip("_*=~ —–-")
    if not line or len(line) > 300:
        return None
    return _counted(line) or _named(line) or _worded(line) or _bare(line) or _prefixed(line)


_COUNTERS: dict[str, HeadingKind] = {
    **dict.fromkeys("章回話话夜장화", "chapter"), **dict.fromkeys("卷巻部篇編编集幕부권편막", "part"),
    **dict.fromkeys("节節場场절", "section"),
}  # fmt: skip
_COUNTED = re.compile(
    r"(?:第[ ]?(?P<number>[〇零一二三四五六七八九十百千两兩]{1,9}|\d{1,4})[ ]?"
    r"(?P<word>[章回話话夜卷巻部篇編编集幕节節場场])"
    r"|제[ ]?(?P<korean>\d{1,4})[ ]?(?P<unit>[장화부권편막절])|(?P<plain>\d{1,4})[ ]?(?P<sign>[장화章話话]))"
    r"(?P<gap>[ ]*[:：.．、—–―-]*[ ]*)(?P<title>.*)"
)
_HAN_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}


def _counted(line: str) -> Heading | None:
    """Read the headings of Chinese, Japanese and Korean: 第三章 晚上, 第12話, 제1장."""
    match = _COUNTED.fullmatch(line)
    if not match:
        return None
    title = match["title"].strip()
    word = match["word"] or match["unit"] or match["sign"]
    if title and (len(title) > 60 or title[-1] in "。」，、" or "。" in title):
        return None
    # Right behind the number only a short title can stand; else "第一部电影" and the like begin sentences.
    if (
        title
        and not match["gap"]
        and (word not in "章節节" or len(title) > 12 or title[0] in "的是中里は的のがをにでもと")
    ):
        return None
    number = _han_number(match["number"] or match["korean"] or match["plain"])
    return Heading(_COUNTERS[word], word, number, "counted", title)


def _han_number(written: str) -> int:
    if written.isdecimal():
        return int(written)
    total = digit = 0
    if not _HAN_UNITS.keys() & set(written):
        return int("".join(str(_HAN_DIGITS[sign]) for sign in written))
    for sign in written:
        if sign in _HAN_UNITS:
            total += (digit or 1) * _HAN_UNITS[sign]
            digit = 0
        else:
            digit = _HAN_DIGITS[sign]
    return total + digit


def _worded(line: str) -> Heading | None:
    match = _WORD_FIRST.fullmatch(line)
    if match:
        word = match["word"].casefold()
        found = _numbered(word, match["number"], match["gap"], match["title"])
        if found:
            return found
    match = _NUMBER_FIRST.fullmatch(line)
    if match:
        number, style = number_of(match["number"])
        counted = match["number"].isdigit()  # "1 Watch" says who speaks; "1st Act" heads one
        if (style in {"word", "arabic"} and not counted) or match["number"].casefold() == "last":
            word = match["word"].casefold()
            return Heading(_ALL_WORDS[word], word, number, style, match["title"].strip())
    return None


def _numbered(word: str, written: str, gap: str, title: str) -> Heading | None:
    """Read "CHAPTER <written> <title>"; the number may be one or two words."""
    number, style = number_of(written)
    if style == "word" or number is not None or written.casefold() == "last":
        if title and not gap.strip() and title[0].islower():
            return None  # "no one came", "act i never saw": a sentence
        return Heading(_ALL_WORDS[word], word, number, style, title.strip())
    first, _, second = written.partition(" ")
    number, style = number_of(first)
    if second and (number is not None or first.casefold() == "last"):
        return Heading(_ALL_WORDS[word], word, number, style, f"{second}{gap}{title}".strip())
    return None


def _prefixed(line: str) -> Heading | None:
    """Read "Inferno: Canto I", and numbered things of the book's own making such as "FEDERALIST No. 10"."""
    head, colon, tail = line.partition(":")
    if colon and len(head) < 30:
        found = _worded(tail.strip())
        if found and found.kind in {"chapter", "section"}:
            return Heading(found.kind, f"{head.casefold()}: {found.word}", found.number, found.style, found.title)
    match = _OWN_WORD.fullmatch(line)
    if match and match["word"].casefold().rstrip(".") not in _NO_DIVISION:
        number, style = number_of(match["number"])
        if number is not None and (style != "roman" or match["number"].isupper()):
            return Heading("own", match["word"].casefold(), number, style)
    return None


def _bare(line: str) -> Heading | None:
    match = _BARE.fullmatch(line)
    if match:
        number, style = number_of(match["number"])
        return Heading("bare", "", number, style) if number else None
    if _SPELLED_BARE.fullmatch(line):
        number, style = number_of(line)
        return Heading("bare", "", number, style) if number and style == "word" else None
    match = _NUMBER_TITLE.fullmatch(line)
    if match:
        number, style = number_of(match["number"])
        return Heading("bare", "", number, style, match["title"].strip()) if number else None
    return None


def _named(line: str) -> Heading | None:
    folded = line.casefold().replace("’", "'").strip(" .:[]()-—–")
    kind = _NAMED.get(folded) or _NAMED.get(folded.removeprefix("the "))
    if kind:
        return Heading(kind, folded)
    if folded.startswith(("transcriber's note", "transcriber’s note", "transcribers note")) and len(folded) < 60:
        return Heading("notes", "transcriber's note")
    first, _, rest = folded.removeprefix("the ").removeprefix("a ").removeprefix("an ").partition(" ")
    first = first.rstrip(".:,;-—–")
    if number_of(first)[1] == "word" and rest.partition(" ")[0].rstrip(".:,;") in _FRONT | _BACK:
        first, _, rest = rest.partition(" ")  # "First Epilogue: 1813"
        first = first.rstrip(".:,;")
    if first in _FRONT | _BACK and _fits(rest):
        return Heading("front" if first in _FRONT else "back", first, number_of(rest)[0] if rest else None, "", rest)
    last = folded.rsplit(" ", 1)[-1]
    if last in {"preface", "introduction", "foreword", "prologue", "epilogue", "afterword"} and folded.count(" ") <= 3:
        return Heading("back" if last in _BACK else "front", last)
    return None


def _fits(rest: str) -> bool:
    """Is "preface <rest>" still a heading? "to the second edition" yes, "of the matter was that he" no."""
    return not rest or (len(rest) < 60 and not rest.endswith((",", ";")) and rest.count(" ") <= 9)
