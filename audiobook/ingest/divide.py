"""From passages to chapters: the table of contents leads, the text's own headings are the second witness."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from audiobook.book import Paragraph
from audiobook.ingest.headings import recognize
from audiobook.ingest.outline import Block, assign_roles
from audiobook.ingest.passages import Passage, squash
from audiobook.ingest.toc import Entry

__all__ = ["Start", "promote", "starts_of_headings", "starts_of_names", "starts_of_toc"]

_CHAPTER_LETTERS = 3_000
"""Letters that a line of a table of contents has under it on average when it means a chapter."""
_HEADING_CHARS = 60
_COARSE_LETTERS = 60_000
"""Letters from which on a chapter may be several that the table of contents lumps together."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a chapter or part begins."""

    index: int
    """Index of its first passage."""
    label: str = ""
    """What the table of contents calls it."""
    part: str = ""
    """The parts above it."""
    is_part: bool = False
    """It stands above the chapters that follow."""


@dataclass(slots=True)
class _Node:
    """A line of the table of contents, placed in the text."""

    entry: Entry
    at: int
    children: list[_Node]
    end: int = 0
    placed: bool = True
    """Its own link leads somewhere; otherwise it stands where its first child does."""


class _Text:
    """Sizes of stretches of the text, and where documents begin."""

    def __init__(self, passages: Sequence[Passage | None], heads: frozenset[int]) -> None:
        sizes = (len(squash(passage.text)) if passage and passage.kind != "heading" else 0 for passage in passages)
        self.sums = list(itertools.accumulate(sizes, initial=0))
        self.heads = heads
        """Indexes at which a document begins."""
        self.count = len(passages)

    def letters(self, start: int, end: int) -> int:
        """Return how many letters stand between two indexes, headings left out."""
        return self.sums[max(end, start)] - self.sums[start]


def starts_of_toc(
    entries: tuple[Entry, ...],
    passages: Sequence[Passage | None],
    heads: Sequence[int],
    find: Callable[[str], int | None],
    title: str,
) -> list[Start]:
    """Return the chapters that the table of contents names, with those that only headings name.

    Args:
        entries: The table of contents.
        passages: The book's text; None where something is not read.
        heads: Index of the first passage of every document.
        find: Leads from a line's target to the index of a passage, or None.
        title: The book's title, which is no part.
    """
    text = _Text(passages, frozenset(heads))
    nodes = _place(entries, find)
    _close(nodes, text.count)
    starts: list[Start] = []
    alone = len(nodes) == 1
    for node in nodes:
        _expand(node, "", text, starts, title, alone=alone)
    if not starts:
        return []
    starts = _under_parts(_distinct(starts))
    starts = _distinct(starts + _unlisted(starts, passages, heads, text))
    return _distinct(starts + _lumped(starts, passages, text))


def _place(entries: tuple[Entry, ...], find: Callable[[str], int | None]) -> list[_Node]:
    nodes: list[_Node] = []
    for entry in entries:
        children = _place(entry.children, find)
        at = find(entry.target) if entry.target else None
        if at is not None:
            nodes.append(_Node(entry, at, children))
        elif children:
            nodes.append(_Node(entry, min(child.at for child in children), children, placed=False))
    return nodes


def _close(nodes: list[_Node], end: int) -> None:
    """Give each node its end: where the next one begins that is not inside it."""
    ahead: list[int] = []
    for node in reversed(nodes):
        while ahead and ahead[-1] <= node.at:
            ahead.pop()
        node.end = max(min(ahead[-1] if ahead else end, end), node.at)
        ahead.append(node.at)
        _close(node.children, node.end)


def _expand(node: _Node, part: str, text: _Text, starts: list[Start], title: str, *, alone: bool) -> None:
    label = node.entry.label
    if not node.children or not _holds_chapters(node, text, alone=alone):
        starts.append(Start(node.at, label, part))
        return
    is_title = bool(title) and squash(label) in {squash(title), squash(title.partition(":")[0])}
    first = min(child.at for child in node.children)
    if node.placed and (first > node.at or not is_title):
        starts.append(Start(node.at, label, part, is_part=True))
    below = part if is_title else ": ".join(filter(None, (part, label)))
    for child in node.children:
        _expand(child, below, text, starts, title, alone=False)


def _holds_chapters(node: _Node, text: _Text, *, alone: bool) -> bool:
    """Is a line with others below it a part with chapters, and not a chapter with sections?"""
    if not node.placed:
        return True
    own = recognize(node.entry.label)
    if own and own.kind == "part":
        return True
    kinds = [recognize(child.entry.label) for child in node.children]
    chapters = sum(bool(kind and kind.kind == "chapter") for kind in kinds)
    if own and own.kind == "chapter" and chapters * 2 <= len(kinds):
        return False
    if chapters * 2 > len(kinds):
        return True
    total = text.letters(node.at, node.end)
    before = text.letters(node.at, min(child.at for child in node.children))
    if total < _CHAPTER_LETTERS * len(kinds) or before > total / 5:
        return False
    apart = sum(child.at in text.heads for child in node.children)
    return alone or apart * 2 >= len(kinds) or total > 10 * _CHAPTER_LETTERS


