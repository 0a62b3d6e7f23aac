"""A podcast: a folder with an RSS feed, one episode a chapter, transcripts and chapters, ready to be uploaded."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from audiobook.atomic import write_bytes, write_text
from audiobook.audio import Package, Track
from audiobook.errors import UsageError
from audiobook.names import contained, one_line
from audiobook.publish.captions import webvtt
from audiobook.publish.chapters import chapter_title
from audiobook.publish.covers import cover_jpeg
from audiobook.publish.edition import Edition
from audiobook.publish.mp3 import write_mp3_files
from audiobook.settings import Settings

__all__ = ["require_address", "write_podcast"]

_COVER = 1400
_FEEDS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The namespace in which a podcast's GUID is made of its feed's address without scheme (Podcasting 2.0)."""
_NAMESPACES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0"'
)


def write_podcast(edition: Edition) -> Package:
    """Write ``podcast/feed.xml`` with all that it links to.

    Raises:
        UsageError: the settings do not say where the folder will lie on the web.
        ToolError: encoding failed.
        OutputError: a file could not be written.
    """
    base = require_address(edition.settings)
    folder = contained(edition.folder, "podcast")
    tracks = edition.audiobook.tracks
    sounds = tuple(folder / f"{track.number:04d}.mp3" for track in tracks)
    write_mp3_files(edition, sounds)
    beside = []
    for track in tracks:
        alone = replace(edition, audiobook=replace(edition.audiobook, tracks=(track,)))
        beside += [folder / f"{track.number:04d}.vtt", folder / f"{track.number:04d}.json"]
        write_text(beside[-2], webvtt(alone))
        write_text(beside[-1], _scenes(track))
    cover, feed = folder / "cover.jpg", folder / "feed.xml"
    write_bytes(cover, cover_jpeg(edition, _COVER))
    write_text(feed, _feed(edition, base, sounds))
    return Package("podcast", (feed, cover, *sounds, *beside))


def require_address(settings: Settings) -> str:
    """Return the web address of the podcast's folder without a slash at its end; raise UsageError without one."""
    # Spaces and letters of other scripts are written as the web wants them; what is already so stays.
    base = quote(settings.publish.feed_url.strip().rstrip("/"), safe=":/?#[]@!$&'()*+,;=%~")
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
        raise UsageError(
            "a podcast's feed holds web addresses",
            place="publish.feed_url",
            remedy="Say where the folder will lie: --set publish.feed_url=https://example.org/book",
        )
    return base


def _scenes(track: Track) -> str:
    """Write a chapter's scenes as chapters of its episode."""
    scenes = track.scenes or ((chapter_title(track), 0),)
    marks = [
        {
            "startTime": round(start / track.sample_rate, 3) if number else 0,
            "title": one_line(title) or f"Part {number + 1}",
        }
        for number, (title, start) in enumerate(scenes)
    ]
    return json.dumps({"version": "1.2.0", "chapters": marks}, ensure_ascii=False, indent=1) + "\n"


def _feed(edition: Edition, base: str, sounds: tuple[Path, ...]) -> str:
    metadata = edition.metadata
    author = escape(one_line(metadata.author or metadata.narrator))
    about = escape(one_line(" ".join(filter(None, (metadata.description, edition.notice)))) or one_line(metadata.title))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<rss version="2.0" {_NAMESPACES}>',
        "<channel>",
        f"<title>{escape(one_line(metadata.title))}</title>",
        f"<link>{escape(base)}/feed.xml</link>",
        f'<atom:link href={quoteattr(f"{base}/feed.xml")} rel="self" type="application/rss+xml"/>',
        f"<description>{about}</description>",
        f"<language>{escape(metadata.language or 'en')}</language>",
        f"<itunes:author>{author}</itunes:author>",
        "<itunes:type>serial</itunes:type>",
        "<itunes:explicit>false</itunes:explicit>",
        '<itunes:category text="Arts"><itunes:category text="Books"/></itunes:category>',
        f"<itunes:image href={quoteattr(f'{base}/cover.jpg')}/>",
        f"<podcast:guid>{uuid.uuid5(_FEEDS, f'{base}/feed.xml'.partition('://')[2])}</podcast:guid>",
        "<podcast:medium>audiobook</podcast:medium>",
        f"<copyright>{escape(one_line(metadata.rights))}</copyright>" if one_line(metadata.rights) else "",
    ]
    for position, (track, sound) in enumerate(zip(edition.audiobook.tracks, sounds, strict=True)):
        lines += _episode(edition, base, track, sound, position)
    return "\n".join((*filter(None, lines), "</channel>", "</rss>")) + "\n"


def _episode(edition: Edition, base: str, track: Track, sound: Path, position: int) -> list[str]:
    name = f"{base}/{track.number:04d}"
    # A minute apart, so that programs which sort by date keep the order.
    published = format_datetime(edition.modified + timedelta(minutes=position))
    return [
        "<item>",
        f"<title>{escape(chapter_title(track))}</title>",
        f"<itunes:episode>{track.number}</itunes:episode>",
        "<itunes:episodeType>full</itunes:episodeType>",
        f"<itunes:duration>{round(track.frames / track.sample_rate)}</itunes:duration>",
        f'<guid isPermaLink="false">{escape(edition.identifier)}#{track.number}</guid>',
        f"<pubDate>{published}</pubDate>",
        f'<enclosure url={quoteattr(f"{name}.mp3")} length="{sound.stat().st_size}" type="audio/mpeg"/>',
        f'<podcast:transcript url={quoteattr(f"{name}.vtt")} type="text/vtt"/>',
        f'<podcast:chapters url={quoteattr(f"{name}.json")} type="application/json+chapters"/>',
        "</item>",
    ]
