"""A real Dask scheduler and real workers on loopback give the bytes of a build on one machine, whatever dies."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from audiobook.audio import Utterance
from audiobook.cache import TakeCache
from audiobook.cluster import ClusterCrew, open_cluster
from audiobook.crew import Job
from audiobook.errors import EngineError, VoiceError
from audiobook.record import Keys, Recorded, open_recorder
from audiobook.script import Voice
from audiobook.settings import RecordSettings

SILENT = Voice("silent", "silent")
LINES = tuple(Utterance(f"Line {number} of the long watch was quiet.", "en", SILENT) for number in range(60))


@dataclass
class Cluster:
    """A scheduler and its workers, each with a cache of its own."""

    address: str
    home: Path
    workers: list[subprocess.Popen[bytes]]

    def hire(self, **variables: str) -> subprocess.Popen[bytes]:
        number = len(self.workers)
        environment = {**os.environ, "AUDIOBOOK_CACHE": str(self.home / f"cache-{number}"), **variables}
        command = ["dask", "worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
        command += ["--name", f"worker-{number}", "--local-directory", str(self.home)]
        worker = _dask(command, environment, self.home / f"worker-{number}.log")
        self.workers.append(worker)
        return worker


def _dask(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as sink:
        return subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=sink, stderr=sink)


def _wait_for(pattern: str, log: Path) -> str:
    for _ in range(600):
        if log.is_file() and (found := re.search(pattern, log.read_text("utf-8"))):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    log = tmp_path / "scheduler.log"
    command = ["dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    scheduler = _dask(command, dict(os.environ), log)
    made = Cluster(_wait_for(r"Scheduler at:\s+(tcp://\S+)", log), tmp_path, [])
    made.hire()
    made.hire()
    for number in range(2):
        _wait_for(r"(Registered to):", tmp_path / f"worker-{number}.log")
    try:
        yield made
    finally:
        for process in (*made.workers, scheduler):
            process.send_signal(signal.SIGKILL)
            process.wait()


def record(crew: ClusterCrew, cache: TakeCache, utterances: tuple[Utterance, ...] = LINES) -> list[Recorded]:
    with open_recorder(cache, RecordSettings(), crew=crew) as recorder:
        return sorted(recorder.record(utterances), key=lambda result: result.index)


def sounds(cache: TakeCache) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (cache.folder / "takes").rglob("*.*")}


def local(tmp_path: Path) -> TakeCache:
    cache = TakeCache(tmp_path / "local")
    with open_recorder(cache, RecordSettings(), 1) as recorder:
        assert all(result.take for result in recorder.record(LINES))
    return cache


def test_takes_come_home_with_the_bytes_of_one_machine_and_a_dead_worker_costs_none(
    cluster: Cluster, tmp_path: Path
) -> None:
    home = TakeCache(tmp_path / "home")
    with open_cluster(cluster.address, home) as crew:
        assert crew.size == 2
        done = []
        with open_recorder(home, RecordSettings(), crew=crew) as recorder:
            for result in recorder.record(LINES):
                done.append(result.index if result.take else None)
                if len(done) == 5:
                    cluster.workers[0].kill()
                    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert sorted(done, key=str) == sorted(range(len(LINES)), key=str)
    assert sounds(home) == sounds(local(tmp_path))
    with open_cluster(cluster.address, home) as crew:
        assert all(result.cached for result in record(crew, home))


def test_a_voice_that_a_worker_lacks_is_named_with_the_worker_before_anything_is_spoken(
    cluster: Cluster, tmp_path: Path
) -> None:
    home = TakeCache(tmp_path / "home")
    with open_cluster(cluster.address, home) as crew:
        crew.require("silent:silent", Keys(0).fingerprint(SILENT))
        with pytest.raises(VoiceError, match=r"not the same on every worker: tcp://.*another version.*; tcp://"):
            crew.require("silent:silent", "another fingerprint")
        with pytest.raises(VoiceError, match="audiobook voices install kokoro"):
            crew.require("kokoro:nobody", "x")
    assert not (tmp_path / "home" / "takes").exists()


def test_a_worker_that_joined_with_another_voice_is_found_out(cluster: Cluster, tmp_path: Path) -> None:
    home = TakeCache(tmp_path / "home")
    with open_cluster(cluster.address, home) as crew:
        seat = crew.open_seat()
        seat.submit(Job("0" * 64, LINES[0], RecordSettings()))
        key, reply = seat.next()
    assert key == "0" * 64
    assert isinstance(reply.error, VoiceError)
    assert "another version there" in str(reply.error)
    assert str(reply.error).startswith("tcp://127.0.0.1")


def test_when_the_cluster_is_gone_the_recording_ends_with_one_error(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audiobook.cluster._LOOK_S", 0.2)
    monkeypatch.setattr("audiobook.cluster._DESERTED_S", 0.5)
    home = TakeCache(tmp_path / "home")
    with open_cluster(cluster.address, home) as crew:
        for worker in cluster.workers:
            worker.kill()
            worker.wait()
        with pytest.raises(EngineError, match="no worker of the cluster is left"):
            record(crew, home)


def test_an_address_without_a_scheduler_is_one_error_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audiobook.cluster._CONNECT_S", 0.5)
    with (
        pytest.raises(EngineError, match=r"no Dask scheduler answers.*dask worker"),
        open_cluster("tcp://127.0.0.1:9", TakeCache(tmp_path)),
    ):
        pass


def shelf(folder: Path) -> Path:
    folder.mkdir()
    for number in range(1, 4):
        rows = [f"The tide of day {number} turned at {hour} o'clock, and boat {hour} came in." for hour in range(1, 9)]
        text = "\n\n".join((f"Book {number}", "Chapter 1", *rows, '"All are home," said Ada.'))
        (folder / f"book{number}.txt").write_text(text + "\n", "utf-8")
    (folder / "broken.epub").write_bytes(b"PK\x03\x04 not a book")
    return folder


def packages(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.m4b")}


def batch(shelf: Path, out: Path, cache: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "audiobook", "batch", str(shelf), "--engine", "silent", "-o", str(out), "--json"]
    environment = {**os.environ, "AUDIOBOOK_CACHE": str(cache)}
    return subprocess.Popen(
        [*command, *more], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_batch_on_a_cluster_outlives_a_worker_and_gives_the_bytes_of_a_local_one(
    cluster: Cluster, tmp_path: Path
) -> None:
    books = shelf(tmp_path / "shelf")
    running = batch(books, tmp_path / "far", tmp_path / "far-cache", "--dask", cluster.address)
    assert running.stdout is not None
    takes = 0
    for line in running.stdout:
        takes += '"take"' in line
        if takes == 5:
            cluster.workers[1].kill()
    _, log = running.communicate(timeout=120)
    assert takes > 5
    assert running.returncode == 7, log
    assert "1 of 4 books failed: broken" in log
    near = batch(books, tmp_path / "near", tmp_path / "near-cache")
    near.communicate(timeout=120)
    assert near.returncode == 7
    assert len(packages(tmp_path / "near")) == 3
    assert packages(tmp_path / "far") == packages(tmp_path / "near")


@pytest.mark.parametrize("address", ["no-such-protocol://x", "nowhere"])
def test_an_address_that_is_none_is_one_line_and_exit_code_5(tmp_path: Path, address: str) -> None:
    running = batch(shelf(tmp_path / "shelf"), tmp_path / "out", tmp_path / "cache", "--dask", address)
    _, log = running.communicate(timeout=60)
    assert running.returncode == 5
    assert len(log.strip().splitlines()) == 1
    assert "no Dask scheduler answers" in log


def test_a_line_is_spoken_in_another_way_by_a_cluster_too(cluster: Cluster, tmp_path: Path) -> None:
    # A worker took the key of such a take for that of another version of the voice, and the whole book ended there.
    home = TakeCache(tmp_path / "home")
    with open_cluster(cluster.address, home) as crew, open_recorder(home, RecordSettings(), crew=crew) as recorder:
        results = list(recorder.record(LINES[:3], refusals=1))
        assert [result.error for result in results] == [None] * 3
        assert {home.get(recorder.key(line, 1)) for line in LINES[:3]} == {result.take for result in results}
