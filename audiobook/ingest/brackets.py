"""Remarks in square brackets that are not the author's words: pictures, page numbers, notes and their marks."""

from __future__ import annotations

import re

from audiobook.ingest.headings import recognize
from audiobook.ingest.layout import Cut
from audiobook.settings import IngestSettings

__all__ = ["find_cuts"]

_OPENING = re.compile(
    r"\[(?P<word>Illustrations?|Illustrated|Frontispiece|Decoration|Ornament|Plate|Map|Picture|Facsimile|Music|Sidenote|"
    r"Footnote|Transcriber['’]?s? note|Transcriber['’]s notes|Editor['’]s note|Blank page|Pg\.?|Page|p\.|"
    r"Note|Redactor['’]s note|Note from transcriber|Text)\b",
    re.IGNORECASE,
)
_REASONS = {
    "footnote": "note", "note": "note", "sidenote": "sidenote", "pg": "page-number", "page": "page-number",
    "p": "page-number", "blank page": "page-number", "music": "music",
}  # fmt: skip
_BRACKET = re.compile(r"[\[\]]")
_REFERENCE = re.compile(r"(?<=[\w.,;:!?\"'”’)—_*])\[(?P<label>\d{1,3}|[A-Za-z]|\*{1,3}|†|‡)\](?!\()")
_DEFINITION = re.compile(r"^[ \t]*\[(?:Footnote )?(?P<label>\d{1,3}|[A-Za-z]|\*{1,3}|†|‡)[\]:]", re.MULTILINE)
_BRACED_PAGE = re.compile(r"\{(?:\d{1,4}|[ivxlc]{1,7})\}")
_LIMIT = 20_000


def find_cuts(text: str, start: int, end: int, settings: IngestSettings) -> list[Cut]:
    """Find the remarks between ``start`` and ``end``; they do not overlap."""
    cuts: list[Cut] = []
    closings = _closings(text, start, end)
    at = start
    for match in _OPENING.finditer(text, start, end):
        close = closings.get(match.start())
        if close is None or close - match.start() > _LIMIT or match.start() < at:
            continue
        at = close
        word = match["word"].lower().rstrip(".")
        reason = _REASONS.get(word, "transcriber-note" if "note" in word else "illustration")
        cuts += _remark(text, Cut(match.start(), close, reason), settings)
    cuts += _references(text, start, end)
    if len(pages := list(_BRACED_PAGE.finditer(text, start, end))) > 5:
        cuts += [Cut(page.start(), page.end(), "page-number") for page in pages]
    return _disjoint(cuts)


def _closings(text: str, start: int, end: int) -> dict[int, int]:
    """Return for each opening bracket where the one that closes it ends."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for match in _BRACKET.finditer(text, start, end):
        if match[0] == "[":
            opened.append(match.start())
        elif opened:
            found[opened.pop()] = match.end()
    return found


def _remark(text: str, cut: Cut, settings: IngestSettings) -> list[Cut]:
    """Cut the whole remark, or only its brackets where what is inside is read."""
    if cut.reason == "illustration":
        inner = text[cut.start : cut.end - 1]
        last_line = inner.rstrip().rsplit("\n", 1)[-1]
        words = re.sub(r"^\[\w+[ \t]*:?[ \t]*", "", last_line).strip()
        heading = recognize(words)
        if heading and heading.kind in {"chapter", "part"} and heading.number is not None and len(words) < 60:
            at = cut.start + inner.rindex(words)
            return [Cut(cut.start, at, "illustration"), Cut(at + len(words), cut.end, "illustration")]
        if settings.images == "alt" and ":" in inner:
            colon = cut.start + inner.index(":") + 1
            return [Cut(cut.start, colon, "illustration"), Cut(cut.end - 1, cut.end, "illustration")]
    if cut.reason in {"note", "sidenote"} and settings.notes != "skip" and ":" in text[cut.start : cut.end]:
        colon = text.index(":", cut.start, cut.end) + 1
        return [Cut(cut.start, colon, "note-reference"), Cut(cut.end - 1, cut.end, "note-reference")]
    return [cut]


def _references(text: str, start: int, end: int) -> list[Cut]:
    """Find marks such as ``[3]`` behind words, where the book also has a note of that name."""
    labels = {match["label"] for match in _DEFINITION.finditer(text, start, end)}
    marks = list(_REFERENCE.finditer(text, start, end))
    numbered = [int(match["label"]) for match in marks if match["label"].isdigit()]
    rising = len(numbered) > 2 and sorted(numbered) == numbered
    return [
        Cut(match.start(), match.end(), "note-reference")
        for match in marks
        if match["label"] in labels or (rising and match["label"].isdigit())
    ]


def _disjoint(cuts: list[Cut]) -> list[Cut]:
    kept: list[Cut] = []
    for cut in sorted(cuts, key=lambda cut: (cut.start, -cut.end)):
        if kept and cut.start < kept[-1].end:
            continue
        if cut.end > cut.start:
            kept.append(cut)
    return kept
