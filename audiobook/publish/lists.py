"""Playlists and cue sheets for the audio files of the same build."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from audiobook.atomic import write_text
from audiobook.audio import Package, Track
from audiobook.errors import UsageError
from audiobook.names import contained, one_line
from audiobook.publish.chapters import chapter_path, chapter_title, part_title
from audiobook.publish.edition import Edition
from audiobook.settings import Settings

__all__ = ["BY_CHAPTER", "WHOLE", "require_audio", "write_cue", "write_m3u8"]

BY_CHAPTER = ("mp3", "flac", "opus", "m4a", "wav")
"""Kinds of one file a chapter, the one that most players know first."""
WHOLE = {"mp3-single": "mp3", "m4b": "m4b"}
"""Kinds of one file a book and its suffix."""
_CD_FRAMES = 75
"""A cue sheet counts in seventy-fifths of a second."""
_CUE_TYPES = {"mp3": "MP3", "wav": "WAVE"}
"""Cue sheets know few words for formats; players take WAVE for all others."""


def write_m3u8(edition: Edition) -> Package:
    """Write ``<slug>.m3u8`` with paths relative to itself.

    Raises:
        UsageError: the build makes no audio that it could list.
        OutputError: the file could not be written.
    """
    metadata = edition.metadata
    lines = ["#EXTM3U", f"#PLAYLIST:{one_line(metadata.title)}"]
    lines += [f"# {one_line(edition.notice)}"] if edition.notice else []
    each = _by_chapter(edition)
    if each:
        for track in edition.audiobook.tracks:
            seconds = round(track.frames / track.sample_rate)
            path = chapter_path(edition, track, each).relative_to(edition.folder)
            lines += [f"#EXTINF:{seconds},{chapter_title(track)}", path.as_posix()]
    else:
        suffix = _whole(edition, "m3u8")
        for part in edition.parts():
            timeline = part.timeline()
            seconds = round(timeline.frames / timeline.sample_rate)
            lines += [f"#EXTINF:{seconds},{part_title(part)}", f"{part.slug}.{suffix}"]
    return _write(edition, "m3u8", "\n".join(lines) + "\n")


def write_cue(edition: Edition) -> Package:
    """Write ``<slug>.cue``: chapters in one file where the build makes one, else one file each.

    Raises:
        UsageError: the build makes no audio that it could list.
        OutputError: the file could not be written.
    """
    metadata = edition.metadata
    lines = [
        "REM GENRE Audiobook",
        f"REM DATE {_quoted(metadata.year)}" if metadata.year else "",
        f"REM COMMENT {_quoted(edition.notice)}" if edition.notice else "",
        f"PERFORMER {_quoted(metadata.author or metadata.narrator)}",
        f"TITLE {_quoted(metadata.title)}",
    ]
    each = "" if any(kind in WHOLE for kind in edition.settings.formats) else _by_chapter(edition)
    if not each:
        suffix = _whole(edition, "cue")
        lines.append(f"FILE {_quoted(f'{edition.slug}.{suffix}')} {_CUE_TYPES.get(suffix, 'WAVE')}")
    timeline = edition.timeline()
    for index, track in enumerate(edition.audiobook.tracks):
        start = Fraction(0)
        if each:
            path = chapter_path(edition, track, each).relative_to(edition.folder).as_posix()
            lines.append(f"FILE {_quoted(path)} {_CUE_TYPES.get(each, 'WAVE')}")
        else:
            start = timeline.seconds(index, track, 0)
        lines += _cue_track(index + 1, track, start)
    return _write(edition, "cue", "".join(f"{line}\r\n" for line in lines if line))


def require_audio(settings: Settings, kind: str) -> None:
    """Raise UsageError when the build makes no audio that a list of ``kind`` could name."""
    if not any(name in settings.formats for name in (*BY_CHAPTER, *WHOLE)):
        raise UsageError(
            f"format {kind!r} lists audio files, and none is to be written", remedy=f"Use --formats m4b,{kind}"
        )


def _cue_track(number: int, track: Track, start: Fraction) -> list[str]:
    frames = round(start * _CD_FRAMES)
    clock = f"{frames // (60 * _CD_FRAMES):02d}:{frames // _CD_FRAMES % 60:02d}:{frames % _CD_FRAMES:02d}"
    return [f"  TRACK {number:02d} AUDIO", f"    TITLE {_quoted(chapter_title(track))}", f"    INDEX 01 {clock}"]


def _quoted(text: str) -> str:
    # Cue sheets know no escape for a quotation mark.
    return '"' + one_line(text).replace('"', "”") + '"'


def _by_chapter(edition: Edition) -> str:
    return next((kind for kind in BY_CHAPTER if kind in edition.settings.formats), "")


def _whole(edition: Edition, kind: str) -> str:
    require_audio(edition.settings, kind)
    return next(suffix for name, suffix in WHOLE.items() if name in edition.settings.formats)


def _write(edition: Edition, kind: str, text: str) -> Package:
    path: Path = contained(edition.folder, f"{edition.slug}.{kind}")
    write_text(path, text)
    return Package(kind, (path,))
