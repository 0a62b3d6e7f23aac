"""Audiobooks of the web: W3C Audiobook in an LPF, and Readium Audiobook."""

from __future__ import annotations

import html
import json
from typing import Any

from audiobook.audio import Package, frames_to_ms
from audiobook.names import contained, one_line
from audiobook.publish.archive import Entry, write_zip
from audiobook.publish.chapters import chapter_title, scratch
from audiobook.publish.covers import cover_jpeg
from audiobook.publish.edition import Edition
from audiobook.publish.mp3 import mp3_kbps, write_mp3_files
from audiobook.publish.sortnames import sort_person, sort_title

__all__ = ["write_lpf", "write_readium"]

_HAZARDS = ["noFlashingHazard", "noMotionSimulationHazard", "noSoundHazard"]


def write_lpf(edition: Edition) -> Package:
    """Write ``<slug>.lpf``: a W3C Audiobook with one MP3 a chapter and a table of contents.

    Raises:
        ToolError: encoding failed.
        OutputError: the file could not be written.
    """
    front = (
        Entry("publication.json", _json(_w3c(edition))),
        Entry("index.html", _contents_page(edition)),
    )
    return _write(edition, "lpf", "lpf", front)


def write_readium(edition: Edition) -> Package:
    """Write ``<slug>.audiobook``: a Readium audiobook with one MP3 a chapter.

    Raises:
        ToolError: encoding failed.
        OutputError: the file could not be written.
    """
    return _write(edition, "readium", "audiobook", (Entry("manifest.json", _json(_readium(edition))),))


def _write(edition: Edition, kind: str, suffix: str, front: tuple[Entry, ...]) -> Package:
    final = contained(edition.folder, f"{edition.slug}.{suffix}")
    with scratch(edition) as folder:
        paths = tuple(folder / f"{number:04d}.mp3" for number in range(1, len(edition.audiobook.tracks) + 1))
        write_mp3_files(edition, paths)
        sounds = [Entry(href, path, stored=True) for href, path in zip(_hrefs(edition), paths, strict=True)]
        write_zip(final, (*front, Entry("cover.jpg", cover_jpeg(edition), stored=True), *sounds))
    return Package(kind, (final,))


def _hrefs(edition: Edition) -> list[str]:
    return [f"audio/{number:04d}.mp3" for number in range(1, len(edition.audiobook.tracks) + 1)]


def _durations_ms(edition: Edition) -> list[int]:
    return [frames_to_ms(track.frames, track.sample_rate) for track in edition.audiobook.tracks]


def _w3c(edition: Edition) -> dict[str, Any]:
    metadata, durations = edition.metadata, _durations_ms(edition)
    language = metadata.language or "en"
    manifest: dict[str, Any] = {
        "@context": ["https://schema.org", "https://www.w3.org/ns/pub-context", {"language": language}],
        "conformsTo": "https://www.w3.org/TR/audiobooks/",
        "type": "Audiobook",
        "id": edition.identifier,
        "name": one_line(metadata.title),
        "author": list(edition.authors),
        "readBy": [one_line(metadata.narrator)],
        "publisher": one_line(metadata.publisher),
        "description": one_line(f"{metadata.description} {edition.notice}"),
        "inLanguage": language,
        "datePublished": metadata.year,
        "dateModified": edition.modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": _period(sum(durations)),
        "abridged": bool(edition.settings.chapters),
        "accessMode": ["auditory"],
        "accessModeSufficient": [{"type": "ItemList", "itemListElement": ["auditory"]}],
        "accessibilityFeature": ["readingOrder", "structuralNavigation", "tableOfContents"],
        "accessibilityHazard": _HAZARDS,
        "accessibilitySummary": one_line(f"A recording of the text, with a mark at each chapter. {edition.notice}"),
        "readingProgression": "ltr",
        "readingOrder": [
            {
                "type": "LinkedResource",
                "url": href,
                "encodingFormat": "audio/mpeg",
                "name": chapter_title(track),
                "duration": _period(duration),
            }
            for href, track, duration in zip(_hrefs(edition), edition.audiobook.tracks, durations, strict=True)
        ],
        "resources": [
            {
                "type": "LinkedResource",
                "rel": "cover",
                "url": "cover.jpg",
                "encodingFormat": "image/jpeg",
                "name": f"Cover of {one_line(metadata.title)}",
            },
            {"type": "LinkedResource", "rel": "contents", "url": "index.html", "encodingFormat": "text/html"},
        ],
    }
    return {name: value for name, value in manifest.items() if value not in ("", [], [""])}


def _readium(edition: Edition) -> dict[str, Any]:
    metadata, durations = edition.metadata, _durations_ms(edition)
    series: dict[str, Any] = {"name": one_line(metadata.series)}
    if metadata.series_part.replace(".", "", 1).isdecimal():
        series["position"] = float(metadata.series_part)
    described = {
        "@type": "http://schema.org/Audiobook",
        "conformsTo": "https://readium.org/webpub-manifest/profiles/audiobook",
        "identifier": edition.identifier,
        "title": one_line(metadata.title),
        "sortAs": sort_title(metadata.title, metadata.language),
        "subtitle": one_line(metadata.subtitle),
        "author": [{"name": name, "sortAs": sort_person(name)} for name in edition.authors],
        "narrator": [one_line(metadata.narrator)],
        "publisher": one_line(metadata.publisher),
        "language": metadata.language or "en",
        "published": metadata.year if len(metadata.year) == 4 and metadata.year.isdecimal() else "",
        "modified": edition.modified.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "description": one_line(f"{metadata.description} {edition.notice}"),
        "duration": sum(durations) / 1000,
        "belongsTo": {"series": [series]} if metadata.series else "",
    }
    order = [
        {
            "href": href,
            "type": "audio/mpeg",
            "title": chapter_title(track),
            "duration": duration / 1000,
            "bitrate": mp3_kbps(edition),
        }
        for href, track, duration in zip(_hrefs(edition), edition.audiobook.tracks, durations, strict=True)
    ]
    return {
        "@context": "https://readium.org/webpub-manifest/context.jsonld",
        "metadata": {name: value for name, value in described.items() if value not in ("", [])},
        "links": [{"rel": "self", "href": "manifest.json", "type": "application/audiobook+json"}],
        "readingOrder": order,
        "resources": [{"rel": "cover", "href": "cover.jpg", "type": "image/jpeg"}],
        "toc": [{"href": link["href"], "title": link["title"]} for link in order],
    }


def _contents_page(edition: Edition) -> str:
    title, language = html.escape(one_line(edition.metadata.title)), html.escape(edition.metadata.language or "en")
    items = "\n".join(
        f'<li><a href="{href}">{html.escape(chapter_title(track))}</a></li>'
        for href, track in zip(_hrefs(edition), edition.audiobook.tracks, strict=True)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<link rel="publication" href="publication.json">\n</head>\n<body>\n'
        f'<h1>{title}</h1>\n<nav role="doc-toc">\n<ol>\n{items}\n</ol>\n</nav>\n</body>\n</html>\n'
    )


def _period(ms: int) -> str:
    """Write a duration of ISO 8601 in seconds."""
    return f"PT{ms // 1000}.{ms % 1000:03d}S"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
