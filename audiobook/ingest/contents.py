"""Contents pages and lists of illustrations: where they end, and what they say of the book."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.ingest.divisions import Item, looks_like_prose, squash
from audiobook.ingest.headings import Heading, recognize

__all__ = ["Listing", "find_listings"]

_NOT_ENTRIES = frozenset({"contents", "illustrations", "notes", "adverts"})
_REASONS = {"contents": "contents", "illustrations": "list-of-illustrations"}
_LEADER = re.compile(r"[\s.·…_-]*(?:\s|[.·…]{2,})\s*(?:\d{1,4}|[ivxlc]{1,7})\s*$")
_COLUMNS = re.compile(r"[ \t]{3,}|\t")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is not read: its items and its entries."""

    first: int
    last: int
    reason: str
    entries: tuple[str, ...]
    """As printed, without page numbers."""


def find_listings(items: Sequence[Item]) -> list[Listing]:
    """Find every contents page and list of illustrations, headed as such or told by its shape."""
    found: list[Listing] = []
    said = _said(items)
    number = 0
    while number < len(items):
        heading = items[number].heading
        if heading and heading.kind in _REASONS and len(items[number].text) < 80:
            last = _extent(items, number)
            if last > number or _inside(items[number]):
                reason = "index" if "index" in heading.word else _REASONS[heading.kind]
                found.append(Listing(number, last, reason, _entries(items[number : last + 1])))
                number = last
        elif heading and heading.kind in {"chapter", "part", "bare"} and _is_run(items, number, said):
            last = _extent(items, number - 1)
            found.append(Listing(number, last, "contents", _entries(items[number : last + 1])))
            number = last
        number += 1
    return found


def _inside(item: Item) -> bool:
    return item.chunk.lines > 2


def _is_run(items: Sequence[Item], number: int, said: Counter[object]) -> bool:
    """Do at least four numbered headings follow each other that the book repeats elsewhere?"""
    run = []
    for item in items[number : number + 60]:
        if item.heading is None or item.heading.kind not in {"chapter", "part", "bare"}:
            break
        run.append(item)
    return len(run) >= 4 and sum(_recurs(item, said) for item in run) >= 0.7 * len(run)


def _said(items: Sequence[Item]) -> Counter[object]:
    """Count what the headings and short lines of the book say: numbers and titles."""
    said: Counter[object] = Counter()
    for item in items:
        if item.heading:
            said.update({(item.heading.word, item.heading.number), squash(item.heading.title), squash(item.text)})
        elif len(item.text) < 120:
            said[squash(item.text)] += 1
    return said


def _recurs(item: Item, said: Counter[object]) -> bool:
    """Does a heading of a list stand in the text too, by its number or by its title?"""
    heading = item.heading
    assert heading is not None
    title = squash(heading.title)
    return bool(title and said[title] > 1) or bool(heading.word and said[heading.word, heading.number] > 1)


def _extent(items: Sequence[Item], head: int) -> int:
    """Return the index of the list's last item."""
    trail = _Trail()
    widest = 1
    last = head
    for number in range(head + 1, len(items)):
        item = items[number]
        after = items[number + 1] if number + 1 < len(items) else None
        if looks_like_prose(item) and not _columned(item):
            break
        wide = item.chunk.gap > max(widest, 2) and bool(trail.seen)
        if _begins_body(item, after, trail, wide=wide):
            break
        if number > head + 1:
            widest = max(widest, item.chunk.gap)
        trail.add(item)
        last = number
    # A part without chapters under it ends no list: it is the heading of the text that follows.
    return last - 1 if last > head + 1 and _is_part(items[last]) and not _is_part(items[last - 1]) else last


def _is_part(item: Item) -> bool:
    return item.heading is not None and item.heading.kind == "part"


class _Trail:
    """The entries read so far, each with the parts above it: every book of a novel may have its chapter one."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, ...]] = set()
        self.path: list[tuple[str, str]] = []  # (word, entry) of the parts around
        self.last: Heading | None = None

    def place(self, item: Item) -> tuple[str, ...]:
        """Return the path of parts that an entry has."""
        heading, key = item.heading, squash(item.text)
        if not heading or heading.kind not in {"part", "front", "back"}:
            return (*(entry for _, entry in self.path), key)
        return (*(entry for _, entry in self._above(heading)), key)

    def add(self, item: Item) -> None:
        """Take an entry into account."""
        heading = item.heading
        self.seen.add(self.place(item))
        if heading and heading.kind in {"part", "front", "back"}:
            self.path = [*self._above(heading), (_rank(heading), squash(item.text))]
        for entry in _entries([item]):
            self.seen.add((*(above for _, above in self.path), squash(entry)))
        self.last = heading or self.last

    def _above(self, heading: Heading) -> list[tuple[str, str]]:
        path = [(rank, entry) for rank, entry in self.path if rank != "matter"]
        ranks = [rank for rank, _ in path]
        rank = _rank(heading)
        if rank in ranks:
            return path[: ranks.index(rank)]
        return [] if rank == "matter" else path


def _rank(heading: Heading) -> str:
    return heading.word if heading.kind == "part" else "matter"


def _columned(item: Item) -> bool:
    return len(_COLUMNS.findall(item.chunk.text)) >= 3 or bool(_LEADER.search(item.text[-80:]))


def _begins_body(item: Item, after: Item | None, trail: _Trail, *, wide: bool) -> bool:
    heading = item.heading
    if trail.place(item) in trail.seen and (heading or item.chunk.gap > 1 or (after and looks_like_prose(after))):
        return True
    if heading and heading.kind in _NOT_ENTRIES:
        return True
    before = trail.last
    follows = bool(
        heading and before and heading.word == before.word
        and heading.number is not None and before.number is not None and heading.number == before.number + 1
    )  # fmt: skip
    if heading and after and looks_like_prose(after) and not _columned(after):
        return not (follows and after.chunk.gap <= 1 and _synopsis(after))
    return wide and not follows and not _LEADER.search(item.text[-80:])


def _synopsis(item: Item) -> bool:
    return item.text.count("--") + item.text.count("—") >= 2


def _entries(items: Sequence[Item]) -> tuple[str, ...]:
    """Read the entries, one or several to a line."""
    entries: list[str] = []
    for item in items:
        for line in item.chunk.text.split("\n"):
            entries += [_without_page(column) for column in _COLUMNS.split(line.strip())]
        if item.chunk.lines > 1:
            entries.append(_without_page(item.text))
    entries = [entry for entry in entries if entry]
    forms = dict.fromkeys(entries)
    for entry in entries:
        heading = recognize(entry)
        if heading and heading.title:
            forms[heading.title] = None
    return tuple(forms)


def _without_page(entry: str) -> str:
    # An entry is a line of print; what is much longer is none, and would only cost time.
    return _LEADER.sub("", entry).strip(" .·…") if len(entry) < 400 else ""
