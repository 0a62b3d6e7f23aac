"""The only place that runs ffmpeg: found, called without a shell, watched, and its failures put into one sentence."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from audiobook.errors import OutputError, ToolError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "BITEXACT",
    "Chapter",
    "Media",
    "decode",
    "demuxer",
    "encode",
    "escape_metadata",
    "executable",
    "file_url",
    "input_file",
    "probe",
    "run",
    "version",
]

VARIABLE = "AUDIOBOOK_FFMPEG"
BITEXACT = ("-fflags", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1", "-threads", "1")
"""Output options without which a file holds ffmpeg's version or depends on the number of cores."""

_DEMUXERS = {
    ".aac": "aac", ".flac": "flac", ".m4a": "mov", ".m4b": "mov", ".mp3": "mp3", ".mp4": "mov", ".oga": "ogg",
    ".ogg": "ogg", ".opus": "ogg", ".wav": "wav",
}  # fmt: skip
_BLOCK = 1 << 18
_LOG_LIMIT = 1 << 16
_STALL_S = 120.0
_GENERIC = re.compile(
    r"^(Conversion failed!?|Error (opening (input|output) files?|while)\b.*|Nothing was written.*|.*Task finished with "
    r"error code.*|.*Terminating thread.*|.*Error (muxing|submitting) a packet.*|Exiting.*)$",
)
_CONTEXT = re.compile(r"^(\[[^\]]* @ (0x)?[0-9a-fA-F]+\]\s*)+")


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


def executable() -> str:
    """Return the path of ffmpeg: ``AUDIOBOOK_FFMPEG`` (``system``: the one on PATH), else imageio-ffmpeg's.

    Raises:
        ToolError: there is none.
    """
    wanted = os.environ.get(VARIABLE, "").strip()
    if wanted:
        found = shutil.which("ffmpeg" if wanted == "system" else wanted)
        if found is None:
            raise ToolError(
                f"{VARIABLE} is {wanted!r}, and there is no such program",
                place="ffmpeg",
                remedy=f"Unset {VARIABLE}, or set it to the path of an ffmpeg",
            )
        return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise ToolError(
            "is not installed",
            place="ffmpeg",
            remedy=f"Run: pip install imageio-ffmpeg; or set {VARIABLE}=system to use the one on PATH",
        ) from error


def version() -> str:
    """Return ffmpeg's own name for its build: what it makes may change with it."""
    return run(("-version",), place="ffmpeg")[0].decode("utf-8", "replace").partition("\n")[0]


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
    """Escape a value for an ffmetadata file."""
    return re.sub(r"([=;#\\\n])", r"\\\1", text)


def run(
    arguments: Sequence[str],
    *,
    place: str,
    pcm: Iterable[bytes] = (),
    timeout_s: float = 600.0,
    loglevel: str = "error",
) -> tuple[bytes, str]:
    """Run ffmpeg to its end, feeding ``pcm`` to ``pipe:0``; return what it wrote to ``pipe:1`` and its log.

    Args:
        arguments: What follows the global options; an argument list, never a shell line.
        place: What an error is about: a path or the name of a package.
        pcm: Blocks for the standard input.
        timeout_s: Seconds after which it is killed.
        loglevel: ffmpeg's own; ``error`` keeps the log empty on success.

    Raises:
        ToolError: it is missing, failed or ran into the timeout.
        OutputError: it could not write: full disk, no permission.
    """
    collected: list[bytes] = []
    with _child(arguments, place, timeout_s, loglevel) as (process, log):
        assert process.stdin is not None
        assert process.stdout is not None
        reader = threading.Thread(target=_collect, args=(process.stdout, collected), daemon=True)
        reader.start()
        # A child that failed closes its end early; its exit code says why, and better than the pipe.
        with contextlib.suppress(BrokenPipeError, ConnectionError):
            for block in pcm:
                process.stdin.write(block)
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.wait()
        reader.join()
    return b"".join(collected), _text(log)


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
    run((*source, *target), place=out.name, pcm=pcm, timeout_s=_STALL_S + seconds)


