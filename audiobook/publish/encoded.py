"""Chapters through an encoder: in parallel, each kept by its content so that an edit encodes one chapter anew."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook import ffmpeg
from audiobook.atomic import output_path, write_text
from audiobook.audio import Track
from audiobook.errors import ToolError
from audiobook.publish import pcm
from audiobook.publish.edition import AAC_FRAME, Edition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Codec", "aac_frames", "encode_chapters", "encode_joinable_aac"]

_SCHEMA = 1
_LEAD = 3
"""AAC frames of the chapter before that are encoded in front, so that the encoder is in the state that one
long encode would be in; after them comes one frame of the transform's delay."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of chapter file is encoded."""

    suffix: str
    form: str
    """ffmpeg's output format."""
    options: tuple[str, ...]
    """ffmpeg's output options."""


def encode_chapters(edition: Edition, codec: Codec, only: int | None = None) -> tuple[Path, ...]:
    """Encode every track by itself; return the files, without tags, in the tracks' order.

    Args:
        edition: What to encode.
        codec: How.
        only: Index of the one track to encode; None is all.

    Raises:
        ToolError: a track cannot be read or ffmpeg failed.
        OutputError: the store cannot be written.
    """

    def make(index: int, out: Path) -> None:
        track = edition.audiobook.tracks[index]
        frames = edition.frames(track)
        blocks = pcm.samples(track, edition.sample_rate, frames)
        _encode(edition, codec, blocks, frames, out)

    return _kept(edition, codec, make, only, neighbours=False)


def encode_joinable_aac(edition: Edition, codec: Codec, only: int | None = None) -> tuple[Path, ...]:
    """Encode every track to ADTS so that the files' bytes, joined, are one stream without lag or gap.

    A transform codec needs what comes before and after a block to decode it. Each chapter, filled up to whole
    frames, is therefore encoded with the end of the one before and the first frame of the one after, and
    only its own frames are kept; the first chapter also keeps the encoder's first, priming frame.

    Raises:
        ToolError: a track cannot be read or ffmpeg failed.
        OutputError: the store cannot be written.
    """

    def make(index: int, out: Path) -> None:
        frames = edition.padded_frames(edition.audiobook.tracks[index])
        lead, blocks = _with_neighbours(edition, index, frames)
        _encode(edition, codec, blocks, frames, out)
        kept = frames // AAC_FRAME + (1 if index == 0 else 0)
        first = 0 if index == 0 else lead + 1
        stream = b"".join(list(aac_frames(out.read_bytes(), out.name))[first : first + kept])
        if sum(1 for _ in aac_frames(stream, out.name)) != kept:
            raise ToolError("the AAC encoder gave too few frames", place=out.name, remedy="Use another ffmpeg")
        out.write_bytes(stream)

    return _kept(edition, codec, make, only, neighbours=True)


def aac_frames(stream: bytes, place: str) -> Iterator[bytes]:
    """Cut an ADTS stream into its frames, headers included; raise ToolError where it is no such stream."""
    at = 0
    while at < len(stream):
        header = stream[at : at + 7]
        size = ((header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5) if len(header) == 7 else 0
        if size < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or at + size > len(stream):
            raise ToolError("is not a whole AAC stream", place=place, remedy="Run the same command again")
        yield stream[at : at + size]
        at += size


def _with_neighbours(edition: Edition, index: int, frames: int) -> tuple[int, Iterator[NDArray[np.int16]]]:
    """Return how many whole AAC frames stand in front of the chapter, and the samples of all."""
    tracks, rate = edition.audiobook.tracks, edition.sample_rate
    before = tracks[index - 1] if index else None
    after = tracks[index + 1] if index + 1 < len(tracks) else None
    length = edition.padded_frames(before) if before else 0
    lead = min(_LEAD, length // AAC_FRAME)

    def blocks() -> Iterator[NDArray[np.int16]]:
        if before:
            yield pcm.context_before(before, rate, length, lead * AAC_FRAME)
        yield from pcm.samples(tracks[index], rate, frames)
        if after:
            yield pcm.context_after(after, rate, AAC_FRAME)

    return lead, blocks()


def _encode(edition: Edition, codec: Codec, blocks: Iterator[NDArray[np.int16]], frames: int, out: Path) -> None:
    raw = (block.astype("<i2", copy=False).tobytes() for block in blocks)
    rate = edition.sample_rate
    ffmpeg.encode(raw, rate, codec.options, out, codec.form, seconds=frames / rate)


def _kept(
    edition: Edition, codec: Codec, make: Callable[[int, Path], None], only: int | None, *, neighbours: bool
) -> tuple[Path, ...]:
    """Return the store's file of each track, making those that are not there or were damaged."""
    tracks = edition.audiobook.tracks
    wanted = range(len(tracks)) if only is None else (only,)
    build = ffmpeg.version()

    def one(index: int) -> Path:
        around = range(max(0, index - 1), min(len(tracks), index + 2)) if neighbours else (index,)
        contents = [_digest(tracks[at].path) if at == index else _edges(tracks[at]) for at in around]
        facts = [_SCHEMA, build, codec.form, codec.options, edition.sample_rate, index == 0, contents]
        key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        path = edition.store / key[:2] / f"{key}{codec.suffix}"
        seal = path.with_suffix(".sha256")
        if _sealed(path, seal):
            with contextlib.suppress(OSError):
                os.utime(path)  # so that whoever prunes knows what is in use
        else:
            with output_path(path) as temporary:
                make(index, temporary)
            write_text(seal, _digest(path))
        return path

    with ThreadPoolExecutor(edition.jobs) as pool:
        futures = [pool.submit(one, index) for index in wanted]
        try:
            return tuple(future.result() for future in futures)
        finally:
            for future in futures:
                future.cancel()


def _edges(track: Track) -> str:
    """Hash what a neighbour hears of a track: its length and its first and last second."""
    span = 2 * track.sample_rate + 64
    with _readable(track.path) as file:
        head = file.read(span)
        file.seek(max(0, file.seek(0, 2) - span))
        return hashlib.sha256(b"%d" % track.frames + head + file.read()).hexdigest()


def _digest(path: Path) -> str:
    with _readable(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[BufferedReader]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise ToolError(
            f"cannot be read ({error.strerror or error})", place=str(path), remedy="Build the book again"
        ) from error


def _sealed(path: Path, seal: Path) -> bool:
    try:
        return seal.read_text(encoding="ascii") == _digest(path)
    except (OSError, UnicodeDecodeError, ToolError):
        return False
