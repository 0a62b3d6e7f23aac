#!/usr/bin/env python3
"""How long ``audiobook --help`` takes, against an interpreter that does nothing: ``python scripts/bench/help.py``."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "audiobook --help": [sys.executable, "-m", "audiobook", "--help"],
    "audiobook build --help": [sys.executable, "-m", "audiobook", "build", "--help"],
}


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            times[name].append(time.perf_counter() - start)
    bare = statistics.median(times["python -c pass"])
    print("| command | median s | of bare Python |\n|---|---|---|")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"| `{name}` | {median:.3f} | {median / bare:.1f} |")


if __name__ == "__main__":
    main()
