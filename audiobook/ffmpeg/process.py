"""A child process of ffmpeg: found, called without a shell, watched, and its failures put into one sentence."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from audiobook.errors import OutputError, ToolError
from audiobook.ffmpeg.cores import as_batch_on, core_for_child

__all__ = ["STALL_S", "Log", "child", "executable", "last_line", "run", "version"]

VARIABLE = "AUDIOBOOK_FFMPEG"
_BLOCK = 1 << 18
_LOG_LIMIT = 1 << 22
"""Bytes kept of the start of a log, and as many of its end; ffmpeg lists thousands of chapters in less."""
STALL_S = 120.0
"""Seconds without a sign of life after which a child counts as hung."""
_GENERIC = re.compile(
    r"^(Conversion failed!?|Error (opening (input|output) files?|while)\b.*|Nothing was written.*|.*Task finished with "
    r"error code.*|.*Terminating thread.*|.*Error (muxing|submitting) a packet.*|Exiting.*)$",
)
_CONTEXT = re.compile(r"^(\[[^\]]* @ (0x)?[0-9a-fA-F]+\]\s*)+")


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
    """Return ffmpeg's own name for its build: what it makes may change with it.

    Raises:
        ToolError: it is missing or does not run.
    """
    path = executable()
    try:
        changed = Path(path).stat().st_mtime_ns
    except OSError:
        changed = 0
    return _version(path, changed)


@functools.lru_cache(maxsize=8)
def _version(_path: str, _changed_ns: int) -> str:
    """Ask once for each file: every chapter wants to know, and a process takes longer than looking one up."""
    return run(("-version",), place="ffmpeg")[0].decode("utf-8", "replace").partition("\n")[0]


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
    with child(arguments, place, timeout_s, loglevel) as (process, log):
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
    return b"".join(collected), log.decoded()


class Log:
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

    def decoded(self) -> str:
        """Return what the child said so far."""
        return self.text.decode("utf-8", "replace")

    def alive(self) -> None:
        """Wind the clock up again."""
        self._beat.set()

    def close(self) -> None:
        """Stop the clock and read what is left."""
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
def child(
    arguments: Sequence[str], place: str, timeout_s: float, loglevel: str
) -> Iterator[tuple[subprocess.Popen[bytes], Log]]:
    """Start ffmpeg with three pipes; on leaving, wait for it and raise when it failed.

    Raises:
        ToolError: it is missing, did not start, failed or was silent for ``timeout_s`` seconds.
        OutputError: it could not write.
    """
    command = (executable(), "-hide_banner", "-nostdin", "-loglevel", loglevel, "-nostats", "-y", *arguments)
    # Ctrl-C goes to the whole foreground group; this program decides what ends and when.
    group = {"creationflags": 0x08000200} if sys.platform == "win32" else {"process_group": 0}
    with core_for_child() as core:
        try:
            with as_batch_on(core):
                process = subprocess.Popen(  # type: ignore[call-overload]
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **group
                )
        except OSError as error:
            raise ToolError(
                f"did not start ({error.strerror or error})",
                place=command[0],
                remedy=f"Reinstall imageio-ffmpeg, or set {VARIABLE} to the path of an ffmpeg",
            ) from error
        log = Log(process, timeout_s)
        try:
            yield process, log
            code = process.wait()
        finally:
            # Whoever leaves early, by an error, by Ctrl-C or by closing a generator, leaves no child behind.
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()
            process.wait()
            log.close()
            process.stderr.close()
    if log.timed_out:
        raise ToolError(f"ffmpeg made no progress for {timeout_s:.0f} s and was stopped", place=place, remedy=_AGAIN)
    if code:
        raise _failure(log.decoded(), code, place)


_AGAIN = "Run the same command again; if it stays, set AUDIOBOOK_FFMPEG to another ffmpeg"


def _failure(log: str, code: int, place: str) -> ToolError:
    if "No space left on device" in log:
        return OutputError(
            "cannot be written (No space left on device)",
            place=place,
            remedy="Free some disk space and run the same command again; finished takes are kept",
        )
    reason = last_line(log) or f"exit code {code}"
    return ToolError(f"ffmpeg failed ({reason})", place=place, remedy=_AGAIN)


def last_line(log: str) -> str:
    """Return the last line of a log that says something."""
    lines = [_CONTEXT.sub("", line).strip() for line in log.splitlines()]
    meaningful = [line for line in lines if line and not _GENERIC.match(line)]
    return (meaningful or [line for line in lines if line] or [""])[-1][:300]


def _collect(pipe: IO[bytes], into: list[bytes]) -> None:
    while block := pipe.read(_BLOCK):
        into.append(block)
