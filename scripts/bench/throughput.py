"""Time a whole build against the bare engine speaking the same utterances in as many processes as cores.

    python scripts/bench/throughput.py [BOOK | --hours 0.4 --chapters 3] [--engine piper] [--jobs N]
        [--plain] [--upstream]

``bare`` is the engine alone, kept busy by a pool of one-thread processes: no cache, no pitch beyond what the engine
does itself, no pauses, no mastering, no files. ``upstream`` is the same with the loop of the engine's own package in
place of this program's engine (see ``upstream.py``; it pronounces and cuts texts in its own way). ``plain`` is the loop
that most programs have: one process, one utterance after another, and it makes no book. A build is everything from the
book to the package, with an empty cache, and once more with a full one. All rows come from one run on one machine;
processor seconds (not on Windows) show what other programs took.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from benchbook import write_book

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import upstream  # noqa: E402 - it needs the path, too

from audiobook.audio import Utterance  # noqa: E402 - after the path is set
from audiobook.engines import open_engine  # noqa: E402
from audiobook.engines.base import Engine  # noqa: E402

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_engines: dict[str, Engine] = {}


def speak(utterance: Utterance) -> float:
    """Speak in a process that keeps its engine; return seconds of speech."""
    name = utterance.voice.engine
    if name not in _engines:
        _engines[name] = open_engine(name)
    speech = _engines[name].speak(utterance)
    return len(speech.samples) / speech.sample_rate


class Clock:
    """Wall and processor seconds of everything that ran in a block, child processes included."""

    def __enter__(self) -> Self:
        self._wall, self._busy = time.perf_counter(), sum(os.times()[:4])
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.busy = time.perf_counter() - self._wall, sum(os.times()[:4]) - self._busy


def bare(
    utterances: list[Utterance], processes: int, speak: Callable[[Utterance], float] = speak
) -> tuple[Clock, float]:
    """Return the time, start of the processes included, and seconds of speech."""
    os.environ.update(ONE_THREAD)
    spawn = multiprocessing.get_context("spawn")
    with Clock() as clock, concurrent.futures.ProcessPoolExecutor(processes, spawn) as pool:
        speech = sum(pool.map(speak, utterances, chunksize=1))
    return clock, speech


def build(book: Path, engine: str, jobs: int, folder: Path) -> Clock:
    """Return the time of the command."""
    command = [sys.executable, "-m", "audiobook", "build", str(book), "-o", str(folder / "out"), "--engine", engine]
    environment = os.environ | {"AUDIOBOOK_CACHE": str(folder / "cache")}
    with Clock() as clock:
        subprocess.run([*command, "--jobs", str(jobs), "-q"], check=True, env=environment, cwd=ROOT)
    return clock


def planned(book: Path, engine: str) -> tuple[str, list[Utterance]]:
    """Return the engine that is meant and the different utterances of a book."""
    from audiobook.pipeline import draft
    from audiobook.pipeline.planning import make_plan
    from audiobook.pipeline.voices import resolve_engine
    from audiobook.progress import Silent
    from audiobook.settings import Settings

    settings = resolve_engine(Settings(engine=engine))
    made = draft(str(book), settings, Silent())
    plan = make_plan(made.script, settings, made.book, book)
    spoken = (passage.utterance for chapter in plan.chapters for passage in chapter.passages)
    return settings.engine, list(dict.fromkeys(spoken))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", nargs="?", type=Path, default=ROOT / "examples" / "the-lamp-at-kerrow-point.txt")
    parser.add_argument("--hours", type=float, default=0.0, help="a book of that length that makes itself")
    parser.add_argument("--chapters", type=int, default=3, help="of that book")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--plain", action="store_true", help="time one process as well")
    parser.add_argument("--upstream", action="store_true", help="time the engine's own package as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        book = options.book
        if options.hours:
            book = Path(folder) / "book.txt"
            write_book(book, options.hours, options.chapters)
        measure(book, options.engine, options.jobs, plain=options.plain, original=options.upstream)


def measure(book: Path, wanted: str, jobs: int, *, plain: bool, original: bool) -> None:
    engine, utterances = planned(book, wanted)
    rows: list[tuple[str, Clock]] = []
    if plain:
        rows.append(("plain: one process", bare(utterances, 1)[0]))
    if original and engine in upstream.ENGINES:
        rows.append((f"upstream: {jobs} processes", bare(utterances, jobs, upstream.speak)[0]))
    reference, speech = bare(utterances, jobs)
    rows.append((f"bare: {jobs} processes", reference))
    with tempfile.TemporaryDirectory() as folder:
        rows.append(("build, empty cache", build(book, engine, jobs, Path(folder))))
        rows.append(("build, full cache", build(book, engine, jobs, Path(folder))))

    print(f"{book.name}: {len(utterances)} utterances, {speech:.0f} s of speech, engine {engine}\n")
    print("| run | wall s | x real time | of bare | processor s | of bare |\n|---|---|---|---|---|---|")
    for name, clock in rows:
        wall, busy = clock.wall / reference.wall, clock.busy / reference.busy if reference.busy else 0.0
        speed = f"{clock.wall:.1f} | {speech / clock.wall:.1f} | {wall:.2f}"
        print(f"| {name} | {speed} | {clock.busy:.1f} | {busy:.2f} |")


if __name__ == "__main__":
    main()
