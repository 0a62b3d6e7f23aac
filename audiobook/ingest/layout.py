"""The lines of a text file: which of them make a paragraph, and how wrapped lines become running text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from audiobook.book import Markup, Paragraph, ParagraphKind, Span
from audiobook.errors import HostileSourceError
from audiobook.ingest.clean import Cleaned
from audiobook.ingest.scripts import CLOSERS, ENDERS, is_unspaced, opens_line

__all__ = ["Chunk", "Cut", "Layout", "Weaver", "find_chunks", "find_layout", "is_ornament"]

Layout = Literal["wrapped", "lines", "indented"]
"""How paragraphs are told apart: by blank lines, by every line end, or by the indent of their first line."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines that stand together."""

    start: int
    """First character that is not white space, an index into the clean text."""
    end: int
    """One past the last such character."""
    text: str
    """The characters between, as they are."""
    gap: int
    """Blank lines before."""
    indent: int
    """Columns before the first character of the first line."""
    lines: int
    longest: int
    """Characters of the longest line."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch inside the text that is not read."""

    start: int
    end: int
    reason: str


MAX_CHUNKS = 400_000
"""More paragraphs than ten of the longest novels have."""
_LINE = re.compile(r"[^\n]+")


def find_layout(text: str) -> Layout:
    """Tell how the text sets its paragraphs apart."""
    lines = text.split("\n")
    lengths = [len(line.rstrip()) for line in lines if line.strip()]
    total = sum(lengths)
    if not total:
        return "wrapped"
    if sum(length for length in lengths if length > 120) > 0.5 * total:
        return "lines"
    if is_unspaced(text):
        return "wrapped" if _is_even(lines) else "lines"
    full = indented = blank_before = joined = 0
    for before, line in pairwise(lines):
        if not line.strip():
            continue
        if not before.strip():
            blank_before += 1
            continue
        full += 1
        if line[:1] in " \t" and before[:1] not in " \t":
            indented += 1
        joined += before.rstrip()[-1:] in _ENDS and opens_line(line.lstrip()[:1])
    if indented > 3 and indented > 0.5 * blank_before and indented < 0.6 * full:
        return "indented"
    # Short lines without blank ones between that each begin and end like a sentence: one line, one paragraph.
    if full > 8 and joined > 0.8 * full and blank_before < 0.3 * full:
        return "lines"
    return "wrapped"


_ENDS = ENDERS | CLOSERS | frozenset(":;-—：；")


def _is_even(lines: Sequence[str]) -> bool:
    """Are most lines that another follows as long as each other, as where Chinese or Japanese is wrapped?"""
    full = [len(before.strip()) for before, line in pairwise(lines) if before.strip() and line.strip()]
    longest = max(full, default=0)
    return len(full) > 2 and longest > 15 and sum(length >= longest - 2 for length in full) > 0.5 * len(full)


def find_chunks(text: str, start: int, end: int, layout: Layout) -> list[Chunk]:
    """Cut ``text[start:end]`` into chunks.

    Raises:
        HostileSourceError: there are more than `MAX_CHUNKS`.
    """
    chunks: list[Chunk] = []
    rows: list[tuple[int, int]] = []  # spans of the lines of the open chunk, without the white space around
    gap = 0
    previous = start
    for match in _LINE.finditer(text, start, end):
        first, last = match.span()
        line = match[0].strip()
        blank = text.count("\n", previous, first) - (1 if rows or chunks else 0)
        if not line:
            continue
        begin = first + len(match[0]) - len(match[0].lstrip())
        span = (begin, begin + len(line))
        if rows and (blank > 0 or _divides(text, rows, span, layout)):
            chunks.append(_chunk(text, rows, gap))
            if len(chunks) > MAX_CHUNKS:
                raise HostileSourceError(f"has more than {MAX_CHUNKS} paragraphs", remedy="Split it into volumes")
            rows, gap = [], max(blank, 0)
        elif not rows:
            gap = max(blank, 3)  # what begins a book stands as free as a heading
        rows.append(span)
        previous = last
    if rows:
        chunks.append(_chunk(text, rows, gap))
    return chunks


def _divides(text: str, rows: list[tuple[int, int]], span: tuple[int, int], layout: Layout) -> bool:
    if layout == "lines":
        return True
    if layout == "indented":
        before = rows[-1][0] - text.rfind("\n", 0, rows[-1][0]) - 1
        now = span[0] - text.rfind("\n", 0, span[0]) - 1
        return (now > before and now >= 2) or (now > 0 and len(rows) == 1 and now == before)
    return False


def _chunk(text: str, rows: list[tuple[int, int]], gap: int) -> Chunk:
    start, end = rows[0][0], rows[-1][1]
    line_start = text.rfind("\n", 0, start) + 1
    indent = len(text[line_start:start].expandtabs(8))
    return Chunk(start, end, text[start:end], gap, indent, len(rows), max(last - first for first, last in rows))


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    new: str
    mark: str = ""
    """``open`` or ``close`` of an emphasis."""


