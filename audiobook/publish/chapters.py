"""Packages of one file a chapter: encoded in parallel, tagged, numbered."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from audiobook.atomic import output_path, translated
from audiobook.audio import Levels, Package, Track
from audiobook.errors import ToolError
from audiobook.names import contained, one_line, safe_name
from audiobook.publish.edition import Edition
from audiobook.publish.encoded import Codec, encode_chapters

__all__ = ["chapter_path", "chapter_title", "part_title", "scratch", "tagging", "write_each", "write_files"]


def write_each(edition: Edition, kind: str, codec: Codec, tag: Callable[[Path, Track], None]) -> Package:
    """Write ``kind/01 - Title.suffix`` for every track; ``tag`` completes each file before it gets its name.

    Raises:
        ToolError: encoding failed.
        OutputError: a file could not be written.
    """
    finals = tuple(chapter_path(edition, track, kind) for track in edition.audiobook.tracks)
    return Package(kind, finals, measured=write_files(edition, codec, tag, finals))


def write_files(
    edition: Edition, codec: Codec, tag: Callable[[Path, Track], None], finals: tuple[Path, ...]
) -> tuple[tuple[Path, Levels], ...]:
    """Write every track to its path in ``finals``; ``tag`` completes each file before it gets its name.

    Returns:
        What was measured on the decoded sound of each.
    """
    sources = encode_chapters(edition, codec)
    for track, source, final in zip(edition.audiobook.tracks, sources, finals, strict=True):
        with output_path(final) as temporary, tagging(final):
            shutil.copyfile(source.path, temporary)
            tag(temporary, track)
    return tuple((final, source.measurement.levels) for source, final in zip(sources, finals, strict=True))


@contextlib.contextmanager
def scratch(edition: Edition) -> Iterator[Path]:
    """Make a folder for files on their way and remove it; raise OutputError when it cannot be made.

    It lies in the store, where leftovers of a killed build disturb nobody.
    """
    with translated(edition.store):
        folder = Path(tempfile.mkdtemp(prefix="work-", dir=edition.store))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def tagging(final: Path) -> Iterator[None]:
    """Turn the tag library's errors, and those of writing, into ours; ``final`` is the file's name to come.

    Raises:
        OutputError: the disk is full or the file cannot be written.
        ToolError: the file that ffmpeg made cannot be read.
    """
    from mutagen import MutagenError

    with translated(final):
        try:
            yield
        except MutagenError as error:
            if error.args and isinstance(error.args[0], OSError):
                raise error.args[0] from error
            raise ToolError(f"cannot be tagged ({error})", place=str(final), remedy="Use another ffmpeg") from error


def chapter_title(track: Track) -> str:
    """Return the track's title on one line; ``Chapter N`` where there is none, for players show no empty entry."""
    return one_line(track.title) or f"Chapter {track.number}"


def part_title(edition: Edition) -> str:
    """Return the title of a file that holds the whole book, or one part of it."""
    title = one_line(edition.metadata.title)
    return f"{title}, part {edition.part} of {edition.of_parts}" if edition.of_parts > 1 else title


def chapter_path(edition: Edition, track: Track, kind: str) -> Path:
    """Return ``mp3/01 - Title.mp3`` in the edition's folder; numbers are as wide as the book needs."""
    width = max(2, len(str(edition.audiobook.tracks[-1].number)))
    name = safe_name(f"{track.number:0{width}d} - {chapter_title(track)}", f".{kind}")
    return contained(edition.folder, f"{kind}/{name}")
