"""MP3: one file a chapter, as shops ask for it, or one file with chapter marks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.atomic import output_path
from audiobook.audio import Levels, Package, Track, frames_to_ms
from audiobook.names import contained, one_line
from audiobook.publish.chapters import chapter_title, part_title, tagging, write_each, write_files
from audiobook.publish.covers import cover_jpeg
from audiobook.publish.edition import Edition
from audiobook.publish.encoded import Codec, encode_book
from audiobook.publish.sortnames import sort_title

if TYPE_CHECKING:
    from mutagen.id3 import ID3

__all__ = ["chapter_tags", "id3_version", "mp3_codec", "mp3_kbps", "write_mp3", "write_mp3_files", "write_single"]

_NO_OFFSET = 0xFFFFFFFF
"""A chapter's place in bytes is left open; its times count."""
_TABLE = 255
_TOP_LEVEL, _ORDERED = 1 << 1, 1 << 0
_MPEG1_RATE = 32_000
_MPEG2_KBPS = 160
"""Highest bit rate of MP3 below 32 kHz."""


def _lame_scale(kbps: int) -> float:
    """Return the factor by which LAME's preset of a bit rate turns the sound down (presets.c of LAME 3.100)."""
    return 0.95 if kbps < 192 else 0.97 if kbps < 224 else 0.98 if kbps < 256 else 1.0


def mp3_kbps(edition: Edition) -> int:
    """Return the bit rate in kbit/s: the profile's, or the highest there is at a low sampling rate."""
    kbps = edition.profile.mp3_kbps
    return kbps if edition.sample_rate >= _MPEG1_RATE else min(kbps, _MPEG2_KBPS)


def mp3_codec(edition: Edition) -> Codec:
    """Constant bit rate as the profile has it, with LAME's header that says what delay to skip.

    LAME's own attenuation is undone in floating point, so that the MP3 is as loud as the master.
    """
    kbps = mp3_kbps(edition)
    gain = ("-af", f"volume={1 / _lame_scale(kbps):.6f}:precision=float")
    options = (*gain, "-c:a", "libmp3lame", "-b:a", f"{kbps}k", "-id3v2_version", "0", "-write_xing", "1")
    return Codec(".mp3", "mp3", options, edition.sample_rate)


def write_mp3(edition: Edition) -> Package:
    """Write one MP3 a chapter into ``mp3/``; raise ToolError or OutputError when that fails."""
    return write_each(edition, "mp3", mp3_codec(edition), _tagger(edition))


def write_mp3_files(edition: Edition, finals: tuple[Path, ...]) -> tuple[tuple[Path, Levels], ...]:
    """Write one MP3 a chapter to the paths given and return their levels; raise ToolError or OutputError."""
    return write_files(edition, mp3_codec(edition), _tagger(edition), finals)


def chapter_tags(edition: Edition) -> Callable[[Track], ID3]:
    """Return what makes the tags of a chapter's file, in the version that the settings ask for."""
    from mutagen import id3

    picture, total = cover_jpeg(edition), len(edition.audiobook.tracks)

    def tags_of(track: Track) -> ID3:
        tags = _book_tags(edition, chapter_title(track), frames_to_ms(track.frames, track.sample_rate), picture)
        tags.add(id3.TRCK(encoding=id3.Encoding.LATIN1, text=[f"{track.number}/{total}"]))
        return _in_version(edition, tags)

    return tags_of


def _tagger(edition: Edition) -> Callable[[Path, Track], None]:
    tags_of = chapter_tags(edition)

    def tag(path: Path, track: Track) -> None:
        _save_tags(edition, tags_of(track), path)

    return tag


def write_single(edition: Edition) -> Package:
    """Write ``<slug>.mp3``: the whole book with chapters (CHAP) and their table (CTOC).

    It is encoded in one piece, for frames of MP3 lean on bits of the frames before and cannot be joined; the store
    keeps it until a chapter changes.

    Raises:
        ToolError: encoding failed.
        OutputError: the file could not be written.
    """
    from mutagen import id3

    source, timeline = encode_book(edition, mp3_codec(edition)), edition.timeline()
    final = contained(edition.folder, f"{edition.slug}.mp3")
    tags = _book_tags(
        edition, part_title(edition), frames_to_ms(timeline.frames, timeline.sample_rate), cover_jpeg(edition)
    )
    _add_chapters(tags, edition)
    if edition.of_parts > 1:
        tags.add(id3.TRCK(encoding=id3.Encoding.LATIN1, text=[f"{edition.part}/{edition.of_parts}"]))
    with output_path(final) as temporary, tagging(final):
        shutil.copyfile(source.path, temporary)
        _save_tags(edition, _in_version(edition, tags), temporary)
        _sort_chapters(temporary)
    return Package("mp3-single", (final,), measured=((final, source.measurement.levels),))


