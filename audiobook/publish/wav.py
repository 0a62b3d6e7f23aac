"""WAV: one file a chapter, 16-bit mono, for shops and editors that take nothing else."""

from __future__ import annotations

from pathlib import Path

from audiobook.audio import Package, Track
from audiobook.publish.chapters import write_each
from audiobook.publish.edition import Edition
from audiobook.publish.encoded import Codec
from audiobook.publish.mp3 import chapter_tags, id3_version

__all__ = ["wav_codec", "write_wav"]


def write_wav(edition: Edition) -> Package:
    """Write one WAV a chapter into ``wav/``; raise ToolError or OutputError when that fails.

    Their ID3 tags stand in a chunk behind the sound, where programs that want nothing else do not look.
    """
    from mutagen.wave import WAVE

    tags_of = chapter_tags(edition)

    def tag(path: Path, track: Track) -> None:
        file = WAVE(path)
        file.add_tags()
        assert file.tags is not None
        for frame in tags_of(track).values():
            file.tags.add(frame)
        file.save(v2_version=id3_version(edition), padding=lambda _: 0)

    return write_each(edition, "wav", wav_codec(edition), tag)


def wav_codec(edition: Edition) -> Codec:
    """PCM of 16 bits."""
    return Codec(".wav", "wav", ("-c:a", "pcm_s16le"), edition.sample_rate)
