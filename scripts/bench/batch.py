"""Measure a batch: do cores idle between books, and is anything done twice after kills?

    python scripts/bench/batch.py PATH... [--engine silent] [--jobs N] [--kills 2] [--one-by-one]

The first run starts with an empty cache. ``busy`` is the share of the run's wall time for which its speaking processes
had a line in hand: wall time over (sum of the lines' time / processes) is its inverse, and everything but speaking
(reading, mastering, encoding) has to happen beside it. With ``--one-by-one`` the same books are built by one command
each, for comparison. With ``--kills N`` the batch is run once more from an empty cache, killed N times with SIGKILL and
taken up again; then its files are compared with those of the first run, and takes that were written twice are counted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command line."""

    code: int
    wall_s: float
    processor_s: float
    events: list[dict[str, Any]]

    @property
    def summary(self) -> dict[str, Any]:
        return next((event for event in reversed(self.events) if event["event"] == "batch"), {})


def command(folder: Path, arguments: list[str], stop_at: int = 0) -> Run:
    """Run ``audiobook`` with a cache of its own; with ``stop_at`` kill it when the cache holds so many takes."""
    environment = os.environ | {"AUDIOBOOK_CACHE": str(folder / "cache"), "AUDIOBOOK_CONFIG": str(folder / "config")}
    before, begun = os.times(), time.perf_counter()
    events: list[dict[str, Any]] = []
    with subprocess.Popen(
        [sys.executable, "-m", "audiobook", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if not line.endswith("\n"):
                break  # the kill cut it short
            events.append(json.loads(line))
            if stop_at and len(takes_of(folder)) >= stop_at:
                process.kill()
                stop_at = 0
    after = os.times()
    spent = sum(after[:4]) - sum(before[:4])
    return Run(process.returncode, time.perf_counter() - begun, spent, events)


def files_of(out: Path) -> dict[str, str]:
    """Return the hash of every file that a batch has made, its own notes left out."""
    made = (path for path in sorted(out.rglob("*")) if path.is_file())
    kept = (
        path for path in made if ".audiobook" not in path.parts and path.name not in {"summary.json", "summary.csv"}
    )
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def takes_of(folder: Path) -> dict[str, int]:
    """Return the file number of every take: a take that is written again gets another one."""
    return {path.stem: path.stat().st_ino for path in (folder / "cache" / "takes").glob("??/*.json")}


def undisturbed(folder: Path, options: argparse.Namespace) -> Run:
    run = command(folder, batch_arguments(folder, options))
    summary = run.summary
    processes = options.jobs
    print(f"{summary['done']} of {summary['books']} books finished, {summary['failed']} failed, exit code {run.code}")
    print(f"{len(takes_of(folder))} takes, {summary['audio_s'] / 3600:.2f} h of audio, engine {options.engine}\n")
    ideal = summary["speaking_s"] / processes
    print("| run | wall s | sum of line time / processes | wall over it | busy | processor s | processor s / cores |")
    print("|---|---|---|---|---|---|---|")
    cores = os.cpu_count() or 1
    print(
        f"| batch, {processes} processes | {run.wall_s:.1f} | {ideal:.1f} | {run.wall_s / ideal:.3f} "
        f"| {ideal / run.wall_s:.1%} | {run.processor_s:.1f} | {run.processor_s / cores:.1f} |"
    )
    return run


def one_by_one(folder: Path, options: argparse.Namespace, books: list[dict[str, Any]]) -> None:
    wall = spent = 0.0
    for book in books:
        arguments = ["build", book["source"], "-o", str(folder / "out" / book["name"]), "--json"]
        run = command(folder, [*arguments, "--engine", options.engine, "--jobs", str(options.jobs)])
        wall += run.wall_s
        spent += run.processor_s
    print(f"| one build after another | {wall:.1f} | | | | {spent:.1f} | {spent / (os.cpu_count() or 1):.1f} |")


def killed(folder: Path, options: argparse.Namespace, total: int, wanted: dict[str, str]) -> None:
    rewritten = 0
    known: dict[str, int] = {}
    for number in range(options.kills):
        run = command(folder, batch_arguments(folder, options), total * (number + 1) // (options.kills + 1))
        now = takes_of(folder)
        rewritten += sum(now.get(key) != mark for key, mark in known.items())
        known = now
        ended = sum(event["event"] in ("done", "current") for event in run.events)
        print(f"kill {number + 1}: exit {run.code}, {ended} books done, {len(known)} takes in the cache")
    run = command(folder, batch_arguments(folder, options))
    now = takes_of(folder)
    rewritten += sum(now.get(key) != mark for key, mark in known.items())
    skipped = sum(event["event"] == "current" for event in run.events)
    print(f"resumed: exit {run.code}, {skipped} books not touched again, {len(now) - len(known)} takes recorded")
    made = files_of(folder / "out")
    differ = sorted(name for name in wanted.keys() | made.keys() if wanted.get(name) != made.get(name))
    print(f"takes recorded twice: {rewritten}; files: {len(made)}, different from the undisturbed run: {len(differ)}")
    for name in differ[:10]:
        print(f"  {name}")


def batch_arguments(folder: Path, options: argparse.Namespace) -> list[str]:
    paths = [str(path.resolve()) for path in options.paths]
    paths += ["--voice", options.voice] if options.voice else []
    return [
        "batch",
        *paths,
        "-o",
        str(folder / "out"),
        "--engine",
        options.engine,
        "--jobs",
        str(options.jobs),
        "--json",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, help="books, folders or one manifest")
    parser.add_argument("--engine", default="silent")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--voice", default="", help="narrator's voice, ENGINE:NAME")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--one-by-one", action="store_true", help="also build them by one command each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "whole").mkdir()
        run = undisturbed(folder / "whole", options)
        if options.one_by_one:
            (folder / "single").mkdir()
            one_by_one(folder / "single", options, [row for row in run.summary["outcomes"] if row["state"] == "done"])
        for row in run.summary["outcomes"]:
            state = row["failure"]["message"] if row["failure"] else f"{row['audio_s'] / 60:.1f} min"
            print(f"  {row['name']}: {row['state']}, {state}")
        if options.kills:
            wanted, total = files_of(folder / "whole" / "out"), len(takes_of(folder / "whole"))
            shutil.rmtree(folder / "whole")
            (folder / "killed").mkdir()
            killed(folder / "killed", options, total, wanted)


if __name__ == "__main__":
    main()
