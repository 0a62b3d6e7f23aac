#!/usr/bin/env python3
"""What an edited sentence costs: a build from nothing against the build after the edit.

    python scripts/bench/rebuild.py [--engines silent piper] [--hours 1.5] [--chapters 30] [--formats m4b]

One sentence is put in in the middle of the book. The text makes itself, the same in every run.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchbook import edit, write_book
from benchrun import Run, build


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", nargs="+", default=["silent"])
    parser.add_argument("--hours", type=float, default=1.5)
    parser.add_argument("--chapters", type=int, default=30)
    parser.add_argument("--formats", default="m4b")
    options = parser.parse_args()
    rows: list[tuple[str, Run, Run]] = []
    for engine in options.engines:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            write_book(home / "book.txt", options.hours, options.chapters)
            cold = build(home / "book.txt", home, engine, options.formats)
            rows.append((f"{engine}, from nothing", cold, cold))
            edit(home / "book.txt")
            rows.append((f"{engine}, one sentence more", build(home / "book.txt", home, engine, options.formats), cold))
            rows.append((f"{engine}, nothing new", build(home / "book.txt", home, engine, options.formats), cold))
    print(f"{rows[0][1].audio_s / 60:.0f} minutes in {options.chapters} chapters, formats {options.formats}\n")
    print("| build | takes spoken | wall s | of from nothing | processor s | of from nothing |")
    print("|---|---|---|---|---|---|")
    for name, run, cold in rows:
        wall = f"{run.wall_s:.1f} | {run.wall_s / cold.wall_s:.1%}"
        print(f"| {name} | {run.recorded} | {wall} | {run.busy_s:.1f} | {run.busy_s / cold.busy_s:.1%} |")


if __name__ == "__main__":
    main()
