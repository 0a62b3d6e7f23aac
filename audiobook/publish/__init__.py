"""Packages: tracks in, finished files out."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Callable
from pathlib import Path

from audiobook.atomic import PARTIAL, make_folder
from audiobook.audio import Audiobook, Package
from audiobook.errors import UsageError
from audiobook.publish import (
    captions,
    covers,
    epub,
    ledger,
    lists,
    m4b,
    mp3,
    podcast,
    sample,
    shelf,
    wav,
    web,
    webpub,
    xiph,
)
from audiobook.publish.ahead import encode_ahead
from audiobook.publish.edition import Edition
from audiobook.settings import Settings

__all__ = ["PACKAGES", "Edition", "encode_ahead", "needs_words", "publish", "require_formats", "require_kind"]

PACKAGES: dict[str, Callable[[Edition], Package]] = {
    "m4b": m4b.write_m4b,
    "mp3": mp3.write_mp3,
    "mp3-single": mp3.write_single,
    "m4a": m4b.write_m4a,
    "opus": xiph.write_opus,
    "flac": xiph.write_flac,
    "wav": wav.write_wav,
    "m3u8": lists.write_m3u8,
    "cue": lists.write_cue,
    "srt": captions.write_srt,
    "vtt": captions.write_vtt,
    "ass": captions.write_ass,
    "lrc": captions.write_lrc,
    "epub": epub.write_epub,
    "lpf": webpub.write_lpf,
    "readium": webpub.write_readium,
    "audiobookshelf": shelf.write_audiobookshelf,
    "podcast": podcast.write_podcast,
    "web": web.write_web,
    "sample": sample.write_sample,
}
"""Writer of each kind of package, by the name that ``--formats`` takes."""
_WITHOUT_WORDS = frozenset(("m4b", "mp3", "mp3-single", "m4a", "opus", "flac", "wav", "m3u8", "cue", "sample"))
"""Kinds that say when a chapter is heard, but not when each of its words is."""
DIVIDED = ("m4b", "mp3-single", "cue", "srt", "vtt", "ass", "lrc")
"""Kinds of one file a book, which `PublishSettings.part_hours` may divide."""
_UNCOVERED = ("m3u8", "cue", "srt", "vtt", "ass", "lrc")


def require_kind(kind: str) -> None:
    """Raise UsageError with the nearest name when there is no such package."""
    if kind not in PACKAGES:
        near = difflib.get_close_matches(kind, PACKAGES, 1)
        known = f"Known are {', '.join(PACKAGES)}"
        raise UsageError(f"there is no format {kind!r}", remedy=f"Did you mean {near[0]}? {known}" if near else known)


def needs_words(settings: Settings) -> bool:
    """Tell whether any package looks at the times of words: they are most of what a long book holds in memory."""
    return not _WITHOUT_WORDS.issuperset(settings.formats)


def require_formats(settings: Settings) -> None:
    """Find out before anything is recorded what would keep the packages from being written.

    Raises:
        UsageError: a format is unknown, lists audio that is not made, or needs an address that is not set.
        SettingsError: the cover that the settings name cannot be read.
    """
    for kind in settings.formats:
        require_kind(kind)
    for kind in ("m3u8", "cue"):
        if kind in settings.formats:
            lists.require_audio(settings, kind)
    if "podcast" in settings.formats:
        podcast.require_address(settings)
    covers.require_cover(settings)


def publish(
    audiobook: Audiobook, kind: str, out: Path, settings: Settings, slug: str, *, store: Path | None = None
) -> Package:
    """Write one kind of package of a finished audiobook, in place of the one that the last build wrote.

    Args:
        audiobook: Metadata and mastered tracks.
        kind: A key of `PACKAGES`.
        out: Folder of the book; made when missing.
        settings: Profile, metadata and choices for packages.
        slug: Name of files that hold the whole book.
        store: Folder where encoded chapters are kept by their content, so that the next build encodes only what
            changed; without it nothing is kept.

    Raises:
        UsageError: ``kind`` is unknown, or the audiobook has no tracks.
        ToolError: ffmpeg is missing or failed.
        OutputError: a file could not be written.
    """
    require_kind(kind)
    if not audiobook.tracks:
        raise UsageError("there is no chapter to publish", place=slug, remedy="Choose other chapters with --chapters")
    make_folder(out)
    if store is None:
        with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=out) as folder:
            package = _write(Edition(audiobook, out, slug, settings, Path(folder)), kind)
    else:
        make_folder(store)
        package = _write(Edition(audiobook, out, slug, settings, store), kind)
    ledger.replace_package(out, slug, package)
    return package


def _write(edition: Edition, kind: str) -> Package:
    parts = edition.parts() if kind in DIVIDED else (edition,)
    packages = [PACKAGES[kind](part) for part in parts]
    paths = tuple(path for package in packages for path in package.paths)
    notes = dict.fromkeys(note for package in packages for note in package.notes)
    # Once a build is enough: the first kind with a cover tells.
    if kind == next((each for each in edition.settings.formats if each not in _UNCOVERED), kind):
        notes |= dict.fromkeys(covers.cover_notes(edition))
    return Package(kind, paths, tuple(notes), tuple(pair for package in packages for pair in package.measured))
