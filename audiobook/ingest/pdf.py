"""PDF with a text layer: pages come from a limited child process, chapters from the outline or from type sizes."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from audiobook.book import Book, Metadata
from audiobook.errors import HostileSourceError, SourceError
from audiobook.ingest.clean import one_line
from audiobook.ingest.compose import compose
from audiobook.ingest.pdflayout import Line, Page, lay_out
from audiobook.ingest.toc import Entry
from audiobook.settings import IngestSettings

__all__ = ["read_pdf"]

_SPLIT = "Split it, or print it to a new PDF"
_MAX_PAGES = 5_000
_PAGE_SECONDS = 8.0
"""Time for one page; an ordinary page takes a few milliseconds."""
_TOTAL_SECONDS = 90.0
_MEMORY_BYTES = 420 * 1024 * 1024
"""Resident memory of the child."""
_MAX_OUTPUT = 256 * 1024 * 1024
"""Bytes that the child may write."""
_SCANNED = 8
"""Letters a page from which on a document counts as text and not as pictures of it."""


def read_pdf(path: Path, settings: IngestSettings) -> Book:
    """Read a PDF's text layer.

    Raises:
        SourceError: it is damaged, locked with a password, or only pictures of pages.
        HostileSourceError: it takes too much time or memory.
    """
    place = str(path)
    values = _values(path)
    facts = next(values, None)
    if facts is None:
        raise SourceError("the PDF cannot be read", place=place, remedy="Print it to a new PDF, or get it again")
    if "error" in facts:
        _refuse(str(facts["error"]), place)
    if facts["pages"] > _MAX_PAGES:
        raise HostileSourceError(f"it has more than {_MAX_PAGES:,} pages", place=place, remedy="Split it")
    letters: Counter[str] = Counter()
    pages: list[Page] = []
    pictures = 0
    for value in values:
        letters.update({letter: int(count) for letter, count in value["letters"].items()})
        pictures += bool(value["pictures"])
        pages.append(Page(float(value["size"][0]), float(value["size"][1]), tuple(map(_line, value["lines"]))))
    if len(pages) < facts["pages"]:
        raise SourceError(
            f"page {len(pages) + 1} of the PDF cannot be read", place=place, remedy="Print it to a new PDF"
        )
    if sum(letters.values()) < _SCANNED * max(pictures, 1):
        raise SourceError(
            "this PDF holds pictures of pages and no text; it was scanned", place=place,
            remedy="Run OCR on it first, for example: ocrmypdf IN.pdf OUT.pdf",
        )  # fmt: skip
    document, anchors = lay_out(pages, [(page, top) for _, _, page, top in facts["outline"]])
    entries = _entries(facts["outline"], anchors)
    return compose([document], _metadata(facts, path), settings, letters, entries=entries, place=place)


def _line(value: list[Any]) -> Line:
    text, left, bottom, right, top, size = value
    return Line(str(text), float(left), float(bottom), float(right), float(top), float(size))


def _refuse(error: str, place: str) -> None:
    if "password" in error.lower():
        raise SourceError("the PDF is locked with a password", place=place, remedy="Save a copy without one")
    raise SourceError(f"the PDF is damaged ({error})", place=place, remedy="Print it to a new PDF, or get it again")


def _metadata(facts: dict[str, Any], path: Path) -> Metadata:
    named = {key: one_line(str(value)) for key, value in facts["facts"].items()}
    return Metadata(
        title=named.get("Title") or path.stem,
        author=named.get("Author", ""),
        language=one_line(facts["language"]),
        description=named.get("Subject", ""),
    )


def _entries(outline: list[tuple[int, str, int, float]], anchors: list[str]) -> tuple[Entry, ...]:
    """Nest the outline's lines by their levels."""
    lines = [(level, one_line(title), anchor) for (level, title, _, _), anchor in zip(outline, anchors, strict=True)]

    def nest(start: int, end: int) -> tuple[Entry, ...]:
        entries: list[Entry] = []
        at = start
        while at < end:
            level, title, anchor = lines[at]
            stop = at + 1
            while stop < end and lines[stop][0] > level:
                stop += 1
            entries.append(Entry(title, f"#{anchor}" if anchor else "", nest(at + 1, stop)))
            at = stop
        return tuple(entries)

    return nest(0, len(lines))


def _values(path: Path) -> Iterator[dict[str, Any]]:
    """Run the child and yield what it writes, a value a line, watching time and memory."""
    environment = dict(os.environ)
    folders = [str(Path(__file__).resolve().parents[2]), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, folders))
    with subprocess.Popen(
        [sys.executable, "-m", "audiobook.ingest.pdfchild", str(path.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as child:
        assert child.stdout is not None
        lines: queue.Queue[bytes | None] = queue.Queue(maxsize=64)
        stop = threading.Event()
        reader = threading.Thread(target=_pump, args=(child.stdout, lines, stop), daemon=True)
        reader.start()
        try:
            yield from _watched(child, lines, str(path))
        finally:
            stop.set()
            child.kill()
            reader.join(timeout=5)


def _pump(stream: IO[bytes], lines: queue.Queue[bytes | None], stop: threading.Event) -> None:
    """Move lines to a queue, so that waiting for them can end."""
    size = 0
    for line in iter(lambda: stream.readline(_MAX_OUTPUT), b""):
        size += len(line)
        if stop.is_set() or size > _MAX_OUTPUT:
            break
        while not stop.is_set():
            try:
                lines.put(line, timeout=0.2)
                break
            except queue.Full:
                continue
    while not stop.is_set():
        try:
            lines.put(None, timeout=0.2)
            break
        except queue.Full:
            continue


def _watched(child: subprocess.Popen[bytes], lines: queue.Queue[bytes | None], place: str) -> Iterator[dict[str, Any]]:
    import psutil

    started = page_started = time.monotonic()
    process = psutil.Process(child.pid)
    while True:
        try:
            line = lines.get(timeout=0.1)
        except queue.Empty:
            _check(process, time.monotonic() - page_started, time.monotonic() - started, place)
            continue
        if line is None:
            if child.wait(timeout=_PAGE_SECONDS):
                raise HostileSourceError(
                    "the PDF breaks the limits of its reader on memory and time", place=place, remedy=_SPLIT
                )
            return
        try:
            yield json.loads(line)
        except ValueError:
            return
        page_started = time.monotonic()
        if page_started - started > _TOTAL_SECONDS:
            _check(process, 0, page_started - started, place)


def _check(process: Any, page_seconds: float, seconds: float, place: str) -> None:
    import psutil

    try:
        memory = process.memory_info().rss
    except psutil.Error:
        memory = 0
    if memory > _MEMORY_BYTES:
        raise HostileSourceError("the PDF needs more memory than any book", place=place, remedy=_SPLIT)
    if page_seconds > _PAGE_SECONDS or seconds > _TOTAL_SECONDS:
        raise HostileSourceError("the PDF takes longer to read than any book", place=place, remedy=_SPLIT)
