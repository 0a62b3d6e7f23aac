"""What each heading of a plain text heads: a part, a chapter or a scene."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from audiobook.ingest.divisions import Division, number_of_division, runs

__all__ = ["assign_roles"]

_ACTS = frozenset({"act", "actus", "acte", "akt", "aufzug", "acto", "atto"})
_MAIN = frozenset({"chapter", "chap", "chapitre", "kapitel", "capítulo", "capitulo", "capitolo", "hoofdstuk", "глава",
                   "letter", "stave", "canto", "scene", "章", "回", "話", "话", "장", "화", *_ACTS})  # fmt: skip
_OWN_CHAPTER = frozenset(
    {"preface", "foreword", "prologue", "prolog", "introduction", "introductory", "explanatory", "proem", "prelude",
     "preamble", "induction", "overture", "préface", "avant-propos", "vorwort", "einleitung", "vorrede", "prólogo",
     "prefacio", "introducción", "prefazione", "introduzione", "to the reader", "author's note", "author's preface",
     "author's introduction", "introductory note", "prefatory note", "by way of introduction", "translator's preface",
     "editor's preface", "to the readers"}
)  # fmt: skip
_SMALLEST_TALE = 100
"""Characters under an unlisted title, below which it is a line in capitals and no title."""


def assign_roles(found: list[Division]) -> list[Division]:
    """Give every heading its role; those that turn out to be mere lines of the text are left out."""
    kinds = ("title", "chapter", "bare", "section", "part", "named", "date", "page")
    by_kind: dict[str, list[Division]] = {kind: [] for kind in kinds}
    for division in found:
        by_kind["chapter" if division.key[0] == "own" else division.key[0]].append(division)
    titles = _leading_titles(by_kind["title"], by_kind["chapter"], by_kind["bare"])
    leading = {division.first for division in titles}
    for division in by_kind["title"]:
        division.role = "chapter" if division.first in leading else "body"
    _parts(by_kind["part"])
    titles = _titles_below_parts(titles, by_kind["chapter"])
    _worded(by_kind["chapter"], titles)
    chapters = sorted([*titles, *(d for d in by_kind["chapter"] if d.role == "chapter")], key=lambda d: d.first)
    _bare(by_kind["bare"], chapters)
    _scenes(by_kind["section"], by_kind["chapter"], [*chapters, *by_kind["bare"]])
    _dates(by_kind["date"], any(d.role in {"part", "chapter"} and d.key[0] != "date" for d in found))
    _named(by_kind["named"])
    _empty_above_chapters(found)
    _merge_front(found)
    return [division for division in found if division.role != "body"]


def _leading_titles(titles: list[Division], worded: list[Division], bare: list[Division]) -> list[Division]:
    """Return the bare titles, as of tales in a collection, when they are the chapters of this book."""
    listed = [division for division in titles if division.listed]
    if len(listed) >= 2 and len(listed) >= len([d for d in worded if d.listed]):
        return listed
    if any(division.key[1] in _MAIN for division in worded):
        return []
    numerals = {division.first for division in bare}
    tales = [division for division in titles if division.body >= _SMALLEST_TALE or division.last + 1 in numerals]
    if bare:
        # The titles must be what the numerals start again under.
        first = {division.first for division in bare if number_of_division(division) == 1}
        heading = sum(division.last + 1 in first for division in tales)
        return tales if heading >= 2 or (heading and restarts(bare, tales)) else []
    enough = len(tales) >= 3 or (len(tales) == 2 and all(division.body > 2000 for division in tales))
    return tales if enough else []


def restarts(inner: Sequence[Division], outer: Sequence[Division]) -> int:
    """Count how often the numbers of one kind start again after a heading of the other."""
    count = 0
    places = [division.first for division in outer]
    before: Division | None = None
    for division in inner:
        number = number_of_division(division)
        if number is None:
            continue
        last = number_of_division(before) if before else None
        if before and last is not None and number <= last:
            count += bisect_right(places, before.first) < bisect_left(places, division.first)
        before = division
    return count


def _parts(parts: Sequence[Division]) -> None:
    """Nest the kinds of parts in the order in which the book opens them: volume, book, part."""
    order = list(dict.fromkeys(part.key for part in parts))
    for part in parts:
        part.role, part.level = "part", order.index(part.key) + 1


def _worded(worded: Sequence[Division], titles: Sequence[Division]) -> None:
    for division in worded:
        division.role = "chapter"
    if titles:
        under = restarts(worded, titles) > 0 or len(worded) < len(titles)
        for division in worded:
            if under and not division.listed:
                division.role = "section"
        return
    keys = list(dict.fromkeys(division.key for division in worded))
    for inner in keys:
        group = [division for division in worded if division.key == inner]
        for outer in keys:
            above = [division for division in worded if division.key == outer]
            if inner == outer or not restarts(group, above) or restarts(above, group):
                continue
            # Chapters make their letters or days parts; the "first story" within a chapter is a scene.
            strong = inner[1] in _MAIN or len(group) > len(above)
            for division in above if strong else group:
                division.role, division.level = ("part", 9) if strong else ("section", 0)


def _numbered_parts(bare: Sequence[Division]) -> list[Division]:
    """Return the numerals without those that stand right above numerals of another kind, as parts do."""
    firsts = {division.first: division for division in bare}
    keys = dict.fromkeys(division.key for division in bare)
    rest = list(bare)
    for key in keys:
        group = [division for division in bare if division.key == key]
        above = [d for d in group if (below := firsts.get(d.last + 1)) and below.key != key]
        if len(above) > 1 and len(above) > 0.6 * len(group):
            for division in group:
                division.role, division.level = "part", 8
            rest = [division for division in rest if division.key != key]
    return rest


def _bare(bare: Sequence[Division], chapters: Sequence[Division]) -> None:
    bare = _numbered_parts(bare)
    titled = [division for division in bare if division.key[2]]
    plain = [division for division in bare if not division.key[2]]
    if chapters:
        merged = sorted((*bare, *(d for d in chapters if d.heading)), key=lambda division: division.first)
        continues = any(d.heading for d in chapters) and runs(merged, 3, 0.8) and not restarts(bare, chapters)
        for division in bare:
            division.role = "chapter" if continues else "section"
    elif titled and plain and runs(titled, 2, 0.8) and number_of_division(plain[0]) == 1:
        # "I. A TITLE" with "I.", "II." below it: the numerals alone cut the titled ones into scenes.
        for division in bare:
            division.role = "chapter" if division.key[2] else "section"
    else:
        for division in bare:
            division.role = "chapter"


def _scenes(scenes: Sequence[Division], worded: Sequence[Division], chapters: Sequence[Division]) -> None:
    acts = [division for division in worded if division.key[1] in _ACTS]
    numbered = [division for division in scenes if number_of_division(division) is not None]
    divided = acts and len(numbered) > len(acts) and restarts(numbered, acts) > 0
    for division in scenes:
        if divided:
            division.role = "chapter" if number_of_division(division) is not None else "section"
        else:
            division.role = "section" if chapters or number_of_division(division) is None else "chapter"
    if divided:
        for division in acts:
            division.role, division.level = "part", 8


def _titles_below_parts(titles: list[Division], worded: Sequence[Division]) -> list[Division]:
    """Return the titles that are chapters; those that mostly stand right above a numbered chapter head parts."""
    heads = {division.first for division in worded}
    above = [division for division in titles if division.last + 1 in heads]
    if 2 * len(above) <= len(titles):
        return titles
    for division in titles:
        division.role, division.level = "part", 9
    return []


def _dates(dates: Sequence[Division], divided: bool) -> None:
    """The dates of a diary are its chapters when it has no others."""
    chapters = not divided and len(dates) >= 3
    for division in dates:
        division.role = "chapter" if chapters else "body"


def _named(named: Sequence[Division]) -> None:
    counts = Counter(division.key for division in named)
    for division in named:
        assert division.heading is not None
        if division.heading.kind in {"contents", "illustrations", "notes", "adverts"}:
            division.role = "excluded"
        else:
            division.role = "section" if counts[division.key] > 2 else "chapter"


def _empty_above_chapters(found: Sequence[Division]) -> None:
    """An epilogue or the like with nothing but a first chapter under it is a part."""
    for division, below in pairwise(found):
        empty = division.key[0] == "named" and division.role == "chapter" and not division.body
        opens = below.key[0] == "chapter" and below.role == "chapter" and number_of_division(below) == 1
        if empty and opens and division.last + 1 == below.first and any(other.role == "part" for other in found):
            division.role, division.level = "part", 1


def _merge_front(found: Sequence[Division]) -> None:
    """Let dedications, lists of persons and the like before the first chapter share one chapter."""
    main = next((d.first for d in found if d.role in {"part", "chapter"} and d.key[0] != "named"), None)
    opened = False
    for division in found:
        if main is not None and division.first >= main:
            return
        if division.role != "chapter" or not division.heading:
            continue
        if division.heading.word in _OWN_CHAPTER:
            opened = False
            continue
        if opened:
            division.role = "section"
        opened = True
