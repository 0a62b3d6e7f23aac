"""Which items of a plain text are headings: judged by words, place, sequence and the contents page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from audiobook.book import Paragraph
from audiobook.ingest.headings import Heading
from audiobook.ingest.layout import Chunk
from audiobook.ingest.outline import Role
from audiobook.ingest.scripts import CLOSERS, ENDERS, SPEECH, count_words, ends_sentence, is_caseless

__all__ = ["Division", "Item", "find_divisions", "looks_like_prose", "number_of_division", "runs", "squash"]


@dataclass(frozen=True, slots=True)
class Item:
    """A chunk with its running text and what that text says as a heading."""

    chunk: Chunk
    paragraph: Paragraph
    heading: Heading | None = None

    @property
    def text(self) -> str:
        """The running text."""
        return self.paragraph.text


@dataclass(slots=True)
class Division:
    """A heading: the items it is made of, and its place in the book."""

    first: int
    """Index of its first item."""
    last: int
    """Index of its last item."""
    heading: Heading | None
    key: tuple[str, ...]
    """Headings of one key are of one kind and one sequence."""
    listed: bool = False
    """Does the contents page list it?"""
    gap: int = 0
    """Blank lines above it."""
    body: int = 0
    """Characters between it and the next heading."""
    role: Role = "chapter"
    level: int = 0
    """For parts: 1 is outermost."""


_THE_END = frozenset({"theend", "finis", "end", "fin", "ende", "theendofthestory", "thebeginning", "tobecontinued"})
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_DATE = re.compile(
    rf"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s*)?(?:the\s+)?"
    rf"(?:(?:{_MONTH})\.?\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTH})\b\.?)"
    rf"(?:,?\s*\d{{4}})?[.:,]?(?:\s*[-–—]*\s*[\w ,.]{{0,30}})?",
    re.IGNORECASE,
)
_SMALL = frozenset(
    {"a", "an", "the", "of", "in", "on", "at", "by", "to", "for", "from", "with", "and", "or", "but", "nor",
     "as", "into", "upon", "over", "under", "is", "it", "its", "which", "who", "that", "de", "la", "le", "les",
     "du", "des", "der", "die", "das", "und", "von", "et", "y", "el", "del", "not", "be", "e"}
)  # fmt: skip


def squash(text: str) -> str:
    """Reduce text to its letters and digits, folded."""
    return "".join(char for char in text.casefold() if char.isalnum())


def looks_like_prose(item: Item) -> bool:
    """Is the item a paragraph of running text or speech, not an entry of a list, a title or a heading?"""
    text = item.text
    if item.heading and len(text) < 300:
        return False
    dashes = text.count("--") + text.count("—")
    if dashes > 2 + len(text) / 60 or len(re.findall(r"\.{4,}|(?:\. ){4,}", text)) > 1:
        return False
    if len(text) > 200:
        return len(re.findall(r"\bchapter\b", text, re.IGNORECASE)) < 4
    if is_caseless(text):
        return ends_sentence(text) and count_words(text) > 8
    return len(text) > 60 and text[-1:] in ".!?\"”'’" and any(word.islower() for word in text.split()[1:3])


def find_divisions(items: Sequence[Item], listed: frozenset[str], book_title: str) -> list[Division]:
    """Find all headings among the items, in order; their roles are not yet told.

    Args:
        items: What is left of the book after contents pages and licences.
        listed: The squashed titles that the contents page names.
        book_title: To tell a repeated title from a heading.
    """
    found = _candidates(items, listed, squash(book_title))
    _measure(found, items)
    _mark_page_numbers(found, items)
    found = _valid_sequences(found)
    found = _without_echoes(found, items)
    found = _unique_titles(found, items)
    _measure(found, items)
    found = _without_previews(found, items)
    _measure(found, items)
    return found


def _candidates(items: Sequence[Item], listed: frozenset[str], title: str) -> list[Division]:
    found: list[Division] = []
    done = -1
    for number, item in enumerate(items):
        if number <= done:
            continue
        heading = item.heading
        after = items[number + 1] if number + 1 < len(items) else None
        division = None
        if heading and _shaped(item, after):
            division = Division(number, number, heading, _key(heading))
            if _takes_title(heading) and _subtitle(items, number + 1, listed):
                division.last = number + 1
            division.listed = _is_listed(division, items, listed)
        elif _DATE.fullmatch(item.text) and item.chunk.gap and after and after.chunk.gap:
            division = Division(number, number, None, ("date", ""))
        elif _title_shaped(item, after) and squash(item.text) != title:
            known = squash(item.text) in listed
            if known or _stands_out(item):
                division = Division(number, number, None, ("title", "listed" if known else "caps"), listed=known)
        if division:
            division.gap = item.chunk.gap
            found.append(division)
            done = division.last
    return found


def _key(heading: Heading) -> tuple[str, ...]:
    if heading.kind == "bare":
        return ("bare", heading.style, "titled" if heading.title else "")
    if heading.number is None and heading.kind in {"front", "back", "contents", "illustrations", "notes", "adverts"}:
        return ("named", heading.word)
    if heading.kind in {"front", "back"}:
        return ("named", f"{heading.word} {heading.number}")
    return (heading.kind, heading.word)


def _takes_title(heading: Heading) -> bool:
    if heading.word in {"act", "actus", "acte", "scene", "scena", "scoena"}:
        return False  # what stands there says who enters
    return not heading.title and (heading.kind == "bare" or heading.number is not None)


def _shaped(item: Item, after: Item | None) -> bool:
    """Does it stand like a heading?"""
    chunk = item.chunk
    if item.heading and item.heading.style == "counted":
        return chunk.lines <= 2
    if chunk.lines > 6 or len(item.text) > 300 or chunk.gap < 1:
        return False
    if item.heading and item.heading.kind == "bare" and item.heading.title:
        return len(item.text) < 120 and chunk.lines <= 3 and item.text[-1:] not in ",;"
    return after is None or after.chunk.gap > 0 or chunk.lines == 1


def _subtitle(items: Sequence[Item], at: int, listed: frozenset[str]) -> bool:
    """Is the item the title under a numbered heading?"""
    if at + 1 >= len(items):
        return False
    item, after = items[at], items[at + 1]
    text = item.text
    if not text or (item.heading and item.heading.kind != "own") or item.chunk.gap > 3 or len(text) > 250:
        return False
    return squash(text) in listed or _worded_as_title(item, after) or _is_short_title(items[at - 1], item, after)


def _worded_as_title(item: Item, after: Item) -> bool:
    text = item.text
    if is_caseless(text):
        return len(text) <= 20 and item.chunk.lines == 1 and not ends_sentence(text) and not SPEECH & set(text)
    capitals = text.upper() == text and any(char.isalpha() for char in text)
    if not capitals and (item.chunk.lines > 3 or len(text) > 100):
        return False
    if (text[:1] in "“\"‘'—-([" and not capitals) or text[-1:] in ",;:" or after.chunk.gap == 0:
        return False
    return capitals or (_is_title_case(text) and text[-1:] not in "!?" and ". " not in text)


_SENTENCE_CASE = frozenset(
    {
        "chapitre",
        "kapitel",
        "capítulo",
        "capitulo",
        "capitolo",
        "hoofdstuk",
        "kapittel",
        "rozdział",
        "kapitola",
        "глава",
        "розділ",
    }
)
"""Chapter words of languages whose titles have one capital letter."""
_SHORT_TITLE = 8


def _is_short_title(above: Item, item: Item, after: Item) -> bool:
    """Is it a short line between blank ones, without a stop, under the chapter word of such a language?"""
    text = item.text
    if above.heading is None or above.heading.word not in _SENTENCE_CASE or item.chunk.lines > 1 or not after.chunk.gap:
        return False
    return text[0].isupper() and text[-1].isalnum() and count_words(text) <= _SHORT_TITLE and not SPEECH & set(text)


def _is_title_case(text: str) -> bool:
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    if not words or len(words) > 14 or not words[0][0].isupper():
        return False
    large = [word for word in words if word.casefold() not in _SMALL]
    return sum(word[0].isupper() for word in large) >= 0.8 * len(large) and (len(words) <= 9 or text[-1:] != ".")


def _is_listed(division: Division, items: Sequence[Item], listed: frozenset[str]) -> bool:
    texts = [items[number].text for number in range(division.first, division.last + 1)]
    forms = {squash(" ".join(texts)), *map(squash, texts)}
    if division.heading and division.heading.title:
        forms.add(squash(division.heading.title))
    return bool(forms & listed)


def _title_shaped(item: Item, after: Item | None) -> bool:
    chunk, text = item.chunk, item.text
    if item.paragraph.kind not in {"prose", "verse"} or chunk.lines > 4 or not 2 < len(text) < 120:
        return False
    if chunk.gap < 1 or after is None or after.chunk.gap < 1 or squash(text) in _THE_END:
        return False
    first = next((char for char in text if char.isalnum()), "")
    return text[-1:] not in ",;" and bool(first) and not first.islower() and any(char.isalpha() for char in text)


def _stands_out(item: Item) -> bool:
    """May an unlisted line head a tale, being in capitals after several blank lines?"""
    letters = [char for char in item.text if char.isalpha()]
    capitals = sum(char.isupper() for char in letters) >= 0.9 * len(letters)
    return capitals and len(letters) > 2 and item.chunk.gap >= 2 and len(item.text) < 90 and item.text[-1:] != ":"


def number_of_division(division: Division) -> int | None:
    """Return the heading's number, or None."""
    return division.heading.number if division.heading else None


