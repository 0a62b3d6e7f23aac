"""Runs the command for the benchmarks and says what it cost: time, processor time, memory."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["ROOT", "Run", "build"]

ROOT = Path(__file__).resolve().parents[2]
_SAMPLE_S = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """One build."""

    wall_s: float
    busy_s: float
    """Processor time of the command and all its children; 0 on Windows."""
    peak_mb: float
    """Largest sum of the resident memory of the command and its children, looked at ten times a second."""
    audio_s: float
    recorded: int


def build(book: Path, home: Path, engine: str, formats: str = "m4b", jobs: int = 0) -> Run:
    """Build ``book`` with cache and output in ``home``."""
    command = [sys.executable, "-m", "audiobook", "build", str(book), "-o", str(home / "out"), "--json"]
    command += ["--engine", engine, "--formats", formats, "--jobs", str(jobs)]
    environment = os.environ | {"AUDIOBOOK_CACHE": str(home / "cache")}
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT)
    peaks: list[float] = [0.0]
    watch = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watch.start()
    assert process.stdout is not None
    last = b"{}"
    for line in process.stdout:
        last = line
    if process.wait():
        raise SystemExit(f"the build of {book} failed: {last.decode()}")
    wall = time.perf_counter() - start
    after = os.times()
    watch.join()
    done = json.loads(last)
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(wall, busy, max(peaks), done["audio_s"], done["recorded"])


def _watch(pid: int, peaks: list[float]) -> None:
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            total, own = parent.memory_info().rss, parent.cmdline()
            for process in parent.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    # A child that has not become another program yet has its parent's memory, not more of it.
                    total += process.memory_info().rss if process.cmdline() != own else 0
            peaks.append(total / 1e6)
            time.sleep(_SAMPLE_S)
