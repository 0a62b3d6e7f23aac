"""Reading books: `read_book` finds the format and hands the file to its reader."""

from __future__ import annotations

import importlib
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from audiobook.book import Book
from audiobook.container.archive import open_archive
from audiobook.errors import HostileSourceError, SourceError
from audiobook.settings import IngestSettings

__all__ = ["MAX_SOURCE_BYTES", "READERS", "SUFFIXES", "format_of", "read_book"]

Reader = Callable[[Path, IngestSettings], Book]

READERS: dict[str, str] = {
    "text": "audiobook.ingest.plain:read_plain",
    "markdown": "audiobook.ingest.markdown:read_markdown",
    "html": "audiobook.ingest.html:read_html",
    "epub": "audiobook.ingest.epub:read_epub",
    "docx": "audiobook.ingest.docx:read_docx",
    "odt": "audiobook.ingest.odt:read_odt",
    "pdf": "audiobook.ingest.pdf:read_pdf",
    "fb2": "audiobook.ingest.fb2:read_fb2",
}
"""Format to ``module:function``; a reader is imported when its first book is read."""

SUFFIXES: dict[str, str] = {
    ".txt": "text", ".text": "text",
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown", ".mkd": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".epub": "epub", ".kepub": "epub",
    ".docx": "docx", ".docm": "docx",
    ".odt": "odt",
    ".pdf": "pdf",
    ".fb2": "fb2", ".fbz": "fb2",
}  # fmt: skip
"""What a name says when the content does not say it more clearly."""

MAX_SOURCE_BYTES = 1 << 30
"""Largest file that is opened at all; readers have lower limits of their own."""

_PIPE_REMEDY = "To read a book from a pipe, name - and let the pipe be standard input"
_ACCESS_REMEDY = "Check the name, and that you may read it"
_MAGIC = (
    (re.compile(rb"\{\\rtf"), "is a Rich Text file, which is not supported", "Save it as DOCX or ODT"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "is an old Word document", "Save it as DOCX"),
    (re.compile(rb".{60}(BOOKMOBI|TEXtREAd)", re.DOTALL), "is a Kindle book", "Convert it to EPUB with Calibre"),
    (re.compile(rb"AT&TFORM"), "is a DjVu scan without readable text", "Convert it to PDF or text"),
    (re.compile(rb"\x1f\x8b|BZh|7z\xbc\xaf|\xfd7zXZ|Rar!"), "is a compressed archive", "Unpack it first"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF|OggS|ID3|fLaC|\x7fELF|MZ.{58,}PE\0\0", re.DOTALL),
     "is not a book but a picture, a recording or a program",
     "Name a text, Markdown, EPUB, HTML, DOCX, ODT, PDF or FB2"),
)  # fmt: skip


def read_book(source: str | Path, settings: IngestSettings) -> Book:
    """Read a book of any supported format; ``"-"`` reads standard input.

    Raises:
        SourceError: the book is missing, unreadable, empty, broken or of an unknown format.
        HostileSourceError: the book would exhaust the machine or reach outside itself.
    """
    if str(source) == "-":
        return _read_stream(sys.stdin.buffer, "standard input", settings)
    path = Path(source)
    try:
        if path.is_dir():
            raise SourceError("is a folder, not a book", place=str(path), remedy="Name one book file")
        if not path.exists():
            raise SourceError("no such file", place=str(path), remedy="Check the name")
        if not path.is_file():  # to open a pipe without a writer would wait for ever
            raise SourceError("is a pipe or a device, not a file", place=str(path), remedy=_PIPE_REMEDY)
        size = path.stat().st_size
        _check_size(size, str(path))
        return _reader(format_of(path))(path, settings)
    except (OSError, ValueError) as error:
        # ValueError: a name with a NUL in it. Readers turn their own into SourceError.
        if isinstance(error, ValueError) and "null" not in str(error):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"cannot be read: {reason}", place=str(path), remedy=_ACCESS_REMEDY) from error


def format_of(path: Path) -> str:
    """Tell the format, a key of `READERS`, by the content first and the name second.

    Raises:
        SourceError: the file is empty or of a kind that is no book.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise SourceError("is empty", place=str(path), remedy="Name a file with text in it")
    for pattern, message, remedy in _MAGIC:
        if pattern.match(head):
            raise SourceError(message, place=str(path), remedy=remedy)
    named = SUFFIXES.get(path.suffix.lower(), "")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_format(path) or (named if named in {"epub", "docx", "odt", "fb2"} else "epub")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return _text_format(head, named)


def _text_format(head: bytes, named: str) -> str:
    # UTF-16 puts a NUL beside every ASCII letter; without them one pattern fits every encoding.
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if b"<fictionbook" in start:
        return "fb2"
    if start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<?xml") and b"<html" in start):
        return "html"
    if named:
        return named
    if re.search(rb"(?m)^#{1,3} \S", start) or re.match(rb"(?:---|\+\+\+)\r?\n", start):
        return "markdown"
    return "text"


def _zip_format(path: Path) -> str:
    """Tell a ZIP-based format by its members; empty when the archive does not say."""
    try:
        with open_archive(path) as archive:
            names = set(archive.names)
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except HostileSourceError:
        raise
    except SourceError:
        return ""  # the format's own reader words what is wrong
    if b"opendocument.text" in kind:
        return "odt"
    if b"epub" in kind or "META-INF/container.xml" in names:
        return "epub"
    if "word/document.xml" in names:
        return "docx"
    if any(name.lower().endswith(".fb2") for name in names):
        return "fb2"
    return "epub" if any(name.lower().endswith(".opf") for name in names) else ""


def _reader(name: str) -> Reader:
    module, _, function = READERS[name].partition(":")
    return cast("Reader", getattr(importlib.import_module(module), function))


def _read_stream(stream: BinaryIO, place: str, settings: IngestSettings) -> Book:
    """Spool a stream to a temporary file, because some readers seek."""
    with tempfile.TemporaryDirectory(prefix="audiobook-") as folder:
        path = Path(folder, "Untitled")
        with path.open("wb") as out:
            size = 0
            while block := stream.read(1 << 20):
                size += len(block)
                _check_size(size, place)
                out.write(block)
        try:
            return _reader(format_of(path))(path, settings)
        except SourceError as error:
            raise type(error)(error.message, place=place, remedy=error.remedy) from error


def _check_size(size: int, place: str) -> None:
    if size > MAX_SOURCE_BYTES:
        raise HostileSourceError(f"is larger than {MAX_SOURCE_BYTES >> 20} MB", place=place, remedy="Split it")
