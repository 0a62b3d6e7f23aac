"""Which chunks of a plain text are headings, and of what: judged by words, place, sequence and the contents page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from audiobook.book import Paragraph
from audiobook.ingest.headings import Heading, recognize
from audiobook.ingest.layout import Chunk
from audiobook.ingest.outline import Role

__all__ = ["ALWAYS_CHAPTER", "Division", "Item", "find_divisions", "looks_like_prose", "squash"]

_STRONG = frozenset({"chapter", "chap", "chapitre", "kapitel", "capítulo", "capitulo", "capitolo", "hoofdstuk", "глава",
                     "letter", "stave", "canto", "act", "acte", "akt", "aufzug", "acto", "atto", "book", "part", "volume", "vol", "scene"})  # fmt: skip
ALWAYS_CHAPTER = frozenset(
    "preface foreword prologue prolog introduction introductory explanatory proem prelude preamble induction overture "
    "epilogue epilog afterword conclusion postscript postlude appendix finale interlude intermezzo".split()
)


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
    role: Role = "chapter"
    level: int = 0
    """For parts: 1 is outermost."""
    reason: str = ""
    listed: bool = False
    """Does the contents page list it?"""
    key: tuple[str, ...] = field(default=())
    """Headings of one key are of one kind and one sequence."""


def squash(text: str) -> str:
    """Reduce text to its letters and digits, folded."""
    return "".join(char for char in text.casefold() if char.isalnum())


def looks_like_prose(item: Item) -> bool:
    """Is the item a paragraph of running text or speech and not an entry of a list, a title or a heading?"""
    text = item.text
    if item.heading and len(text) < 300:
        return False
    if text.count("--") + text.count("—") > 2 + len(text) / 60 or len(re.findall(r"\.{4,}|(?:\. ){4,}", text)) > 1:
        return False
    if len(text) > 200:
        return len(re.findall(r"\bchapter\b", text, re.IGNORECASE)) < 4
    return len(text) > 60 and text[-1:] in ".!?\"”'’" and any(word.islower() for word in text.split()[1:3])


def find_divisions(items: Sequence[Item], listed: frozenset[str], book_title: str) -> list[Division]:
    """Find all headings among the items, in order, each with its role.

    Args:
        items: What is left of the book after contents pages and licences.
        listed: The squashed titles that the contents page names.
        book_title: To tell a repeated title from a heading.
    """
    found = _candidates(items, listed, squash(book_title))
    found = _valid_sequences(found, items)
    found = _without_echoes(found, items)
    _assign(found, items)
    return sorted(found, key=lambda division: division.first)


def _candidates(items: Sequence[Item], listed: frozenset[str], title: str) -> list[Division]:
    found: list[Division] = []
    skip = -1
    for number, item in enumerate(items):
        if number <= skip:
            continue
        heading = item.heading
        after = items[number + 1] if number + 1 < len(items) else None
        if heading and _shaped(item, after):
            division = Division(number, number, heading, key=_key(heading))
            if (
                after
                and heading.kind != "bare"
                and not heading.title
                and heading.number is not None
                and _subtitle(items, number + 1, listed)
            ):
                division.last = number + 1
                skip = number + 1
            elif after and heading.kind == "bare" and not heading.title and _subtitle(items, number + 1, listed):
                division.last = number + 1
                skip = number + 1
            division.listed = _is_listed(division, items, listed)
            found.append(division)
        elif _title_shaped(item, after) and squash(item.text) != title:
            known = squash(item.text) in listed
            if known or _stands_out(item, after):
                found.append(Division(number, number, None, listed=known, key=("title", "listed" if known else "caps")))
    return found


def _key(heading: Heading) -> tuple[str, ...]:
    if heading.kind == "bare":
        return ("bare", heading.style, "titled" if heading.title else "")
    if heading.number is None and heading.kind in {"front", "back", "contents", "illustrations", "notes", "adverts"}:
        return ("named", heading.word)
    return (heading.kind, heading.word)


def _shaped(item: Item, after: Item | None) -> bool:
    """Does it stand like a heading?"""
    chunk = item.chunk
    if chunk.lines > 6 or len(item.text) > 300 or chunk.gap < 1:
        return False
    if item.heading and item.heading.kind == "bare" and item.heading.title:
        return len(item.text) < 120 and chunk.lines <= 3 and not re.search(r"[,;]$", item.text)
    return after is None or after.chunk.gap > 0 or chunk.lines == 1


def _subtitle(items: Sequence[Item], at: int, listed: frozenset[str]) -> bool:
    """Is the item the title under a numbered heading?"""
    item = items[at]
    after = items[at + 1] if at + 1 < len(items) else None
    if after is None or item.heading or item.chunk.gap > 3 or item.chunk.lines > 3 or len(item.text) > 100:
        return False
    if squash(item.text) in listed:
        return True
    text = item.text
    if text[:1] in "“\"‘'—-(" and text.upper() != text:
        return False
    if text[-1:] in ",;:" or after.chunk.gap == 0:
        return False
    if text.upper() == text and any(char.isalpha() for char in text):
        return True
    return _is_title_case(text) and text[-1:] not in "!?" and text.count(". ") == 0


_SMALL = frozenset(
    "a an the of in on at by to for from with and or but nor as into upon over under is it its which who that "
    "de la le les du des der die das und von et y el del not be".split()
)


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
    chunk = item.chunk
    text = item.text
    if item.paragraph.kind != "prose" and item.paragraph.kind != "verse":
        return False
    if chunk.lines > 4 or not 2 < len(text) < 120 or chunk.gap < 1 or after is None or after.chunk.gap < 1:
        return False
    return text[-1:] not in ",;" and any(char.isalpha() for char in text)


def _stands_out(item: Item, after: Item | None) -> bool:
    """Is an unlisted line set apart so clearly that it may head a tale: in capitals after several blank lines?"""
    text = item.text
    letters = [char for char in text if char.isalpha()]
    capitals = sum(char.isupper() for char in letters) >= 0.9 * len(letters)
    return (
        capitals
        and len(letters) > 2
        and item.chunk.gap >= 2
        and len(text) < 90
        and text[-1:] not in ":"
        and after is not None
    )


def _number(division: Division) -> int | None:
    return division.heading.number if division.heading else None


def _valid_sequences(found: list[Division], items: Sequence[Item]) -> list[Division]:
    """Keep the headings whose numbers run like those of headings; a misprint here and there is forgiven."""
    groups: dict[tuple[str, ...], list[Division]] = defaultdict(list)
    for division in found:
        groups[division.key].append(division)
    bare = [division for division in found if division.key[0] == "bare"]
    kept: set[int] = set()
    for key, group in groups.items():
        if key[0] in {"title", "named"} or (key[0] != "bare" and (key[1] in _STRONG or _runs(group, 2, 0.5))):
            kept.update(division.first for division in group)
        elif (
            key[0] == "bare" and _runs(group, 2, 0.6) and _bodies(group, items, found) > (150 if key[2] == "" else 400)
        ):
            kept.update(division.first for division in group)
    if len(bare) > 2 and _runs(bare, 2, 0.8):
        kept.update(division.first for division in bare)
    return [division for division in found if division.first in kept]


def _runs(group: Sequence[Division], least: int, share: float) -> bool:
    """Do the numbers mostly go up by one or start again at one?"""
    numbers = [number for division in group if (number := _number(division)) is not None]
    if len(numbers) < least or not set(numbers) & {1, 2}:
        return False
    steps = sum(now in {before + 1, 1} for before, now in zip(numbers, numbers[1:], strict=False))
    return steps >= share * (len(numbers) - 1)


def _bodies(group: Sequence[Division], items: Sequence[Item], found: Sequence[Division]) -> float:
    """Return the mean number of characters between each heading of the group and the next heading of any kind."""
    starts = sorted(division.first for division in found)
    following = dict(zip(starts, [*starts[1:], len(items)], strict=True))
    sizes = [sum(len(items[n].text) for n in range(d.last + 1, following[d.first])) for d in group]
    return sum(sizes) / len(sizes)


def _without_echoes(found: list[Division], items: Sequence[Item]) -> list[Division]:
    """Of two headings that say the same one right after the other, keep the second."""
    kept: list[Division] = []
    for division in found:
        if kept and kept[-1].last + 1 == division.first and division.heading and kept[-1].heading:
            before, now = kept[-1].heading, division.heading
            if (before.word, before.number) == (now.word, now.number) and not before.title:
                kept[-1].last = division.last
                kept[-1].heading = now
                continue
        kept.append(division)
    del items
    return kept


def _assign(found: list[Division], items: Sequence[Item]) -> None:
    """Give every heading its role."""
    titles = [division for division in found if division.key[0] == "title"]
    listed_titles = [division for division in titles if division.listed]
    worded = [d for d in found if d.key[0] == "chapter"]
    bare = [division for division in found if division.key[0] == "bare"]
    scenes = [d for d in found if d.key[0] == "section"]
    parts = [division for division in found if division.key[0] == "part"]
    for level, key in enumerate(dict.fromkeys(part.key for part in parts), 1):
        for part in parts:
            if part.key == key:
                part.role, part.level = "part", level
    use_titles = _titles_lead(titles, listed_titles, worded, bare)
    for division in titles:
        keep = use_titles and (division.listed or not listed_titles)
        division.role = "chapter" if keep else "body"
    chapters = [d for d in titles if d.role == "chapter"]
    _assign_worded(worded, chapters)
    chapters += [d for d in worded if d.role == "chapter"]
    _assign_bare(bare, chapters)
    _assign_scenes(scenes, worded, chapters + bare)
    counts = Counter(division.key for division in found if division.key[0] == "named")
    for division in found:
        if division.key[0] != "named":
            continue
        kind = division.heading.kind if division.heading else "front"
        if kind in {"contents", "illustrations", "notes", "adverts"}:
            division.role = "excluded"
        elif counts[division.key] > 2 or division.heading is None:
            division.role = "section"
        else:
            division.role = "chapter"
    found[:] = [division for division in found if division.role != "body"]
    del items


def _titles_lead(titles: list[Division], listed: list[Division], worded: list[Division], bare: list[Division]) -> bool:
    """Are bare titles, as of tales in a collection, the chapters of this book?"""
    if len(listed) >= 3 and len(listed) >= len([d for d in worded if d.listed]):
        return True
    strong = [d for d in worded if d.key[1] in _STRONG]
    if strong:
        return False
    if not bare:
        return len(titles) >= 2
    return _restarts(bare, titles) >= 2


def _restarts(inner: Sequence[Division], outer: Sequence[Division]) -> int:
    """Count how often the numbers of one kind start again after a heading of the other."""
    count = 0
    before: Division | None = None
    for division in inner:
        number, last = _number(division), _number(before) if before else None
        if number is not None and last is not None and number <= last:
            assert before is not None
            count += any(before.first < other.first < division.first for other in outer)
        if number is not None:
            before = division
    return count


def _assign_worded(worded: list[Division], titles: list[Division]) -> None:
    if not worded:
        return
    if titles:
        under = _restarts(worded, titles) > 0 or len(worded) < len(titles)
        for division in worded:
            division.role = "section" if under and not division.listed else "chapter"
        return
    keys = list(dict.fromkeys(division.key for division in worded))
    for division in worded:
        division.role = "chapter"
    for inner in keys:
        group = [d for d in worded if d.key == inner]
        for outer in keys:
            above = [d for d in worded if d.key == outer]
            if inner != outer and _restarts(group, above) and not _restarts(above, group):
                strong = inner[1] in _STRONG or len(group) > len(above)
                for division in above if strong else group:
                    division.role, division.level = ("part", 9) if strong else ("section", 0)


def _assign_bare(bare: list[Division], chapters: list[Division]) -> None:
    if not chapters:
        return
    merged = sorted((*bare, *(d for d in chapters if d.heading)), key=lambda division: division.first)
    continues = bool(merged) and _runs(merged, 3, 0.8) and not _restarts(bare, chapters)
    for division in bare:
        division.role = "chapter" if continues else "section"


def _assign_scenes(scenes: list[Division], worded: list[Division], chapters: list[Division]) -> None:
    acts = [d for d in worded if d.key[1] in {"act", "acte", "akt", "aufzug", "acto", "atto"}]
    numbered = [d for d in scenes if _number(d) is not None]
    if acts and len(numbered) > len(acts) and _restarts(numbered, acts):
        for division in acts:
            division.role, division.level = "part", 8
        for division in numbered:
            division.role = "chapter"
    else:
        for division in scenes:
            division.role = "section" if chapters or _number(division) is None else "chapter"