def _measure(found: Sequence[Division], items: Sequence[Item]) -> None:
    """Set ``body`` of every heading."""
    ends = [*(other.first for other in found), len(items)][1:]
    for division, end in zip(found, ends, strict=True):
        division.body = sum(len(items[number].text) for number in range(division.last + 1, end))


def _mark_page_numbers(found: Sequence[Division], items: Sequence[Item]) -> None:
    """Tell page numbers from chapter numbers: pages end in the middle of sentences."""
    numbers = [division for division in found if division.key == ("bare", "arabic", "")]
    torn = sum(bool(d.first) and items[d.first - 1].text[-1:] not in _SENTENCE_ENDS for d in numbers)
    if len(numbers) >= 8 and torn > 0.2 * len(numbers):
        for division in numbers:
            division.key, division.role, division.last = ("page", ""), "excluded", division.first


_SENTENCE_ENDS = ENDERS | CLOSERS | frozenset(":;—–-：；")
_STRONG = frozenset(
    {"chapter", "chap", "chapitre", "kapitel", "capítulo", "capitulo", "capitolo", "hoofdstuk", "глава", "letter",
     "stave", "canto", "act", "actus", "acte", "akt", "aufzug", "acto", "atto", "book", "part", "volume", "vol",
     "scene", "scena", "scoena", "章", "回", "話", "话", "장", "화"}
)  # fmt: skip


