"""What Audiobookshelf reads beside the audio: ``metadata.json`` and a cover."""

from __future__ import annotations

import json

from audiobook.atomic import write_bytes, write_text
from audiobook.audio import Package
from audiobook.names import contained, one_line
from audiobook.publish.chapters import chapter_title
from audiobook.publish.covers import cover_jpeg
from audiobook.publish.edition import Edition
from audiobook.publish.lists import WHOLE

__all__ = ["write_audiobookshelf"]

_COVER = 2400
"""Pixels: the file beside the audio is also the one that shops ask for."""


def write_audiobookshelf(edition: Edition) -> Package:
    """Write ``metadata.json`` and ``cover.jpg``; the output folder can be moved into a library as it is.

    Raises:
        OutputError: a file could not be written.
    """
    metadata = edition.metadata
    part = f" #{one_line(metadata.series_part)}" if metadata.series_part else ""
    facts = {
        "tags": ["synthetic voice"] if edition.notice else [],
        "title": one_line(metadata.title),
        "subtitle": one_line(metadata.subtitle) or None,
        "authors": list(edition.authors),
        "narrators": [one_line(metadata.narrator)],
        "series": [one_line(metadata.series) + part] if metadata.series else [],
        "genres": [one_line(metadata.genre)] if metadata.genre else [],
        "publishedYear": metadata.year or None,
        "publishedDate": None,
        "publisher": one_line(metadata.publisher) or None,
        "description": " ".join(filter(None, (metadata.description, edition.notice))) or None,
        "isbn": edition.isbn or None,
        "asin": None,
        "language": metadata.language or None,
        "explicit": False,
        "abridged": bool(edition.settings.chapters),
        "chapters": _chapters(edition),
    }
    paths = contained(edition.folder, "metadata.json"), contained(edition.folder, "cover.jpg")
    write_text(paths[0], json.dumps(facts, ensure_ascii=False, indent=2) + "\n")
    write_bytes(paths[1], cover_jpeg(edition, _COVER))
    return Package("audiobookshelf", paths)


def _chapters(edition: Edition) -> list[dict[str, object]]:
    """List chapters with the times of the one file, or of the chapters' files played one after another."""
    tracks, timeline = edition.audiobook.tracks, edition.timeline()
    whole = any(kind in WHOLE for kind in edition.settings.formats)
    edges = [0.0]
    for index, track in enumerate(tracks):
        length = track.frames / track.sample_rate
        edges.append(timeline.end(index) / timeline.sample_rate if whole else edges[-1] + length)
    return [
        {"id": index, "start": round(edges[index], 3), "end": round(edges[index + 1], 3), "title": chapter_title(track)}
        for index, track in enumerate(tracks)
    ]