_WHITE = re.compile(r"[ \t\n]{2,}|[\t\n]")
_EMPHASIS = re.compile(
    r"(?<![_])(?P<mark>_)(?=[^\s_])(?P<inner>[^_]{1,2000}?)(?<=[^\s_])_(?!_)"
    r"|(?<![\w=*])(?P<mark2>=|\*{1,3})(?=[^\s=*])(?P<inner2>[^=*]{1,500}?)(?<=[^\s=*])(?P=mark2)(?![\w=*])"
)
_STRAY = re.compile(r"\A_+(?=[^\s_])|(?<=[^\s_])_+\Z")
_DASH_END = re.compile(r"(?<=\w--|..—)\n[ \t]*(?=[\w“‘\"'(])")
_HYPHEN_END = re.compile(r"(?<=[^\W\d_])-[ \t]*\n[ \t]*(?=[^\W\d_A-Z])")


_LETTERED_ORNAMENT = re.compile(r"[\W_]*(?:[xXoO0]|oOo|o0o)(?:[\W_]+(?:[xXoO0]|oOo|o0o))+[\W_]*")
_SPEECH_MARKS = frozenset("\"'“”‘’«»„")


def is_ornament(text: str) -> bool:
    """Is the text only a row of asterisks, dashes or the like, which sets scenes apart?

    Silence in quotation marks (“…”) is speech.
    """
    if any(char.isalnum() for char in text):
        return len(text) < 80 and bool(_LETTERED_ORNAMENT.fullmatch(text))
    return not _SPEECH_MARKS & set(text)


