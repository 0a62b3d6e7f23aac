"""The text of an XHTML page with the place of every character, and spans put around pieces of it."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from audiobook.container.xml import Element, attribute, local
from audiobook.publish.xhtml5 import XHTML

__all__ = ["PageText", "Run", "read_page", "runs", "wrap"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INLINE = _words(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd mark picture q rb rp rt rtc ruby s "
    "samp small span strike strong sub sup time tt u var wbr"
)
_MUTE = _words(
    "audio button canvas embed form head iframe input map math noscript object option progress rp rt rtc script "
    "select source style svg template textarea title track video"
)
"""Elements whose text is not read, or in which a span may not stand."""
_MUTE_ROLES = _words("noteref pagebreak doc-noteref doc-pagebreak")
_NO_SPANS = _words("colgroup dl hgroup menu ol table tbody tfoot thead tr ul")
_MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text in one piece: blocks are divided by line breaks, what is not read is blank."""

    text: str
    texts: dict[Element, int]
    """Where each element's own text begins."""
    tails: dict[Element, int]
    """Where the text behind each element begins."""
    ends: dict[Element, int]
    """One past each element's text, its tail excluded."""
    cells: tuple[tuple[int, Element, bool], ...]
    """First character of each piece of text, and the element in whose text (False) or tail (True) it stands."""


@dataclass(slots=True)
class Run:
    """Neighbours within one element that one span can hold."""

    parent: Element
    before: Element | None
    """Child behind which the run begins; None before the first."""
    start: int
    """Characters of the text before the run that stay outside."""
    children: list[Element] = field(default_factory=list)
    """Elements that lie in it as a whole."""
    end: int = 0
    """Characters of the last text that lie in it: of the tail of the last child, or of the text it began in."""


def read_page(body: Element) -> PageText:
    """Read the text of a page's body."""
    parts: list[str] = []
    texts: dict[Element, int] = {}
    tails: dict[Element, int] = {}
    ends: dict[Element, int] = {}
    cells: list[tuple[int, Element, bool]] = []
    size = mute = 0

    def add(element: Element, *, tail: bool) -> None:
        nonlocal size
        text = element.tail if tail else element.text
        (tails if tail else texts)[element] = size
        if text:
            parts.append(" " * len(text) if mute else text)
            cells.append((size, element, tail))
            size += len(text)

    for event, element in etree.iterwalk(body, events=("start", "end", "comment", "pi")):
        if isinstance(element.tag, str) and local(element) not in _INLINE:
            parts.append("\n")
            size += 1
        if event == "start":
            mute += _is_mute(element)
            add(element, tail=False)
            continue
        if event == "end":
            mute -= _is_mute(element)
        else:
            texts[element] = size  # a comment has no text of the page
        ends[element] = size
        if element is not body:
            add(element, tail=True)
    return PageText("".join(parts), texts, tails, ends, tuple(cells))


def _is_mute(element: Element) -> bool:
    if local(element) in _MUTE or element.get("hidden") is not None:
        return True
    words = f"{attribute(element, 'type')} {element.get('role') or ''}".lower().split()
    return bool(_MUTE_ROLES & set(words))


def runs(page: PageText, first: int, past: int) -> tuple[Run, ...]:
    """Divide the text from ``first`` to ``past`` into runs that one span each can hold."""
    _, element, in_tail = page.cells[bisect.bisect_right(page.cells, first, key=lambda cell: cell[0]) - 1]
    parent, before = (element.getparent(), element) if in_tail else (element, None)
    entry: Element | None = None
    while past > page.ends[parent] and parent in page.tails:
        entry, parent = parent, parent.getparent()
    found = list(_within(page, parent, (first, past), 0, entry, before if entry is None else None))
    return tuple(run for run in found if local(run.parent) not in _NO_SPANS)


@dataclass(slots=True)
class _Growing:
    """A run on its way, with the state at its last text that is not blank."""

    run: Run | None = None
    solid: tuple[int, int] = (0, 0)

    def finished(self) -> Iterator[Run]:
        run, self.run = self.run, None
        if run:
            count, run.end = self.solid
            del run.children[count:]
            yield run


def _within(
    page: PageText, parent: Element, span: tuple[int, int], depth: int, entry: Element | None = None,
    after: Element | None = None,
) -> Iterator[Run]:  # fmt: skip
    """Yield the runs of ``span`` inside ``parent``, beginning at the child ``entry`` or behind the child ``after``."""
    growing = _Growing()
    child = entry
    if entry is None:
        _take_text(page, parent, after, span, growing)
        child = after.getnext() if after is not None else next(iter(parent), None)
    while child is not None and page.texts[child] < span[1]:
        whole = span[0] <= page.texts[child] and page.ends[child] <= span[1]
        if page.ends[child] > span[0]:
            words = page.text[page.texts[child] : page.ends[child]].strip()
            if whole and _is_phrase(child):
                if growing.run is None and words:
                    growing.run = _opened(parent, child)
                if growing.run is not None:
                    growing.run.children.append(child)
                    if words:
                        growing.solid = len(growing.run.children), 0
            else:
                yield from growing.finished()
                if depth < _MAX_DEPTH and isinstance(child.tag, str):
                    yield from _within(page, child, span, depth + 1)
        elif growing.run is not None:
            growing.run.children.append(child)
        _take_text(page, parent, child, span, growing)
        child = child.getnext()
    yield from growing.finished()


def _opened(parent: Element, child: Element) -> Run:
    """Begin a run with a whole child."""
    before = child.getprevious()
    return Run(parent, before, len((parent.text if before is None else before.tail) or ""))


def _take_text(
    page: PageText, parent: Element, before: Element | None, span: tuple[int, int], growing: _Growing
) -> None:
    """Add what lies in ``span`` of the text behind ``before``, or of the parent's first text."""
    base, text = (page.texts[parent], parent.text) if before is None else (page.tails[before], before.tail)
    low, high = max(span[0] - base, 0), min(span[1] - base, len(text or ""))
    piece = page.text[base + low : base + high] if low < high else ""
    if not piece.strip():
        return
    solid = low + len(piece.rstrip())
    if growing.run is None:
        growing.run = Run(parent, before, low + len(piece) - len(piece.lstrip()))
    growing.solid = len(growing.run.children), solid


def _is_phrase(child: Element) -> bool:
    """May a span hold the element as a whole?"""
    return not isinstance(child.tag, str) or all(
        not isinstance(each.tag, str) or local(each) in _INLINE for each in child.iter()
    )


def wrap(run: Run, identifier: str) -> None:
    """Put a span around a run. Of several runs of a page the last must be wrapped first."""
    span = run.parent.makeelement(f"{{{XHTML}}}span", {"id": identifier})
    held = (run.parent.text if run.before is None else run.before.tail) or ""
    outside, inside = held[: run.start], held[run.start :]
    rest = ""
    if not run.children:
        inside, rest = held[run.start : run.end], held[run.end :]
    run.parent.insert(0 if run.before is None else run.parent.index(run.before) + 1, span)
    if run.before is None:
        run.parent.text = outside
    else:
        run.before.tail = outside
    span.text = inside
    for child in run.children:
        span.append(child)
    if run.children:
        tail = run.children[-1].tail or ""
        run.children[-1].tail, rest = tail[: run.end], tail[run.end :]
    span.tail = rest
