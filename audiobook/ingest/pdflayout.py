"""From lines on pages to passages: running heads and page numbers out, lines joined, headings by type size."""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiobook.book import Exclusion, ParagraphKind
from audiobook.ingest.clean import clean, one_line
from audiobook.ingest.headings import recognize
from audiobook.ingest.passages import Document, Passage, squash

__all__ = ["Line", "Page", "lay_out"]

_EDGE = 2
"""Lines at the top and at the bottom of a page that may be its furniture."""
_APART = 1.3
"""Furniture stands further from the text than its lines from each other, by this factor."""
_REPEATS = 3
"""Pages that a line at the edge must stand on to be a running head."""
_PAGE_NUMBER = re.compile(
    r"[\W_]*(?:(?:page|seite|p\.|s\.)\s*)?(\d{1,4}|[ivxlc]{1,8})[\W_]*(?:(?:of|von|/)\s*\d{1,4})?[\W_]*", re.IGNORECASE
)
_TERMINAL = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$")
_HEADING_SIZE = 1.12
"""A heading's type is larger than the body's by this factor at least."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print; lengths in points, from the lower left corner of the page."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page of print."""

    width: float
    height: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Body:
    """What is usual in the document."""

    size: float
    spacing: float
    left: float
    right: float


def lay_out(pages: Sequence[Page], targets: Sequence[tuple[int, float]]) -> tuple[Document, list[str]]:
    """Make passages of pages.

    Args:
        pages: All pages.
        targets: Where lines of the outline lead: page (from 0, -1 for nowhere) and height on it.

    Returns:
        The document, and for each target the name of its anchor (empty for nowhere).
    """
    exclusions: list[Exclusion] = []
    lines: list[tuple[int, Line]] = []
    for number, (page, reasons) in enumerate(zip(pages, _furniture(pages), strict=True)):
        for line, reason in zip(page.lines, reasons, strict=True):
            if reason:
                exclusions.append(Exclusion(reason, one_line(line.text)))
            elif line.text.strip():
                lines.append((number, line))
    body = _measure([line for _, line in lines])
    words = _words(lines)
    marks = _marks(lines, targets)
    passages: list[Passage] = []
    anchors: list[tuple[str, int]] = []
    group: list[Line] = []
    before: tuple[int, Line] | None = None
    for index, (number, line) in enumerate(lines):
        if group and before is not None and (index in marks or _breaks(before, (number, line), body)):
            passages.append(_passage(group, body, words))
            group = []
        anchors += [(name, len(passages)) for name in marks.get(index, ())]
        group.append(line)
        before = (number, line)
    if group:
        passages.append(_passage(group, body, words))
    named = {name for name, _ in anchors}
    names = [f"o{number}" if f"o{number}" in named else "" for number in range(len(targets))]
    return Document("", tuple(_levelled(passages)), tuple(exclusions), tuple(anchors)), names


