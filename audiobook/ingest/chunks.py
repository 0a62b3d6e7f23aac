"""Chunks of a plain text turned into items: what kind of paragraph each is, and where scenes break."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from audiobook.book import Exclusion, Paragraph, ParagraphKind
from audiobook.ingest.divisions import Item, looks_like_prose
from audiobook.ingest.gutenberg import Frame
from audiobook.ingest.headings import recognize
from audiobook.ingest.layout import Chunk, Layout, Weaver, find_chunks, find_layout, is_ornament
from audiobook.ingest.scripts import is_unspaced

__all__ = ["find_items"]

_BULLET = re.compile(r"(?:[-*•·‣▪–]|\(?(?:\d{1,3}|[a-z])[.)])[ \t]+\S")


def find_items(weaver: Weaver, frame: Frame) -> tuple[list[Item], list[Exclusion]]:
    """Return the book's items in order, breaks among them, and the ornaments that are not read."""
    text = weaver.cleaned.text
    layout = find_layout(text[frame.start : frame.end])
    chunks = [piece for chunk in find_chunks(text, frame.start, frame.end, layout) for piece in _split(chunk, layout)]
    width = _width(chunks)
    items: list[Item] = []
    ornaments: list[Exclusion] = []
    carried = 0  # blank lines around chunks that are cut out entirely
    for chunk in chunks:
        if is_ornament(chunk.text):
            span = weaver.span(chunk.start, chunk.end)
            ornaments.append(Exclusion("ornament", chunk.text, span))
            items.append(Item(replace(chunk, gap=chunk.gap + carried), Paragraph("", "break", source=span)))
            carried = 0
            continue
        paragraph = weaver.weave(chunk.start, chunk.end, _kind(chunk, width, layout))
        if not paragraph.text:
            carried += chunk.gap + 1
            continue
        heading = recognize(paragraph.text) if chunk.lines <= 8 and len(paragraph.text) <= 300 else None
        items.append(Item(replace(chunk, gap=chunk.gap + carried), paragraph, heading))
        carried = 0
    return _with_breaks(items), ornaments


def _split(chunk: Chunk, layout: Layout) -> list[Chunk]:
    """Take a heading off the paragraph that follows it without a blank line, and list entries from each other."""
    if chunk.lines == 1 or layout == "lines":
        return [chunk]
    rows = [match.span() for match in re.finditer(r"[^\s\n][^\n]*", chunk.text)]
    lines = [chunk.text[start:end].rstrip() for start, end in rows]
    if sum(bool(_BULLET.match(line)) for line in lines) >= 2 and _BULLET.match(lines[0]):
        starts = [number for number, line in enumerate(lines) if _BULLET.match(line)]
        return [_piece(chunk, rows[a:b], first=a == 0) for a, b in zip(starts, [*starts[1:], len(rows)], strict=True)]
    return _split_heading(chunk, rows, lines, layout)


def _split_heading(chunk: Chunk, rows: Sequence[tuple[int, int]], lines: Sequence[str], layout: Layout) -> list[Chunk]:
    heading = recognize(lines[0]) if chunk.gap and len(lines[0]) < 70 else None
    second = recognize(lines[1]) if heading else None
    if (
        heading
        and second
        and heading.word != second.word
        and {heading.kind, second.kind} <= {"part", "chapter", "section"}
    ):
        below = replace(_piece(chunk, rows[1:], first=False), gap=1)
        return [_piece(chunk, rows[:1], first=True), *_split(below, layout)]
    if heading and heading.style == "counted":
        return [_piece(chunk, rows[:1], first=True), replace(_piece(chunk, rows[1:], first=False), gap=1)]
    if len(chunk.text) <= 160:
        return [chunk]
    if not heading or heading.kind in {"bare", "section"} or (heading.number is None and not lines[0].isupper()):
        return [chunk]
    head = 1
    if not heading.title and len(lines) > 2 and len(lines[1]) < 50 and lines[1].upper() == lines[1]:
        head = 2
    return [_piece(chunk, rows[:head], first=True), replace(_piece(chunk, rows[head:], first=False), gap=1)]


def _piece(chunk: Chunk, rows: Sequence[tuple[int, int]], *, first: bool) -> Chunk:
    start, end = rows[0][0], rows[-1][1]
    body = chunk.text[start:end].rstrip()
    return Chunk(
        chunk.start + start, chunk.start + start + len(body), body, chunk.gap if first else 0,
        chunk.indent, len(rows), max(b - a for a, b in rows),
    )  # fmt: skip


def _width(chunks: Sequence[Chunk]) -> int:
    """Return the width to which the text is wrapped: nearly its longest lines'; 0 when no paragraph has three."""
    widths = sorted(chunk.longest for chunk in chunks if chunk.lines > 2)
    return widths[int(0.9 * (len(widths) - 1))] if widths else 0


def _kind(chunk: Chunk, width: int, layout: Layout) -> ParagraphKind:
    if _BULLET.match(chunk.text) and not chunk.text[0].isalnum():
        return "list"
    if chunk.lines == 1 or layout == "lines":
        return "prose"
    lines = chunk.text.split("\n")
    if is_unspaced(chunk.text):
        return "verse" if len(lines) > 2 and chunk.longest <= 15 else "prose"
    if _is_verse(lines, width):
        return "verse"
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    return "quote" if chunk.indent >= 2 and indents and min(indents) >= 2 and layout == "wrapped" else "prose"


def _is_verse(lines: Sequence[str], width: int) -> bool:
    """Do the lines end where the poet wants, not where the next word would no longer fit?"""
    ragged = 0
    for line, after in pairwise(lines):
        word = after.split(maxsplit=1)[0] if after.strip() else ""
        ragged += len(line.rstrip()) + 1 + len(word) < 0.85 * max(width, 55)
    capitals = sum(not line.lstrip("\"'“‘( _*")[:1].islower() for line in lines)
    if ragged > 0.6 * (len(lines) - 1):
        # In a text without wide lines raggedness says nothing; the first letters of the lines do.
        return width >= 55 or capitals >= 0.6 * len(lines)
    return len(lines) > 2 and capitals >= 0.9 * len(lines) and max(map(len, lines)) <= 75


def _with_breaks(items: list[Item]) -> list[Item]:
    """Add scene breaks where the book marks them by extra blank lines alone."""
    pairs = [
        (before, item)
        for before, item in pairwise(items)
        if looks_like_prose(before) and item.paragraph.kind == "prose" and not item.heading
    ]
    gaps = Counter(item.chunk.gap for _, item in pairs)
    if not gaps:
        return items
    usual = gaps.most_common(1)[0][0]
    wider = sum(count for gap, count in gaps.items() if gap > usual)
    if not wider or wider > 0.1 * len(pairs) + 1:
        return items
    after = {id(item) for before, item in pairs if item.chunk.gap > usual and looks_like_prose(item)}
    result: list[Item] = []
    for item in items:
        if id(item) in after and result[-1].paragraph.kind != "break":
            result.append(Item(replace(item.chunk, text="", lines=0), Paragraph("", "break")))
        result.append(item)
    return result
