"""Chapters through an encoder: in parallel, each kept by its content so that an edit encodes one chapter anew.

What comes out of an encoder is decoded and measured at once, so that a finished package need not be decoded again.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import mmap
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiobook import ffmpeg
from audiobook.atomic import translated
from audiobook.audio import Levels, Track
from audiobook.dynamics import Limiter
from audiobook.errors import ToolError
from audiobook.measure import Measurement, Meter
from audiobook.publish import pcm
from audiobook.publish.edition import AAC_FRAME, Edition, frames_at
from audiobook.store import Kept, Store, digest_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Codec", "Encoded", "aac_frames", "encode_book", "encode_chapters", "encode_joinable_aac"]

_SCHEMA = 5
_AGAIN = 3
"""Times that a chapter may be encoded again for its peaks."""
_MARGIN_DB = 0.2
_LEAD = 3
"""AAC frames of the chapter before that are encoded in front, so that the encoder is in the state that one
long encode would be in; after them comes one frame of the transform's delay."""
_COPY = 1 << 20
_KEPT_NAME = re.compile(r"[0-9a-f]{64}-[0-9a-f]{8}")
"""Stem of a file in a store: two of the same name hold the same."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of chapter file is encoded."""

    suffix: str
    form: str
    """ffmpeg's output format."""
    options: tuple[str, ...]
    """ffmpeg's output options."""
    sample_rate: int
    """Hertz of the samples that it is given."""
    decoded_rate: int = 0
    """Hertz of the decoded sound; 0 is the same."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A chapter's file in the store."""

    path: Path
    measurement: Measurement
    """Of its decoded sound, without what decoders skip."""


@dataclass(frozen=True, slots=True)
class _Decoded:
    """What of a decoded stream is to be measured."""

    sample_rate: int
    skip: int = 0
    """Frames to leave out at the front."""
    frames: int | None = None
    """Frames after these; None is all."""


def encode_chapters(edition: Edition, codec: Codec, only: int | None = None) -> tuple[Encoded, ...]:
    """Encode every track by itself; return the files, without tags, in the tracks' order.

    Args:
        edition: What to encode.
        codec: How.
        only: Index of the one track to encode; None is all.

    Raises:
        ToolError: a track cannot be read or ffmpeg failed.
        OutputError: the store cannot be written.
    """

    def make(index: int, out: Path) -> Measurement:
        track = edition.audiobook.tracks[index]
        frames = frames_at(track, codec.sample_rate)
        decoded = _Decoded(codec.decoded_rate or codec.sample_rate)
        return _encode(edition, codec, lambda: pcm.samples(track, codec.sample_rate, frames), frames, out, decoded)

    return _kept(edition, codec, make, only, neighbours=False)