def decode(path: Path, channels: int) -> Iterator[NDArray[np.float32]]:
    """Yield the first audio stream of ``path`` at its own rate, in blocks of shape (frames, ``channels``).

    Decoding that stalls for two minutes is killed.

    Raises:
        ToolError: the file cannot be decoded to its end.
    """
    import numpy as np

    arguments = (*input_file(path, demuxer(path)), "-map", "0:a:0", "-c:a", "pcm_f32le", "-ac", str(channels))
    size = 4 * channels * (_BLOCK // (4 * channels))
    with _child((*arguments, "-f", "f32le", "pipe:1"), str(path), _STALL_S, "error") as (process, log):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        while block := process.stdout.read(size):
            log.alive()
            whole = len(block) // (4 * channels) * 4 * channels
            yield np.frombuffer(block[:whole], dtype="<f4").astype(np.float32, copy=False).reshape(-1, channels)
        process.wait()
    if lines := _text(log):
        raise ToolError(f"does not decode cleanly ({_last_line(lines)})", place=str(path), remedy="Make the file anew")


def probe(path: Path) -> Media:
    """Read the container facts, tags and chapters of an audio file.

    Raises:
        ToolError: the file is missing, not a known format, or holds no audio.
    """
    if not path.is_file():
        raise ToolError("is not a file", place=str(path), remedy="Name an existing audio file")
    metadata, log = run(
        (*input_file(path, demuxer(path)), "-fflags", "+bitexact", "-f", "ffmetadata", "pipe:1"),
        place=str(path),
        loglevel="info",
    )
    stream = re.search(
        r"^  Stream #0:\d+[^\n]*?: Audio: (\w+)[^\n]*?, (\d+) Hz, ([^,\n]+)(?:[^\n]*?, (\d+) kb/s)?", log, re.MULTILINE
    )
    if stream is None:
        raise ToolError("holds no audio", place=str(path), remedy="Name an audio file")
    container = re.search(r"^Input #0, (\S+), from ", log, re.MULTILINE)
    overall = re.search(r"^  Duration: (?:(\d+):(\d+):([\d.]+)|N/A)[^\n]*?(?:bitrate: (\d+) kb/s)?$", log, re.MULTILINE)
    hours, minutes, seconds, rate = overall.groups(default="0") if overall else ("0", "0", "0", "0")
    tags, chapters = _parse_metadata(metadata.decode("utf-8", "replace"))
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


def _parse_metadata(text: str) -> tuple[tuple[tuple[str, str], ...], tuple[Chapter, ...]]:
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
            chapters.append(
                Chapter(
                    values.get("title", ""), int(values.get("start", "0")) * base, int(values.get("end", "0")) * base
                )
            )
    brands = ("major_brand", "minor_version", "compatible_brands")
    return tuple(pair for pair in sections[0][1].items() if pair[0] not in brands), tuple(chapters)


class _Log:
    """Standard error of a child, bounded, and the alarm clock that kills it."""

    def __init__(self, process: subprocess.Popen[bytes], timeout_s: float) -> None:
        self.text = bytearray()
        self.timed_out = False
        self._process = process
        self._timeout_s = timeout_s
        self._rest = threading.Event()
        self._beat = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._watch = threading.Thread(target=self._guard, daemon=True)
        self._reader.start()
        self._watch.start()

    def alive(self) -> None:
        """Wind the clock up again."""
        self._beat.set()

    def close(self) -> None:
        self._rest.set()
        self._beat.set()
        self._watch.join()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stderr is not None
        while block := self._process.stderr.read1(4096):  # type: ignore[attr-defined]  # a BufferedReader
            self.text += block
            # The cause stands first, the summary last: a flood of repeated lines between them may go.
            if len(self.text) > 2 * _LOG_LIMIT:
                del self.text[_LOG_LIMIT : 2 * _LOG_LIMIT]

    def _guard(self) -> None:
        while self._beat.wait(self._timeout_s):
            self._beat.clear()
            if self._rest.is_set():
                return
        self.timed_out = True
        self._process.kill()


@contextlib.contextmanager
def _child(
    arguments: Sequence[str], place: str, timeout_s: float, loglevel: str
) -> Iterator[tuple[subprocess.Popen[bytes], _Log]]:
    command = (executable(), "-hide_banner", "-nostdin", "-loglevel", loglevel, "-nostats", "-y", *arguments)
    # Ctrl-C goes to the whole foreground group; this program decides what ends and when.
    group = {"creationflags": 0x08000200} if sys.platform == "win32" else {"process_group": 0}
    try:
        process = subprocess.Popen(  # type: ignore[call-overload]
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **group
        )
    except OSError as error:
        raise ToolError(
            f"did not start ({error.strerror or error})",
            place=command[0],
            remedy=f"Reinstall imageio-ffmpeg, or set {VARIABLE} to the path of an ffmpeg",
        ) from error
    log = _Log(process, timeout_s)
    try:
        yield process, log
        code = process.wait()
    except BaseException:
        process.kill()
        raise
    finally:
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        process.wait()
        log.close()
        process.stderr.close()
    if log.timed_out:
        raise ToolError(f"ffmpeg made no progress for {timeout_s:.0f} s and was stopped", place=place, remedy=_AGAIN)
    if code:
        raise _failure(_text(log), code, place)


_AGAIN = "Run the same command again; if it stays, set AUDIOBOOK_FFMPEG to another ffmpeg"


def _failure(log: str, code: int, place: str) -> ToolError:
    if "No space left on device" in log:
        return OutputError(
            "cannot be written (No space left on device)",
            place=place,
            remedy="Free some disk space and run the same command again; finished takes are kept",
        )
    reason = _last_line(log) or f"exit code {code}"
    return ToolError(f"ffmpeg failed ({reason})", place=place, remedy=_AGAIN)


def _last_line(log: str) -> str:
    lines = [_CONTEXT.sub("", line).strip() for line in log.splitlines()]
    meaningful = [line for line in lines if line and not _GENERIC.match(line)]
    return (meaningful or [line for line in lines if line] or [""])[-1][:300]


def _text(log: _Log) -> str:
    return log.text.decode("utf-8", "replace")


def _collect(pipe: IO[bytes], into: list[bytes]) -> None:
    while block := pipe.read(_BLOCK):
        into.append(block)
