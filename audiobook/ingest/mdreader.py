"""A walk over Markdown's tokens that makes blocks and keeps account of every stretch of the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from audiobook.book import Exclusion, Paragraph, ParagraphKind
from audiobook.ingest.layout import Cut, Weaver, is_ornament
from audiobook.ingest.mdinline import HOLE, weave_inline
from audiobook.ingest.outline import Block
from audiobook.settings import IngestSettings

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["MarkdownReader"]

_NOTE = re.compile(
    r"^ {0,3}\[\^(?P<label>[^\]\s]{1,80})\]:[ \t]*"
    r"(?P<body>[^\n]*(?:\n[ \t]+\S[^\n]*|\n(?=\n {4}\S)|\n(?![ \t]*\n|\[\^)[^\n]+)*)",
    re.MULTILINE,
)
_REFERENCE = re.compile(r"\[\^(?P<label>[^\]\s]{1,80})\]")
_LINK_DEFINITION = re.compile(
    r"^(?:[ \t]*>)*[ \t]*\[(?!\^)[^\]\n]{1,200}\]:[ \t]*\n?[ \t]*\S[^\n]*(?:\n[ \t]+[\"'(][^\n]*[\"')][ \t]*)?$",
    re.MULTILINE,
)
_MARKERS = re.compile(r"(?:[ \t]*>|[ \t]*(?:[-*+]|#{1,6})(?=[ \t]))*[ \t]*")
_LEAVES = frozenset({"inline", "fence", "code_block", "html_block", "hr"})
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style)\b.*?(?:</(?P=raw)>|\Z)|</?[A-Za-z!?][^>]*(?:>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_RULE = re.compile(r"\s*<hr\b[^>]*>\s*", re.IGNORECASE)
_NUMBER = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t]+(?=[-*+>\d]))*(?P<number>\d{1,9}[.)])[ \t]")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)*_]*$")


@dataclass(slots=True)
class MarkdownReader:
    """Collects blocks, and what of the clean source they cover."""

    weaver: Weaver
    settings: IngestSettings
    blocks: list[Block] = field(default_factory=list)
    notes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Label of each footnote to the stretch of its text."""
    marks: list[tuple[int, str]] = field(default_factory=list)
    """Where footnotes are referred to, in the clean source."""
    _source: str = ""
    _lines: list[int] = field(default_factory=list)
    _covered: list[tuple[int, int]] = field(default_factory=list)
    _excluded: list[tuple[int, int, str]] = field(default_factory=list)
    _named: list[tuple[int, int]] = field(default_factory=list)
    """What `prepare` has named as not read."""
    _holes: list[tuple[int, int]] = field(default_factory=list)
    """What was blanked out of the source before parsing."""
    _changes: list[tuple[int, int, str]] = field(default_factory=list)

    def prepare(self, start: int) -> str:
        """Return the source with front matter, footnotes and their marks blanked out, at unchanged offsets."""
        text = self.weaver.cleaned.text
        blanks = [(0, start)]
        if start:
            self._excluded.append((0, start, "front-matter"))
        for match in _NOTE.finditer(text, start):
            blanks.append(match.span())
            if self.settings.notes == "skip" or match["label"] in self.notes:
                self._excluded.append((*match.span(), "note"))
            else:
                self._excluded.append((match.start(), match.start("body"), "note-reference"))
            self.notes.setdefault(match["label"], match.span("body"))
        starts = [first for first, _ in blanks]
        for match in _REFERENCE.finditer(text, start):
            inside = blanks[bisect_right(starts, match.start()) - 1][1] > match.start()
            if match["label"] in self.notes and not inside:
                self.marks.append((match.start(), match["label"]))
                self._excluded.append((*match.span(), "note-reference"))
        for match in _LINK_DEFINITION.finditer(text, start):
            self._excluded.append((*match.span(), "link-definition"))
        self._holes = sorted([*blanks, *((at, at + len(label) + 3) for at, label in self.marks)])
        self._source = _blanked(text, sorted(blanks), " ")
        self._source = _blanked(self._source, [(at, at + len(label) + 3) for at, label in self.marks], HOLE)
        self._lines = [0, *(match.end() for match in re.finditer("\n", self._source)), len(self._source)]
        return self._source

    def read(self, tokens: Sequence[Token]) -> None:
        """Make blocks of the tokens."""
        place = _Place()
        self._named = _union((start, end) for start, end, _ in self._excluded)
        line = 0
        for token in tokens:
            place.enter(token)
            if token.type in _LEAVES and token.map:
                if token.map[0] > line:
                    self._unparsed(line, token.map[0])
                line = max(line, token.map[1])
            if token.type == "tr_close":
                self._row(place.row)
            elif token.type == "inline" and token.map and not place.cell:
                self._inline(token, place)
            elif token.type == "hr":
                self.blocks.append(Block(Paragraph("", "break")))
            elif token.type in {"fence", "code_block"} and token.map:
                self._code(*self._region(token))
            elif token.type == "html_block" and token.map:
                self._html(*self._region(token))
        self._unparsed(line, len(self._lines) - 1)

    def with_notes(self, blocks: Iterable[Block]) -> list[Block]:
        """Put the notes, when they are read, behind the block that refers to them or at the chapter's end."""
        if self.settings.notes == "skip":
            return list(blocks)
        result: list[Block] = []
        waiting: list[Block] = []
        marks = iter([*sorted(self.marks), (len(self._source) + 1, "")])
        mark = next(marks)
        done: set[str] = set()
        for block in blocks:
            if waiting and (block.role in {"part", "chapter"} or self.settings.notes == "inline"):
                result += waiting
                waiting = []
            result.append(block)
            place = block.paragraph.source
            while place and self.weaver.cleaned.index(mark[0]) < place.end and mark[1]:
                if mark[1] not in done:
                    waiting.append(self._note(*self.notes[mark[1]]))
                    done.add(mark[1])
                mark = next(marks)
        waiting += [self._note(*span) for label, span in self.notes.items() if label not in done]
        return [*result, *waiting]

    def exclusions(self) -> list[Exclusion]:
        """Name everything of the source that is in no block; markup with letters in it (addresses, tags) included."""
        text = self.weaver.cleaned.text
        found: list[Exclusion] = []
        taken = _union(self._covered)
        named = self._excluded
        done = 0
        for start, end, reason in sorted(named, key=lambda entry: entry[:2]):
            found += self._exclusions(_outside(taken, max(start, done), end), reason)
            done = max(done, end)
        everything = _union([*taken, *((start, end) for start, end, _ in named)])
        return found + self._exclusions(_outside(everything, 0, len(text)), "markup")

    def _exclusions(self, spans: Iterable[tuple[int, int]], reason: str) -> list[Exclusion]:
        text = self.weaver.cleaned.text
        found = []
        for first, last in spans:
            piece = text[first:last].strip()
            if any(char.isalnum() for char in piece):
                at = text.index(piece, first)
                found.append(Exclusion(reason, piece, self.weaver.span(at, at + len(piece))))
        return found

    def decoded(self) -> str:
        """Return the source with its entities decoded, for the ledger."""
        text = self.weaver.cleaned.text
        pieces: list[str] = []
        at = 0
        for start, end, new in sorted(self._changes):
            pieces += (text[at:start], new)
            at = end
        return "".join((*pieces, text[at:]))

    def _region(self, token: Token) -> tuple[int, int]:
        assert token.map is not None
        first, last = token.map
        return self._lines[first], self._lines[min(last, len(self._lines) - 1)]

    def _inline(self, token: Token, place: _Place) -> None:
        start, end = self._region(token)
        children = token.children or []
        hard = sum(child.type == "hardbreak" for child in children)
        verse = hard > 0 and hard >= sum(child.type == "softbreak" for child in children) and not place.level
        woven = weave_inline(children, self._source, start, end, alt=self.settings.images == "alt", lines=verse)
        if place.numbered:
            number = _NUMBER.match(self._source, start, woven.points[0][1] if woven.points else end)
            if number:
                first, last = number.span("number")
                woven.text = f"{number['number']} {woven.text}"
                shift = last - first + 1
                woven.points = [
                    (0, first),
                    (shift, woven.points[0][1]),
                    *((at + shift, to) for at, to in woven.points[1:]),
                ]
                woven.markup = [replace(mark, start=mark.start + shift, end=mark.end + shift) for mark in woven.markup]
                woven.covered.append((first, last))
        self._excluded += [(first, last, "illustration") for first, last in woven.pictures]
        if is_ornament(woven.text.strip()):
            if woven.text.strip():
                self._ornament(start, end)
            return
        self._covered += woven.covered
        self._changes += woven.changes
        kind = "verse" if verse else place.kind
        paragraph = self.weaver.finish(woven.text, woven.points or [(0, start)], woven.markup, kind)
        if not paragraph.text:
            return
        if place.underlined and (len(paragraph.text) > 120 or _SENTENCE_END.search(paragraph.text)):
            # A rule right under a paragraph makes it a heading in Markdown; in a story it is a scene break.
            self.blocks += [Block(paragraph), Block(Paragraph("", "break"))]
        else:
            self.blocks.append(Block(paragraph, level=place.level))

    def _unparsed(self, first: int, last: int) -> None:
        """Read the words on lines of which the parser makes nothing, such as those nested deeper than it goes."""
        rows: list[tuple[int, int, int]] = []  # start, end of its markers, end of each line of the open paragraph
        for number in range(first, last):
            start, end = self._lines[number], self._lines[number + 1]
            match = _MARKERS.match(self._source, start, end)
            body = match.end() if match else start
            if self._source[body:end].strip() and _outside(self._named, body, end - 1):
                rows.append((start, body, end))
                continue
            self._lost(rows)
            rows = []
        self._lost(rows)

    def _lost(self, rows: Sequence[tuple[int, int, int]]) -> None:
        if any(char.isalnum() for _, body, end in rows for char in self._source[body:end]):
            self._plain(rows[0][1], rows[-1][2], "prose", [(start, body) for start, body, _ in rows[1:]])

    def _row(self, cells: Sequence[Token]) -> None:
        """Make a paragraph of a table's row, its cells set apart by semicolons."""
        if not cells:
            return
        start, end = self._region(cells[0])
        at, text = start, ""
        points: list[tuple[int, int]] = []
        for cell in cells:
            woven = weave_inline(cell.children or [], self._source, at, end)
            at = woven.at
            if self.settings.tables == "skip" or not woven.text.strip():
                continue
            text += "; " if text else ""
            points += [(len(text) + index, place) for index, place in woven.points]
            text += woven.text
            self._covered += woven.covered
            self._changes += woven.changes
        rest = re.compile(r"[\s|]*").match(self._source, at, end)
        if text and rest and any(map(str.isalnum, self._source[rest.end() : end])):
            # More cells than the table has columns: they are words all the same.
            last = rest.end() + len(self._source[rest.end() : end].rstrip(" \t\n|"))
            points.append((len(text) + 2, rest.end()))
            text += f"; {self._source[rest.end() : last]}"
            self._covered.append((rest.end(), last))
        if text:
            self.blocks.append(Block(self.weaver.finish(text, points, [], "table")))
        else:
            self._excluded.append((start, end, "table"))

    def _code(self, start: int, end: int) -> None:
        lines = self._source[start:end].rstrip().split("\n")
        first = start + len(lines[0]) + 1 if lines[0].lstrip(" >").startswith(("```", "~~~")) else start
        last = end - len(self._source[start:end]) + len(self._source[start:end].rstrip())
        if len(lines) > 1 and lines[-1].lstrip(" >").startswith(("```", "~~~")):
            last -= len(lines[-1])
        self._excluded.append((start, first, "code-language"))
        if self.settings.code == "skip":
            self._excluded.append((first, last, "code"))
        elif self._source[first:last].strip():
            self._plain(first, last, "code")

    def _html(self, start: int, end: int) -> None:
        if _RULE.fullmatch(self._source, start, end):
            self.blocks.append(Block(Paragraph("", "break")))
            return
        tags = [Cut(match.start(), match.end(), "html") for match in _TAG.finditer(self._source, start, end)]
        holes = [Cut(first, last, "note") for first, last in self._holes if first < end and last > start]
        weaver = Weaver(self.weaver.cleaned, [*tags, *holes])
        paragraph = weaver.weave(start, end)
        self._excluded += [(cut.start, cut.end, cut.reason) for cut in tags]
        if paragraph.text and is_ornament(paragraph.text):
            self._ornament(start, end)
        elif paragraph.text:
            self._covered += _outside(_union((cut.start, cut.end) for cut in (*tags, *holes)), start, end)
            self.blocks.append(Block(paragraph))

    def _ornament(self, start: int, end: int) -> None:
        self._excluded.append((start, end, "ornament"))
        self.blocks.append(Block(Paragraph("", "break")))

    def _plain(self, start: int, end: int, kind: ParagraphKind, gaps: Sequence[tuple[int, int]] = ()) -> None:
        holes = [Cut(first, last, "note") for first, last in self._holes if first < end and last > start]
        holes = sorted([*holes, *(Cut(first, last, "marker") for first, last in gaps)], key=lambda cut: cut.start)
        paragraph = Weaver(self.weaver.cleaned, holes).weave(start, end, kind)
        if paragraph.text:
            self._covered += _outside(_union((cut.start, cut.end) for cut in holes), start, end)
            self.blocks.append(Block(paragraph))

    def _note(self, start: int, end: int) -> Block:
        self._covered.append((start, end))
        return Block(self.weaver.weave(start, end, "note"))