def _furniture(pages: Sequence[Page]) -> list[list[str]]:
    """Say of every line why it is not read, or nothing."""
    spacing = _measure([line for page in pages for line in page.lines]).spacing
    edges: Counter[tuple[str, str]] = Counter()
    for page in pages:
        for side, line in _edge_lines(page, spacing):
            edges[side, _pattern(page.lines[line])] += 1
    numbered = sum(
        any(_PAGE_NUMBER.fullmatch(page.lines[line].text.strip()) for _, line in _edge_lines(page, spacing))
        for page in pages
    )
    result: list[list[str]] = []
    for page in pages:
        reasons = [""] * len(page.lines)
        for side, line in _edge_lines(page, spacing):
            text = page.lines[line].text.strip()
            if _PAGE_NUMBER.fullmatch(text) and numbered >= min(_REPEATS, len(pages)):
                reasons[line] = "page-number"
            elif edges[side, _pattern(page.lines[line])] >= max(_REPEATS, len(pages) // 40) and squash(text):
                reasons[line] = "running-head"
        result.append(_only_outer(reasons, page))
    return result


def _only_outer(reasons: list[str], page: Page) -> list[str]:
    """Keep furniture only where nothing but furniture lies between it and the edge of the page."""
    order = sorted(range(len(page.lines)), key=lambda index: -page.lines[index].top)
    kept = [""] * len(reasons)
    for sequence in (order, order[::-1]):
        for index in sequence:
            if not reasons[index]:
                break
            kept[index] = reasons[index]
    return kept


def _edge_lines(page: Page, spacing: float) -> list[tuple[str, int]]:
    """Return the lines at the top and bottom that stand apart from the text."""
    order = sorted(range(len(page.lines)), key=lambda index: -page.lines[index].top)
    found: list[tuple[str, int]] = []
    for side, sequence in (("top", order), ("bottom", order[::-1])):
        reach = 0
        for number, (one, two) in enumerate(itertools.pairwise(sequence[: _EDGE + 1]), 1):
            if abs(page.lines[one].bottom - page.lines[two].bottom) > _APART * spacing:
                reach = number
        found += [(side, index) for index in sequence[: reach if len(order) > 1 else 1]]
    return found


def _pattern(line: Line) -> str:
    """Return a line without its numbers, which change from page to page, and with its height, which does not."""
    words = re.sub(r"\d+|\b[ivxlc]+\b", "#", " ".join(line.text.split()).casefold())
    return f"{words} {round(line.bottom / 6)}"


def _measure(lines: Sequence[Line]) -> _Body:
    if not lines:
        return _Body(12, 14, 0, 0)
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    size = sizes.most_common(1)[0][0]
    own = [line for line in lines if line.size == size]
    gaps = [
        round(one.bottom - two.bottom, 1)
        for one, two in itertools.pairwise(own)
        if 0 < one.bottom - two.bottom < 4 * max(size, 1)
    ]
    spacing = statistics.mode(gaps) if gaps else 1.2 * size
    rights = sorted(line.right for line in own)
    lefts = Counter(round(line.left) for line in own)
    return _Body(size, spacing, float(lefts.most_common(1)[0][0]), rights[int(len(rights) * 0.9)])


def _marks(lines: Sequence[tuple[int, Line]], targets: Sequence[tuple[int, float]]) -> dict[int, list[str]]:
    """Return for lines the names of the outline's targets that lead to them."""
    firsts: dict[int, list[int]] = {}
    for index, (number, _) in enumerate(lines):
        firsts.setdefault(number, []).append(index)
    marks: dict[int, list[str]] = {}
    for name, (page, top) in enumerate(targets):
        if page < 0 or not lines:
            continue
        own = firsts.get(page)
        if own is None:
            following = [number for number in firsts if number > page]
            own = firsts[min(following)] if following else None
            top = 1e9  # noqa: PLW2901 - the page is empty: the next one from its top
        if own:
            # Targets lie at a line's top edge or a little above.
            at = next((index for index in own if lines[index][1].bottom < top - 1), own[-1])
            marks.setdefault(at, []).append(f"o{name}")
    return marks


def _breaks(before: tuple[int, Line], after: tuple[int, Line], body: _Body) -> bool:
    """Does a new paragraph begin between two lines?"""
    (page_one, one), (page_two, two) = before, after
    if abs(one.size - two.size) > 0.08 * body.size:
        return True
    indent = two.left - body.left
    if _soft_end(one.text):
        return False
    short = one.right < body.right - 0.12 * max(body.right - body.left, 1)
    if page_one != page_two:
        return bool(_TERMINAL.search(one.text.strip())) and (indent > 0.6 * body.size or short)
    gap = one.bottom - two.bottom
    if gap > 1.45 * body.spacing or gap < -body.spacing:
        return True
    if 0.6 * body.size < indent < 8 * body.size and one.left - body.left <= 0.6 * body.size:
        return True
    return short and bool(_TERMINAL.search(one.text.strip()))


def _soft_end(text: str) -> bool:
    return text.rstrip().endswith(("-", "\xad", "‐"))


def _words(lines: Sequence[tuple[int, Line]]) -> frozenset[str]:
    return frozenset(
        word.casefold() for _, line in lines for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text)
    )


def _passage(group: Sequence[Line], body: _Body, words: frozenset[str]) -> Passage:
    text = ""
    for line in group:
        piece = " ".join(line.text.split())
        text = _joined(text, piece, words) if _soft_end(text) else f"{text} {piece}".lstrip()
    text = clean(text)
    heading = group[0].size >= _HEADING_SIZE * body.size and len(text) < 200
    known = recognize(text) if len(group) <= 3 and len(text) < 80 else None
    level = 9 if heading else (2 if known and known.kind in {"chapter", "part", "front", "back"} else 0)
    kind: ParagraphKind = "heading" if level else "prose"
    if level == 9:
        return Passage(text, kind, 9, href=f"{group[0].size}")
    if not any(char.isalnum() for char in text):
        return Passage("", "break")
    return Passage(text, kind, level)


def _joined(text: str, piece: str, words: frozenset[str]) -> str:
    """Join a word that a line's end has cut; its hyphen stays when the document writes it so elsewhere."""
    head = re.search(r"([^\W\d_]+)[-\xad‐]$", text)
    tail = re.match(r"[^\W\d_]+", piece)
    if text.endswith("\xad") or not head or not tail:
        return (text[:-1] + piece) if text.endswith("\xad") else text + piece
    whole = f"{head[1]}{tail[0]}".casefold()
    hyphened = f"{head[1]}-{tail[0]}".casefold()
    if hyphened in words and whole not in words:
        return text + piece
    return text[:-1] + piece if tail[0][0].islower() else text + piece


def _levelled(passages: Sequence[Passage]) -> list[Passage]:
    """Give headings levels: the largest type is the first, the rest follow by size."""
    sizes = sorted({float(passage.href) for passage in passages if passage.level == 9}, reverse=True)
    ranks = {size: min(rank, 6) for rank, size in enumerate(sizes, 1)}
    return [
        replace(passage, level=ranks[float(passage.href)], href="") if passage.level == 9 else passage
        for passage in passages
    ]
