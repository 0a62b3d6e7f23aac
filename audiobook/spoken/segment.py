"""Where sentences end, and where a long one may be cut.

Rules rather than a library: the ranges must cover every character of the text, in any script, at
hundreds of thousands of characters a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from audiobook.spoken.rules import hour_ends, words

__all__ = ["clauses", "sentences"]

Ranges = tuple[tuple[int, int], ...]

_CLOSERS = "\"'”’»›)\\]}」』）】〉》*_"
_OPENERS = "\"'“‘„‚«‹([{「『（【〈《¿¡—–-*_"

# Latin terminators need a blank (or the end) behind them; those of other scripts do not.
_END = re.compile(
    rf"(?P<latin>(?:[.!?…‽]|(?<=\.) (?=\.[ .]))+[{_CLOSERS}]*)(?=\s|$)"
    rf"|(?P<other>[。！？｡؟۔।॥։።᙮။៕]+[{_CLOSERS}]*)"
    r"|(?P<gap>\n[^\S\n]*\n)"
)
_WORD_BEFORE = re.compile(r"[\w.’'-]{1,24}$")
_BLANK = re.compile(r"\s*")
_ALSO_WORDS = frozenset({"no", "p", "c", "art", "very", "sec"})
"""Abbreviations that are words too, and end a sentence unless a figure follows."""
_START = re.compile(rf"[{re.escape(_OPENERS)}]*[^\W\d_][\w']*")
_INITIAL = re.compile(r"(?:^|[^\w.])(?:[^\W\d_]\.)*[^\W\d_]$")
_DATE_ORDINAL = frozenset({"de", "da", "nb", "nn", "no", "fi", "cs", "sk", "hu", "pl", "hr", "sl", "et", "is"})
"""Languages that write ordinals as a figure with a full stop."""


@cache
def _abbreviations(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Abbreviations that never end a sentence, and those that may, in small letters."""
    file = resources.files(__package__).joinpath("data", "abbreviations", f"{language}.txt")
    if not file.is_file():
        return frozenset(), frozenset()
    lines = file.read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    never = frozenset(word.lower() for word in words if not word.endswith("!"))
    return never, frozenset(word[:-1].lower() for word in words if word.endswith("!"))


def sentences(text: str, language: str = "en") -> Ranges:
    """Cut a text into sentences.

    Args:
        text: Any text, of one paragraph or of many; an empty line always ends a sentence.
        language: BCP 47 code, for its abbreviations.

    Returns:
        Half-open character ranges that cover the text without gap or overlap; blanks belong to the
        sentence before them. An empty text has none.
    """
    base = language.replace("_", "-").split("-")[0].lower()
    ranges = []
    start = 0
    content = _skip(text, 0)  # first character that is not blank; found once a sentence, or blanks cost their square
    for match in _END.finditer(text):
        if content >= match.end():
            continue
        end = _skip(text, match.end())
        if end < len(text) and match["latin"] and "\n\n" not in text[match.end() : end]:
            before = text[max(start, match.start() - 30) : match.start()]
            if not _ends(before, match["latin"], text[end : end + 40], base):
                continue
        ranges.append((start, end))
        start = content = end
    if start < len(text):
        ranges.append((start, len(text)))
    return tuple(ranges)


def _skip(text: str, at: int) -> int:
    """First place at or behind ``at`` that holds no blank."""
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _ends(before: str, mark: str, after: str, language: str) -> bool:
    """Whether a mark with a blank behind it ends the sentence."""
    first = after.lstrip(_OPENERS + " ")[:1]
    if first.islower():
        return False
    if mark[0] != "." or mark.startswith(("..", ". .")) or any(quote in mark for quote in '"”»'):
        return True
    if language in _DATE_ORDINAL and before[-1:].isdigit():
        return len(before) - len(before.rstrip("0123456789")) > 3  # a year may end a sentence, "3." does not
    return _stop_ends(before, after, language, figure=first.isdigit())


def _stop_ends(before: str, after: str, language: str, *, figure: bool) -> bool:
    """Whether a full stop ends more than an abbreviation or an initial; ``figure``: a figure follows."""
    found = _WORD_BEFORE.search(before)
    word = found[0].lstrip("'’-").lower() if found else ""
    never, maybe = _abbreviations(language)
    if word in maybe:
        start = _START.match(after)
        starts = bool(start and start[0].lstrip(_OPENERS) in words("english/starters.txt"))
        return not figure and (starts or language != "en" or hour_ends(before, f" {after}"))
    if language == "de" and figure and word.endswith("str"):
        return False  # Hafenstr. 12
    initial = bool(_INITIAL.search(before))
    if initial and before[-1].isupper():
        return _initial_ends(before, after)
    if word in never or word.rpartition("-")[2] in never:
        return word in _ALSO_WORDS and not figure
    return not initial or _initial_ends(before, after)


def _initial_ends(before: str, after: str) -> bool:
    """Whether a single letter with a full stop ends the sentence: ``than I. Then``, not ``J. Smith``."""
    letter = before[-1]
    if re.match(r"[^\W\d_]\.", after):
        return False
    if letter == "I":
        previous = before[:-1].split()
        return not previous or not previous[-1][:1].isupper()
    if letter.islower() or "." in before.rsplit(maxsplit=1)[-1]:
        return True
    return not after[:1].isupper()


_BREAKS = re.compile(
    r"(?P<strong>[;:؛；：][\"”’']?\s+|\s*[—–]+\s*|\s--\s|[。！？.!?…][\"”’')]*\s+)"
    r"|(?P<comma>[,،、，][\"”’']?\s*)"
    r"|(?P<word>\s+(?=(?:and|but|or|nor|so|yet|for|that|which|who|when|while|where|because|if|as|und|aber|et|mais|y|pero|e|ma|en|maar)\b))"
    r"|(?P<blank>\s+)"
)
_RANK = {"strong": 3, "comma": 2, "word": 1, "blank": 0}


def clauses(text: str, limit: int) -> Ranges:
    """Cut a long sentence at its clauses.

    Args:
        text: One sentence.
        limit: Most characters of a piece, at least 1.

    Returns:
        Half-open ranges that cover the text without gap; one range when the text is short enough.
        A piece ends at a semicolon, colon or dash if one is near, else at a comma, before a
        conjunction, at a blank, and only inside a word that is itself longer than the limit.
    """
    if limit < 1:
        raise ValueError(f"limit {limit} is below 1")
    if len(text) <= limit:
        return ((0, len(text)),) if text else ()
    return tuple(_pack(text, limit))


def _pack(text: str, limit: int) -> Iterator[tuple[int, int]]:
    start = 0
    while len(text) - start > limit:
        remaining = len(text) - start
        # Even pieces sound better than a full one and a crumb.
        aim = remaining / -(-remaining // limit)
        best: tuple[float, int] | None = None
        for match in _BREAKS.finditer(text, start + 1, start + limit + 1):
            end = min(match.end(), start + limit) if match.lastgroup == "blank" else match.end()
            if end - start > limit:
                break
            score = _RANK[match.lastgroup or "blank"] - abs(end - start - aim) / aim * 3
            if best is None or score >= best[0]:
                best = (score, end)
        end = best[1] if best else start + limit
        yield start, end
        start = end
    yield start, len(text)
