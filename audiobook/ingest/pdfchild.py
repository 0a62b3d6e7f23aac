"""The process that opens a PDF: it may crash, hang or eat memory without harm to anything else.

Run as ``python -m audiobook.ingest.pdfchild FILE``. It writes one JSON value a line to standard output: first what
the document says of itself, then every page.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Iterator
from typing import Any

__all__ = ["main"]

MEMORY_BYTES = 420 * 1024 * 1024
"""Address space that pdfium may use on top of what the process has when it starts."""
CPU_SECONDS = 90
_MAX_OUTLINE = 5_000
_MAX_CHARS = 200_000
"""Characters of one page; a page of a book has a few thousand."""
_HYPHENS = frozenset((0x02, 0xFFFE, 0xAD))


def _limit() -> None:
    """Take memory and time limits where the system has them; the parent watches both as well."""
    try:
        import resource
    except ImportError:
        return
    used = 0
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123 - before anything is imported
            used = int(stream.read().split()[0]) * resource.getpagesize()
    except OSError:
        used = 400 * 1024 * 1024
    for kind, value in ((resource.RLIMIT_AS, used + MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def main(path: str) -> int:
    """Write the document's facts and pages to standard output; return the exit status."""
    import pypdfium2 as pdfium

    _limit()
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        _say({"error": str(error)})
        return 0
    _say(_facts(document, pdfium))
    for number in range(len(document)):
        try:
            page = document[number]
            _say(_page(page, pdfium))
            page.close()
        except pdfium.PdfiumError as error:
            _say({"lines": [], "letters": {}, "broken": str(error), "size": [0, 0], "pictures": False})
    return 0


def _facts(document: Any, pdfium: Any) -> dict[str, object]:
    outline: list[tuple[int, str, int, float]] = []
    try:
        for item in document.get_toc(max_depth=8):
            title, number, top = _bookmark(item)
            if title:
                outline.append((item.level, title, number, top))
            if len(outline) >= _MAX_OUTLINE:
                break
    except (pdfium.PdfiumError, ValueError):
        pass  # a broken outline costs chapters, not text
    return {
        "pages": len(document),
        "outline": outline,
        "facts": document.get_metadata_dict(skip_empty=True),
        "language": _language(document, pdfium),
    }


def _bookmark(item: Any) -> tuple[str, int, float]:
    """Return a bookmark's title, page (-1 for none) and height on the page in points (a large number for the top)."""
    title = item.get_title() or ""
    target = item.get_dest()
    if target is None or target.get_index() is None:
        return title, -1, 1e9
    mode, place = target.get_view()
    top = 1e9
    if mode == 1 and len(place) > 1 and place[1]:  # XYZ: left, top, zoom
        top = float(place[1])
    elif mode in {3, 7} and place and place[0]:  # FitH, FitBH: top
        top = float(place[0])
    return title, int(target.get_index()), top


def _language(document: Any, pdfium: Any) -> str:
    read = getattr(pdfium.raw, "FPDFCatalog_GetLanguage", None)
    if read is None:
        return ""
    buffer = (ctypes.c_ushort * 64)()
    size = read(document.raw, buffer, 64)
    return bytes(buffer)[: max(size, 2) - 2].decode("utf-16-le", "ignore") if 2 < size <= 128 else ""


def _page(page: Any, pdfium: Any) -> dict[str, object]:
    raw = pdfium.raw
    text = page.get_textpage()
    count = min(text.count_chars(), _MAX_CHARS)
    plain = text.get_text_range(0, count) if count > 0 else ""
    letters: dict[str, int] = {}
    for char in plain.casefold():
        if char.isalnum():
            letters[char] = letters.get(char, 0) + 1
    lines = list(_lines(text.raw, count, raw))
    pictures = not lines and any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
    text.close()
    return {"lines": lines, "letters": letters, "size": list(page.get_size()), "pictures": pictures}


def _lines(text: Any, count: int, raw: Any) -> Iterator[list[object]]:
    """Yield lines as text, left, bottom, right, top and font size (points)."""
    units: list[int] = []
    first = last = -1
    for index in range(count + 1):
        code = raw.FPDFText_GetUnicode(text, index) if index < count else 10
        if code in {10, 13}:
            if units and first >= 0:
                yield [_decode(units), *_box(text, first, last, raw), round(raw.FPDFText_GetFontSize(text, first), 1)]
            units, first, last = [], -1, -1
            continue
        units.append(0xAD if code in _HYPHENS else code)
        if code not in {32, 0xA0} and not raw.FPDFText_IsGenerated(text, index):
            first = index if first < 0 else first
            last = index


def _decode(units: list[int]) -> str:
    """Join UTF-16 units or code points."""
    data = b"".join(unit.to_bytes(2, "little") if unit < 0x10000 else chr(unit).encode("utf-16-le") for unit in units)
    return data.decode("utf-16-le", "replace").replace("\0", "")


def _box(text: Any, first: int, last: int, raw: Any) -> list[float]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(text, first, left, right, bottom, top)
    start, low, high = left.value, bottom.value, top.value
    raw.FPDFText_GetCharBox(text, last, left, right, bottom, top)
    return [round(value, 1) for value in (start, min(low, bottom.value), right.value, max(high, top.value))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
