"""Line breaks inside a block: verse, an address, or paragraphs that were never marked up."""

from __future__ import annotations

import bisect
import re
from dataclasses import replace

from audiobook.book import Markup, ParagraphKind

__all__ = ["split_lines"]

_LONG_LINE = 90
"""Letters; lines longer than this are paragraphs set with line breaks, not verse or an address."""


def split_lines(
    text: str, markup: tuple[Markup, ...], kind: ParagraphKind, *, keep: bool
) -> list[tuple[str, tuple[Markup, ...], ParagraphKind]]:
    """Read the line breaks inside a block: verse keeps them, two in a row or long lines mean paragraphs."""
    if "\n" not in text:
        return [(text, markup, kind)]
    if keep and kind != "verse":
        return [(text, markup, kind)]
    found: list[tuple[int, int, ParagraphKind]] = []
    for start, end in _spans(text, r"\n\s*\n"):
        stretch = text[start:end]
        lines = stretch.split("\n")
        if kind == "verse" or (len(lines) > 1 and kind in {"prose", "quote"} and max(map(len, lines)) <= _LONG_LINE):
            found.append((start, end, "verse"))
        elif kind in {"prose", "quote"}:
            found += [(start + one, start + two, kind) for one, two in _spans(stretch, r"\n")]
        else:
            found.append((start, end, kind))
    marks = _within(markup, [(start, end) for start, end, _ in found])
    return [
        (text[start:end] if own == "verse" else text[start:end].replace("\n", " "), share, own)
        for (start, end, own), share in zip(found, marks, strict=True)
    ]


def _spans(text: str, separator: str) -> list[tuple[int, int]]:
    spans = []
    last = 0
    for match in re.finditer(separator, text):
        spans.append((last, match.start()))
        last = match.end()
    spans.append((last, len(text)))
    return [(start, end) for start, end in spans if text[start:end].strip()]


def _within(markup: tuple[Markup, ...], spans: list[tuple[int, int]]) -> list[tuple[Markup, ...]]:
    """Share markup out among stretches of the text, ascending."""
    ends = [end for _, end in spans]
    shares: list[list[Markup]] = [[] for _ in spans]
    for mark in markup:
        at = bisect.bisect_right(ends, mark.start)
        while at < len(spans) and spans[at][0] < mark.end:
            start, end = spans[at]
            shares[at].append(replace(mark, start=max(mark.start, start) - start, end=min(mark.end, end) - start))
            at += 1
    return [tuple(share) for share in shares]
