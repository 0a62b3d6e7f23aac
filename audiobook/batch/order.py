"""How long a book is, roughly, before it is read: enough to begin with the shortest."""

from __future__ import annotations

from pathlib import Path

from audiobook.container.archive import open_archive
from audiobook.errors import SourceError

__all__ = ["weight"]

_TEXT = (".xhtml", ".html", ".htm", ".fb2", "document.xml", "content.xml")
"""How the names of members that hold a book's text end."""
_PDF_SHARE = 0.1
"""Of a PDF's bytes that are letters: the rest is fonts, pictures and places."""


def weight(source: Path) -> float:
    """Return about how many letters a book has; 0 when it cannot be read."""
    try:
        size = source.stat().st_size
        with source.open("rb") as stream:
            head = stream.read(5)
    except OSError:
        return 0.0
    if head.startswith(b"PK"):
        try:
            with open_archive(source) as archive:
                texts = [name for name in archive.names if name.lower().endswith(_TEXT)]
                return float(sum(len(archive.read(name)) for name in texts))
        except SourceError:
            return float(size)
    return size * _PDF_SHARE if head == b"%PDF-" else float(size)
