"""WAV: one file a chapter, 16-bit mono, for shops and editors that take nothing else."""

from __future__ import annotations

from pathlib import Path

from audiobook.audio import Package, Track
from audiobook.publish.chapters import write_each
from audiobook.publish.edition import Edition
from audiobook.publish.encoded import Codec

__all__ = ["wav_codec", "write_wav"]


def write_wav(edition: Edition) -> Package:
    """Write one WAV a chapter into ``wav/``; raise ToolError or OutputError when that fails.

    They hold no tags: programs that want WAV read the sound and nothing else.
    """

    def leave(_path: Path, _track: Track) -> None:
        pass

    return write_each(edition, "wav", wav_codec(edition), leave)


def wav_codec(_edition: Edition) -> Codec:
    """PCM of 16 bits."""
    return Codec(".wav", "wav", ("-c:a", "pcm_s16le"))
