"""What runs on a Dask worker: speakers that outlive a job, each with a process that can be killed.

The work is done in the speakers' processes, one thread each, so a Dask worker may have as many threads as the machine
has cores.
"""

from __future__ import annotations

import contextlib
import queue
from typing import Any, cast

from distributed import WorkerPlugin, get_worker

from audiobook import __version__
from audiobook.cache import TakeCache
from audiobook.crew import Job, Reply
from audiobook.errors import AudiobookError, VoiceError
from audiobook.record import Keys
from audiobook.script import Voice
from audiobook.speakers import Speaker
from audiobook.workers import encode_reply

__all__ = ["PLUGIN", "Outpost", "fingerprint_there", "speak_there", "version_there"]

PLUGIN = "audiobook"


class Outpost(WorkerPlugin):
    """A plugin of a Dask worker. It travels empty and is set up where it arrives."""

    def setup(self, worker: Any) -> None:
        """Open the cache of this machine. Called by Dask."""
        self._address = str(worker.address)
        self._cache = TakeCache()
        self._idle: queue.SimpleQueue[Speaker] = queue.SimpleQueue()
        self._speakers: list[Speaker] = []
        self._stack = contextlib.ExitStack()
        self._stack.enter_context(self._cache.session())

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask's signature
        """End all processes. Called by Dask."""
        for speaker in self._speakers:
            speaker.abort()
            speaker.close()
        self._stack.close()

    def speak(self, job: Job) -> tuple[bytes, bytes]:
        """Have a job spoken, or find its take; return the encoded reply and the packed take, empty without one."""
        reply = self._found(job) or self._spoken(job)
        parcel = self._cache.pack(job.key) if reply.take else None
        return encode_reply(reply), parcel or b""

    def _found(self, job: Job) -> Reply | None:
        take = self._cache.find(job.key)
        return Reply(take, spoken=False) if take else None

    def _spoken(self, job: Job) -> Reply:
        if error := self._mismatch(job):
            return Reply(None, error, hopeless=True)
        try:
            speaker = self._idle.get_nowait()
        except queue.Empty:
            speaker = Speaker(self._cache.folder)
            self._speakers.append(speaker)
        try:
            return speaker.speak(job)
        finally:
            self._idle.put(speaker)

    def _mismatch(self, job: Job) -> AudiobookError | None:
        """Find out whether this machine would make another take than the key states, as it joined unasked."""
        keys = Keys(job.settings.seed, job.settings.device)
        try:
            if keys.key(job.utterance, job.refusals) == job.key:
                return None
        except AudiobookError as error:
            return type(error)(error.message, place=self._address, remedy=error.remedy)
        finally:
            keys.close()
        return VoiceError(
            f"{job.utterance.voice.address} is another version there",
            place=self._address,
            remedy="Install the same versions of engine and voice, or leave this worker out",
        )


def speak_there(job: Job) -> tuple[bytes, bytes]:
    """Speak on the worker that this runs on."""
    outpost = cast("Outpost", get_worker().plugins[PLUGIN])
    return outpost.speak(job)


def version_there() -> str:
    """Return the version of this program."""
    return __version__


def fingerprint_there(address: str) -> tuple[str | None, str]:
    """Return the fingerprint of a voice; None and the reason when this machine lacks it."""
    engine, _, name = address.partition(":")
    keys = Keys(0)
    try:
        return keys.fingerprint(Voice(engine, name)), ""
    except AudiobookError as error:
        return None, error.message
    finally:
        keys.close()
