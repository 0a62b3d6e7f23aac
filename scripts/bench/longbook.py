#!/usr/bin/env python3
"""A ten-hour book against a one-hour book: memory that does not grow, and how fast takes become an M4B.

    python scripts/bench/longbook.py [--hours 1 10] [--engine silent] [--formats m4b]

Each book is built twice: from nothing, and again with its takes there but everything made of them deleted, which is
stitching, mastering, encoding, measuring the decoded chapters and writing the book. The text makes itself, the same
in every run. Peak memory is that of the command and all its children together.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from benchbook import write_book
from benchrun import Run, build

_CHAPTERS_AN_HOUR = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, nargs="+", default=[1.0, 10.0])
    parser.add_argument("--engine", default="silent")
    parser.add_argument("--formats", default="m4b")
    options = parser.parse_args()
    runs: list[tuple[str, Run]] = []
    for hours in options.hours:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            write_book(home / "book.txt", hours, max(1, round(hours * _CHAPTERS_AN_HOUR)))
            runs.append((f"{hours:g} h, from nothing", build(home / "book.txt", home, options.engine, options.formats)))
            for made in ("masters", "encoded"):
                shutil.rmtree(home / "cache" / made)
            runs.append((f"{hours:g} h, packaging", build(home / "book.txt", home, options.engine, options.formats)))
    print(f"engine {options.engine}, formats {options.formats}\n")
    print("| run | audio h | wall s | x real time | processor s an hour | peak MB | of the first book's |")
    print("|---|---|---|---|---|---|---|")
    for number, (name, run) in enumerate(runs):
        hours, ratio = run.audio_s / 3600, run.peak_mb / runs[number % 2][1].peak_mb
        times = f"{run.wall_s:.1f} | {run.audio_s / run.wall_s:.0f} | {run.busy_s / hours:.1f}"
        print(f"| {name} | {hours:.2f} | {times} | {run.peak_mb:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
