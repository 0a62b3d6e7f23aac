"""A crew on other machines: Dask workers speak, their takes come home into the local cache.

The scheduler is Dask's affair: it keeps every worker supplied, and gives the jobs of a worker that died to another.
Everything else is as on one machine: the same desk, the same speaker with its own killable process, the same cache.

Importing this module raises EngineError where Dask is not installed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

from audiobook import __version__
from audiobook.cache import TakeCache
from audiobook.crew import Desk, Job, Reply, Seat
from audiobook.errors import EngineError, OutputError, VoiceError
from audiobook.workers import decode_reply

try:
    from distributed import CancelledError, Client, Future, KilledWorker
    from distributed.comm.addressing import get_address_host_port
    from distributed.comm.core import CommClosedError
except ImportError as missing:
    raise EngineError("Dask is not installed", remedy="Run: pip install 'audiobook[cluster]'") from missing

from audiobook.outpost import PLUGIN, Outpost, fingerprint_there, speak_there, version_there

__all__ = ["ClusterCrew", "open_cluster"]

_CONNECT_S = 10.0
_LOOK_S = 5.0
"""How often the number of workers is asked for, and a wait looks whether any is left."""
_DESERTED_S = 60.0
"""Without a single worker after which a job is given up; one that died may be restarted meanwhile."""
_IN_FLIGHT = 2
"""Jobs a worker thread holds at once, so that it need not wait for the next to cross the network."""
_REMEDY = 'Start "dask scheduler", and on each machine "dask worker ADDRESS --nworkers 1 --nthreads CORES"'


@contextlib.contextmanager
def open_cluster(address: str, cache: TakeCache) -> Iterator[ClusterCrew]:
    """Give the crew of a Dask cluster; ends like `audiobook.speakers.open_crew`.

    Args:
        address: of the scheduler, such as ``tcp://10.0.0.5:8786``.
        cache: where takes are kept on this machine.

    Raises:
        EngineError: Dask is not installed, no scheduler answers, no worker is there, or one has another version.
    """
    with _connected(address) as client:
        _require_same_version(client, address)
        client.register_plugin(Outpost(), name=PLUGIN)
        crew = ClusterCrew(client, cache)
        with cache.session():
            try:
                yield crew
                crew.close()
            except KeyboardInterrupt:
                crew.close()
                raise
            finally:
                crew.abort()


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it is reported by this module
    try:
        get_address_host_port(address)  # a client that was given nonsense hangs when it ends
        client = Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:  # a timeout is an OSError
        raise EngineError("no Dask scheduler answers", place=address, remedy=_REMEDY) from error
    try:
        yield client
    finally:
        client.close()


def _require_same_version(client: Client, place: str) -> None:
    """Refuse workers that would make other takes than this machine."""
    try:
        versions = client.run(version_there)
    except ImportError as error:
        raise EngineError(
            f"a worker cannot import this program ({error})",
            place=place,
            remedy=f"Run there: pip install 'audiobook[cluster]=={__version__}'",
        ) from error
    if not versions:
        raise EngineError("the cluster has no worker", place=place, remedy=_REMEDY)
    others = [f"{worker} has {version}" for worker, version in sorted(versions.items()) if version != __version__]
    if others:
        raise EngineError(
            f"workers must have version {__version__}: {'; '.join(others)}",
            place=place,
            remedy=f"Run there: pip install 'audiobook[cluster]=={__version__}'",
        )


class ClusterCrew:
    """Dask workers as speakers; made by `open_cluster`. A thread for each job in flight waits for its answer."""

    def __init__(self, client: Client, cache: TakeCache) -> None:
        self._client = client
        self._cache = cache
        self._desk = Desk(self._staff)
        self._guard = threading.Lock()
        self._porters: list[threading.Thread] = []
        self._futures: set[Future[Any]] = set()
        self._aborted = False
        self._size = 0
        self._sized = -_LOOK_S

    @property
    def size(self) -> int:
        """How many jobs can be spoken at the same time; workers may come and go."""
        if time.monotonic() - self._sized >= _LOOK_S:
            self._size = max(1, sum(self._client.nthreads().values()))
            self._sized = time.monotonic()
        return self._size

    def open_seat(self, rank: int = 0) -> Seat:
        """Let a book in; see `audiobook.crew.Crew`."""
        return self._desk.open_seat(rank)

    def require(self, voice: str, fingerprint: str) -> None:
        """Ask every worker for the voice; see `audiobook.crew.Crew`.

        Raises:
            VoiceError: some have it not, or another version of it; all are named.
        """
        found = self._client.run(fingerprint_there, voice)
        wrong = [f"{worker}: {reason}" for worker, (theirs, reason) in sorted(found.items()) if theirs is None]
        wrong += [
            f"{worker}: another version of the voice or its engine"
            for worker, (theirs, _) in sorted(found.items())
            if theirs not in (None, fingerprint)
        ]
        if wrong:
            raise VoiceError(
                f"{voice} is not the same on every worker: {'; '.join(wrong)}",
                remedy=f"Run there: audiobook voices install {voice.partition(':')[0]}; or leave these workers out",
            )

    def close(self) -> None:
        """Finish the jobs that are being spoken, drop the others."""
        self._desk.close()
        self._join()
        self._desk.dismiss()

    def abort(self) -> None:
        """Drop everything at once; harmless after `close`."""
        with self._guard:
            self._aborted = True
            futures = list(self._futures)
        self._desk.close()
        if futures:
            self._client.cancel(futures, force=True)
        self._join()
        self._desk.dismiss()

    def _join(self) -> None:
        with self._guard:
            porters = list(self._porters)
        for porter in porters:
            while porter.is_alive():
                porter.join(_LOOK_S)

    def _staff(self, waiting: int) -> None:
        wanted = min(waiting, _IN_FLIGHT * self.size)
        with self._guard:
            if len(self._porters) < wanted and not self._aborted:
                porter = threading.Thread(target=self._carry, daemon=True)
                self._porters.append(porter)
                porter.start()

    def _carry(self) -> None:
        """Carry jobs to the cluster and takes home until the desk closes."""
        while job := self._desk.take():
            found = self._cache.find(job.key)
            reply = Reply(found, spoken=False) if found else self._spoken(job)
            self._desk.finish(job.key, reply)

    def _spoken(self, job: Job) -> Reply:
        try:
            answer, parcel = self._result(job)
            reply = decode_reply(answer)
            take = self._cache.adopt(job.key, parcel) if parcel else None
        except KilledWorker:
            return Reply(None, EngineError(f"“{job.utterance.text[:57]}” ended every worker that tried to speak it"))
        except (EngineError, OutputError) as error:
            return Reply(None, error, hopeless=True)
        except (CancelledError, CommClosedError, OSError) as error:
            gone = EngineError(f"the connection to the cluster is lost ({error})", remedy=_REMEDY)
            return Reply(None, gone, hopeless=True)
        if parcel and take is None:
            return Reply(None, EngineError("a take was damaged on its way from the cluster"))
        return dataclasses.replace(reply, take=take)

    def _result(self, job: Job) -> tuple[bytes, bytes]:
        future = self._client.submit(speak_there, job, key=f"audiobook-{job.key}", pure=True)
        with self._guard:
            self._futures.add(future)
            if self._aborted:
                future.cancel()
        try:
            return self._wait(future)
        finally:
            with self._guard:
                self._futures.discard(future)
            future.release()

    def _wait(self, future: Future[Any]) -> tuple[bytes, bytes]:
        alone_since: float | None = None
        while True:
            try:
                answer: tuple[bytes, bytes] = future.result(timeout=_LOOK_S)
            except TimeoutError:
                if self._client.nthreads():
                    alone_since = None
                    continue
                alone_since = alone_since or time.monotonic()
                if time.monotonic() - alone_since > _DESERTED_S:
                    raise EngineError("no worker of the cluster is left", remedy=_REMEDY) from None
            else:
                return answer
