"""Project Gutenberg's own words around a book: header, licence and credits, told from the book by their marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.book import Metadata

__all__ = ["Frame", "find_frame"]

_START = re.compile(
    r"^[ \t]*\**[ \t]*(?:START OF (?:THE|THIS) PROJECT GUTENBERG|"
    r"END[ *]*THE SMALL PRINT|SMALL PRINT!.*\*END\*).*$",
    re.MULTILINE | re.IGNORECASE,
)
_END = re.compile(
    r"^[ \t]*\**[ \t]*END OF (?:(?:THE|THIS) )?PROJECT GUTENBERG.*$",
    re.MULTILINE | re.IGNORECASE,
)
_CLOSING = re.compile(r"^[ \t]*(?:This is the )?End of (?:The |This )?Project Gutenberg", re.MULTILINE | re.IGNORECASE)
_LONGEST_LICENCE = 30_000
"""Characters; the licence has about 19,000, old ones and donation letters a little more."""
_LICENCE = re.compile(
    r"^[ \t]*(?:\*+[ \t]*)?START: FULL LICENSE|^[ \t]*THE FULL PROJECT GUTENBERG LICENSE|"
    r"^Updated editions will replace the previous one",
    re.MULTILINE,
)
_FIELD = re.compile(
    r"^(?P<name>Title|Authors?|Language|Subtitle)[ \t]*:[ \t]*(?P<value>.*(?:\n[ \t]{2,}\S.*)*)", re.MULTILINE
)
_BLOCK = re.compile(r"[^\s](?:[^\n]|\n(?!\s*\n))*")
_EBOOK = re.compile(r"\[(?:eBook|Etext|E-text)\s*#?\s*(\d+)\]", re.IGNORECASE)
_CREDIT = re.compile(
    r"(?:E-?text |This (?:e-?text|e-?book|file) (?:was )?|Digitized, |Transcribed,? |HTML version )?"
    r"(?:(?:produced|prepared|transcribed|scanned|proofed|proofread|created|provided)\b"
    r".{0,60}\b(?:by|from)\b|(?:prepared|produced) (?:by|from))",
    re.IGNORECASE | re.DOTALL,
)
_LANGUAGES = {
    "english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it", "dutch": "nl",
    "portuguese": "pt", "finnish": "fi", "swedish": "sv", "danish": "da", "norwegian": "no", "latin": "la",
    "greek": "el", "russian": "ru", "polish": "pl", "hungarian": "hu", "czech": "cs", "chinese": "zh",
    "japanese": "ja", "catalan": "ca", "esperanto": "eo", "welsh": "cy", "tagalog": "tl", "irish": "ga",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the book. Offsets are indices into the text that was searched."""

    start: int
    """Where the book begins."""
    end: int
    """Where it ends."""
    metadata: Metadata
    """What the header says; empty fields where it says nothing."""
    credits: tuple[tuple[int, int], ...] = ()
    """Spans inside the book that name its transcribers."""


def find_frame(text: str) -> Frame:
    """Find the header and the licence of a Project Gutenberg text; a text without them is all book."""
    start_mark = None
    for match in _START.finditer(text, 0, min(len(text), 60_000)):
        start_mark = match
    start = _line_after(text, start_mark.end()) if start_mark else 0
    if start_mark and "*" not in text[start_mark.start() : start_mark.end() + 200]:
        start = start_mark.end()
    end = _end(text, start)
    head = text[: start_mark.start()] if start_mark else ""
    return Frame(start, end, _metadata(head), _credits(text, start, end) if start_mark else ())


def _line_after(text: str, at: int) -> int:
    """Return the start of the text after a start mark, which may run over two lines until its closing asterisks."""
    line_start = text.rfind("\n", 0, at) + 1
    if not text[line_start:at].rstrip().endswith("*"):
        closing = re.compile(r"[^\n]*(?:\n[^\n]+){0,2}?\*{3}[ \t]*(?=\n|\Z)").match(text, line_start)
        if closing and closing.end() > at:
            return closing.end()
    return at


def _end(text: str, start: int) -> int:
    """Return where the book ends: before the first line of the closing boilerplate.

    "End of Project Gutenberg's ..." also closes single volumes of a file that holds several; the words that
    close the file have only the licence behind them.
    """
    places = sorted(match.start() for pattern in (_END, _CLOSING, _LICENCE) for match in pattern.finditer(text, start))
    allowed = max(_LONGEST_LICENCE, (len(text) - start) // 20)
    return next((place for place in places if len(text) - place <= allowed), len(text))


def _metadata(head: str) -> Metadata:
    fields: dict[str, str] = {}
    for match in _FIELD.finditer(head):
        fields.setdefault(match["name"].lower(), match["value"].strip())
    title_lines = [" ".join(line.split()) for line in re.split(r"\n|\s{4,}", fields.get("title", "")) if line.strip()]
    authors = [" ".join(name.split()) for name in re.split(r"\n|\band\b|;", fields.get("author", "")) if name.strip()]
    first = _FIRST.search(head[:600])
    known = first if first and len(first["title"]) < 200 else None
    number = _EBOOK.search(head)
    language = fields.get("language", "").strip().lower()
    return Metadata(
        title=title_lines[0] if title_lines else " ".join(known["title"].split()) if known else "",
        subtitle=" ".join(title_lines[1:]),
        author="; ".join(authors) or (" ".join(known["author"].split()).rstrip(".") if known else ""),
        language=_LANGUAGES.get(language, "") or (language if re.fullmatch(r"[a-z]{2,3}", language) else ""),
        identifier=f"https://www.gutenberg.org/ebooks/{number[1]}" if number else "",
    )


_FIRST = re.compile(
    r"(?:The )?Project Gutenberg(?:'s|’s)?(?: (?:EBook|Etext|E-text)(?: of|,)?)?,? (?P<title>.+?),? "
    r"by (?P<author>[^\n]+)",
    re.IGNORECASE | re.DOTALL,
)


def _credits(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Find the transcribers' credits among the first blocks and the last one."""
    blocks = _BLOCK.finditer(text, start, min(end, start + 6000))
    return tuple(block.span() for block in blocks if len(block[0]) < 900 and _CREDIT.match(block[0]))
