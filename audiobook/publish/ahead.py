"""Chapters encoded while later ones are still being recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from audiobook.audio import Audiobook
from audiobook.publish.edition import Edition
from audiobook.publish.encoded import Codec, encode_chapters, encode_joinable_aac
from audiobook.publish.m4b import joined_codec, m4a_codec
from audiobook.publish.mp3 import mp3_codec
from audiobook.publish.wav import wav_codec
from audiobook.publish.xiph import flac_codec, opus_codec
from audiobook.settings import Settings

__all__ = ["encode_ahead"]

_CODECS: dict[str, Callable[[Edition], Codec]] = {
    "mp3": mp3_codec,
    "epub": mp3_codec,
    "lpf": mp3_codec,
    "readium": mp3_codec,
    "podcast": mp3_codec,
    "web": mp3_codec,
    "m4a": m4a_codec,
    "opus": opus_codec,
    "flac": flac_codec,
    "wav": wav_codec,
}


def encode_ahead(audiobook: Audiobook, index: int, settings: Settings, store: Path) -> None:
    """Encode one chapter for all formats of a build into ``store``, where `publish` finds it.

    It changes nothing but the time that publishing takes, so it may be left out for any chapter.

    Args:
        audiobook: All chapters from the first that are mastered so far. AAC leans on both neighbours, so the one
            after ``index`` must be among them unless ``index`` is the book's last.
        index: Of the chapter in ``audiobook.tracks``.
        settings: As they will be given to `publish`.
        store: The same.

    Raises:
        ToolError: a track cannot be read or ffmpeg failed.
        OutputError: the store cannot be written.
    """
    edition = Edition(audiobook, store, "", settings, store)
    if "m4b" in settings.formats:
        encode_joinable_aac(edition, joined_codec(edition), index)
    codecs = dict.fromkeys(_CODECS[kind](edition) for kind in settings.formats if kind in _CODECS)
    for codec in codecs:
        encode_chapters(edition, codec, index)
