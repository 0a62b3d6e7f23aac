"""Opus and FLAC, one file a chapter, with Vorbis comments and picture."""

from __future__ import annotations

import base64
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiobook.audio import Package, Track
from audiobook.names import one_line
from audiobook.publish.chapters import chapter_title, write_each
from audiobook.publish.covers import cover_jpeg
from audiobook.publish.edition import Edition
from audiobook.publish.encoded import Codec
from audiobook.publish.sortnames import sort_title

if TYPE_CHECKING:
    from mutagen.flac import Picture

__all__ = ["flac_codec", "opus_codec", "write_flac", "write_opus"]

_OPUS_RATE = 48_000
"""Hertz; Opus knows no 44.1 kHz, and better resampled well here than in any way elsewhere."""
_OPUS_COVER = 600
"""Pixels: the picture is in every chapter, and speech at 40 kbit/s is small."""


def write_opus(edition: Edition) -> Package:
    """Write one Opus file a chapter into ``opus/``; raise ToolError or OutputError when that fails."""
    picture = _picture(edition, _OPUS_COVER)
    return write_each(edition, "opus", opus_codec(edition), functools.partial(_tag_opus, edition, picture))


def write_flac(edition: Edition) -> Package:
    """Write one FLAC a chapter into ``flac/``; raise ToolError or OutputError when that fails."""
    picture = _picture(edition)
    return write_each(edition, "flac", flac_codec(edition), functools.partial(_tag_flac, edition, picture))


def opus_codec(edition: Edition) -> Codec:
    """Opus at the profile's bit rate, resampled by soxr."""
    resample = ("-af", f"aresample={_OPUS_RATE}:resampler=soxr:precision=28")
    options = (*resample, "-c:a", "libopus", "-b:a", f"{edition.profile.opus_kbps}k", "-vbr", "on")
    return Codec(".opus", "opus", options, edition.sample_rate, _OPUS_RATE)


def flac_codec(edition: Edition) -> Codec:
    """FLAC of 16 bits."""
    return Codec(
        ".flac", "flac", ("-c:a", "flac", "-compression_level", "8", "-sample_fmt", "s16"), edition.sample_rate
    )


def _tag_opus(edition: Edition, picture: Picture, path: Path, track: Track) -> None:
    from mutagen.oggopus import OggOpus

    file = OggOpus(path)
    tags: Any = file.tags
    tags.clear()
    tags.update(_comments(edition, track))
    tags["METADATA_BLOCK_PICTURE"] = [base64.b64encode(picture.write()).decode("ascii")]
    file.save(padding=lambda _: 0)


def _tag_flac(edition: Edition, picture: Picture, path: Path, track: Track) -> None:
    from mutagen.flac import FLAC

    file = FLAC(path)
    tags: Any = file.tags
    tags.clear()
    tags.update(_comments(edition, track))
    file.add_picture(picture)
    file.save(padding=lambda _: 0)


def _comments(edition: Edition, track: Track) -> dict[str, list[str]]:
    metadata = edition.metadata
    texts = {
        "TITLE": chapter_title(track),
        "ALBUM": metadata.title,
        "SUBTITLE": metadata.subtitle,
        "ARTIST": metadata.author or metadata.narrator,
        "ALBUMARTIST": metadata.author or metadata.narrator,
        "ALBUMSORT": sort_title(metadata.title, metadata.language),
        "ARTISTSORT": edition.author_sort,
        "ALBUMARTISTSORT": edition.author_sort,
        "AUTHOR": metadata.author,
        "COMPOSER": metadata.narrator,
        "PERFORMER": metadata.narrator,
        "GENRE": metadata.genre or "Audiobook",
        "DATE": metadata.year,
        "TRACKNUMBER": str(track.number),
        "TRACKTOTAL": str(len(edition.audiobook.tracks)),
        "DESCRIPTION": metadata.description,
        "COMMENT": edition.notice,
        "PUBLISHER": metadata.publisher,
        "COPYRIGHT": metadata.rights,
        "LANGUAGE": metadata.language,
        "SERIES": metadata.series,
        "SERIES-PART": metadata.series_part,
        "ISBN": edition.isbn,
    }
    return {name: [one_line(text)] for name, text in texts.items() if one_line(text)}


def _picture(edition: Edition, side: int = 0) -> Picture:
    from mutagen.flac import Picture
    from mutagen.id3 import PictureType

    picture = Picture()
    picture.data = cover_jpeg(edition, side) if side else cover_jpeg(edition)
    picture.type = PictureType.COVER_FRONT
    picture.mime = "image/jpeg"
    return picture
