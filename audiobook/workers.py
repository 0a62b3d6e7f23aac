"""A process that speaks: one engine of each kind, one thread, killed without harm.

Parent and worker talk in lines of JSON over the worker's standard input and output. The worker is started as a program
of its own rather than through multiprocessing, so it never imports the caller's main module: it starts sooner, and a
script that builds a book needs no ``if __name__ == "__main__"``. What engines print goes to standard error, into a file
that is looked at only when the worker dies.
"""

from __future__ import annotations

import dataclasses
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

from audiobook import errors
from audiobook.audio import Take, Utterance, WordTime
from audiobook.crew import Job, Reply
from audiobook.errors import EngineError
from audiobook.script import Delivery, Voice
from audiobook.settings import RecordSettings

__all__ = ["Worker", "WorkerDied", "decode_job", "decode_reply", "encode_job", "encode_reply", "main"]

_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from audiobook.workers import main; main(sys.argv[2])"
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
_START_S = 60.0
"""Seconds that a process may take to be there on a busy machine, before its first take is begun."""
_GRACE_S = 5.0
"""Seconds an idle worker has to close its engines."""


class WorkerDied(Exception):  # noqa: N818 - an event that is handled, not an error that reaches anybody
    """The process ended, or was killed for taking too long, with a job in hand."""


class Worker:
    """The parent's end of one worker process. Used by one thread; `kill` by any."""

    def __init__(self, cache: Path) -> None:
        self._ready = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        arguments = [sys.executable, "-X", "utf8", "-c", _BOOT, json.dumps(sys.path), str(cache)]
        # A group of its own: Ctrl-C reaches the parent alone, which decides what is finished first.
        group: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=os.environ | _ONE_THREAD,
            **group,
        )

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    def ask(self, job: Job, refusals: int, timeout_s: float) -> Reply:
        """Have a job spoken and stored under its key, after ``refusals`` takes of it that were not good.

        Raises:
            WorkerDied: the process ended, or was killed after ``timeout_s`` seconds.
        """
        if not self._ready:
            self._exchange(b"", max(_START_S, timeout_s))
            self._ready = True
        return decode_reply(self._exchange(encode_job(job, refusals), timeout_s))

    def _exchange(self, message: bytes, timeout_s: float) -> bytes:
        """Send a message and return the line that comes back."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.kill()

        timer = threading.Timer(timeout_s, give_up)
        timer.daemon = True
        timer.start()
        try:
            _pipe(self._process.stdin).write(message)
            _pipe(self._process.stdin).flush()
            line = _pipe(self._process.stdout).readline()
        except OSError:
            line = b""
        finally:
            timer.cancel()
        if late.is_set():
            raise WorkerDied(f"nothing came within {timeout_s:g} s")
        if not line.endswith(b"\n"):
            raise WorkerDied(self._last_words())
        return line

    def memory_mb(self) -> float:
        """Resident memory of the process; 0 when it is gone."""
        import psutil  # the worker, which runs this module too, starts sooner without it

        try:
            return float(psutil.Process(self.pid).memory_info().rss) / 1e6
        except psutil.Error:
            return 0.0

    def close(self) -> None:
        """Let an idle process end by itself, then make sure that it has."""
        with_errors = (OSError, ValueError)
        try:
            _pipe(self._process.stdin).close()
        except with_errors:
            self.kill()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()
        self._log.close()

    def kill(self) -> None:
        """End the process now; a take that it was writing leaves at most a temporary file."""
        self._process.kill()

    def _last_words(self) -> str:
        code = self._process.wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return f"the speaking process ended with code {code}" + (f" ({lines[-1][:300]})" if lines else "")


def main(cache: str) -> None:
    """Speak jobs from standard input until it closes. Runs in the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from audiobook.booth import Booth  # NumPy and engines are the worker's, not its parent's

    booth = Booth(Path(cache))
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    busy = threading.Event()
    threading.Thread(target=_listen, args=(jobs, busy), daemon=True).start()
    replies.write(b"ready\n")
    replies.flush()
    while line := jobs.get():
        busy.set()
        replies.write(encode_reply(booth.record(*decode_job(line))))
        replies.flush()
        busy.clear()
    booth.close()


def _listen(jobs: queue.SimpleQueue[bytes], busy: threading.Event) -> None:
    """Pass lines on; when the parent is gone end at once, even in the middle of a hung take."""
    rest = b""
    # Not through sys.stdin: its lock, held while waiting, would abort an interpreter that ends with a traceback.
    while data := os.read(0, 1 << 16):
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            jobs.put(line)
    if busy.is_set():
        os._exit(0)
    jobs.put(b"")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def encode_job(job: Job, refusals: int) -> bytes:
    """Write a job, and how many takes of it were refused so far, as a line of JSON."""
    return json.dumps({"job": dataclasses.asdict(job), "refusals": refusals}).encode() + b"\n"


def decode_job(line: bytes) -> tuple[Job, int]:
    """Read what `encode_job` wrote, whole: a field that is lost here is spoken as if it had never been written."""
    message = json.loads(line)
    job, utterance = message["job"], message["job"]["utterance"]
    utterance |= {"voice": Voice(**utterance["voice"]), "delivery": Delivery(**utterance["delivery"])}
    utterance |= {name: tuple(map(tuple, utterance[name])) for name in ("phonemes", "foreign")}
    job |= {"utterance": Utterance(**utterance), "settings": RecordSettings(**job["settings"])}
    return Job(**job), message["refusals"]


def encode_reply(reply: Reply) -> bytes:
    """Write a reply as a line of JSON."""
    content: dict[str, Any] = {"hopeless": reply.hopeless, "spoken": reply.spoken, "seconds": reply.seconds}
    if reply.take is not None:
        content["take"] = dataclasses.asdict(reply.take) | {"path": str(reply.take.path)}
    if reply.error is not None:
        error = reply.error
        content["error"] = [type(error).__name__, error.message, error.place, error.remedy]
    return json.dumps(content).encode() + b"\n"


def decode_reply(line: bytes) -> Reply:
    """Read what `encode_reply` wrote; a take's path is that of the machine that wrote it."""
    content = json.loads(line)
    take = error = None
    if found := content.get("take"):
        words = tuple(WordTime(**word) for word in found["words"])
        take = Take(Path(found["path"]), found["frames"], found["sample_rate"], words)
    if failed := content.get("error"):
        name, message, place, remedy = failed
        kind = getattr(errors, name, EngineError)
        error = kind(message, place=place, remedy=remedy)
    return Reply(take, error, content["hopeless"], content["spoken"], content["seconds"])