@dataclass(slots=True)
class _Place:
    """Where in the nesting of blocks the walk is."""

    level: int = 0
    underlined: bool = False
    cell: bool = False
    row: list[Token] = field(default_factory=list)
    quotes: int = 0
    numbers: list[bool] = field(default_factory=list)
    """For each open list item, whether its number still has to be read."""
    numbered: bool = False

    @property
    def kind(self) -> ParagraphKind:
        return "list" if self.numbers else "quote" if self.quotes else "prose"

    def enter(self, token: Token) -> None:
        """Follow the token's opening or closing."""
        name = token.type
        if name == "heading_open":
            self.level, self.underlined = int(token.tag[1]), not token.markup.startswith("#")
        elif name == "heading_close":
            self.level, self.underlined = 0, False
        elif name in {"blockquote_open", "blockquote_close"}:
            self.quotes += token.nesting
        elif name == "list_item_open":
            self.numbers.append(bool(token.info))
        elif name == "list_item_close":
            self.numbers.pop()
        elif name in {"th_open", "td_open", "th_close", "td_close"}:
            self.cell = token.nesting > 0
        elif name == "tr_open":
            self.row = []
        elif name == "inline":
            self._enter_text(token)

    def _enter_text(self, token: Token) -> None:
        if self.cell:
            self.row.append(token)
        self.numbered = bool(self.numbers and self.numbers[-1])
        if self.numbers:
            self.numbers[-1] = False


def _blanked(text: str, spans: Sequence[tuple[int, int]], blank: str) -> str:
    pieces, at = [], 0
    for first, last in spans:
        if last <= at:
            continue
        begin = max(first, at)
        pieces += [text[at:begin], re.sub(r"[^\n]", blank, text[begin:last])]
        at = last
    return "".join((*pieces, text[at:]))


def _union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _outside(taken: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches of ``start:end`` that are in none of the ascending, disjoint spans."""
    result = []
    at = start
    for first, last in taken[max(bisect_right(taken, (start, start)) - 1, 0) :]:
        if first >= end:
            break
        if first > at:
            result.append((at, first))
        at = max(at, last)
    if at < end:
        result.append((at, end))
    return result