def _valid_sequences(found: list[Division]) -> list[Division]:
    """Keep the headings whose numbers run like those of headings; a misprint here and there is forgiven."""
    groups: dict[tuple[str, ...], list[Division]] = defaultdict(list)
    for division in found:
        groups[division.key].append(division)
    kept: set[tuple[str, ...]] = set()
    for key, group in groups.items():
        typical = sorted(division.body for division in group)[(len(group) - 1) // 2]
        if key[0] in {"title", "named", "page"} or (key[0] == "date" and typical > 150):
            kept.add(key)
        elif key[0] == "bare":
            numerals = [division for division in found if division.key[0] == "bare"]
            enough = typical > 400 if key[2] else _reach(group, found) > 150
            if enough and (runs(group, 2, 0.6) or runs(numerals, 3, 0.8)):
                kept.add(key)
        elif key[0] == "own":
            if typical > 150 and runs(group, 3, 0.7):
                kept.add(key)
        elif key[0] != "date" and (key[1] in _STRONG or runs(group, 2, 0.5)):
            kept.add(key)
    return _in_order([division for division in found if division.key in kept])


def _reach(group: Sequence[Division], found: Sequence[Division]) -> int:
    """Return the median number of characters from a heading of the group to the next one of it."""
    before = [0, *accumulate(division.body for division in found)]
    where = {division.first: number for number, division in enumerate(found)}
    places = [where[division.first] for division in group]
    sizes = sorted(before[end] - before[start] for start, end in zip(places, [*places[1:], len(found)], strict=True))
    return sizes[(len(sizes) - 1) // 2]


def _in_order(found: list[Division]) -> list[Division]:
    """Drop what says it is a heading, fits in no sequence and is not set apart as the headings of its kind are."""
    groups: dict[tuple[str, ...], list[Division]] = defaultdict(list)
    for division in found:
        groups[division.key].append(division)
    dropped: set[int] = set()
    for key, group in groups.items():
        usual = sorted(division.gap for division in group)[len(group) // 2]
        if key[0] not in {"chapter", "part", "bare", "section"} or usual < 3 or len(group) < 4:
            continue
        for before, division, after in zip([None, *group], group, [*group[1:], None], strict=False):
            number = number_of_division(division)
            follows = before and number_of_division(before) == (number or 0) - 1
            leads = after and number_of_division(after) == (number or 0) + 1
            if number is not None and division.gap < 2 and not follows and not (leads and number == 1):
                dropped.add(division.first)
    return [division for division in found if division.first not in dropped]


def runs(group: Sequence[Division], least: int, share: float) -> bool:
    """Do the numbers mostly go up by one or start again at one?"""
    numbers = [number for division in group if (number := number_of_division(division)) is not None]
    if len(numbers) < least or not set(numbers) & {1, 2}:
        return False
    steps = sum(now in {before + 1, 1} for before, now in pairwise(numbers))
    return steps >= share * (len(numbers) - 1)


def _without_echoes(found: list[Division], items: Sequence[Item]) -> list[Division]:
    """Join headings that belong together with nothing between: one said twice, or a title in two stages."""
    kept: list[Division] = []
    for division in found:
        before = kept[-1] if kept else None
        if before and before.last + 1 == division.first:
            same = (
                before.heading and division.heading and before.key == division.key
                and before.heading.number == division.heading.number and not before.heading.title
            )  # fmt: skip
            staged = before.key == division.key == ("title", "caps") and items[division.first].chunk.gap <= 2
            if same or staged:
                before.last = division.last
                before.heading = division.heading
                continue
        kept.append(division)
    return kept


def _unique_titles(found: list[Division], items: Sequence[Item]) -> list[Division]:
    """Of listed titles that stand in the text more than once, keep the one that is set apart most."""
    best: dict[str, Division] = {}
    for division in found:
        if division.key == ("title", "listed"):
            key = squash(items[division.first].text)
            other = best.get(key)
            if other is None or items[division.first].chunk.gap > items[other.first].chunk.gap:
                best[key] = division
    return [d for d in found if d.key != ("title", "listed") or best[squash(items[d.first].text)] is d]


def _without_previews(found: list[Division], items: Sequence[Item]) -> list[Division]:
    """Drop a first run of headings that only announces a second: the same numbers, with next to no text between."""
    ends = [0, *accumulate(len(item.text) for item in items)]
    dropped: set[int] = set()
    groups: dict[tuple[str, ...], list[Division]] = defaultdict(list)
    for division in found:
        if division.key[0] in {"chapter", "part", "section", "bare"}:
            groups[division.key].append(division)
    for group in groups.values():
        cut = next((n for n, (a, b) in enumerate(pairwise(group), 1) if _falls(a, b)), None)
        if cut is None or not {number_of_division(d) for d in group[:cut]} <= {
            number_of_division(d) for d in group[cut:]
        }:
            continue
        sizes = [ends[b.first] - ends[a.last + 1] for a, b in pairwise(group)]
        # The last of the first run is followed by whatever stands before the book proper.
        first, second = sorted(sizes[: max(cut - 1, 1)]), sorted(sizes[cut:])
        if second and first[len(first) // 2] < 0.1 * second[len(second) // 2]:
            dropped.update(division.first for division in group[:cut])
    return [division for division in found if division.first not in dropped]


def _falls(before: Division, after: Division) -> bool:
    one, two = number_of_division(before), number_of_division(after)
    return one is not None and two is not None and two <= one
