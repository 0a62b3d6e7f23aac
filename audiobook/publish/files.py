"""Names and titles of files that hold one chapter."""

from __future__ import annotations

from pathlib import Path

from audiobook.audio import Track
from audiobook.names import contained, one_line, safe_name
from audiobook.publish.edition import Edition

__all__ = ["chapter_path", "chapter_title"]


def chapter_title(track: Track) -> str:
    """Return the track's title on one line; ``Chapter N`` where there is none, for players show no empty entry."""
    return one_line(track.title) or f"Chapter {track.number}"


def chapter_path(edition: Edition, track: Track, suffix: str) -> Path:
    """Return ``mp3/01 - Title.mp3`` in the edition's folder; numbers are as wide as the book needs."""
    width = max(2, len(str(edition.audiobook.tracks[-1].number)))
    name = safe_name(f"{track.number:0{width}d} - {chapter_title(track)}", suffix)
    return contained(edition.folder, f"{suffix[1:]}/{name}")
