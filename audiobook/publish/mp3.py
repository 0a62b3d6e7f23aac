"""MP3: one file a chapter, as shops ask for it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.atomic import output_path, translated
from audiobook.audio import Package, frames_to_ms
from audiobook.names import one_line
from audiobook.publish.covers import cover_jpeg
from audiobook.publish.edition import Edition
from audiobook.publish.encoded import Codec, encode_chapters
from audiobook.publish.files import chapter_path, chapter_title

if TYPE_CHECKING:
    from mutagen.id3 import ID3

__all__ = ["mp3_codec", "write_chapters"]

_MPEG1_RATE = 32_000
_MPEG2_KBPS = 160
"""Highest bit rate of MP3 below 32 kHz."""


def _lame_scale(kbps: int) -> float:
    """Return the factor by which LAME's preset of a bit rate turns the sound down (presets.c of LAME 3.100)."""
    return 0.95 if kbps < 192 else 0.97 if kbps < 224 else 0.98 if kbps < 256 else 1.0


def mp3_codec(edition: Edition) -> Codec:
    """Constant bit rate as the profile has it, with LAME's header that says what delay to skip.

    LAME's own attenuation is undone in floating point, so that the MP3 is as loud as the master.
    """
    kbps = edition.profile.mp3_kbps
    if edition.sample_rate < _MPEG1_RATE:
        kbps = min(kbps, _MPEG2_KBPS)
    gain = ("-af", f"volume={1 / _lame_scale(kbps):.6f}:precision=float")
    options = (*gain, "-c:a", "libmp3lame", "-b:a", f"{kbps}k", "-id3v2_version", "0", "-write_xing", "1")
    return Codec(".mp3", "mp3", options)


def write_chapters(edition: Edition) -> Package:
    """Write one MP3 a chapter into ``mp3/``.

    Raises:
        ToolError: encoding failed.
        OutputError: a file could not be written.
    """
    sources = encode_chapters(edition, mp3_codec(edition))
    picture = cover_jpeg(edition)
    paths = []
    for track, source in zip(edition.audiobook.tracks, sources, strict=True):
        final = chapter_path(edition, track, ".mp3")
        with output_path(final) as temporary:
            tags = book_tags(edition, chapter_title(track), frames_to_ms(track.frames, track.sample_rate), picture)
            _number(tags, track.number, len(sources))
            with translated(final):
                shutil.copyfile(source, temporary)
            save_tags(edition, tags, temporary)
        paths.append(final)
    return Package("mp3", tuple(paths))


def book_tags(edition: Edition, title: str, length_ms: int, picture: bytes) -> ID3:
    """Make the ID3 tags that every MP3 of the edition carries."""
    from mutagen import id3

    metadata = edition.metadata
    texts = {
        "TIT2": title,
        "TALB": metadata.title,
        "TPE1": metadata.author or metadata.narrator,
        "TPE2": metadata.author or metadata.narrator,
        "TCOM": metadata.narrator,
        "TCON": metadata.genre or "Audiobook",
        "TDRC": metadata.year,
        "TCOP": metadata.rights,
        "TPUB": metadata.publisher,
        "TIT3": metadata.subtitle,
        "TLEN": str(length_ms),
        "MVNM": metadata.series,
        "MVIN": metadata.series_part,
    }
    tags = id3.ID3()
    for name, text in texts.items():
        if line := one_line(text):
            tags.add(id3.Frames[name](encoding=id3.Encoding.UTF8, text=[line]))
    for name, text in (
        ("SERIES", metadata.series),
        ("SERIES-PART", metadata.series_part),
        ("LANGUAGE", metadata.language),
    ):
        if line := one_line(text):
            tags.add(id3.TXXX(encoding=id3.Encoding.UTF8, desc=name, text=[line]))
    if about := one_line(" ".join(filter(None, (metadata.description, edition.notice)))):
        tags.add(id3.COMM(encoding=id3.Encoding.UTF8, lang="XXX", desc="", text=[about]))
    tags.add(
        id3.APIC(
            encoding=id3.Encoding.LATIN1, mime="image/jpeg", type=id3.PictureType.COVER_FRONT, desc="", data=picture
        )
    )
    return tags


def _number(tags: ID3, number: int, total: int) -> None:
    from mutagen import id3

    tags.add(id3.TRCK(encoding=id3.Encoding.LATIN1, text=[f"{number}/{total}"]))


def save_tags(edition: Edition, tags: ID3, path: Path) -> None:
    """Write ``tags`` in the version that the settings ask for; raise OutputError when that fails."""
    version = 3 if edition.settings.publish.id3 == "2.3" else 4
    if version == 3:
        tags.update_to_v23()
    with translated(path):
        tags.save(path, v2_version=version, v1=0, padding=lambda _: 0)