class Weaver:
    """Turns stretches of the clean text into paragraphs with their way back to the source."""

    def __init__(self, cleaned: Cleaned, cuts: Sequence[Cut] = ()) -> None:
        self.cleaned = cleaned
        self.cuts = sorted(cuts, key=lambda cut: cut.start)
        self._cut_starts = [cut.start for cut in self.cuts]
        self._words: frozenset[str] | None = None

    def span(self, start: int, end: int) -> Span:
        """Map a stretch of the clean text to the source."""
        return Span(self.cleaned.index(start), self.cleaned.index(end - 1) + 1)

    def weave(self, start: int, end: int, kind: ParagraphKind = "prose", joints: Sequence[int] = ()) -> Paragraph:
        """Unwrap ``start:end`` of the clean text into one paragraph.

        Line ends become spaces, or stay for verse; emphasis marks become markup; cuts are left out.
        At each of ``joints``, indices of line ends between the pieces of a heading, a full stop is put in
        where the piece before has no punctuation.
        """
        text = self.cleaned.text[start:end]
        edits = self._edits(text, start, end, kind, joints)
        if not edits:
            return Paragraph(text, kind, source=self.span(start, end), anchors=self._anchors([(0, start)], len(text)))
        return self._apply(start, end, edits, kind)

    def _edits(self, text: str, start: int, end: int, kind: ParagraphKind, joints: Sequence[int]) -> list[_Edit]:
        edits = [
            _Edit(max(cut.start, start), min(cut.end, end), "")
            for cut in self.cuts[
                max(bisect_right(self._cut_starts, start) - 1, 0) : bisect_right(self._cut_starts, end)
            ]
            if cut.end > start and cut.start < end
        ]
        if "\n" in text or "  " in text or "\t" in text:
            edits += self._white(text, start, kind, joints)
        if "_" in text or "=" in text or "*" in text:
            for match in _EMPHASIS.finditer(text):
                width = len(match["mark"] or match["mark2"])
                if not _tight(text, match.start(), match.end(), width):
                    continue
                edits.append(_Edit(start + match.start(), start + match.start() + width, "", "open"))
                edits.append(_Edit(start + match.end() - width, start + match.end(), "", "close"))
            # Emphasis that runs over several paragraphs leaves a mark alone at either end.
            edits += [_Edit(start + match.start(), start + match.end(), "") for match in _STRAY.finditer(text)]
        return _disjoint(sorted(edits, key=lambda edit: (edit.start, edit.end)))

    def _white(self, text: str, start: int, kind: ParagraphKind, joints: Sequence[int]) -> list[_Edit]:
        edits = []
        closed = {match.end() for match in _DASH_END.finditer(text)}
        hyphens = {match.end(): match for match in _HYPHEN_END.finditer(text)} if "-" in text else {}
        for match in _WHITE.finditer(text):
            new = "\n" if kind == "verse" and "\n" in match[0] else " "
            first = match.start()
            joined = any(start + match.start() <= joint < start + match.end() for joint in joints)
            if new == " " and (match.end() in closed or (_within_unspaced(text, match) and not joined)):
                new = ""
            elif match.end() in hyphens and new == " ":
                new = ""
                if not self._keeps_hyphen(text, hyphens[match.end()]):
                    first -= 1
            elif joined:
                new = " " if text[match.start() - 1 : match.start()] in ".:!?,;-—–" else ". "
            edits.append(_Edit(start + first, start + match.end(), new))
        return edits

    def _keeps_hyphen(self, text: str, match: re.Match[str]) -> bool:
        """Decide by the book's own words: "to-morrow" where it is written so, "something" where that is."""
        before = re.search(r"[^\W\d_]+$", text[: match.start()])
        after = re.match(r"[^\W\d_]+", text[match.end() :])
        if not before or not after:
            return True
        if self._words is None:
            self._words = frozenset(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", self.cleaned.text.casefold()))
        first, second = before[0].casefold(), after[0].casefold()
        if f"{first}-{second}" in self._words:
            return True
        return first + second not in self._words and first in self._words and second in self._words

    def _apply(self, start: int, end: int, edits: list[_Edit], kind: ParagraphKind) -> Paragraph:
        source = self.cleaned.text
        pieces: list[str] = []
        points = [(0, start)]
        markup: list[Markup] = []
        opened: list[int] = []
        length, at = 0, start
        for edit in edits:
            pieces += (source[at : edit.start], edit.new)
            length += edit.start - at
            if edit.mark == "open":
                opened.append(length)
            elif edit.mark == "close" and opened:
                markup.append(Markup(opened.pop(), length, "emphasis"))
            length += len(edit.new)
            at = edit.end
            if len(edit.new) != edit.end - edit.start:
                points.append((length, at))
        pieces.append(source[at:end])
        return self.finish("".join(pieces), points, markup, kind)

    def finish(self, text: str, points: list[tuple[int, int]], markup: list[Markup], kind: ParagraphKind) -> Paragraph:
        """Make a paragraph of woven text: strip its ends and lead it back to the source.

        ``points`` are pairs of an index into ``text`` and one into the clean text, from which on both run in step.
        """
        left = len(text) - len(text.lstrip())
        body = text.strip()
        if not body:
            return Paragraph("", kind)
        index, place = next((at, place) for at, place in reversed(points) if at <= left)
        points = [(0, place + left - index), *((at - left, place) for at, place in points if at > left)]
        points = [(at, place) for at, place in points if at < len(body)]
        marks = tuple(
            sorted(
                (
                    Markup(max(mark.start - left, 0), min(mark.end - left, len(body)), mark.kind)
                    for mark in markup
                    if mark.start - left < len(body) and mark.end > left and mark.end > mark.start
                ),
                key=lambda mark: (mark.start, mark.end),
            )
        )
        last_at, last_place = points[-1]
        source = self.span(points[0][1], last_place + len(body) - last_at)
        return Paragraph(body, kind, marks, source, self._anchors(points, len(body)))

    def _anchors(self, points: list[tuple[int, int]], length: int) -> tuple[tuple[int, int], ...]:
        """Lead the points, pairs of paragraph and clean text, on to the source."""
        inner = self.cleaned.anchors
        kept: list[tuple[int, int]] = []
        for number, (at, place) in enumerate(points):
            stop = points[number + 1][0] if number + 1 < len(points) else length
            pairs = [(at, self.cleaned.index(place))]
            if len(inner) > 1:
                first = bisect_right(inner, (place, float("inf")))
                last = bisect_right(inner, (place + stop - at - 1, float("inf")))
                pairs += [(at + text_index - place, index) for text_index, index in inner[first:last]]
            for pair in pairs:
                if kept and kept[-1][0] == pair[0]:
                    kept[-1] = pair
                elif not kept or pair[1] - pair[0] != kept[-1][1] - kept[-1][0]:
                    kept.append(pair)
        return () if len(kept) == 1 else tuple(kept)


def _within_unspaced(text: str, match: re.Match[str]) -> bool:
    """Does a line end between two letters of a script without spaces?"""
    around = text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 1]
    return "\n" in match[0] and all(map(is_unspaced, around))


def _tight(text: str, start: int, end: int, width: int) -> bool:
    """Is a pair of marks emphasis, not part of a name such as snake_case_name?"""
    before = text[start - 1 : start]
    after = text[end : end + 1]
    return not (width == 1 and before.isalnum() and after.isalnum())


def _disjoint(edits: list[_Edit]) -> list[_Edit]:
    kept: list[_Edit] = []
    for edit in edits:
        if kept and edit.start < kept[-1].end:
            if edit.end > kept[-1].end and not edit.mark:
                kept[-1] = _Edit(kept[-1].start, edit.end, kept[-1].new or edit.new, kept[-1].mark)
            continue
        kept.append(edit)
    return kept
