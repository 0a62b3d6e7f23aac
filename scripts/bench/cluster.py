"""Time a batch on one Dask worker and on two, each with a core and a cache of its own.

    python scripts/bench/cluster.py [--engine kokoro] [--minutes 6] [--books 3] [--workers 1 2]

Scheduler and workers run on this machine; every run begins with empty caches. Reading, mastering and encoding happen in
the command itself and share the cores with the workers, as nothing else runs here: on a cluster they have a machine of
their own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts" / "bench")]

from benchbook import write_book  # noqa: E402 - after the path is set


@contextlib.contextmanager
def process(
    command: list[str], log: Path, sign: str, **variables: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a part of the cluster; yield it and what it said of itself once it is there."""
    with log.open("wb") as sink:
        part = subprocess.Popen(
            [sys.executable, "-m", "dask", *command], env=os.environ | variables, stdout=sink, stderr=sink
        )
    try:
        found = None
        while found is None:
            time.sleep(0.1)
            found = re.search(sign, log.read_text("utf-8"))
        yield part, found[1]
    finally:
        part.kill()
        part.wait()


@contextlib.contextmanager
def one_core(number: int) -> Iterator[None]:
    """Let what is started inside use one core only, with all that it starts itself."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[number % len(cores)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def batch(shelf: Path, home: Path, engine: str, workers: int) -> dict[str, Any]:
    """Run a batch on so many workers; return its summary."""
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    with contextlib.ExitStack() as stack:
        _, address = stack.enter_context(process(scheduler, home / "scheduler.log", r"Scheduler at:\s+(tcp://\S+)"))
        for number in range(workers):
            command = ["worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
            command += ["--local-directory", str(home)]
            cache = str(home / f"cache-{number}")
            log = home / f"worker-{number}.log"
            with one_core(number):
                stack.enter_context(process(command, log, "(Registered to):", AUDIOBOOK_CACHE=cache))
        arguments = ["batch", str(shelf), "--engine", engine, "-o", str(home / "out"), "--dask", address, "--json"]
        environment = os.environ | {"AUDIOBOOK_CACHE": str(home / "cache")}
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "audiobook", *arguments], cwd=ROOT, env=environment, capture_output=True, check=True
        )
        wall_s = time.perf_counter() - begun
    summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return summary | {"wall_s": wall_s}


def main() -> None:
    """Print a table, a row for each number of workers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="kokoro")
    parser.add_argument("--minutes", type=float, default=6.0, help="of speech in all")
    parser.add_argument("--books", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    print("| workers of one core | wall s | speech min | times real time | against the first row |")
    print("|---|---|---|---|---|")
    first = 0.0
    with tempfile.TemporaryDirectory() as folder:
        shelf = Path(folder) / "shelf"
        shelf.mkdir()
        for number in range(options.books):
            write_book(shelf / f"book{number}.txt", options.minutes / 60 / options.books, 2, seed=number)
        for workers in options.workers:
            home = Path(folder) / f"run-{workers}"
            home.mkdir()
            summary = batch(shelf, home, options.engine, workers)
            speech_s, wall_s = summary["audio_s"], summary["wall_s"]
            first = first or wall_s
            print(
                f"| {workers} | {wall_s:.1f} | {speech_s / 60:.1f} | {speech_s / wall_s:.1f} | {first / wall_s:.2f} |"
            )


if __name__ == "__main__":
    main()