def encode_book(edition: Edition, codec: Codec) -> Encoded:
    """Encode all tracks, each filled up to whole AAC frames, in one piece; return the file, without tags.

    Raises:
        ToolError: a track cannot be read or ffmpeg failed.
        OutputError: the store cannot be written.
    """
    tracks, timeline, rate = edition.audiobook.tracks, edition.timeline(), codec.sample_rate
    # Each chapter ends at the sample that the timeline says, whatever was rounded before.
    edges = [0, *(timeline.end(index) * rate // timeline.sample_rate for index in range(len(tracks)))]

    def blocks() -> Iterator[NDArray[np.int16]]:
        for track, (start, end) in zip(tracks, pairwise(edges), strict=True):
            yield from pcm.samples(track, rate, end - start)

    def make(out: Path) -> Measurement:
        return _encode(edition, codec, blocks, edges[-1], out, _Decoded(codec.decoded_rate or rate))

    return _stored(edition, codec, ["book", timeline.sample_rate, *map(_identity, tracks)], make)


def encode_joinable_aac(edition: Edition, codec: Codec, only: int | None = None) -> tuple[Encoded, ...]:
    """Encode every track to ADTS so that the files' bytes, joined, are one stream without lag or gap.

    A transform codec needs what comes before and after a block to decode it. Each chapter, filled up to whole
    frames, is therefore encoded with the end of the one before and the first frame of the one after, and
    only its own frames are kept; the first chapter also keeps the encoder's first, priming frame.

    Raises:
        ToolError: a track cannot be read or ffmpeg failed.
        OutputError: the store cannot be written.
    """

    def make(index: int, out: Path) -> Measurement:
        frames = edition.padded_frames(edition.audiobook.tracks[index])
        lead = _lead(edition, index)
        # Decoded with what is in front of it, as players will: a frame alone is half of its samples only.
        decoded = _Decoded(codec.sample_rate, (lead + 1) * AAC_FRAME, frames)
        measurement = _encode(
            edition, codec, lambda: _with_neighbours(edition, index, frames, lead), frames, out, decoded
        )
        kept = frames // AAC_FRAME + (1 if index == 0 else 0)
        first = 0 if index == 0 else lead + 1
        with translated(out):
            _keep_frames(out, first, kept)
        return measurement

    return _kept(edition, codec, make, only, neighbours=True)


def aac_frames(stream: bytes | mmap.mmap, place: str) -> Iterator[slice]:
    """Yield where each frame of an ADTS stream lies, header included; raise ToolError where it is no such stream."""
    at = 0
    while at < len(stream):
        header = stream[at : at + 7]
        size = ((header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5) if len(header) == 7 else 0
        if size < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or at + size > len(stream):
            raise ToolError("is not a whole AAC stream", place=place, remedy="Run the same command again")
        yield slice(at, at + size)
        at += size


def _keep_frames(path: Path, first: int, count: int) -> None:
    """Cut an ADTS file down to some of its frames, in place and without holding it in memory."""
    begin = end = found = 0
    if not path.stat().st_size:
        raise ToolError("the AAC encoder gave nothing", place=path.name, remedy="Use another ffmpeg")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as stream:
        for number, place in enumerate(aac_frames(stream, path.name)):
            if number == first:
                begin = place.start
            if first <= number < first + count:
                end, found = place.stop, found + 1
    if found != count:
        raise ToolError("the AAC encoder gave too few frames", place=path.name, remedy="Use another ffmpeg")
    with path.open("r+b") as whole:
        for at in range(begin, end, _COPY):
            whole.seek(at)
            block = whole.read(min(_COPY, end - at))
            whole.seek(at - begin)
            whole.write(block)
        whole.truncate(end - begin)


def _lead(edition: Edition, index: int) -> int:
    """Return how many whole AAC frames of the chapter before stand in front of one."""
    if not index:
        return 0
    return min(_LEAD, edition.padded_frames(edition.audiobook.tracks[index - 1]) // AAC_FRAME)


def _with_neighbours(edition: Edition, index: int, frames: int, lead: int) -> Iterator[NDArray[np.int16]]:
    """Yield the samples of a chapter, with what its first and last AAC frames lean on."""
    tracks, rate = edition.audiobook.tracks, edition.aac_rate
    if index:
        before = tracks[index - 1]
        yield pcm.context_before(before, rate, edition.padded_frames(before), lead * AAC_FRAME)
    yield from pcm.samples(tracks[index], rate, frames)
    if index + 1 < len(tracks):
        yield pcm.context_after(tracks[index + 1], rate, AAC_FRAME)


def _encode(
    edition: Edition,
    codec: Codec,
    samples: Callable[[], Iterator[NDArray[np.int16]]],
    frames: int,
    out: Path,
    decoded: _Decoded,
) -> Measurement:
    """Encode a chapter so that its decoded peaks pass the profile, and return what was measured on it.

    Lossy coders lift peaks, by half a decibel mostly, by two now and then. Only a chapter where that happened is
    encoded again, with those peaks held lower; all else in it stays as it was, its loudness too.
    """
    profile, ceiling_db = edition.profile, edition.profile.peak_db
    measurement = _once(codec, samples(), frames, out, decoded)
    for _ in range(_AGAIN):
        excess_db = measurement.levels.peak_db - profile.peak_limit_db
        if excess_db <= 0:
            break
        ceiling_db -= excess_db + _MARGIN_DB
        held = _held(samples(), Limiter(ceiling_db, codec.sample_rate))
        measurement = _once(codec, held, frames, out, decoded)
    return measurement


def _once(codec: Codec, blocks: Iterator[NDArray[np.int16]], frames: int, out: Path, decoded: _Decoded) -> Measurement:
    raw = (block.astype("<i2", copy=False).tobytes() for block in blocks)
    rate = codec.sample_rate
    ffmpeg.encode(raw, rate, codec.options, out, codec.form, seconds=frames / rate)
    return _measured(out, decoded)


def _held(blocks: Iterator[NDArray[np.int16]], limiter: Limiter) -> Iterator[NDArray[np.int16]]:
    """Pass samples through a limiter."""
    import numpy as np

    full = np.float32(32768.0)
    for block in blocks:
        yield (limiter.push(block.astype(np.float32) / full) * full).astype(np.int16)
    yield (limiter.finish() * full).astype(np.int16)


def _measured(path: Path, wanted: _Decoded) -> Measurement:
    """Decode a file and measure what players will let hear of it."""
    meter = Meter(wanted.sample_rate)
    skip, left = wanted.skip, wanted.frames
    for block in ffmpeg.decode(path, 1):
        piece = block[skip:, 0] if left is None else block[skip : skip + left, 0]
        skip = max(0, skip - len(block))
        if left is not None:
            left -= len(piece)
        if len(piece):
            meter.add(piece)
    return meter.measurement()


def _kept(
    edition: Edition, codec: Codec, make: Callable[[int, Path], Measurement], only: int | None, *, neighbours: bool
) -> tuple[Encoded, ...]:
    """Return the store's file of each track, making those that are not there or were damaged."""
    tracks = edition.audiobook.tracks

    def one(index: int) -> Encoded:
        contents = [_identity(tracks[index])]
        if neighbours:
            contents.append(_end(tracks[index - 1]) if index else "")
            contents.append(_beginning(tracks[index + 1]) if index + 1 < len(tracks) else "")
        return _stored(edition, codec, [index == 0, contents], lambda path: make(index, path))

    if only is not None:
        return (one(only),)
    with ThreadPoolExecutor(edition.jobs) as pool:
        futures = [pool.submit(one, index) for index in range(len(tracks))]
        try:
            return tuple(future.result() for future in futures)
        finally:
            for future in futures:
                future.cancel()


def _stored(edition: Edition, codec: Codec, contents: list[Any], make: Callable[[Path], Measurement]) -> Encoded:
    """Return the store's file of what ``contents`` tells, making it when it is not there or was damaged."""
    store, build = Store(edition.store), (ffmpeg.version(), metadata.version("soxr"))
    peaks = (edition.profile.peak_db, edition.profile.peak_limit_db)
    key = digest_of([_SCHEMA, build, codec.form, codec.options, codec.sample_rate, peaks, *contents])
    if (kept := store.get(key, codec.suffix)) and (found := _opened(kept)):
        return found
    measurements = []

    def write(path: Path) -> Mapping[str, Any]:
        measurements.append(make(path))
        return _sealed(measurements[-1])

    return Encoded(store.put(key, codec.suffix, write).path, measurements[-1])


def _sealed(measurement: Measurement) -> Mapping[str, Any]:
    loudness = measurement.loudness.astype("<i2").tobytes()
    return {
        "levels": dataclasses.asdict(measurement.levels),
        "loudness": base64.b64encode(loudness).decode("ascii"),
    }


def _opened(kept: Kept) -> Encoded | None:
    """Return what `_sealed` wrote; None when it is not that."""
    import numpy as np

    try:
        loudness = np.frombuffer(base64.b64decode(kept.note["loudness"]), "<i2").astype(np.int16)
        return Encoded(kept.path, Measurement(Levels(**kept.note["levels"]), loudness))
    except (KeyError, TypeError, ValueError):
        return None


def _identity(track: Track) -> str:
    """Return what two tracks share only when they sound the same."""
    if _KEPT_NAME.fullmatch(track.path.stem):
        return track.path.stem
    try:
        with track.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ToolError(
            f"cannot be read ({error.strerror or error})", place=str(track.path), remedy="Build the book again"
        ) from error


def _beginning(track: Track) -> str:
    """Hash what the chapter before hears of a track."""
    return _heard(track, 0, min(track.frames, track.sample_rate))


def _end(track: Track) -> str:
    """Hash what the chapter after hears of a track; where its last frames begin follows from its length."""
    return f"{track.frames} {_heard(track, max(0, track.frames - track.sample_rate), track.frames)}"


def _heard(track: Track, start: int, stop: int) -> str:
    seen = hashlib.sha256(b"%d" % track.sample_rate)
    for block in pcm.read(track, start, stop):
        seen.update(block.astype("<i2", copy=False).tobytes())
    return seen.hexdigest()
