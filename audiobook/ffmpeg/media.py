"""What a container says of itself, read without ffprobe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from audiobook.errors import ToolError
from audiobook.ffmpeg.codec import demuxer, input_file
from audiobook.ffmpeg.process import run

__all__ = ["Chapter", "Media", "probe"]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter marker as a container holds it."""

    title: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Media:
    """What ffmpeg says of an audio file before decoding it."""

    container: str
    """ffmpeg's name of the format, e.g. ``mov,mp4,m4a,3gp,3g2,mj2``."""
    codec: str
    """``aac``, ``mp3``, ``opus``, ``flac``, ``pcm_s16le`` ..."""
    sample_rate: int
    """Hertz."""
    channels: int
    bitrate: int
    """Bits per second of the audio stream, or of the file where the stream does not say; 0 when unknown."""
    duration_s: float
    """As the container states it; 0 when it does not."""
    picture: bool
    """A cover is attached."""
    tags: tuple[tuple[str, str], ...]
    """In the file's order, names in lower case."""
    chapters: tuple[Chapter, ...]


def probe(path: Path) -> Media:
    """Read the container facts, tags and chapters of an audio file.

    Raises:
        ToolError: the file is missing, not a known format, or holds no audio.
    """
    if not path.is_file():
        raise ToolError("is not a file", place=str(path), remedy="Name an existing audio file")
    form = demuxer(path)
    # Ogg keeps its tags with the stream, all others with the file.
    source = ("-map_metadata", "0:s:0") if form == "ogg" else ()
    metadata, log = run(
        (*input_file(path, form), *source, "-fflags", "+bitexact", "-f", "ffmetadata", "pipe:1"),
        place=str(path),
        loglevel="info",
    )
    stream = re.search(
        r"^  Stream #0:\d+[^\n]*?: Audio: (\w+)[^\n]*?, (\d+) Hz, ([^,\n]+)(?:[^\n]*?, (\d+) kb/s)?", log, re.MULTILINE
    )
    if stream is None:
        raise ToolError("holds no audio", place=str(path), remedy="Name an audio file")
    container = re.search(r"^Input #0, (\S+), from ", log, re.MULTILINE)
    overall = re.search(
        r"^  Duration: (?:(\d+):(\d+):([\d.]+)|N/A)(?:, start: ([\d.]+))?[^\n]*?(?:bitrate: (\d+) kb/s)?$",
        log,
        re.MULTILINE,
    )
    hours, minutes, seconds, start, rate = overall.groups(default="0") if overall else ("0", "0", "0", "0", "0")
    tags, chapters = _parse_metadata(metadata.decode("utf-8", "replace"), float(start))
    return Media(
        container=container[1] if container else "",
        codec=stream[1],
        sample_rate=int(stream[2]),
        channels=_channels(stream[3]),
        bitrate=1000 * int(stream[4] or rate),
        duration_s=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
        picture="(attached pic)" in log,
        tags=tags,
        chapters=chapters,
    )


def _channels(layout: str) -> int:
    named = {"mono": 1, "stereo": 2, "2.1": 3, "quad": 4, "4.0": 4, "5.0": 5, "5.1": 6, "7.1": 8}
    layout = layout.strip()
    counted = re.match(r"(\d+) channels", layout)
    return int(counted[1]) if counted else named.get(re.sub(r"\(.*", "", layout), 2)


def _parse_metadata(text: str, start_s: float) -> tuple[tuple[tuple[str, str], ...], tuple[Chapter, ...]]:
    sections: list[tuple[str, dict[str, str]]] = [("", {})]
    for line in re.findall(r"(?:[^\\\n]|\\[\s\S])+", text):
        if re.fullmatch(r"\[[A-Z]+\]", line):
            sections.append((line, {}))
            continue
        pair = re.match(r"((?:[^\\=]|\\[\s\S])+)=([\s\S]*)", line)
        if pair and not line.startswith(";"):
            key, value = (re.sub(r"\\([\s\S])", r"\1", part) for part in pair.groups())
            sections[-1][1][key.lower()] = value
    chapters = []
    for name, values in sections:
        if name == "[CHAPTER]":
            top, _, bottom = values.get("timebase", "1/1000").partition("/")
            base = int(top) / int(bottom or 1)
            # ffmpeg counts from the first sample that is heard, the file from its encoder's delay.
            begin, end = (int(values.get(edge, "0")) * base for edge in ("start", "end"))
            chapters.append(Chapter(values.get("title", ""), begin + start_s if begin else 0.0, end + start_s))
    brands = ("major_brand", "minor_version", "compatible_brands")
    return tuple(pair for pair in sections[0][1].items() if pair[0] not in brands), tuple(chapters)
