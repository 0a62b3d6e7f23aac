"""Sound into files and out of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.errors import ToolError
from audiobook.ffmpeg.process import STALL_S, child, last_line, run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BITEXACT", "decode", "demuxer", "encode", "escape_metadata", "file_url", "input_file"]

BITEXACT = ("-fflags", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1", "-threads", "1")
"""Output options without which a file holds ffmpeg's version or depends on the number of cores."""

_DEMUXERS = {
    ".aac": "aac", ".flac": "flac", ".m4a": "mov", ".m4b": "mov", ".mp3": "mp3", ".mp4": "mov", ".oga": "ogg",
    ".ogg": "ogg", ".opus": "ogg", ".wav": "wav",
}  # fmt: skip
_BLOCK = 1 << 18


def file_url(path: Path) -> str:
    """Write ``path`` so that ffmpeg takes it for a file, whatever it is called (``concat:x`` is a legal name)."""
    return f"file:{path.resolve()}"


def demuxer(path: Path) -> str:
    """Return ffmpeg's input format for a file by its suffix; raise ToolError when it is no known audio file."""
    try:
        return _DEMUXERS[path.suffix.lower()]
    except KeyError:
        raise ToolError(
            f"is not a known kind of audio file ({path.suffix or 'no suffix'})",
            place=str(path),
            remedy=f"Known are {' '.join(sorted(_DEMUXERS))}",
        ) from None


def input_file(path: Path, form: str) -> tuple[str, ...]:
    """Return the options that open ``path`` as an input of format ``form`` and nothing else."""
    return ("-protocol_whitelist", "file,pipe", "-f", form, "-i", file_url(path))


def escape_metadata(text: str) -> str:
    """Escape a value for an ffmetadata file.

    ffmpeg takes a backslash at the end of a line for one that escapes the line's end, even when it is escaped
    itself, and would read the next entry as part of the value: a space goes behind it.
    """
    return re.sub(r"([=;#\\\n])", r"\\\1", text) + (" " if text.endswith("\\") else "")


def encode(
    pcm: Iterable[bytes], sample_rate: int, codec: Sequence[str], out: Path, form: str, *, seconds: float
) -> None:
    """Encode 16-bit mono PCM to ``out``.

    Args:
        pcm: Little-endian blocks.
        sample_rate: Hertz of ``pcm``.
        codec: Output options, e.g. ``("-c:a", "libmp3lame", "-b:a", "192k")``.
        out: File to overwrite; give a temporary one.
        form: ffmpeg's output format, never guessed from the name.
        seconds: Length of ``pcm``; an encoder slower than real time counts as hung.

    Raises:
        ToolError: ffmpeg failed.
        OutputError: ``out`` could not be written.
    """
    source = ("-f", "s16le", "-ar", str(sample_rate), "-ac", "1", "-i", "pipe:0")
    target = (*BITEXACT, *codec, "-f", form, file_url(out))
    run((*source, *target), place=out.name, pcm=pcm, timeout_s=STALL_S + seconds)


def decode(path: Path, channels: int) -> Iterator[NDArray[np.float32]]:
    """Yield the first audio stream of ``path`` at its own rate, in blocks of shape (frames, ``channels``).

    Decoding that stalls for two minutes is killed.

    Raises:
        ToolError: the file cannot be decoded to its end.
    """
    import numpy as np

    arguments = (*input_file(path, demuxer(path)), "-map", "0:a:0", "-c:a", "pcm_f32le", "-ac", str(channels))
    size = 4 * channels * (_BLOCK // (4 * channels))
    with child((*arguments, "-f", "f32le", "pipe:1"), str(path), STALL_S, "error") as (process, log):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        while block := process.stdout.read(size):
            log.alive()
            whole = len(block) // (4 * channels) * 4 * channels
            yield np.frombuffer(block[:whole], dtype="<f4").astype(np.float32, copy=False).reshape(-1, channels)
        process.wait()
    if lines := log.decoded():
        raise ToolError(f"does not decode cleanly ({last_line(lines)})", place=str(path), remedy="Make the file anew")