def _distinct(starts: list[Start]) -> list[Start]:
    """Sort by place; of several at one place the part is kept as a name above and the last chapter stays."""
    result: list[Start] = []
    for start in sorted(starts, key=lambda start: (start.index, not start.is_part, not start.label)):
        last = result[-1] if result else None
        if last is None or last.index != start.index:
            result.append(start)
        elif last.is_part and not start.is_part and start.label:
            result[-1] = replace(start, part=start.part or last.label)
    return result


def _under_parts(starts: list[Start]) -> list[Start]:
    """Put chapters under the parts that a flat table of contents names before them."""
    part = ""
    result: list[Start] = []
    for start in starts:
        known = recognize(start.label)
        if known and known.kind == "part" and not known.title.strip() and not start.part:
            part = start.label
            result.append(replace(start, is_part=True))
        elif known and known.kind in {"chapter", "bare"} and not start.part:
            result.append(replace(start, part=part))
        else:
            result.append(start)
    return result


def promote(passages: Sequence[Passage]) -> list[Passage]:
    """Make headings of lines that say "Chapter 2" in a book without any headings; two such lines are needed."""
    if any(passage.level for passage in passages):
        return list(passages)
    levels: dict[int, int] = {}
    for index, passage in enumerate(passages):
        if passage.kind == "prose" and len(passage.text) <= _HEADING_CHARS and not passage.note and not passage.role:
            known = recognize(passage.text)
            if known and known.kind in {"chapter", "part"}:
                levels[index] = 1 if known.kind == "part" else 2
    if sum(level == 2 for level in levels.values()) < 2:
        return list(passages)
    return [
        replace(passage, kind="heading", level=levels[index]) if index in levels else passage
        for index, passage in enumerate(passages)
    ]


def starts_of_names(heads: Sequence[int], names: Sequence[str]) -> list[Start]:
    """Return a chapter for every document, where all have names of their own and nothing else tells them apart.

    Args:
        heads: Index of the first passage of each document.
        names: The documents' names.
    """
    if not all(names) or not 1 < len(set(names)) == len(names):
        return []
    return [Start(head, name) for head, name in zip(heads, names, strict=True)]


def _unlisted(
    starts: list[Start], passages: Sequence[Passage | None], heads: Sequence[int], text: _Text
) -> list[Start]:
    """Find documents that begin a chapter although the table of contents does not say so."""
    listed = [start.index for start in starts]
    levels = [passage.level for at in listed if (passage := passages[at]) is not None and passage.level]
    level = max(levels, default=2)
    found: list[Start] = []
    for head, following in zip(heads, [*heads[1:], text.count], strict=True):
        before = bisect.bisect_left(listed, head)
        if before < len(listed) and listed[before] < following:
            if head < listed[0] and text.letters(head, listed[0]):
                found.append(Start(head))
            continue
        first = next((passage for passage in passages[head:following] if passage and passage.text), None)
        if first is None:
            continue
        known = recognize(first.text) if first.level else None
        if head < listed[0] or (first.level and first.level <= level) or (known and known.kind in {"chapter", "part"}):
            part = starts[before - 1].part if before else ""
            found.append(Start(head, part=part, is_part=bool(known and known.kind == "part")))
    return found


def _lumped(starts: list[Start], passages: Sequence[Passage | None], text: _Text) -> list[Start]:
    """Find chapters by their headings inside a stretch that is too long to be one."""
    found: list[Start] = []
    for start, end in zip(starts, [*(start.index for start in starts[1:]), text.count], strict=True):
        if text.letters(start.index, end) < _COARSE_LETTERS:
            continue
        heads = [
            (at, passage.level)
            for at, passage in enumerate(passages[start.index : end], start.index)
            if passage and passage.level and (known := recognize(passage.text)) and known.kind in {"chapter", "bare"}
        ]
        if len(heads) < 3:
            continue
        level = min(level for _, level in heads)
        part = ": ".join(filter(None, (start.part, start.label if start.is_part else "")))
        found += [Start(at, part=part) for at, own in heads if own == level and at != start.index]
    return found


def starts_of_headings(passages: Sequence[Passage | None], title: str) -> tuple[list[Start], dict[int, str]]:
    """Return the chapters that the text's own headings name, and the passages that are not read with their reasons."""
    blocks = [
        Block(
            Paragraph(passage.text if passage else "", passage.kind if passage else "break"),
            passage.level if passage else 0,
        )
        for passage in passages
    ]
    starts: list[Start] = []
    unread: dict[int, str] = {}
    part = ""
    for index, block in enumerate(assign_roles(blocks, title)):
        if block.role == "excluded" and block.paragraph.text:
            unread[index] = block.reason
        elif block.role == "part":
            part = block.paragraph.text
            starts.append(Start(index, part, "", is_part=True))
        elif block.role == "chapter":
            starts.append(Start(index, "", part))
    return starts, unread