def _add_chapters(tags: ID3, edition: Edition) -> None:
    from mutagen import id3

    timeline = edition.timeline()
    names = []
    for index, track in enumerate(edition.audiobook.tracks):
        names.append(f"chp{index}")
        title = id3.TIT2(encoding=id3.Encoding.UTF8, text=[chapter_title(track)])
        tags.add(
            id3.CHAP(
                element_id=names[-1],
                start_time=frames_to_ms(timeline.starts[index], timeline.sample_rate),
                end_time=frames_to_ms(timeline.end(index), timeline.sample_rate),
                start_offset=_NO_OFFSET,
                end_offset=_NO_OFFSET,
                sub_frames=[title],
            )
        )
    # A table counts its entries in one byte: more chapters go into tables of their own under the top one.
    tables = [names]
    if len(names) > _TABLE:
        tables = [names[at : at + _TABLE] for at in range(0, len(names), _TABLE)]
        for number, table in enumerate(tables):
            tags.add(id3.CTOC(element_id=f"toc{number}", flags=_ORDERED, child_element_ids=table, sub_frames=[]))
        tables = [[f"toc{number}" for number in range(len(tables))]]
    title = id3.TIT2(encoding=id3.Encoding.UTF8, text=[one_line(edition.metadata.title)])
    tags.add(id3.CTOC(element_id="toc", flags=_TOP_LEVEL | _ORDERED, child_element_ids=tables[0], sub_frames=[title]))


def _sort_chapters(path: Path) -> None:
    """Put chapters into their order: mutagen sorts frames by length, and some players read them as they come."""
    with path.open("r+b") as file:
        header = file.read(10)
        size = _plain(header[6:10])
        body = file.read(size)
        frames, at = [], 0
        while at + 10 <= size and body[at : at + 1] != b"\0":
            length = int.from_bytes(body[at + 4 : at + 8], "big") if header[3] == 3 else _plain(body[at + 4 : at + 8])
            frames.append(body[at : at + 10 + length])
            at += 10 + length
        chapters = [frame for frame in frames if frame.startswith(b"CHAP")]
        others = [frame for frame in frames if not frame.startswith(b"CHAP")]
        # An element's identifier follows the frame's header: chp0, chp1, ... and a zero.
        chapters.sort(key=lambda frame: int(frame[13 : frame.index(b"\0", 10)]))
        file.seek(10)
        file.write(b"".join(others + chapters))


def _plain(number: bytes) -> int:
    """Read a number of ID3's four times seven bits."""
    return number[0] << 21 | number[1] << 14 | number[2] << 7 | number[3]


def _book_tags(edition: Edition, title: str, length_ms: int, picture: bytes) -> ID3:
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
        "MVIN": metadata.series_part if metadata.series_part.isdecimal() else "",
        **_sorting_texts(edition),
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


def _sorting_texts(edition: Edition) -> dict[str, str]:
    """Return under which words album and author are filed."""
    metadata = edition.metadata
    names = {"TSOA": sort_title(metadata.title, metadata.language), "TSOP": edition.author_sort}
    return names | {"TSO2": edition.author_sort}


def _in_version(edition: Edition, tags: ID3) -> ID3:
    """Return ``tags`` with the frames of the version that the settings ask for."""
    if edition.settings.publish.id3 == "2.3":
        # Players read these two in 2.3 as well, though only 2.4 names them.
        sorting = [*tags.getall("TSOA"), *tags.getall("TSOP")]
        tags.update_to_v23()
        for frame in sorting:
            tags.add(frame)
    return tags


def id3_version(edition: Edition) -> int:
    """Return the number behind the point of the ID3 version that the settings ask for."""
    return 3 if edition.settings.publish.id3 == "2.3" else 4


def _save_tags(edition: Edition, tags: ID3, path: Path) -> None:
    tags.save(path, v2_version=id3_version(edition), v1=0, padding=lambda _: 0)
